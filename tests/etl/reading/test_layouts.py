"""Tables as people make them: titles, merged headers, totals, footers, workbooks, archives; literal in, literal out.

The layouts are those of import-formats.md 4.3 (F4 to F6, F8, F14, F22, F24, F25); places and figures are invented.
"""

import datetime as dt
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from etl.errors import FileRefused
from etl.reading import Choice, FoundTable, check_totals, peek, read_files, set_aside
from etl.reading.periods import find_period

SAMPLE = """全市2024年第1周警情统计表,,,,,
统计时间：2024年1月1日0时至1月7日24时,,,,单位：起,
单 位,有效警情,,,环比,填报日期
,刑事,治安,纠纷,,
东城分局,2,48,50,↓36.36%,2024年1月8日
西城分局,２, 19 ,-,持平,45299
合 计,4,67,50,,
填报人：×××    审核人：×××,,,,,
"""
COLUMNS = ("单 位", "有效警情_刑事", "有效警情_治安", "有效警情_纠纷", "环比", "填报日期")


def split(table: FoundTable) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = pl.read_parquet(table.source) if table.is_parquet else pl.read_csv(
        table.source, infer_schema=False, separator=table.delimiter or ",", row_index_name="_row", row_index_offset=2
    )  # fmt: skip
    return set_aside(frame, table.layout)


def read(path: Path, content: bytes | str, folder: Path, choice: Choice | None = None) -> FoundTable:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (found,) = read_files([path], folder, choice)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_sample_reads_the_same_in_every_dress(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    content = SAMPLE.replace(",", delimiter).replace("\n", end).encode(encoding)
    table = read(tmp_path / "a.csv", content, tmp_path)
    assert table.columns == COLUMNS
    assert (table.header_row, table.header_rows, table.delimiter) == (3, 2, delimiter)
    assert table.layout.title == "全市2024年第1周警情统计表"
    assert table.layout.unit == "起"
    assert table.layout.period == (dt.date(2024, 1, 1), dt.date(2024, 1, 8))
    records, aside = split(table)
    assert records["_row"].to_list() == [5, 6]
    assert records[COLUMNS[1]].to_list() == ["2", "２"]
    assert dict(aside.select("_row", "_why").iter_rows()) == {7: "total", 8: "footer"}


def test_totals_are_checked_and_both_numbers_told(tmp_path: Path) -> None:
    table = read(tmp_path / "a.csv", SAMPLE.replace("合 计,4,67", "合 计,4,68"), tmp_path)
    records, aside = split(table)
    found = {
        total["column"]: (total["label"], total["stated"], total["computed"], total["row"])
        for total in check_totals(table, records, aside)
    }
    assert found == {
        "有效警情_刑事": ("合计", 4, 4, 7),
        "有效警情_治安": ("合计", 68, 67, 7),
        "有效警情_纠纷": ("合计", 50, 50, 7),
    }


def test_subtotals_between_districts_and_a_total_on_top(tmp_path: Path) -> None:
    content = (
        "单位,警情\n全 市,21\n东一所,1\n东二所,2\n小　计,3\n西一所,8\n西二所,10\n小计,18\n\n"
        "单位,警情\n南一所,0\n总计,21\n备注：本表不含交通,\n"
    )
    table = read(tmp_path / "a.csv", content, tmp_path)
    records, aside = split(table)
    assert records["单位"].to_list() == ["东一所", "东二所", "西一所", "西二所", "南一所"]
    assert aside["_why"].to_list() == [
        "total", "total", "total", "blank", "repeated_header", "total", "footer",
    ]  # fmt: skip
    checked = check_totals(table, records, aside.filter(pl.col("_why") == "total"))
    assert [(total["label"], total["stated"], total["computed"]) for total in checked] == [
        ("全市", 21, 21), ("小计", 3, 3), ("小计", 18, 18), ("总计", 21, 21),
    ]  # fmt: skip


def test_plain_files_take_the_fast_path_and_their_rows_keep_their_numbers(tmp_path: Path) -> None:
    table = read(tmp_path / "a.csv", 'a,b,c\n1,"two\nlines",x\n2,,\n', tmp_path)
    assert not table.is_parquet
    assert split(table)[0].rows() == [(2, "1", "two\nlines", "x"), (3, "2", None, None)]


def test_a_person_can_say_where_the_header_is(tmp_path: Path) -> None:
    content = "x,y\n1,2\na,b\n3,4\n"
    table = read(tmp_path / "a.csv", content, tmp_path, Choice(header_row=3, header_rows=1))
    assert table.columns == ("a", "b")
    assert split(table)[0].rows() == [(4, "3", "4")]


def book(path: Path, *, date_1904: bool = False) -> Path:
    with xlsxwriter.Workbook(str(path), {"date_1904": date_1904}) as made:
        made.add_worksheet("说明")
        made.add_worksheet("统计").write(0, 0, "无数据")
        sheet = made.add_worksheet("警情数据")
        other = made.add_worksheet("重复")
        other.write_row(0, 0, ["编号", "次数"])
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(1, 1, 1, 5, "2024年1月警情")
        sheet.merge_range(3, 1, 4, 1, "单位")
        sheet.merge_range(3, 2, 3, 3, "有效警情")
        sheet.write_row(4, 2, ["刑事", "治安"])
        sheet.merge_range(3, 4, 4, 4, "填报日期")
        sheet.merge_range(3, 5, 4, 5, "编号")
        sheet.write_row(5, 1, ["东城", 2, 1.5])
        sheet.write_datetime(5, 4, dt.datetime(2024, 1, 5), day)
        sheet.write_number(5, 5, 330106202401050001)
        sheet.write_string(6, 1, "西城")
        sheet.write_formula(6, 2, "=1/0", None, "#DIV/0!")
        sheet.write_number(6, 4, 45296)
        sheet.write_string(6, 5, "330106202401050002")
        sheet.set_row(6, None, None, {"hidden": True})
        sheet.write_row(7, 1, ["合计", 2, 1.5])
    return path


def test_a_workbook_keeps_types_errors_offsets_and_merges(tmp_path: Path) -> None:
    (table,) = read_files([book(tmp_path / "a.xlsx")], tmp_path)
    assert table.sheet == "警情数据"
    assert dict(table.other_sheets) == {"说明": "empty", "统计": "no_table", "重复": "not_chosen"}
    assert table.columns == ("列1", "单位", "有效警情_刑事", "有效警情_治安", "填报日期", "编号")
    assert table.layout.period == (dt.date(2024, 1, 1), dt.date(2024, 2, 1))
    assert table.hidden_rows == 1
    assert {warning["code"] for warning in table.warnings} == {"hidden_rows", "sheets_left_out"}
    records, aside = split(table)
    assert records.rows() == [
        (6, None, "东城", "2", "1.5", "2024-01-05", "3.3010620240105E+17"),
        (7, None, "西城", "#DIV/0!", None, "45296", "330106202401050002"),
    ]
    assert aside["_why"].to_list() == ["total"]


@pytest.mark.parametrize(("date_1904", "system"), [(False, 1900), (True, 1904)])
def test_the_date_system_of_a_workbook_is_known(tmp_path: Path, date_1904: bool, system: int) -> None:
    (table,) = read_files([book(tmp_path / "a.xlsx", date_1904=date_1904)], tmp_path)
    assert table.date_system == system
    assert split(table)[0]["填报日期"][0] == "2024-01-05"


def test_a_sheet_can_be_named_and_a_wrong_name_lists_the_right_ones(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    with pytest.raises(FileRefused) as refused:
        read_files([path], tmp_path, Choice(sheet="警情"))
    assert refused.value.refusal.code == "no_sheet"
    assert "警情数据" in (refused.value.refusal.detail or "")


def test_an_old_workbook_reads_the_same(tmp_path: Path) -> None:
    made = xlwt.Workbook()
    sheet = made.add_sheet("警情数据")
    for row, cells in enumerate([["单位", "警情"], ["东城", 2], ["西城", 3], ["合计", 5]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    made.save(str(tmp_path / "a.xls"))
    (table,) = read_files([tmp_path / "a.xls"], tmp_path)
    assert split(table)[0].rows() == [(2, "东城", "2"), (3, "西城", "3")]


def test_an_archive_of_tables_with_chinese_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("一月/东城.csv", "a,b\n1,2\n")
        packed.writestr("readme.md", "no table")
        packed.writestr("__MACOSX/._东城.csv", "x")
        packed.writestr("二月.csv", "a;b\n3;4\n".encode("gb18030"))
    found = read_files([tmp_path / "a.zip"], tmp_path)
    assert [table.file for table in found] == ["a.zip/一月/东城.csv", "a.zip/二月.csv"]
    assert [split(table)[0]["a"].to_list() for table in found] == [["1"], ["3"]]


def refused_code(path: Path, content: bytes, folder: Path) -> str:
    with pytest.raises(FileRefused) as refused:
        read(path, content, folder)
    return refused.value.refusal.code


def test_what_is_no_table_is_called_what_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", b"0" * (64 << 20))
    assert refused_code(tmp_path / "b.zip", (tmp_path / "bomb.zip").read_bytes(), tmp_path) == "zip_bomb"
    with zipfile.ZipFile(tmp_path / "n.zip", "w") as packed:
        packed.writestr("inner.zip", b"PK")
    assert refused_code(tmp_path / "c.zip", (tmp_path / "n.zip").read_bytes(), tmp_path) == "empty_archive"
    assert refused_code(tmp_path / "d.xls", b"<html><table><tr><td>1</td></tr></table></html>", tmp_path) == "is_html"
    assert refused_code(tmp_path / "e.xlsx", b"PK\x03\x04" + bytes(50), tmp_path) == "bad_workbook"
    big5 = "報警時間,單位,警情數\n2024-01-05,東城,3\n2024-01-06,西城,4\n".encode("big5")
    assert refused_code(tmp_path / "g.csv", big5, tmp_path) == "is_big5"
    assert refused_code(tmp_path / "h.csv", "无数据\n".encode(), tmp_path) == "no_table"
    assert refused_code(tmp_path / "i.csv", "单位,警情\n东城,1\n".encode("gb18030")[:-4], tmp_path) in (
        "bad_encoding",
        "empty_file",
    )
    assert refused_code(tmp_path / "j.ods", b"PK\x03\x04", tmp_path) == "unread_kind"


def test_a_protected_workbook_is_called_so(tmp_path: Path) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = book(tmp_path / "a.xlsx")
    with plain.open("rb") as source, (tmp_path / "b.xlsx").open("wb") as sink:
        OOXMLFile(source).encrypt("secret", sink)
    with pytest.raises(FileRefused) as refused:
        read_files([tmp_path / "b.xlsx"], tmp_path)
    assert refused.value.refusal.code == "has_password"


def test_the_first_look_shows_what_reading_finds(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    seen = peek(path, tmp_path, Choice(sheet="警情数据"))
    (table,) = read_files([path], tmp_path)
    assert seen.sheets == ("说明", "统计", "警情数据", "重复")
    assert seen.layout is not None
    assert seen.layout.header_row == table.header_row


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("统计时间：2024年1月1日0时至1月7日24时", "2024-01-01", "2024-01-08"),
        ("2024年12月30日0时至2025年1月6日0时", "2024-12-30", "2025-01-06"),
        ("2024年12月25日至1月3日", "2024-12-25", "2025-01-04"),
        ("2024-01-01至2024-01-08", "2024-01-01", "2024-01-09"),
        ("2024.1.1—2024.1.31", "2024-01-01", "2024-02-01"),
        ("全市2024年第1周警情", "2024-01-01", "2024-01-08"),
        ("２０２４年８月", "2024-08-01", "2024-09-01"),
        ("2024年1-6月", "2024-01-01", "2024-07-01"),
        ("2024年第三季度", "2024-07-01", "2024-10-01"),
        ("2023年度", "2023-01-01", "2024-01-01"),
        ("2024年2月29日", "2024-02-29", "2024-03-01"),
        ("201912", "2019-12-01", "2020-01-01"),
    ],
)
def test_periods_in_titles(text: str, first: str, after: str) -> None:
    assert find_period(text) == (dt.date.fromisoformat(first), dt.date.fromisoformat(after))


@pytest.mark.parametrize("text", ["", "警情统计表", "2024年2月30日", "第3周", "1月5日", "201913", "1201904"])
def test_no_period_is_guessed(text: str) -> None:
    assert find_period(text) is None
