"""Workbooks: typed cells through calamine, and from the sheet's own XML what calamine leaves out.

Calamine gives values, merged ranges and offsets, but an error cell is empty to it, and it tells neither hidden rows nor
the date system. These stand in the XML as attributes, so one pass of a pattern over it finds them. openpyxl reads the
first rows for a preview, because it needs not parse the whole sheet for them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine

from etl.errors import FileRefused, Refusal
from etl.reading.types import Cells, Limits, Numbered, Sheet

LOOK_AT = 200
PIECE = 1 << 22
OVERLAP = 1 << 10
TOO_LONG = 1e15
EXCEL_KEEPS = "E+"
HTML = (b"<html", b"<!doctype", b"<table", b"<?xml", b"\xef\xbb\xbf<")
ERROR_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)</v>')
HIDDEN_ROW = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"')
NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def open_workbook(path: Path, name: str, limits: Limits) -> python_calamine.CalamineWorkbook:
    """Open a workbook of any kind that calamine reads.

    Raises:
        FileRefused: too large, protected, HTML in disguise, or damaged.
    """
    with path.open("rb") as stream:
        head = stream.read(512).lstrip().lower()
    if head.startswith(HTML):
        raise FileRefused(Refusal(name, "is_html"))
    if path.stat().st_size > limits.workbook_bytes:
        raise FileRefused(Refusal(name, "too_large", detail=f"{path.stat().st_size >> 20} MB"))
    _check_size(path, name, limits)
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise FileRefused(Refusal(name, "has_password")) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        code = "has_password" if _is_encrypted(path) else "bad_workbook"
        raise FileRefused(Refusal(name, code, detail=str(error)[:120])) from error


def _check_size(path: Path, name: str, limits: Limits) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        total = sum(entry.file_size for entry in packed.infolist())
        if total > limits.unpacked_bytes:
            raise FileRefused(Refusal(name, "zip_bomb", detail=f"{total >> 20} MB"))


def _is_encrypted(path: Path) -> bool:
    """An encrypted workbook is an OLE file that holds a stream named EncryptedPackage."""
    with path.open("rb") as stream:
        return "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 20)


def cell_text(value: Any) -> str | None:  # noqa: ANN401 - whatever a cell holds
    """A typed cell as text: whole numbers without a point, days and times in ISO, yes and no as 1 and 0.

    Of a number with more digits than Excel keeps the last are lost: it is shown as a power of ten, which columns
    of identifiers refuse with the reason.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float | int):
        if abs(value) >= TOO_LONG:
            return f"{value:.14E}".replace("0E+", EXCEL_KEEPS) if isinstance(value, float) else str(value)
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != time() else value.strftime("%Y-%m-%d")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def sheet_names(book: python_calamine.CalamineWorkbook) -> list[tuple[str, bool]]:
    """Work sheets and whether each is visible."""
    work = python_calamine.SheetTypeEnum.WorkSheet
    seen = python_calamine.SheetVisibleEnum.Visible
    return [(sheet.name, sheet.visible == seen) for sheet in book.sheets_metadata if sheet.typ == work]


def open_sheet(book: python_calamine.CalamineWorkbook, path: Path, name: str) -> Sheet:
    """One sheet of a workbook, its errors and hidden rows put back."""
    sheet = book.get_sheet_by_name(name)
    errors, hidden = _from_xml(path, name)
    merges = [((top, left), (bottom, right)) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    return Sheet(
        name,
        list(islice(_rows(sheet, errors), LOOK_AT)),
        _rows(sheet, errors),
        merges=merges,
        date_system=date_system(path),
        hidden_rows=hidden,
    )


def _rows(sheet: python_calamine.CalamineSheet, errors: dict[int, dict[int, str]]) -> Iterator[Numbered]:
    left = sheet.start[1] if sheet.start else 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells: Cells = [*([None] * left), *(cell_text(value) for value in values)]
        for column, error in errors.get(number, {}).items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = error
        yield number, cells


def _part(packed: zipfile.ZipFile, sheet: str) -> str | None:
    """The XML part that holds a sheet."""
    book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for found in book.iterfind("m:sheets/m:sheet", NAMESPACE):
        if found.get("name") == sheet:
            target = targets.get(found.get(RELATION), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _from_xml(path: Path, sheet: str) -> tuple[dict[int, dict[int, str]], int]:
    """Error cells by row and column (from 0), and the number of hidden rows."""
    errors: dict[int, dict[int, str]] = {}
    hidden = 0
    if not zipfile.is_zipfile(path):
        return errors, hidden
    with zipfile.ZipFile(path) as packed:
        try:
            part = _part(packed, sheet)
            stream = packed.open(part) if part else None
        except (KeyError, ElementTree.ParseError):
            stream = None
        if stream is None:
            return errors, hidden
        with stream:
            held = b""
            while piece := stream.read(PIECE):
                text = held + piece
                cut = text.rfind(b"<row", max(len(text) - PIECE, 1))
                cut = len(text) - OVERLAP if cut < 0 else cut
                whole, held = text[:cut], text[cut:]
                hidden += _collect(whole, errors)
            hidden += _collect(held, errors)
    return errors, hidden


def _collect(text: bytes, errors: dict[int, dict[int, str]]) -> int:
    if b't="e"' in text:
        for letters, number, value in ERROR_CELL.findall(text):
            errors.setdefault(int(number), {})[_column(letters.decode())] = value.decode()
    return len(HIDDEN_ROW.findall(text)) if b"hidden=" in text else 0


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1


def date_system(path: Path) -> int:
    """1904 for workbooks that count days as old Macs did, else 1900."""
    if not zipfile.is_zipfile(path):
        return 1900
    with zipfile.ZipFile(path) as packed:
        try:
            book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
        except (KeyError, ElementTree.ParseError):
            return 1900
    found = book.find("m:workbookPr", NAMESPACE)
    return 1904 if found is not None and found.get("date1904") in ("1", "true") else 1900


def first_rows(path: Path, sheet: str | None, count: int = LOOK_AT) -> tuple[list[str], str, list[Numbered]]:
    """Names of the sheets, the one looked at, and its first rows: quick, because the rest is not parsed."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        names = list(book.sheetnames)
        chosen = sheet if sheet is not None and sheet in names else str(names[0])
        rows = book[chosen].iter_rows(max_row=count, values_only=True)
        return names, chosen, [(n, [cell_text(value) for value in row]) for n, row in enumerate(rows, start=1)]
    finally:
        book.close()
