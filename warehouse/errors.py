"""What can go wrong with the lake, each as one sentence that says what happened and what to do.

The words live in `MESSAGES`, apart from the code that raises; a page or the command line prints
`error.sentence(language)`. `from_duckdb` turns what DuckDB says into one of these.
"""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path

import duckdb

MESSAGES: dict[str, dict[str, str]] = {
    "busy": {
        "en": (
            "The warehouse is being written by another process ({detail}). "
            "Nothing was changed. Try again when it is done."
        ),
        "zh": "仓库正由另一个进程写入（{detail}）。没有改动任何数据，请稍后再试。",
    },
    "conflict": {
        "en": (
            "Another load changed the same records at the same moment, {detail} times in a row. "
            "Nothing was changed. Load the file again."
        ),
        "zh": "另一批次同时改动了相同的记录（连续 {detail} 次）。没有改动任何数据，请重新装载。",
    },
    "disk_full": {
        "en": (
            "The disk is full ({detail}). Nothing was changed. "
            "Free some space, then run `python -m warehouse maintain` and try again."
        ),
        "zh": "磁盘已满（{detail}）。没有改动任何数据。请先清出空间，运行 `python -m warehouse maintain`，再重试。",
    },
    "catalogue_missing": {
        "en": (
            "There is no warehouse at {detail}. "
            "Make the demonstration city with `python -m etl demo`, load a file, or set JICENG_LAKE."
        ),
        "zh": "{detail} 处没有仓库。请用 `python -m etl demo` 生成演示城市，或装载文件，或设置 JICENG_LAKE。",
    },
    "catalogue_damaged": {
        "en": (
            "The warehouse's catalogue cannot be read ({detail}). "
            "Restore the latest backup with `python -m warehouse restore DIR`."
        ),
        "zh": "仓库目录库无法读取（{detail}）。请用 `python -m warehouse restore DIR` 恢复最近的备份。",
    },
    "catalogue_unreachable": {
        "en": (
            "The PostgreSQL catalogue does not answer ({detail}). Nothing was changed. "
            "Check that the server runs, and that JICENG_LAKE and PGPASSFILE lead to it."
        ),
        "zh": (
            "PostgreSQL 目录库没有应答（{detail}）。没有改动任何数据。"
            "请检查服务器是否运行，以及 JICENG_LAKE 和 PGPASSFILE 是否正确。"
        ),
    },
    "catalogue_elsewhere": {
        "en": (
            "The catalogue of this warehouse is a PostgreSQL database, which {detail} does not handle. Nothing was "
            "changed. Back it up with `pg_dump` and put it back with `pg_restore`; first the database, then a copy of "
            "the folder that JICENG_LAKE_FILES names."
        ),
        "zh": (
            "此仓库的目录库是 PostgreSQL 数据库，{detail} 不处理。没有改动任何数据。"
            "请用 `pg_dump` 备份、用 `pg_restore` 恢复：先数据库，后复制 JICENG_LAKE_FILES 所指的文件夹。"
        ),
    },
    "not_empty": {
        "en": "{detail} is not empty; a backup goes into an empty folder. Nothing was changed. Name another folder.",
        "zh": "{detail} 不是空文件夹，备份只能放入空文件夹。没有改动任何数据。请另选文件夹。",
    },
    "read_only": {
        "en": (
            "This account may not write in the warehouse at {detail}, and its catalogue needs that even to be read. "
            "Nothing was changed. Run this as the account that owns the folder, or give this one the right to."
        ),
        "zh": (
            "本账户没有 {detail} 处仓库的写权限，而目录库即使读取也需要写权限。没有改动任何数据。"
            "请用拥有该文件夹的账户运行，或授予本账户写权限。"
        ),
    },
    "inside_lake": {
        "en": (
            "{detail} lies inside the warehouse; a backup there would be lost with it. Nothing was changed. "
            "Name a folder elsewhere, on another disk if there is one."
        ),
        "zh": (
            "{detail} 位于仓库之内，备份会随仓库一起丢失。没有改动任何数据。"
            "请另选仓库之外的文件夹，最好在另一块磁盘上。"
        ),
    },
    "version_expired": {
        "en": "Data version {detail} is not kept any more, or never was. Choose the latest version.",
        "zh": "数据版本 {detail} 已不再保留，或从未存在。请选择最新版本。",
    },
    "lake_moved": {
        "en": (
            "The catalogue is there, but its data files are not ({detail}). "
            "Put the folder `files` back beside the catalogue, or restore a backup."
        ),
        "zh": "目录库还在，但数据文件不在（{detail}）。请把 `files` 文件夹放回目录库旁边，或恢复备份。",
    },
    "file_damaged": {
        "en": (
            "A data file of the warehouse cannot be read ({detail}). Nothing was changed. "
            "Restore the latest backup with `python -m warehouse restore DIR`."
        ),
        "zh": (
            "仓库的数据文件无法读取（{detail}）。没有改动任何数据。"
            "请用 `python -m warehouse restore DIR` 恢复最近的备份。"
        ),
    },
    "wrong_key": {
        "en": (
            "The secret in use is not the one that this warehouse was loaded with ({detail}). "
            "Nothing was changed. Set JICENG_KEY or put the key file back."
        ),
        "zh": "当前密钥与本仓库装载时的密钥不同（{detail}）。没有改动任何数据。请设置 JICENG_KEY 或放回密钥文件。",
    },
    "extension_missing": {
        "en": (
            "A part of DuckDB is not installed ({detail}). "
            "Install the project's requirements again: `pip install -r requirements.txt`."
        ),
        "zh": "缺少 DuckDB 扩展（{detail}）。请重新安装依赖：`pip install -r requirements.txt`。",
    },
    "schema_newer": {
        "en": "This warehouse was made by a newer version of Jiceng ({detail}). Update the program.",
        "zh": "此仓库由更新版本的基层程序建立（{detail}）。请升级程序。",
    },
    "unknown_batch": {
        "en": "There is no batch {detail}. `python -m etl batches` lists them.",
        "zh": "没有批次 {detail}。可用 `python -m etl batches` 查看。",
    },
    "batch_undone": {
        "en": "Batch {detail} has been undone already. Nothing was changed.",
        "zh": "批次 {detail} 已经撤销过。没有改动任何数据。",
    },
    "unknown_parameter": {
        "en": "There is no parameter {detail}. There are: {allowed}.",
        "zh": "没有参数 {detail}。可设的参数：{allowed}。",
    },
    "bad_parameter": {
        "en": "{detail} cannot be set. Allowed is {allowed}. Nothing was changed.",
        "zh": "不能设为 {detail}。可设的值：{allowed}。没有改动任何数据。",
    },
    "parameter_unchanged": {
        "en": "{detail} holds already. Nothing was changed.",
        "zh": "{detail} 已是现行值。没有改动任何数据。",
    },
    "no_reason": {
        "en": "A change of {detail} needs an author and a reason; readers will see both. Nothing was changed.",
        "zh": "更改 {detail} 须写明操作人和原因，读者会看到。没有改动任何数据。",
    },
    "bad_day": {
        "en": "{detail} cannot mark a change. Give a day from 1900 on that is not in the future. Nothing was changed.",
        "zh": "{detail} 不能作为变更日。请填 1900 年以后、不晚于今天的日期。没有改动任何数据。",
    },
    "lake_error": {
        "en": "The warehouse could not do this ({detail}). Nothing was changed.",
        "zh": "仓库未能完成操作（{detail}）。没有改动任何数据。",
    },
}


class LakeError(Exception):
    """Base of this room's errors. `code` names the sentence, `detail` and `allowed` fill it."""

    code = "lake_error"

    def __init__(self, detail: object = "", allowed: str = "") -> None:
        """Keep what fills the sentence."""
        self.detail = str(detail)
        self.allowed = allowed
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """The sentence for the reader, in `en` or `zh`."""
        words = MESSAGES[self.code]
        return words["zh" if language.startswith("zh") else "en"].format(detail=self.detail, allowed=self.allowed)

    @property
    def title(self) -> str:
        """A short title: the code in words."""
        return self.code.replace("_", " ").capitalize()


class Busy(LakeError):
    """Another writer holds the lake."""

    code = "busy"


class Conflict(LakeError):
    """The transaction lost against another, several times."""

    code = "conflict"


class DiskFull(LakeError):
    """No space left on the device."""

    code = "disk_full"


class CatalogueMissing(LakeError):
    """There is no catalogue at the place named."""

    code = "catalogue_missing"


class CatalogueDamaged(LakeError):
    """The catalogue is there but cannot be read."""

    code = "catalogue_damaged"


class CatalogueUnreachable(LakeError):
    """The PostgreSQL server does not answer, or does not let us in."""

    code = "catalogue_unreachable"


class CatalogueElsewhere(LakeError):
    """Backup and restore are for the embedded catalogue; a PostgreSQL one has tools of its own."""

    code = "catalogue_elsewhere"


class NotEmpty(LakeError):
    """The folder for a backup holds something."""

    code = "not_empty"


class InsideLake(LakeError):
    """The folder for a backup lies in the lake."""

    code = "inside_lake"


class ReadOnly(LakeError):
    """The account may not write in the lake's folder; SQLite's log needs that for reading, too."""

    code = "read_only"


class VersionExpired(LakeError):
    """The version asked for is not kept."""

    code = "version_expired"


class LakeMoved(LakeError):
    """The catalogue's data files are not where they should be."""

    code = "lake_moved"


class FileDamaged(LakeError):
    """A data file is there but cannot be read."""

    code = "file_damaged"


class WrongKey(LakeError):
    """The secret differs from the one that made the keys in the lake."""

    code = "wrong_key"


class ExtensionMissing(LakeError):
    """A DuckDB extension's wheel is not installed."""

    code = "extension_missing"


class SchemaNewer(LakeError):
    """The lake was made by a newer program."""

    code = "schema_newer"


class UnknownBatch(LakeError):
    """No such batch."""

    code = "unknown_batch"


class BatchUndone(LakeError):
    """The batch has been undone already."""

    code = "batch_undone"


class RefusedParameter(LakeError):
    """A parameter cannot be set as asked; the question is wrong, not the lake."""


class UnknownParameter(RefusedParameter):
    """No such parameter."""

    code = "unknown_parameter"


class BadParameter(RefusedParameter):
    """The value is none that the parameter takes."""

    code = "bad_parameter"


class ParameterUnchanged(RefusedParameter):
    """The parameter has the value already."""

    code = "parameter_unchanged"


class NoReason(RefusedParameter):
    """Author or reason of a change is missing."""

    code = "no_reason"


class BadDay(RefusedParameter):
    """A day that no change can be marked at."""

    code = "bad_day"


# What DuckDB, SQLite and PostgreSQL say, and which error it is. The first match counts.
SIGNS: tuple[tuple[tuple[str, ...], type[LakeError]], ...] = (
    (("unable to connect to postgres", "server closed the connection", "terminating connection"), CatalogueUnreachable),
    (("no space left", "disk full", "disk is full", "enospc", "quota exceeded", "file too large"), DiskFull),
    (("no snapshot found", "snapshot with version", "snapshot at version"), VersionExpired),
    (("transaction conflict", "could not serialize"), Conflict),
    (("readonly database", "read-only file system"), ReadOnly),
    (("database is locked", "lock timeout"), Busy),
    (("creating a new ducklake is explicitly disabled",), CatalogueMissing),
    (("not a database", "malformed", "file is encrypted", "no such table: ducklake"), CatalogueDamaged),
    (("table with name ducklake_",), CatalogueDamaged),
    (("footer length", "bytes outside file", "magic bytes", "over 10 bytes", "too small to be a parquet"), FileDamaged),
    (("no such file or directory", "no files found", "cannot open file"), LakeMoved),
)
VERSION = re.compile(r"at version (\d+)", re.IGNORECASE)
UNREACHABLE = re.compile(r'^.*Unable to connect to Postgres at ".*?": ', re.DOTALL | re.IGNORECASE)
PERIPHERAL = "disk i/o error"
"""All that SQLite says when it cannot write its log, be the disk full or broken."""
FULL_BYTES = 1 << 18
NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)


def from_duckdb(error: Exception, home: Path | None = None) -> LakeError:
    """The lake error that an error of DuckDB, SQLite, Polars or the system stands for.

    Args:
        error: what was raised.
        home: the lake's folder, to look whether its disk is full when the error does not tell.
    """
    text = str(error).strip()
    lowered = text.lower()
    kind = next((kind for signs, kind in SIGNS if any(sign in lowered for sign in signs)), LakeError)
    if home and (_is_denied(error, home) if isinstance(error, OSError) else kind is ReadOnly):
        return ReadOnly(home)
    if isinstance(error, OSError) and kind is not DiskFull:
        return LakeError(f"{error.strerror}: {error.filename}" if error.filename else text[:300])
    if kind is VersionExpired and (found := VERSION.search(text)):
        return VersionExpired(found[1])
    is_full = kind is DiskFull or (PERIPHERAL in lowered and home and shutil.disk_usage(home).free < FULL_BYTES)
    if is_full and home and str(home) not in text:
        return DiskFull(home)
    if kind is CatalogueUnreachable:
        text = UNREACHABLE.sub("", text)
    line = text.splitlines()[0][:300] if text else type(error).__name__
    return kind(f"{home}: {line}" if home and kind in (FileDamaged, LakeMoved) and str(home) not in line else line)


def _is_denied(error: OSError, home: Path) -> bool:
    """Whether the system denies writing in the lake's folder, not elsewhere."""
    return error.errno in NO_RIGHT and error.filename is not None and Path(error.filename).is_relative_to(home)


def is_retryable(error: duckdb.Error) -> bool:
    """Whether the same transaction may succeed when it is redone."""
    return isinstance(from_duckdb(error), Busy | Conflict)
