"""Workbooks: typed cells and merged ranges through calamine (`apart`), the rest from `unseen` and `records`.

A cell merged down over several rows stands for all of them, so its value is repeated below (not in the first rows, by
which the header is found); merged across it is a heading or the label of a total and stays where it is.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from etl.errors import FileRefused, Refusal
from etl.reading.apart import Book, Broken
from etl.reading.cells import cell_text
from etl.reading.records import is_encrypted, look_into_xls
from etl.reading.types import Cells, Limits, Merge, Numbered, Sheet
from etl.reading.unseen import Unseen, look_into_xlsx

LOOK_AT = 200
HTML = (b"<html", b"<!doctype", b"<table", b"<?xml", b"\xef\xbb\xbf<")
OLE = b"\xd0\xcf\x11\xe0"
PIECE = 1 << 22
DAMAGED = (
    ElementTree.ParseError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


@contextmanager
def readable(name: str, sheet: str | None = None) -> Iterator[None]:
    """Whatever a reader says of a damaged workbook becomes a refusal."""
    try:
        yield
    except Broken as error:
        code = "has_password" if error.kind == "PasswordError" else "bad_workbook"
        raise FileRefused(Refusal(name, code, sheet=sheet, detail=error.words[:120] or None)) from error
    except DAMAGED as error:
        raise FileRefused(Refusal(name, "bad_workbook", sheet=sheet, detail=str(error)[:120] or None)) from error


def open_workbook(path: Path, name: str, limits: Limits) -> Book:
    """Open a workbook of any kind that calamine reads; the caller closes it.

    Raises:
        FileRefused: too large, protected, HTML in disguise, of an unread kind, or damaged.
    """
    with path.open("rb") as stream:
        head = stream.read(512).lstrip().lower()
    if head.startswith(HTML):
        raise FileRefused(Refusal(name, "is_html"))
    if path.stat().st_size > limits.workbook_bytes:
        raise FileRefused(Refusal(name, "too_large", detail=f"{path.stat().st_size >> 20} MB"))
    with readable(name):
        if head.startswith(OLE) and is_encrypted(path):
            raise FileRefused(Refusal(name, "has_password"))
        if is_xlsx(path):
            _check_unpacked(path, name, limits)
        return Book(path)


def is_xlsx(path: Path) -> bool:
    """Whether a file is a ZIP archive that can be an XLSX."""
    return zipfile.is_zipfile(path)


def _check_unpacked(path: Path, name: str, limits: Limits) -> None:
    """What the parts take unpacked; they are read once, because an archive can lie about its sizes."""
    with zipfile.ZipFile(path) as packed:
        if "xl/workbook.xml" not in packed.namelist():
            raise FileRefused(Refusal(name, "unread_kind"))
        total = sum(entry.file_size for entry in packed.infolist())
        if total > limits.unpacked_bytes:
            raise FileRefused(Refusal(name, "zip_bomb", detail=f"{total >> 20} MB"))
        for entry in packed.infolist():
            if not entry.filename.startswith("xl/worksheets/"):  # `look_into_xlsx` reads those
                with packed.open(entry) as stream:
                    while stream.read(PIECE):
                        pass


def sheet_names(book: Book) -> list[tuple[str, bool]]:
    """Work sheets and whether each is visible."""
    return [(name, is_visible) for name, is_work, is_visible in book.sheets if is_work]


def open_sheet(book: Book, path: Path, name: str, file: str, limits: Limits) -> Sheet:
    """One sheet of a workbook, with its errors put back. Its rows must be read before another sheet is opened.

    Raises:
        FileRefused: the sheet is damaged or reaches too far.
    """
    with readable(file, name):
        unseen = _unseen(book, path, name)
        if unseen.rows * unseen.columns > limits.cells:
            detail = f"{unseen.rows:,} rows, {unseen.columns:,} columns"
            raise FileRefused(Refusal(file, "sheet_too_large", sheet=name, detail=detail))
        start, merges, values = book.open(name)
        first = list(islice(values, LOOK_AT))
    left = start[1] if start else 0
    return Sheet(
        name,
        list(islice(_rows(first, left, unseen, ()), LOOK_AT)),
        _guarded(_rows(chain(first, values), left, unseen, merges), file, name),
        merges=merges,
        date_system=unseen.date_system,
        hidden_rows=unseen.hidden_rows,
        extent=unseen.rows,
    )


def _unseen(book: Book, path: Path, name: str) -> Unseen:
    if is_xlsx(path):
        return look_into_xlsx(path, name)
    return look_into_xls(path, [sheet for sheet, _, _ in book.sheets].index(name))


def _guarded(rows: Iterator[Numbered], file: str, sheet: str) -> Iterator[Numbered]:
    with readable(file, sheet):
        yield from rows


def _rows(values: Iterable[list[Any]], left: int, unseen: Unseen, merges: Sequence[Merge]) -> Iterator[Numbered]:
    """All rows from the first of the sheet on, as wide as the sheet."""
    down = sorted(((top, left), (bottom, right)) for (top, left), (bottom, right) in merges if bottom > top)
    under: list[tuple[int, int, str | None]] = []
    at = number = 0
    for number, row in enumerate(values, start=1):
        cells: Cells = [*([None] * left), *map(cell_text, row)]
        if number in unseen.errors:
            _put_errors(cells, unseen.errors[number])
        if under:
            under = _fill_down(cells, number, under)
        while at < len(down) and down[at][0][0] < number:
            (top, column), (bottom, _) = down[at]
            if top == number - 1 and column < len(cells):
                under.append((column, bottom + 1, cells[column]))
            at += 1
        yield number, cells
    for number in sorted(row for row in unseen.errors if row > number):
        cells = []
        _put_errors(cells, unseen.errors[number])
        yield number, cells


def _put_errors(cells: Cells, errors: dict[int, str]) -> None:
    for column, error in errors.items():
        cells += [None] * (column + 1 - len(cells))
        cells[column] = error


def _fill_down(
    cells: Cells, number: int, under: list[tuple[int, int, str | None]]
) -> list[tuple[int, int, str | None]]:
    """Repeat what is merged down to this row; gives what reaches on below it."""
    for column, last, text in under:
        if number <= last and cells[column] is None:
            cells[column] = text
    return [merge for merge in under if merge[1] > number]
