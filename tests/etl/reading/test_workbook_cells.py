"""What workbooks hold and their readers leave out: errors, hidden rows, two date systems, merges, and where they end.

F8, F10, F11, F14 and F22 of import-formats.md 4.3, for XLSX and XLS alike where both can say it.
"""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from etl.errors import FileRefused, Refusal
from etl.reading import LIMITS, FoundTable, Limits, peek, read_files
from etl.reading.cells import cell_text

SECOND = "yyyy-mm-dd hh:mm:ss"


def one(path: Path, limits: Limits = LIMITS) -> tuple[FoundTable, list[tuple[object, ...]]]:
    (table,) = read_files([path], path.parent, limits=limits)
    return table, pl.read_parquet(table.source).rows()


def refusal(path: Path, limits: Limits = LIMITS) -> Refusal:
    with pytest.raises(FileRefused) as refused:
        read_files([path], path.parent, limits=limits)
    return refused.value.refusal


def new(path: Path, *rows: list[object], date_1904: bool = False) -> Path:
    """A workbook of either kind, by its ending; datetimes are formatted as such."""
    if path.suffix == ".xls":
        old = xlwt.Workbook()
        old.dates_1904 = date_1904
        sheet, style = old.add_sheet("表"), xlwt.easyxf(num_format_str=SECOND)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell, style if isinstance(cell, dt.datetime) else xlwt.Style.default_style)
        old.save(str(path))
        return path
    with xlsxwriter.Workbook(str(path), {"date_1904": date_1904, "default_date_format": SECOND}) as made:
        page = made.add_worksheet("表")
        for row, cells in enumerate(rows):
            page.write_row(row, 0, cells)
    return path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ("'330106202401050001", "'330106202401050001"),
        (True, "1"),
        (2.0, "2"),
        (-0.5, "-0.5"),
        (0.1, "0.1"),
        (45296.354, "45296.354"),
        (999_999_999_999_999.0, "999999999999999"),
        (330106202401050001.0, "3.3010620240105E+17"),
        (330106202401050001, "3.30106202401050001E+17"),
        (1234567890123456.0, "1.234567890123456E+15"),
        (1e15, "1E+15"),
        (dt.datetime(2024, 1, 5), "2024-01-05"),
        (dt.datetime(2024, 1, 5, 8, 30), "2024-01-05 08:30:00"),
        (dt.datetime(2024, 1, 5, 8, 29, 59, 999_600), "2024-01-05 08:30:00"),
        (dt.datetime(2024, 1, 5, 8, 29, 59, 250_000), "2024-01-05 08:29:59.250"),
        (dt.datetime(2024, 12, 31, 23, 59, 59, 999_999), "2025-01-01"),
        (dt.date(2024, 1, 5), "2024-01-05"),
        (dt.time(8, 30), "08:30:00"),
        (dt.timedelta(days=1, hours=12), "36:00:00"),
    ],
)
def test_a_cell_becomes_the_text_that_a_person_saw(value: object, text: str | None):
    assert cell_text(value) == text


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
@pytest.mark.parametrize("date_1904", [False, True])
def test_dates_of_both_systems_are_the_right_day(tmp_path: Path, kind: str, date_1904: bool):
    serial = 43830 if date_1904 else 45292
    path = new(tmp_path / f"a.{kind}", ["单位", "日期", "日数"], ["东城", dt.datetime(2024, 1, 1), serial],
               date_1904=date_1904)  # fmt: skip
    table, rows = one(path)
    assert rows == [(2, "东城", "2024-01-01", str(serial))]
    assert table.date_system == (1904 if date_1904 else 1900)


def spoilt_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["单位", "警情", "环比"])
        sheet.write_row(1, 0, ["东城", 2])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_row(2, 0, ["西城", 3, 0.5])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.write(3, 0, "南城")
        sheet.write_formula(3, 1, "=A1:B1+#REF!", None, "#REF!")


def spoilt_xls(path: Path) -> None:
    made = xlwt.Workbook()
    made.add_sheet("空")
    sheet = made.add_sheet("表")
    for row, cells in enumerate([["单位", "警情", "环比"], ["东城", 2], ["西城", 3, 0.5], ["南城"]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.row(1).set_cell_error(2, "#DIV/0!")
    sheet.row(2).hidden = True
    sheet.row(3).set_cell_error(1, "#REF!")
    made.save(str(path))


@pytest.mark.parametrize(("kind", "make"), [("xlsx", spoilt_xlsx), ("xls", spoilt_xls)])
def test_errors_stand_in_their_cells_and_hidden_rows_are_read_and_counted(
    tmp_path: Path, kind: str, make: Callable[[Path], None]
):
    make(tmp_path / f"a.{kind}")
    table, rows = one(tmp_path / f"a.{kind}")
    assert rows == [(2, "东城", "2", "#DIV/0!"), (3, "西城", "3", "0.5"), (4, "南城", "#REF!", None)]
    assert table.hidden_rows == 1
    assert {"code": "hidden_rows", "count": 1, "file": f"a.{kind}", "sheet": table.sheet} in table.warnings


def test_errors_are_found_whoever_wrote_the_xml(tmp_path: Path):
    spoilt_xlsx(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as read, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as written:
        for entry in read.namelist():
            content = read.read(entry)
            if entry == "xl/worksheets/sheet1.xml":  # as Microsoft's own SDK for .NET writes it
                assert b' t="e"' in content
                content = content.replace(b"<c r", b"<x:c r").replace(b"</c>", b"</x:c>")
                content = content.replace(b"<v>", b"<x:v>").replace(b"</v>", b"</x:v>")
                content = content.replace(b"<f>", b"<x:f>").replace(b"</f>", b"</x:f>")
                content = content.replace(b"<row", b"<x:row").replace(b"</row", b"</x:row")
                content = content.replace(b"<worksheet ", b'<worksheet xmlns:x="http://schemas.openxmlformats.org/'
                                          b'spreadsheetml/2006/main" ', 1)  # fmt: skip
            written.writestr(entry, content)
    table, rows = one(tmp_path / "b.xlsx")
    assert [row[-1] for row in rows] == ["#DIV/0!", "0.5", None]
    assert table.hidden_rows == 1


def test_what_is_merged_down_stands_for_every_row_and_what_is_merged_across_for_one_cell(tmp_path: Path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["分局", "派出所", "警情"])
        sheet.merge_range(1, 0, 2, 0, "东城分局")
        sheet.merge_range(3, 0, 4, 0, "西城分局")
        for row, cells in enumerate([["东一所", 1], ["东二所", 2], ["西一所", 3], ["西二所", 4]], start=1):
            sheet.write_row(row, 1, cells)
        sheet.merge_range(5, 0, 5, 1, "合计")
        sheet.write(5, 2, 10)
    _, rows = one(tmp_path / "a.xlsx")
    assert [row[1:] for row in rows] == [
        ("东城分局", "东一所", "1"), ("东城分局", "东二所", "2"),
        ("西城分局", "西一所", "3"),
        ("西城分局", "西二所", "4"),
        ("合计", None, "10"),
    ]  # fmt: skip


def test_a_header_of_three_rows_with_merged_cells(tmp_path: Path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as made:
        sheet = made.add_worksheet()
        sheet.merge_range(0, 0, 0, 6, "2024年8月刑事警情")
        sheet.merge_range(1, 0, 3, 0, "单位")
        sheet.merge_range(1, 1, 1, 4, "本期")
        sheet.merge_range(1, 5, 3, 5, "环比")
        sheet.merge_range(2, 1, 2, 2, "盗窃")
        sheet.merge_range(2, 3, 2, 4, "诈骗")
        sheet.write_row(3, 1, ["受理", "破案", "受理", "破案"])
        sheet.write_row(4, 0, ["东城", 1, 2, 3, 4, "持平"])
    table, rows = one(tmp_path / "a.xlsx")
    assert table.columns == ("单位", "本期_盗窃_受理", "本期_盗窃_破案", "本期_诈骗_受理", "本期_诈骗_破案", "环比")
    assert rows[0][0] == 5


def test_a_note_beside_the_table_is_left_out_and_counted(tmp_path: Path):
    path = new(tmp_path / "a.xlsx", ["单位", "警情"], ["东城", 1], ["西城", 2, None, "见附件"], ["南城", 3])
    table, rows = one(path)
    assert rows == [(2, "东城", "1"), (3, "西城", "2"), (4, "南城", "3")]
    assert [warning["code"] for warning in table.warnings] == ["cells_beyond"]


def test_a_sheet_of_instructions_is_passed_over(tmp_path: Path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as made:
        made.add_worksheet("填表说明").write_column(0, 0, ["填表说明", "一、按月填报", "二、由分局汇总"])
        sheet = made.add_worksheet("数据")
        sheet.write_row(0, 0, ["单位", "警情"])
        sheet.write_row(1, 0, ["东城", 1])
    table, _ = one(tmp_path / "a.xlsx")
    assert (table.sheet, table.other_sheets) == ("数据", (("填表说明", "not_chosen"),))
    assert peek(tmp_path / "a.xlsx", tmp_path).sheet == "数据"


def test_a_stray_cell_at_the_end_of_the_sheet_is_refused_before_it_takes_the_memory(tmp_path: Path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as made:
        sheet = made.add_worksheet("表")
        sheet.write_row(0, 0, ["单位", "警情"])
        sheet.write_row(1, 0, ["东城", 1])
        sheet.write(1_048_575, 16_383, "x")
    found = refusal(tmp_path / "a.xlsx")
    assert (found.code, found.sheet, found.detail) == ("sheet_too_large", "表", "1,048,576 rows, 16,384 columns")


def test_limits_each_with_their_reason(tmp_path: Path):
    path = new(tmp_path / "a.xlsx", ["单位", "警情", "备注"], ["东城", 1, "x"])
    assert refusal(path, Limits(workbook_bytes=100)).code == "too_large"
    assert refusal(path, Limits(unpacked_bytes=100)).code == "zip_bomb"
    assert refusal(path, Limits(columns=2)).code == "too_wide"
    assert refusal(path, Limits(cells=3)).code == "sheet_too_large"


def test_an_archive_that_lies_about_its_sizes_is_damaged(tmp_path: Path):
    path = new(tmp_path / "a.xlsx", ["单位", "警情"], *([f"第{n}所", n] for n in range(1000)))
    with zipfile.ZipFile(path) as packed:
        size = packed.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = path.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path.write_bytes(lied)
    assert refusal(path).code == "bad_workbook"
