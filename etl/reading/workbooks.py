"""Workbooks: typed cells and merged ranges through calamine, the rest of the truth from `unseen` and `records`.

A cell merged down over several rows stands for all of them, so its value is repeated below (not in the first rows, by
which the header is found); merged across it is a heading or the label of a total and stays where it is.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import python_calamine

from etl.errors import FileRefused, Refusal
from etl.reading.cells import cell_text
from etl.reading.records import is_encrypted, look_into_xls
from etl.reading.types import Cells, Limits, Merge, Numbered, Sheet
from etl.reading.unseen import Unseen, look_into_xlsx

LOOK_AT = 200
HTML = (b"<html", b"<!doctype", b"<table", b"<?xml", b"\xef\xbb\xbf<")
OLE = b"\xd0\xcf\x11\xe0"
PIECE = 1 << 22
DAMAGED = (
    python_calamine.CalamineError,
    ElementTree.ParseError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


@contextmanager
def readable(name: str, sheet: str | None = None) -> Iterator[None]:
    """Whatever a reader says of a damaged workbook becomes a refusal, a panic of calamine included."""
    try:
        yield
    except FileRefused:
        raise
    except python_calamine.PasswordError as error:
        raise FileRefused(Refusal(name, "has_password", sheet=sheet)) from error
    except DAMAGED as error:
        raise FileRefused(Refusal(name, "bad_workbook", sheet=sheet, detail=str(error)[:120] or None)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused(Refusal(name, "bad_workbook", sheet=sheet, detail="panic")) from error


def open_workbook(path: Path, name: str, limits: Limits) -> python_calamine.CalamineWorkbook:
    """Open a workbook of any kind that calamine reads.

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
        return python_calamine.CalamineWorkbook.from_path(str(path))


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


def sheet_names(book: python_calamine.CalamineWorkbook) -> list[tuple[str, bool]]:
    """Work sheets and whether each is visible."""
    work = python_calamine.SheetTypeEnum.WorkSheet
    seen = python_calamine.SheetVisibleEnum.Visible
    return [(sheet.name, sheet.visible == seen) for sheet in book.sheets_metadata if sheet.typ == work]


def open_sheet(book: python_calamine.CalamineWorkbook, path: Path, name: str, file: str, limits: Limits) -> Sheet:
    """One sheet of a workbook, with its errors put back.

    Raises:
        FileRefused: the sheet is damaged or reaches too far.
    """
    with readable(file, name):
        unseen = _unseen(book, path, name)
        if unseen.rows * unseen.columns > limits.cells:
            detail = f"{unseen.rows:,} rows, {unseen.columns:,} columns"
            raise FileRefused(Refusal(file, "sheet_too_large", sheet=name, detail=detail))
        sheet = book.get_sheet_by_name(name)
        merges = list(sheet.merged_cell_ranges or ())
    return Sheet(
        name,
        list(islice(_rows(sheet, unseen, (), file), LOOK_AT)),
        _rows(sheet, unseen, merges, file),
        merges=merges,
        date_system=unseen.date_system,
        hidden_rows=unseen.hidden_rows,
    )


def _unseen(book: python_calamine.CalamineWorkbook, path: Path, name: str) -> Unseen:
    if is_xlsx(path):
        return look_into_xlsx(path, name)
    return look_into_xls(path, book.sheet_names.index(name))


def _rows(
    sheet: python_calamine.CalamineSheet, unseen: Unseen, merges: Sequence[Merge], file: str
) -> Iterator[Numbered]:
    """All rows from the first of the sheet on, as wide as the sheet."""
    left = sheet.start[1] if sheet.start else 0
    down = sorted(((top, left), (bottom, right)) for (top, left), (bottom, right) in merges if bottom > top)
    under: list[tuple[int, int, str | None]] = []
    at = number = 0
    with readable(file, sheet.name):
        for number, values in enumerate(sheet.iter_rows(), start=1):
            cells: Cells = [*([None] * left), *map(cell_text, values)]
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
    for row in sorted(row for row in unseen.errors if row > number):
        cells = []
        _put_errors(cells, unseen.errors[row])
        yield row, cells


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
