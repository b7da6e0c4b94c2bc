"""Damaged workbooks and archives are refused by name or read; no reader's own error gets through, and no process dies.

Text files: `test_reading_properties`.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.errors import REASONS, FileRefused
from etl.reading import peek, read_files

QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROWS = [["单位", "警情", "环比"], *([f"第{n}派出所", n, n / 7] for n in range(40)), ["合计", 780, None]]


@cache
def whole(kind: str) -> bytes:
    made = io.BytesIO()
    if kind == "xlsx":
        with xlsxwriter.Workbook(made) as book:
            sheet = book.add_worksheet()
            for row, cells in enumerate(ROWS):
                sheet.write_row(row, 0, cells)
            sheet.merge_range(50, 0, 52, 1, "说明")
    elif kind == "xls":
        old = xlwt.Workbook()
        page = old.add_sheet("表")
        for row, cells in enumerate(ROWS):
            for column, cell in enumerate(cells):
                page.write(row, column, cell)
        old.save(made)
    else:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("一.csv", "单位,警情\n" + "".join(f"第{n}所,{n}\n" for n in range(50)))
            packed.writestr("二.xlsx", whole("xlsx"))
    return made.getvalue()


def attempt(content: bytes, kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        path.write_bytes(content)
        for read in (lambda: read_files([path], Path(folder)), lambda: peek(path, Path(folder))):
            try:
                read()
            except FileRefused as refused:
                assert refused.refusal.code in REASONS
                assert refused.refusal.file.startswith("a.")


def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    spoilt = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(spoilt) - 1, 0)))
        match draw(st.sampled_from(["change", "cut", "insert", "zero"])):
            case "change":
                spoilt[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del spoilt[at:]
            case "insert":
                spoilt[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "zero":
                spoilt[at : at + 64] = bytes(64)
    return bytes(spoilt)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "zip"])
@given(data=st.data())
@QUIET
def test_damage_anywhere_is_refused_or_read(kind: str, data: st.DataObject):
    attempt(damaged(data.draw, whole(kind)), kind)


@given(data=st.data())
@QUIET
def test_damage_within_the_xml_is_refused_or_read(data: st.DataObject):
    part = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml",
                                      "xl/styles.xml", "xl/_rels/workbook.xml.rels"]))  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole("xlsx"))) as read, zipfile.ZipFile(made, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            written.writestr(name, damaged(data.draw, content) if name == part else content)
    attempt(made.getvalue(), "xlsx")


STUBS = [b"", b"\x00" * 100, b"PK", b"PK\x05\x06" + bytes(18), b"\xd0\xcf\x11\xe0" + bytes(600)]


@pytest.mark.parametrize("content", STUBS)
@pytest.mark.parametrize("kind", ["xlsx", "xls", "zip", "csv"])
def test_stubs_of_files(content: bytes, kind: str):
    attempt(content, kind)


def test_a_count_that_lies_ends_the_child_and_not_the_process(tmp_path: Path):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole("xlsx"))) as read, zipfile.ZipFile(made, "w") as written:
        for name in read.namelist():
            written.writestr(name, read.read(name).replace(b'uniqueCount="', b'uniqueCount="99999999999'))
    (tmp_path / "a.xlsx").write_bytes(made.getvalue())
    with pytest.raises(FileRefused) as refused:
        read_files([tmp_path / "a.xlsx"], tmp_path)
    assert (refused.value.refusal.code, refused.value.refusal.detail) == ("bad_workbook", "the reader gave up")


def test_a_cell_that_lies_about_its_place_is_refused(tmp_path: Path):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole("xlsx"))) as read, zipfile.ZipFile(made, "w") as written:
        for name in read.namelist():
            written.writestr(name, read.read(name).replace(b'<c r="B9"', b"<c s='0' r='XFD1048576'"))
    (tmp_path / "a.xlsx").write_bytes(made.getvalue())
    with pytest.raises(FileRefused) as refused:
        read_files([tmp_path / "a.xlsx"], tmp_path)
    assert refused.value.refusal.code == "sheet_too_large"
