"""What calamine leaves out of a workbook: error cells (empty to it), hidden rows, the date system, and its extent.

In XLSX these stand in the sheet's XML as attributes, so patterns over pieces of it find them in a second or two where
openpyxl needs a minute. In XLS they are records of known numbers; `etl.reading.records` walks over them.
The extent matters because calamine sets aside memory for the whole rectangle: one stray cell in the last row and
column would end the process.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

PIECE = 1 << 22
RELATION = "id"
LONGEST_PART = 64 << 20
CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
COLUMN = re.compile(rb"""\sr=["']([A-Z]{1,3})[0-9]""")
NUMBER = re.compile(rb"""\sr=["'][A-Z]{1,3}([0-9]{1,7})["']""")
HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\bhidden=["'](?:1|true)["']""")
ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\b([^>]*\st=["']e["'][^>]*)>"""
    rb"""(?:<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)?<(?:\w+:)?v>([^<]*)<"""
)


@dataclass(slots=True)
class Unseen:
    """What the cells do not tell: errors by row (from 1) and column (from 0), and how far the cells reach."""

    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden_rows: int = 0
    date_system: int = 1900
    rows: int = 0
    columns: int = 0


def look_into_xlsx(path: Path, sheet: str) -> Unseen:
    """One pass over the XML of a sheet.

    Raises:
        zipfile.BadZipFile, KeyError, ValueError, ElementTree.ParseError: the workbook is damaged.
    """
    with zipfile.ZipFile(path) as packed:
        book = ElementTree.fromstring(_small(packed, "xl/workbook.xml"))
        found = Unseen(date_system=_date_system(book))
        part = _part(packed, book, sheet)
        if part is None or PurePosixPath(part).suffix != ".xml":
            raise ValueError("a sheet is missing")
        letters: set[bytes] = set()
        for piece in _pieces(packed, part):
            _take(piece, found, letters)
    found.columns = max((column_number(name) + 1 for name in letters), default=0)
    return found


def _small(packed: zipfile.ZipFile, part: str) -> bytes:
    """A part that must be small, so that nobody can fill the memory through it."""
    if packed.getinfo(part).file_size > LONGEST_PART:
        raise zipfile.BadZipFile(f"{part} is too long")
    return packed.read(part)


def _date_system(book: ElementTree.Element) -> int:
    """1904 for workbooks that count days as old Macs did, else 1900."""
    found = book.find("{*}workbookPr")
    return 1904 if found is not None and found.get("date1904") in ("1", "true") else 1900


def _part(packed: zipfile.ZipFile, book: ElementTree.Element, sheet: str) -> str | None:
    """The XML part that holds a sheet."""
    relations = ElementTree.fromstring(_small(packed, "xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for found in book.iterfind("{*}sheets/{*}sheet"):
        if found.get("name") == sheet:
            key = next((value for name, value in found.items() if name.rpartition("}")[2] == RELATION), None)
            target = targets.get(key, "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _pieces(packed: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML cut between rows, so that no cell is cut in two."""
    with packed.open(part) as stream:
        held = b""
        while piece := stream.read(PIECE):
            text = held + piece
            cut = text.rfind(b"<", 0, max(text.rfind(b"<row "), text.rfind(b":row ")) + 1)
            held = text[max(cut, 0) :]
            if len(held) > LONGEST_PART:
                raise zipfile.BadZipFile(f"a row of {part} is too long")
            yield text[: max(cut, 0)]
        yield held


def _take(text: bytes, found: Unseen, letters: set[bytes]) -> None:
    letters.update(COLUMN.findall(text))
    found.rows = max(found.rows, max(map(int, set(NUMBER.findall(text))), default=0))
    if b"hidden=" in text:
        found.hidden_rows += len(HIDDEN_ROW.findall(text))
    if b't="e"' in text or b"t='e'" in text:
        for attributes, value in ERROR_CELL.findall(text):
            if place := CELL.search(attributes):
                cells = found.errors.setdefault(int(place[2]), {})
                cells[column_number(place[1])] = value.decode("utf-8", "replace")


def column_number(letters: bytes) -> int:
    """Column from 0: A is 0, AA is 26."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found - 1
