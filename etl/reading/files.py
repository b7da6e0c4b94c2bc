"""Reads files of any kind into text tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from etl.encoding import TextFile, as_utf8, require_readable, second_guess
from etl.errors import FileRefused, Refusal
from etl.reading import archives, text
from etl.reading.big5 import refuse_big5
from etl.reading.layout import find_layout
from etl.reading.sheets import read_workbook
from etl.reading.tables import check_width, preview, telling, write_table
from etl.reading.types import LIMITS, Choice, FoundTable, Layout, Limits, RowsRead, Sheet
from etl.reading.words import squeezed

OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
SIGNS = {b"%PDF": ".pdf", b"Rar!": ".rar", b"7z\xbc\xaf\x27\x1c": ".7z", b"\x1f\x8b": ".gz", b"SQLite f": ".sqlite",
         b"PAR1": ".parquet"}  # fmt: skip
UNREAD = {".xlsb", ".ods", ".doc", ".docx", ".et", ".wps", ".json", ".geojson", ".xml", *SIGNS.values()}
"""Kinds that are named to their sender instead of being called damaged."""


def read_files(
    paths: Sequence[Path],
    folder: Path,
    choice: Choice | None = None,
    limits: Limits = LIMITS,
    tell: RowsRead | None = None,
) -> list[FoundTable]:
    """The tables of files, one of each (and of each member of an archive), in order.

    Args:
        paths: CSV, TSV, XLSX, XLS, or ZIP of these.
        folder: where copies as text go; the caller removes it.
        choice: what a person set.
        limits: beyond which a file is refused.
        tell: is told the rows read of each file that is read through (a plain CSV is read later, as it is).

    Raises:
        FileRefused: a file cannot be read; says which and why.
    """
    chosen = choice or Choice()
    found = []
    for path in paths:
        require_readable(path)
        own = Path(tempfile.mkdtemp(prefix="file-", dir=folder))  # files of one name must not meet
        found += _read_all(path, own, chosen, limits, tell)
    return found


def _read_all(path: Path, folder: Path, choice: Choice, limits: Limits, tell: RowsRead | None) -> list[FoundTable]:
    """The table of a file, or those of an archive's members."""
    refuse_unread(path, path.name)
    if not archives.is_archive(path):
        return [_read(path, path.name, folder, choice, limits, tell)]
    found = []
    members, left_out = archives.unpack(path, path.name, folder, limits)
    for number, (name, member) in enumerate(members):
        own = folder / f"table-{number:04d}"
        own.mkdir(exist_ok=True)
        found.append(_read(member, name, own, choice, limits, tell))
    if left_out:
        warning = {"code": "left_out_of_archive", "file": path.name, "count": len(left_out), "values": left_out}
        found[0] = replace(found[0], warnings=(warning, *found[0].warnings))
    return found


def refuse_unread(path: Path, name: str) -> None:
    """Refuse kinds of files that are not read by their name, instead of calling them damaged.

    Raises:
        FileRefused: it is of such a kind.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    kind = next((kind for sign, kind in SIGNS.items() if head.startswith(sign)), Path(name).suffix.lower())
    if kind in UNREAD:
        raise FileRefused(Refusal(name, "unread_kind", detail=kind))


def is_workbook(path: Path, name: str) -> bool:
    """Whether a file is a workbook by its first bytes, or by its name."""
    with path.open("rb") as stream:
        head = stream.read(4)
    return head in (OLE, ZIP) or Path(name).suffix.lower() in (".xls", ".xlsx", ".xlsm")


def _read(
    path: Path, name: str, folder: Path, choice: Choice, limits: Limits, tell: RowsRead | None = None
) -> FoundTable:
    refuse_unread(path, name)
    target = folder / "table.parquet"
    if is_workbook(path, name):
        return read_workbook(path, name, target, choice, limits, tell)
    if path.stat().st_size > limits.text_bytes:
        raise FileRefused(Refusal(name, "too_large", detail=f"{path.stat().st_size >> 20} MB"))
    return _read_text(path, name, target, folder, choice, limits, tell)


def as_text(path: Path, name: str, folder: Path, encoding: str | None) -> TextFile:
    """A text file in UTF-8.

    Raises:
        FileRefused: in no encoding that is read.
    """
    try:
        file = as_utf8(path, folder, encoding)
    except FileRefused as refused:
        if encoding is None and refused.refusal.code == "bad_encoding":
            refuse_big5(path, name)
        raise FileRefused(_renamed(refused.refusal, name)) from refused
    if encoding is None and file.encoding == "gb18030":
        refuse_big5(path, name)
    return file


def _renamed(refusal: Refusal, name: str) -> Refusal:
    return Refusal(name, refusal.code, refusal.row, refusal.column, refusal.value, refusal.sheet, refusal.detail)


def _read_text(
    path: Path, name: str, target: Path, folder: Path, choice: Choice, limits: Limits, tell: RowsRead | None = None
) -> FoundTable:
    file = as_text(path, name, folder, choice.encoding)
    try:
        return _text_table(file, name, target, choice, limits, tell)
    except FileRefused as refused:
        if refused.refusal.code != "bad_encoding" or file.is_copy or choice.encoding:
            raise
    file = as_text(path, name, folder, second_guess(path))
    return _text_table(file, name, target, choice, limits, tell)


def _text_table(
    file: TextFile, name: str, target: Path, choice: Choice, limits: Limits, tell: RowsRead | None = None
) -> FoundTable:
    delimiter = text.find_delimiter(file.path, name, choice.delimiter)
    sheet = text.open_text(file, name, delimiter)
    layout = _layout(sheet, name, choice, limits)
    headers = range(layout.header_row, layout.header_row + layout.header_rows)
    reach = max(len(cells) for number, cells in sheet.first if number in headers)
    layout = replace(layout, columns=layout.columns[:reach])  # text says by its delimiters how wide it is
    plain = text.is_plain(file.path, delimiter, list(sheet.first), layout.header_row, layout.header_rows)
    rows = telling(sheet.rows, sheet.extent, tell)
    warnings = [] if plain else write_table(rows, layout, target, name, reach=reach)
    return FoundTable(
        file=name,
        sheet=None,
        source=file.path if plain else target,
        is_parquet=not plain,
        columns=layout.columns,
        encoding=file.encoding,
        delimiter=delimiter,
        layout=layout,
        preview=preview(sheet.first),
        has_lost_letters=file.has_lost_letters,
        warnings=tuple(warnings),
    )


def _layout(sheet: Sheet, name: str, choice: Choice, limits: Limits) -> Layout:
    layout = find_layout(sheet.first, sheet.merges, choice)
    if layout is None:
        empty = not any(squeezed(cell) for _, cells in sheet.first for cell in cells)
        raise FileRefused(Refusal(name, "empty_file" if empty else "no_table"))
    check_width(layout, name, limits)
    return layout
