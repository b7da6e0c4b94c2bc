"""Tables as files: CSV that Excel opens in Chinese, and XLSX.

A cell that begins like a formula is given a leading apostrophe in CSV and is written as text in XLSX, so that a
name in the data can never become a command in a spreadsheet. Numbers stay numbers.
"""

import csv
import io

import polars as pl

from wording import guarded

BOM = "\ufeff"


def csv_bytes(frame: pl.DataFrame, remarks: list[str]) -> bytes:
    """Return the table as CSV in UTF-8 with a byte-order mark, the remarks beneath it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(guarded(name) for name in frame.columns)
    for row in frame.iter_rows():
        writer.writerow(guarded(cell) for cell in row)
    writer.writerows([[], *([guarded(remark)] for remark in remarks)])
    return (BOM + out.getvalue()).encode("utf-8")


def xlsx_bytes(frame: pl.DataFrame, remarks: list[str], sheet: str) -> bytes:
    """Return the table as a workbook with one sheet, the remarks beneath it."""
    import xlsxwriter  # only a download needs it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(_sheet_name(sheet))
    bold, days = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(frame.columns):
        page.write_string(0, column, name, bold)
        for line, cell in enumerate(frame[name].to_list(), start=1):
            if isinstance(cell, str):
                page.write_string(line, column, cell)
            elif cell is not None and frame[name].dtype.is_temporal():
                page.write_datetime(line, column, cell, days)
            elif cell is not None:
                page.write(line, column, cell)
    for line, remark in enumerate(remarks, start=len(frame) + 2):
        page.write_string(line, 0, remark)
    page.freeze_panes(1, 0)
    page.autofit()
    book.close()
    return out.getvalue()


def _sheet_name(name: str) -> str:
    """Return a name that Excel allows: 31 characters, none of them special."""
    return "".join(letter for letter in name if letter not in "[]:*?/\\'")[:31] or "1"
