"""The first rows of a large XLSX at once, through openpyxl: it reads rows one by one where calamine reads all of them.

Its only slow step is the table of strings, which it takes in whole; the first ones are enough for the first rows,
because programs number strings in the order in which they meet them. Where they are not, all are read.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.xml.constants import SHEET_MAIN_NS

from etl.reading.cells import cell_text
from etl.reading.types import Numbered

LOOK_AT = 200
STRINGS = 20_000


class _Hasty(ExcelReader):  # type: ignore[misc]
    """Reads the first strings of the table only."""

    def read_strings(self) -> None:
        """As openpyxl's own, up to a number of strings."""
        kind = self.package.find(SHARED_STRINGS)
        if kind is None:
            return
        with self.archive.open(kind.PartName[1:]) as stream:
            whole = (node for _, node in iterparse(stream) if node.tag == f"{{{SHEET_MAIN_NS}}}si")
            for node in islice(whole, STRINGS):
                self.shared_strings.append(Text.from_tree(node).content.replace("x005F_", ""))
                node.clear()


def first_rows(path: Path, sheet: str | None) -> tuple[list[str], str, list[Numbered]]:
    """Names of the sheets, the one looked at, and its first rows.

    Raises:
        Exception: whatever openpyxl stumbles over; the caller reads the whole instead.
    """
    try:
        return _rows(_Hasty(path, read_only=True, data_only=True), sheet)
    except IndexError:
        return _rows(ExcelReader(path, read_only=True, data_only=True), sheet)


def _rows(reader: Any, wanted: str | None) -> tuple[list[str], str, list[Numbered]]:  # noqa: ANN401 - untyped library
    reader.read()
    book = reader.wb
    try:
        seen = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        names = [cast("str", sheet.title) for sheet in book.worksheets]
        chosen = wanted if wanted in names else (seen or names)[0]
        rows = book[chosen].iter_rows(max_row=LOOK_AT, values_only=True)
        return names, chosen, [(n, [cell_text(value) for value in row]) for n, row in enumerate(rows, start=1)]
    finally:
        book.close()
