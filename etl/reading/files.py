"""Reads files of any kind into text tables, and gives a first look at them before all is read."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from etl.encoding import TextFile, as_utf8, require_readable, second_guess
from etl.errors import FileRefused, Refusal
from etl.reading import archives, text, workbooks
from etl.reading.big5 import refuse_big5
from etl.reading.layout import find_layout
from etl.reading.types import LIMITS, Choice, FoundTable, Layout, Limits, Numbered, Peek, Sheet
from etl.reading.words import squeezed

PREVIEW = 25
CHUNK = 50_000
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
UNREAD = {".xlsb", ".ods", ".pdf", ".doc", ".docx", ".et", ".wps"}
"""Kinds that are named to their sender instead of being called damaged."""


def read_files(
    paths: Sequence[Path], folder: Path, choice: Choice | None = None, limits: Limits = LIMITS
) -> list[FoundTable]:
    """The tables of files, one of each (and of each member of an archive), in order.

    Args:
        paths: CSV, TSV, XLSX, XLS, or ZIP of these.
        folder: where copies as text go; the caller removes it.
        choice: what a person set.
        limits: beyond which a file is refused.

    Raises:
        FileRefused: a file cannot be read; says which and why.
    """
    chosen = choice or Choice()
    found = []
    for number, (name, path) in enumerate(_members(paths, folder, limits)):
        found.append(_read(path, name, folder / f"table-{number:04d}.parquet", folder, chosen, limits))
    return found


def _members(paths: Sequence[Path], folder: Path, limits: Limits) -> Iterator[tuple[str, Path]]:
    for path in paths:
        require_readable(path)
        if archives.is_archive(path):
            yield from archives.unpack(path, path.name, folder, limits)
        else:
            yield path.name, path


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(4)
    return head in (OLE, ZIP)


def _read(path: Path, name: str, target: Path, folder: Path, choice: Choice, limits: Limits) -> FoundTable:
    if Path(name).suffix.lower() in UNREAD:
        raise FileRefused(Refusal(name, "unread_kind", detail=Path(name).suffix))
    if _is_workbook(path) or Path(name).suffix.lower() in (".xls", ".xlsx", ".xlsm"):
        return _read_workbook(path, name, target, choice, limits)
    if path.stat().st_size > limits.text_bytes:
        raise FileRefused(Refusal(name, "too_large", detail=f"{path.stat().st_size >> 20} MB"))
    return _read_text(path, name, target, folder, choice, limits)


def _as_text(path: Path, name: str, folder: Path, encoding: str | None) -> TextFile:
    try:
        file = as_utf8(path, folder, encoding)
    except FileRefused as refused:
        raise FileRefused(_renamed(refused.refusal, name)) from refused
    if encoding is None and file.encoding == "gb18030":
        refuse_big5(path, name)
    return file


def _renamed(refusal: Refusal, name: str) -> Refusal:
    return Refusal(name, refusal.code, refusal.row, refusal.column, refusal.value, refusal.sheet, refusal.detail)


def _read_text(path: Path, name: str, target: Path, folder: Path, choice: Choice, limits: Limits) -> FoundTable:
    file = _as_text(path, name, folder, choice.encoding)
    try:
        return _text_table(file, name, target, choice, limits)
    except FileRefused as refused:
        if refused.refusal.code != "bad_encoding" or file.is_copy or choice.encoding:
            raise
    file = _as_text(path, name, folder, second_guess(path))
    return _text_table(file, name, target, choice, limits)


def _text_table(file: TextFile, name: str, target: Path, choice: Choice, limits: Limits) -> FoundTable:
    delimiter = text.find_delimiter(file.path, name, choice.delimiter)
    sheet = text.open_text(file, name, delimiter)
    layout = _layout(sheet, name, choice, limits)
    plain = text.is_plain(file.path, list(sheet.first), layout.header_row, layout.header_rows)
    if not plain:
        _write(sheet.rows, layout, target, name)
    return FoundTable(
        file=name,
        sheet=None,
        source=file.path if plain else target,
        is_parquet=not plain,
        columns=layout.columns,
        encoding=file.encoding,
        delimiter=delimiter,
        layout=layout,
        preview=_preview(sheet.first),
        has_lost_letters=file.has_lost_letters,
    )


def _read_workbook(path: Path, name: str, target: Path, choice: Choice, limits: Limits) -> FoundTable:
    book = workbooks.open_workbook(path, name, limits)
    names = workbooks.sheet_names(book)
    if choice.sheet and choice.sheet not in dict(names):
        detail = ", ".join(sheet for sheet, _ in names)
        raise FileRefused(Refusal(name, "no_sheet", sheet=choice.sheet, detail=detail))
    others: list[tuple[str, str]] = []
    chosen: tuple[Sheet, Layout] | None = None
    for sheet_name, visible in names:
        if chosen is not None or (choice.sheet and sheet_name != choice.sheet) or not (visible or choice.sheet):
            others.append((sheet_name, "not_chosen" if visible else "hidden"))
            continue
        sheet = workbooks.open_sheet(book, path, sheet_name)
        layout = find_layout(sheet.first, sheet.merges, choice)
        if layout is None:
            others.append((sheet_name, "no_table" if any(any(cells) for _, cells in sheet.first) else "empty"))
        else:
            chosen = sheet, layout
    if chosen is None:
        raise FileRefused(Refusal(name, "no_table", sheet=choice.sheet))
    sheet, layout = chosen
    _check_width(layout, name, limits)
    _write(sheet.rows, layout, target, name)
    warnings = []
    if sheet.hidden_rows:
        warnings.append({"code": "hidden_rows", "count": sheet.hidden_rows, "file": name, "sheet": sheet.name})
    unread = [other for other, why in others if why == "not_chosen"]
    if unread:
        warnings.append({"code": "sheets_left_out", "count": len(unread), "values": unread, "sheet": sheet.name})
    return FoundTable(
        file=name,
        sheet=sheet.name,
        source=target,
        is_parquet=True,
        columns=layout.columns,
        encoding="workbook",
        delimiter=None,
        layout=layout,
        date_system=sheet.date_system,
        hidden_rows=sheet.hidden_rows,
        other_sheets=tuple(others),
        preview=_preview(sheet.first),
        warnings=tuple(warnings),
    )


def _layout(sheet: Sheet, name: str, choice: Choice, limits: Limits) -> Layout:
    layout = find_layout(sheet.first, sheet.merges, choice)
    if layout is None:
        empty = not any(squeezed(cell) for _, cells in sheet.first for cell in cells)
        raise FileRefused(Refusal(name, "empty_file" if empty else "no_table"))
    _check_width(layout, name, limits)
    return layout


def _check_width(layout: Layout, name: str, limits: Limits) -> None:
    if len(layout.columns) > limits.columns:
        raise FileRefused(Refusal(name, "too_wide", detail=str(len(layout.columns))))


def _preview(first: Sequence[Numbered]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((number, tuple(cell or "" for cell in cells)) for number, cells in first[:PREVIEW])


def _write(rows: Iterator[Numbered], layout: Layout, target: Path, name: str) -> None:
    """The rows below the header as text columns and `_row`; cells beyond the header are refused by name."""
    width = len(layout.columns)
    start = layout.header_row + layout.header_rows
    below = ((number, cells) for number, cells in rows if number >= start)
    frames = []
    while chunk := list(islice(below, CHUNK)):
        for number, cells in chunk:
            if len(cells) > width and any(squeezed(cell) for cell in cells[width:]):
                extra = next(cell for cell in cells[width:] if squeezed(cell))
                raise FileRefused(Refusal(name, "too_many_cells", number, value=extra, detail=f"{width} headings"))
        columns = {
            heading: pl.Series([cells[at] if at < len(cells) else None for _, cells in chunk], dtype=pl.String)
            for at, heading in enumerate(layout.columns)
        }
        frames.append(pl.DataFrame({"_row": pl.Series([number for number, _ in chunk], dtype=pl.Int64), **columns}))
    if not frames:
        raise FileRefused(Refusal(name, "empty_file"))
    pl.concat(frames).write_parquet(target, compression="lz4", statistics=False)


def peek(path: Path, folder: Path, choice: Choice | None = None, name: str | None = None) -> Peek:
    """A first look at a file: sheets, header, first rows, within a second or two also for a large workbook.

    Raises:
        FileRefused: it cannot be read at all.
    """
    chosen, shown = choice or Choice(), name or path.name
    require_readable(path)
    if archives.is_archive(path):
        shown, path = archives.unpack(path, shown, folder, LIMITS)[0]
    if not _is_workbook(path):
        file = _as_text(path, shown, folder, chosen.encoding)
        delimiter = text.find_delimiter(file.path, shown, chosen.delimiter)
        sheet = text.open_text(file, shown, delimiter)
        layout = find_layout(sheet.first, (), chosen)
        return Peek(shown, (), None, file.encoding, delimiter, layout, _preview(sheet.first))
    if path.suffix.lower() == ".xls" or not zipfile.is_zipfile(path):
        book = workbooks.open_workbook(path, shown, LIMITS)
        names = [sheet_name for sheet_name, _ in workbooks.sheet_names(book)]
        at = chosen.sheet if chosen.sheet in names else names[0]
        first = workbooks.open_sheet(book, path, at).first
    else:
        names, at, found = workbooks.first_rows(path, chosen.sheet)
        first = found
    return Peek(shown, tuple(names), at, "workbook", None, find_layout(first, (), chosen), _preview(first))
