"""A first look at a file, for the person who is about to load it, before all of it is read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from etl.encoding import require_readable
from etl.errors import FileRefused
from etl.reading import archives, glance, text, workbooks
from etl.reading.apart import Book
from etl.reading.files import as_text, is_workbook, refuse_unread
from etl.reading.layout import find_layout
from etl.reading.sheets import open_chosen
from etl.reading.tables import preview
from etl.reading.types import LIMITS, Choice, Limits, Peek


def peek(
    path: Path, folder: Path, choice: Choice | None = None, name: str | None = None, limits: Limits = LIMITS
) -> Peek:
    """A first look at a file: sheets, header, first rows, within a second or two also for a large workbook.

    Raises:
        FileRefused: it cannot be read at all.
    """
    chosen, shown = choice or Choice(), name or path.name
    own = Path(tempfile.mkdtemp(prefix="look-", dir=folder))
    require_readable(path)
    refuse_unread(path, shown)
    if archives.is_archive(path):
        shown, path = archives.unpack(path, shown, own, limits)[0][0]
    if is_workbook(path, shown):
        return _quick(path, shown, chosen) or _whole(path, shown, chosen, limits)
    file = as_text(path, shown, own, chosen.encoding)
    delimiter = text.find_delimiter(file.path, shown, chosen.delimiter)
    first = text.open_text(file, shown, delimiter).first
    return Peek(shown, (), None, file.encoding, delimiter, find_layout(first, (), chosen), preview(first))


def _quick(path: Path, name: str, choice: Choice) -> Peek | None:
    """The first sheet by openpyxl; None when it is no XLSX, when it stumbles, or when there is no table in it."""
    if not workbooks.is_xlsx(path):
        return None
    try:
        names, at, first = glance.first_rows(path, choice.sheet)
    except Exception:  # openpyxl raises anything; the other reader names what is wrong
        return None
    layout = find_layout(first, (), choice)
    if layout is None or len(layout.columns) < 2:
        return None
    return Peek(name, tuple(names), at, "workbook", None, layout, preview(first))


def _whole(path: Path, name: str, choice: Choice, limits: Limits) -> Peek:
    with workbooks.open_workbook(path, name, limits) as book:
        names = tuple(sheet for sheet, _ in workbooks.sheet_names(book))
        return _chosen(book, names, path, name, choice, limits)


def _chosen(book: Book, names: tuple[str, ...], path: Path, name: str, choice: Choice, limits: Limits) -> Peek:
    try:
        sheet, layout, _ = open_chosen(book, path, name, choice, limits)
    except FileRefused as refused:
        if refused.refusal.code != "no_table" or not names:
            raise
        return Peek(name, names, choice.sheet or names[0], "workbook", None, None)
    return Peek(name, names, sheet.name, "workbook", None, layout, preview(sheet.first))
