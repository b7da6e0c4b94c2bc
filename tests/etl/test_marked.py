"""Refused rows come back as the same kind of file, with the bad cells marked."""

import csv
from pathlib import Path

import openpyxl

from etl.errors import Refusal
from etl.marked import Returned, write_marked

HEADINGS = ("警情编号", "报警时间", "数量")
ROWS = {3: ("00017", "2024-13-05", "=1+1"), 9: ("330106202401050001", None, "-4")}
REFUSALS = (
    Refusal("周报.csv", "not_a_time", 3, "报警时间", "2024-13-05"),
    Refusal("周报.csv", "required", 9, "报警时间"),
    Refusal("周报.csv", "not_a_number", 3, "数量", "=1+1"),
)


def test_a_text_file_comes_back_in_its_own_encoding_and_delimiter(tmp_path: Path) -> None:
    path = write_marked(Returned("周报.csv", None, HEADINGS, ROWS, REFUSALS, "gb18030", ";"), tmp_path)
    assert path.name == "周报-未通过.csv"
    rows = list(csv.reader(path.read_text(encoding="gb18030").splitlines(), delimiter=";"))
    assert rows[0] == [*HEADINGS, "原文件行号", "问题说明"]
    assert rows[1][:4] == ["00017", "2024-13-05", "'=1+1", "3"]
    assert "报警时间：" in rows[1][4] and "数量：" in rows[1][4]
    assert rows[2][:4] == ["330106202401050001", "", "-4", "9"]


def test_a_workbook_comes_back_with_a_comment_on_each_bad_cell(tmp_path: Path) -> None:
    path = write_marked(Returned("周报.xls", "警情数据", HEADINGS, ROWS, REFUSALS), tmp_path, "en")
    sheet = openpyxl.load_workbook(path)["警情数据"]
    assert path.name == "周报-refused.xlsx"
    assert [cell.value for cell in sheet[2]][:4] == ["00017", "2024-13-05", "=1+1", 3]
    assert sheet["A3"].value == "330106202401050001" and sheet["A3"].data_type == "s"
    assert sheet["C2"].data_type == "s", "a text, not a formula"
    commented = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert commented == {"B2", "C2", "B3"}
    assert "2024-01-05 08:30:00" in sheet["B2"].comment.text
    assert sheet["B2"].fill.fgColor.rgb.endswith("FFE08A") and not sheet["A2"].fill.fgColor.rgb.endswith("FFE08A")


def test_a_file_in_an_archive_is_named_without_the_archive(tmp_path: Path) -> None:
    assert write_marked(Returned("a.zip/b/c.tsv", None, HEADINGS, ROWS, REFUSALS), tmp_path).name == "c-未通过.tsv"
