"""ZIP archives: what is in them, unpacked one by one with limits; archives within archives are refused."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from etl.errors import FileRefused, Refusal
from etl.reading.types import Limits

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
PIECE = 1 << 20
UTF8_FLAG = 0x800


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive and not a workbook, which is one too."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        names = set(packed.namelist())
    return not {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} & names


def unpack(path: Path, name: str, folder: Path, limits: Limits) -> list[tuple[str, Path]]:
    """The tables of an archive as files in `folder`, named `archive.zip/inner.csv`, in the order of their names.

    Raises:
        FileRefused: a bomb, protected, damaged, or nothing in it that is a table.
    """
    found: list[tuple[str, Path]] = []
    try:
        with zipfile.ZipFile(path) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir() and _is_table(entry)]
            _check(packed.infolist(), name, limits)
            for number, entry in enumerate(sorted(entries, key=_name)):
                target = folder / f"unpacked-{number:04d}{PurePosixPath(_name(entry)).suffix.lower()}"
                with packed.open(entry) as source, target.open("wb") as sink:
                    _copy(source, sink, name, limits)
                found.append((f"{name}/{_name(entry)}", target))
    except RuntimeError as error:  # zipfile says "password required" so
        raise FileRefused(Refusal(name, "has_password")) from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise FileRefused(Refusal(name, "bad_archive", detail=str(error)[:120])) from error
    if not found:
        raise FileRefused(Refusal(name, "empty_archive"))
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; without the flag for UTF-8 Chinese tools write GB18030, which zipfile reads as CP437."""
    if entry.flag_bits & UTF8_FLAG:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _is_table(entry: zipfile.ZipInfo) -> bool:
    inner = PurePosixPath(_name(entry))
    hidden = inner.name.startswith((".", "~$")) or "__MACOSX" in inner.parts
    return not hidden and inner.suffix.lower() in TABLES


def _check(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > limits.entries or total > limits.unpacked_bytes or total > limits.ratio * max(packed, 1 << 16):
        raise FileRefused(Refusal(name, "zip_bomb", detail=f"{len(entries)} files, {total >> 20} MB"))


def _copy(source: object, sink: object, name: str, limits: Limits) -> None:
    done = 0
    while piece := source.read(PIECE):  # type: ignore[attr-defined]
        done += len(piece)
        if done > limits.unpacked_bytes:
            raise FileRefused(Refusal(name, "zip_bomb", detail=f"{done >> 20} MB"))
        sink.write(piece)  # type: ignore[attr-defined]
