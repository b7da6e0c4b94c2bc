"""Where a table begins and what is no record of it, in layouts that people really make; literal in, literal out."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from etl.errors import FileRefused
from etl.reading import FoundTable, check_totals, read_files, set_aside
from etl.reading.periods import find_period


def found(folder: Path, content: str | bytes, name: str = "a.csv") -> FoundTable:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (table,) = read_files([folder / name], folder)
    return table


def split(table: FoundTable) -> tuple[pl.DataFrame, pl.DataFrame]:
    if table.is_parquet:
        return set_aside(pl.read_parquet(table.source), table.layout)
    frame = pl.read_csv(table.source, infer_schema=False, row_index_name="_row", row_index_offset=2)
    return set_aside(frame, table.layout)


def aside(table: FoundTable) -> dict[int, str]:
    return dict(split(table)[1].select("_row", "_why").iter_rows())


@pytest.mark.parametrize(
    ("content", "row", "rows", "columns"),
    [
        ("单位,警情\n东城,1\n", 1, 1, ("单位", "警情")),
        ("\n\n单位,警情\n东城,1\n", 3, 1, ("单位", "警情")),
        ("单位,2022年,2023年\n东城,1,2\n", 1, 1, ("单位", "2022年", "2023年")),
        ("单位,2022,2023,2024\n东城,1,2,3\n", 1, 1, ("单位", "2022", "2023", "2024")),
        ("单位,2024-01-01,2024-02-01\n东城,1,2\n", 1, 1, ("单位", "2024-01-01", "2024-02-01")),
        ("日报,,,\n所,1,2,3\n东一,5,5,6\n", 2, 1, ("所", "1", "2", "3")),
        (
            "单位,有效警情,,,,,,环比\n,刑事,治安,交通,纠纷,求助,举报,\n东城,1,2,3,4,5,6,持平\n",
            1,
            2,
            ("单位", *(f"有效警情_{kind}" for kind in ("刑事", "治安", "交通", "纠纷", "求助", "举报")), "环比"),
        ),
        (
            "标题,,,,\n单位,本期,,,\n,盗窃,,诈骗,\n,受理,破案,受理,破案\n东城,1,2,3,4\n",
            2,
            3,
            ("单位", *(f"本期_{kind}_{what}" for kind in ("盗窃", "诈骗") for what in ("受理", "破案"))),
        ),
        ("填报单位：东城,,填报时间：2024年1月8日,\n单位,刑事,治安,纠纷\n东一,1,2,3\n", 2, 1, ("单位", "刑事", "治安", "纠纷")),  # noqa: E501
        ("单位,负责人,联系电话\n东一,张某,1\n", 1, 1, ("单位", "负责人", "联系电话")),
        ("统计日期,警情数\n2024-01-01,3\n", 1, 1, ("统计日期", "警情数")),
        ("单位,警情,警情\n东一,1,2\n", 1, 1, ("单位", "警情", "警情_2")),
        ('"单\n位",\u200b警情\u200b\n东一,1\n', 1, 1, ("单 位", "警情")),
    ],
)  # fmt: skip
def test_the_header_is_found(tmp_path: Path, content: str, row: int, rows: int, columns: tuple[str, ...]):
    table = found(tmp_path, content)
    assert (table.header_row, table.header_rows, table.columns) == (row, rows, columns)


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：起", "起"),
        ("（单位:件）", "件"),
        ("计量单位：人次  制表：×××", "人次"),
        ("填报单位：东城分局", None),
    ],
)
def test_the_unit_is_no_place(tmp_path: Path, line: str, unit: str | None):
    assert found(tmp_path, f"警情表,,\n{line},,\n单位,警情,备注\n东一,1,无\n").unit == unit


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("东一,1,2,3\n,,,\n东二,1,2,3\n", {3: "blank"}),
        ('东一,1,2,3\n"","","",""\n东二,1,2,3\n', {3: "blank"}),
        ("东一,1,2,3\n , ,　,\n东二,1,2,3\n", {3: "blank"}),
        ("东一,1,2,3\n\n\n东二,1,2,3\n", {3: "blank", 4: "blank"}),
        ("东一,1,2,3\n单位,刑事,治安,纠纷\n东二,1,2,3\n", {3: "repeated_header"}),
        ("东一,1,2,3\n东城分局小计,1,2,3\n西一,1,2,3\n全　市,2,4,6\n", {3: "total", 5: "total"}),
        ("东一,1,2,3\nＴｏｔａｌ,1,2,3\n", {3: "total"}),
        ("东一,1,2,3\n1,合 计：,2,3\n", {3: "total"}),
        ("东一,1,2,3\n注：1.不含交通,,,\n　　2.含举报,,,\n3.2012年起改口径,,,\n", {3: "footer", 4: "footer", 5: "footer"}),  # noqa: E501
        ("东一,1,2,3\n填报人：×,审核人：×,,填报时间：2024年1月8日\n", {3: "footer"}),
        ("东一,1,2,3\n统计时间：2024年1月2日,,,\n东二,1,2,3\n", {3: "lead"}),
    ],
)  # fmt: skip
def test_what_is_no_record_is_set_aside_by_its_kind(tmp_path: Path, rows: str, why: dict[int, str]):
    assert aside(found(tmp_path, "单位,刑事,治安,纠纷\n" + rows)) == why


@pytest.mark.parametrize(
    "row",
    [
        "计生所,1,2,3",
        "全市广场所,1,2,3",
        "统计科,1,2,3",
        "总和路所,,,",
        "备注所,,,",
        "东一,,,",
        "单位所,1,2,3",
        "小计量所,1,2,3",
    ],
)
def test_a_record_that_looks_a_little_like_another_thing_stays(tmp_path: Path, row: str):
    table = found(tmp_path, f"单位,刑事,治安,纠纷\n东一,1,2,3\n{row}\n东二,1,2,3\n")
    assert aside(table) == {}
    assert split(table)[0].height == 3


def test_subtotals_by_name_are_sums_of_their_own_rows(tmp_path: Path):
    table = found(
        tmp_path,
        '单位,警情,破案率\n东一,1,50%\n东二,"1,000",5%\n东城分局合计,1001,\n西一,8,1%\n西城分局合计,9,\n总计,1009,\n',
    )
    records, totals = split(table)
    checked = check_totals(table, records, totals)
    assert [(total["label"], total["stated"], total["computed"], total["agrees"], total["row"]) for total in checked] == [  # noqa: E501
        ("东城分局合计", 1001, 1001, True, 4), ("西城分局合计", 9, 8, False, 6), ("总计", 1009, 1009, True, 7),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("单位,警情\n东城,1\n".encode("utf-16-le"), "utf16_unmarked"),
        ("单位,警情\n东城,1\n".encode("utf-16-be"), "utf16_unmarked"),
        (b"a,b\n1,x\x00y\n", "not_text"),
        ("單位,數量\n東城分局,1\n".encode("big5"), "is_big5"),
        ("單位,警情數量\n東城分局報案,1\n總計統計,2\n".encode("big5"), "is_big5"),
        (b"%PDF-1.7\n...", "unread_kind"),
        (b"Rar!\x1a\x07\x00", "unread_kind"),
        (b"\x1f\x8b\x08\x00aaaaaa", "unread_kind"),
        ('单位,警情\n东城,"1\n西城,2\n'.encode(), "malformed"),
        ("单位,警情\n东城,1,2\n".encode(), "too_many_cells"),
        (b"<html><table><tr><td>1</td></tr></table>", "is_html"),
    ],
)
def test_what_cannot_be_read_has_its_own_reason(tmp_path: Path, content: bytes, code: str):
    with pytest.raises(FileRefused) as refused:
        found(tmp_path, content)
    assert refused.value.refusal.code == code


@pytest.mark.parametrize(
    "text", ["单位,警情\n东,1\n", "时间,所\n2024-01-05,东\n", "联通,移动\n1,2\n", "编号,报警时间\n1,2024年1月5日\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_few_letters_tell_the_encodings_apart(tmp_path: Path, text: str, encoding: str):
    assert ",".join(found(tmp_path, text.encode(encoding)).columns) == text.splitlines()[0]


@pytest.mark.parametrize(("encoding", "place"), [("utf-8", 16), ("gb18030", 12)])
def test_a_short_file_cut_within_a_letter_is_refused_at_its_byte(tmp_path: Path, encoding: str, place: int):
    with pytest.raises(FileRefused) as refused:
        found(tmp_path, "单位,警情\n1,东\n".encode(encoding)[:-2])
    assert (refused.value.refusal.code, refused.value.refusal.detail) == ("bad_encoding", f"byte {place}")


def test_a_quote_within_a_cell_is_a_letter_like_any_other(tmp_path: Path):
    table = found(tmp_path, '单位,警情\n5"所,1\n东一,2\n')
    assert split(table)[0].rows() == [(2, '5"所', "1"), (3, "东一", "2")]


def test_files_of_one_name_do_not_meet(tmp_path: Path):
    paths = []
    for name, cell in (("a", "东"), ("b", "西")):
        (tmp_path / name).mkdir()
        paths.append(tmp_path / name / "x.csv")
        paths[-1].write_bytes(f"单位,警情\n{cell}城分局,1\n".encode("gb18030"))
    first, second = read_files(paths, tmp_path)
    assert [split(table)[0]["单位"].item() for table in (first, second)] == ["东城分局", "西城分局"]


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("20240101-20240107警情", "2024-01-01", "2024-01-08"),
        ("2024年上半年", "2024-01-01", "2024-07-01"),
        ("2023年下半年", "2023-07-01", "2024-01-01"),
        ("2024年前三季度", "2024-01-01", "2024-10-01"),
        ("2022-2024年", "2022-01-01", "2025-01-01"),
        ("2024年8月份", "2024-08-01", "2024-09-01"),
        ("截至2024年1月7日", "2024-01-07", "2024-01-08"),
        ("2024年第1周（1月1日-1月7日）", "2024-01-01", "2024-01-08"),
    ],
)
def test_more_periods(text: str, first: str, after: str):
    assert find_period(text) == (dt.date.fromisoformat(first), dt.date.fromisoformat(after))


@pytest.mark.parametrize("text", ["12345.6万元", "电话 13800002024.1", "2024年第60周", "第2024-1号"])
def test_numbers_are_no_periods(text: str):
    assert find_period(text) is None
