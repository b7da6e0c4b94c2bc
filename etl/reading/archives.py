"""ZIP archives: what is in them, unpacked one by one with limits; archives within archives are refused."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from etl.errors import FileRefused, Refusal
from etl.reading.types import Limits

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
PIECE = 1 << 20
ENCRYPTED_FLAG, UTF8_FLAG = 0x1, 0x800
ZIP = b"PK"
WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError)


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive and not a workbook, which is one too; a damaged one is left to who reads it."""
    with path.open("rb") as stream:
        if not stream.read(4).startswith(ZIP):
            return False
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
    except (*DAMAGED, OSError):
        return path.suffix.lower() == ".zip"
    return not WORKBOOKS & names


def unpack(path: Path, name: str, folder: Path, limits: Limits) -> tuple[list[tuple[str, Path]], list[str]]:
    """The tables of an archive as files in `folder`, in the order of their names; and the names of what is no table.

    A table is named `archive.zip/inner.csv`.

    Raises:
        FileRefused: a bomb, protected, damaged, or nothing in it that is a table.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            entries = sorted((entry for entry in packed.infolist() if _is_seen(entry)), key=_name)
            _check(packed.infolist(), name, limits)
            found = [(f"{name}/{_name(entry)}", _extract(packed, entry, number, folder))
                     for number, entry in enumerate(entries) if _is_table(entry)]  # fmt: skip
    except (*DAMAGED, ValueError, RuntimeError) as error:
        raise FileRefused(Refusal(name, "bad_archive", detail=str(error)[:120])) from error
    if not found:
        raise FileRefused(Refusal(name, "empty_archive"))
    return found, [_name(entry) for entry in entries if not _is_table(entry)]


def _extract(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, number: int, folder: Path) -> Path:
    """Unpack one member under a name of ours; zipfile stops at the size that the entry states, and checks it."""
    target = folder / f"unpacked-{number:04d}{PurePosixPath(_name(entry)).suffix.lower()}"
    with packed.open(entry) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, PIECE)
    return target


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; without the flag for UTF-8 Chinese tools write GB18030, which zipfile reads as CP437."""
    if entry.flag_bits & UTF8_FLAG:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _is_seen(entry: zipfile.ZipInfo) -> bool:
    """Whether a person put it there: no folder, and nothing that macOS or Excel left behind."""
    inner = PurePosixPath(_name(entry))
    return not (entry.is_dir() or inner.name.startswith((".", "~$")) or "__MACOSX" in inner.parts)


def _is_table(entry: zipfile.ZipInfo) -> bool:
    return PurePosixPath(_name(entry)).suffix.lower() in TABLES


def _check(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise FileRefused(Refusal(name, "has_password"))
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > limits.entries or total > limits.unpacked_bytes or total > limits.ratio * max(packed, 1 << 16):
        raise FileRefused(Refusal(name, "zip_bomb", detail=f"{len(entries)} files, {total >> 20} MB"))
