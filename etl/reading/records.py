"""Walks over the records of an XLS file for what calamine leaves out of it: errors, hidden rows, date system, extent.

Excel 97 to 2003 wrote a list of records (number, length, content) into a stream of an OLE container; olefile finds the
stream. The layouts are those of [MS-XLS] 2.4: BoundSheet8, Date1904, Row, BoolErr, Formula; every record of a cell
begins with its row and column.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from etl.reading.unseen import Unseen

STREAMS = ("Workbook", "Book")
BOF, EOF, BOUNDSHEET, DATE1904, ROW, BOOLERR, FORMULA = 0x0809, 0x000A, 0x0085, 0x0022, 0x0208, 0x0205, 0x0006
NUMBER, RK, LABEL, LABELSST, MULRK, RSTRING = 0x0203, 0x027E, 0x0204, 0x00FD, 0x00BD, 0x00D6
CELLS = frozenset({BOOLERR, FORMULA, NUMBER, RK, LABEL, LABELSST, RSTRING})
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
IS_HIDDEN = 0x20


def is_encrypted(path: Path) -> bool:
    """Whether an OLE file holds an XLSX under a password.

    Raises:
        OSError: it is no whole OLE file.
    """
    with olefile.OleFileIO(str(path)) as container:
        return bool(container.exists("EncryptedPackage"))


def look_into_xls(path: Path, sheet: int) -> Unseen:
    """What calamine does not tell of a sheet, by its place in the workbook (from 0).

    Raises:
        OSError, ValueError: the workbook is damaged.
    """
    with olefile.OleFileIO(str(path)) as container:
        name = next((name for name in STREAMS if container.exists(name)), None)
        if name is None:
            raise ValueError("no workbook in it")
        content = bytes(container.openstream(name).read())
    found = Unseen()
    places = []
    for kind, at, length in _walk(content, 0):
        if kind == DATE1904 and length == 2:
            found.date_system = 1904 if content[at] else 1900
        elif kind == BOUNDSHEET and length >= 4:
            places.append(struct.unpack_from("<I", content, at)[0])
    if sheet >= len(places):
        raise ValueError("a sheet is missing")
    for kind, at, length in _walk(content, places[sheet]):
        _take(content, kind, at, length, found)
    return found


def _walk(content: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Number, place and length of each record up to the end of its list, charts within it included."""
    depth = 0
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        if at + 4 + length > len(content) or (depth == 0 and kind != BOF):
            break
        depth += (kind == BOF) - (kind == EOF)
        if depth == 0:
            return
        yield kind, at + 4, length
        at += 4 + length
    raise ValueError("its records do not follow each other")


def _take(content: bytes, kind: int, at: int, length: int, found: Unseen) -> None:
    if kind == ROW and length == 16:
        found.hidden_rows += bool(content[at + 12] & IS_HIDDEN)
    elif kind in CELLS and length >= 6:
        row, column = struct.unpack_from("<HH", content, at)
        _reaches(found, row, column)
        if kind == BOOLERR and length == 8 and content[at + 7]:
            _error(found, row, column, content[at + 6])
        elif kind == FORMULA and length > 20 and content[at + 12 : at + 14] == b"\xff\xff" and content[at + 6] == 2:
            _error(found, row, column, content[at + 8])
    elif kind == MULRK and length >= 6:
        row, last = struct.unpack_from("<H", content, at)[0], struct.unpack_from("<H", content, at + length - 2)[0]
        _reaches(found, row, last)


def _reaches(found: Unseen, row: int, column: int) -> None:
    found.rows = max(found.rows, row + 1)
    found.columns = max(found.columns, column + 1)


def _error(found: Unseen, row: int, column: int, code: int) -> None:
    found.errors.setdefault(row + 1, {})[column] = ERRORS.get(code, "#N/A")
