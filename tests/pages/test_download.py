"""Downloads: what Excel reads, and that no name in the data becomes a command."""

import io
import zipfile
from datetime import date

import polars as pl
import pytest

from pages.shared.download import csv_bytes, guarded, xlsx_bytes

TABLE = pl.DataFrame({"名称": ["=1+1", "东城"], "n": [-3, None], "day": [date(2025, 1, 2), None]})


def test_csv_begins_with_a_byte_order_mark_and_keeps_negative_numbers() -> None:
    content = csv_bytes(TABLE, ["remark"])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines() == ["名称,n,day", "'=1+1,-3,2025-01-02", "东城,,", "", "remark"]


@pytest.mark.parametrize("cell", ["=A1", "+1", "-1", "@x", "\tx", " =A1", "＝A1"])
def test_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["a=b", "", 5, -5, None, 0.5])
def test_anything_else_stays(cell: object) -> None:
    assert guarded(cell) == cell


def test_xlsx_holds_text_as_text() -> None:
    book = zipfile.ZipFile(io.BytesIO(xlsx_bytes(TABLE, ["remark"], "a/b: c[1]")))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
