"""Gives refused rows back as a file of the same kind, each bad cell marked, to be corrected and sent again.

The file holds only the refused rows, under the headings of the original, so that it loads with the same mapping once
it is corrected; two columns at the end say where each row stood and what is wrong. In a workbook every bad cell is
coloured and carries a comment. It is made for whoever sent the file: the cells are as they were sent, which is why it
is never kept in the lake.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from etl.errors import Refusal, sentence

ROW_HEADING = {"en": "row in the file", "zh": "原文件行号"}
REASON_HEADING = {"en": "what is wrong", "zh": "问题说明"}
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
BAD_FILL = "#FFE08A"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[0-9][0-9,.]*%?")
WIDEST = 40


@dataclass(frozen=True, slots=True)
class Returned:
    """The refused rows of one table: headings, cells by row number, and what is wrong with them."""

    name: str
    sheet: str | None
    headings: tuple[str, ...]
    rows: Mapping[int, Sequence[str | None]]
    refusals: tuple[Refusal, ...]
    encoding: str = "utf-8-sig"
    delimiter: str = ","


def explain(refusal: Refusal, language: str) -> str:
    """One bad cell in a sentence: column, reason, what to do."""
    reason, hint = sentence(refusal.code, language)
    stop, colon, join = ("。", "：", "；") if language.startswith("zh") else (".", ": ", "; ")
    start = f"{refusal.column}{colon}" if refusal.column else ""
    return f"{start}{reason}{join}{hint}{stop}"


def write_marked(returned: Returned, folder: Path, language: str = "zh") -> Path:
    """Write the refused rows; give the path, named after the original.

    Raises:
        OSError: the folder cannot be written.
    """
    original = Path(returned.name.rsplit("/", 1)[-1])
    stem = f"{original.stem}-{'未通过' if language.startswith('zh') else 'refused'}"
    if original.suffix.lower() in WORKBOOKS:
        path = folder / f"{stem}.xlsx"
        _write_workbook(returned, path, language)
    else:
        path = folder / f"{stem}{original.suffix or '.csv'}"
        _write_text(returned, path, language)
    return path


def _by_row(refusals: Iterable[Refusal]) -> dict[int, list[Refusal]]:
    found: dict[int, list[Refusal]] = {}
    for refusal in refusals:
        if refusal.row is not None:
            found.setdefault(refusal.row, []).append(refusal)
    return found


def _headings(returned: Returned, language: str) -> list[str]:
    short = "zh" if language.startswith("zh") else "en"
    return [*returned.headings, ROW_HEADING[short], REASON_HEADING[short]]


def _guarded(cell: str | None) -> str:
    """A cell that no spreadsheet takes for a formula (numbers may begin with a sign)."""
    if not cell or not cell.startswith(FORMULA_STARTS) or NUMBER.fullmatch(cell):
        return cell or ""
    return f"'{cell}"


def _write_text(returned: Returned, path: Path, language: str) -> None:
    """In the encoding and with the delimiter of the original; what the encoding lacks is impossible here."""
    wrong = _by_row(returned.refusals)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=returned.delimiter, lineterminator="\r\n")
    writer.writerow(_headings(returned, language))
    for number in sorted(returned.rows):
        reasons = " ".join(explain(refusal, language) for refusal in wrong.get(number, ()))
        writer.writerow([*map(_guarded, returned.rows[number]), number, reasons])
    path.write_bytes(buffer.getvalue().encode(returned.encoding))


def _write_workbook(returned: Returned, path: Path, language: str) -> None:
    """One sheet, all cells as text, so that ids keep their digits and nothing is taken for a formula."""
    wrong = _by_row(returned.refusals)
    headings = _headings(returned, language)
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        sheet = book.add_worksheet((returned.sheet or "Sheet1")[:31])
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        bad = book.add_format({"num_format": "@", "bg_color": BAD_FILL, "border": 1})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
            sheet.set_column(column, column, min(max(len(heading) * 2 + 2, 10), WIDEST), text)
        place = {heading: column for column, heading in enumerate(returned.headings)}
        for line, number in enumerate(sorted(returned.rows), start=1):
            marks: dict[int, list[str]] = {}
            for refusal in wrong.get(number, ()):
                for name in (refusal.column or "").split(" + "):
                    marks.setdefault(place.get(name, len(headings) - 1), []).append(explain(refusal, language))
            for column, cell in enumerate(returned.rows[number]):
                sheet.write_string(line, column, cell or "", bad if column in marks else text)
            sheet.write_number(line, len(headings) - 2, number)
            sheet.write_string(line, len(headings) - 1, " ".join(explain(r, language) for r in wrong.get(number, ())))
            for column, reasons in marks.items():
                sheet.write_comment(line, column, "\n".join(dict.fromkeys(reasons)), {"x_scale": 2})
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(returned.rows), 1), len(headings) - 1)
