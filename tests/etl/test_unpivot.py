"""Wide tables: classes, months and years across the top become records, and a bad cell is named by its own heading."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import warehouse
from etl import Prepared, UsageError, load_files, load_mapping, mapping_yaml, peek, save_mapping, suggest
from etl.lookups import place_name
from etl.reading import Choice

SAMPLE = """全市2024年第1周警情统计表,,,,,
统计时间：2024年1月1日0时至1月7日24时,,,,单位：起,
单 位,有效警情,,,环比,填报日期
,刑事,治安,纠纷,,
东城分局,2,48,50,↓36.36%,2024年1月8日
西城分局,２, 19 ,-,持平,45299
合 计,4,67,50,,
填报人：×××    审核人：×××,,,,,
"""
WEEK = (date(2024, 1, 1), date(2024, 1, 8))
RETURNS = """SELECT org_code, breakdown, period_start, period_end, numerator FROM lake.indicator_return
    ORDER BY org_code, period_start, breakdown"""


@pytest.fixture
def lake(tmp_path: Path) -> warehouse.Lake:
    lake = warehouse.open_lake(tmp_path / "lake", create=True)
    units = tmp_path / "district.csv"
    units.write_text("district_code,name_zh\n990101,东城区\n990102,西城区\n", encoding="utf-8")
    assert load_files(lake, "district", [units]).status == "committed"
    return lake


def suggested(tmp_path: Path, file: Path, **constants: str) -> str:
    """The mapping that the headings suggest, in a file; constants are what a person adds."""
    layout = peek(file, tmp_path, Choice()).layout
    assert layout is not None
    path = tmp_path / "suggested.yaml"
    text = mapping_yaml(suggest(layout.columns, None, "indicator_return"))
    added = "".join(f"  {field}: {{constant: {value}}}\n" for field, value in constants.items())
    path.write_text(text.replace("fields:\n", f"fields:\n{added}"), encoding="utf-8")
    return str(path)


def test_the_sample_of_a_weekly_table_loads_by_what_its_headings_suggest(lake: warehouse.Lake, tmp_path: Path):
    file = tmp_path / "week.csv"
    file.write_bytes(SAMPLE.encode("gb18030"))
    report = load_files(lake, "indicator_return", [file], suggested(tmp_path, file))
    assert (report.status, report.rows_read, report.rows_loaded, report.rows_refused) == ("committed", 5, 5, 0)
    assert lake.frame(RETURNS).rows() == [
        ("990101", "criminal", *WEEK, Decimal(2)),
        ("990101", "dispute", *WEEK, Decimal(50)),
        ("990101", "public_order", *WEEK, Decimal(48)),
        ("990102", "criminal", *WEEK, Decimal(2)),
        ("990102", "public_order", *WEEK, Decimal(19)),  # the dash under 纠纷 is no figure, and no zero
    ]
    stated = {total["column"]: (total["stated"], total["computed"]) for total in report.control_totals}
    assert stated == {"有效警情_刑事": (4, 4), "有效警情_治安": (67, 67), "有效警情_纠纷": (50, 50)}


def test_a_bad_cell_is_named_by_its_own_heading_and_the_rest_of_its_line_loads(lake: warehouse.Lake, tmp_path: Path):
    file = tmp_path / "week.csv"
    file.write_bytes(SAMPLE.replace("2,48,50", "2,4B,50").replace("２, 19", "二, 19").encode("gb18030"))
    with Prepared(lake, "indicator_return", [file], suggested(tmp_path, file)) as prepared:
        assert [(r.row, r.column, r.value, r.code) for r in prepared.report.refusals] == [
            (5, "有效警情_治安", "4B", "not_a_number"),
            (6, "有效警情_刑事", "二", "not_a_number"),
        ]
        (marked,) = prepared.write_marked(tmp_path / "marked", "zh") if (tmp_path / "marked").mkdir() is None else ()
        assert "4B" in marked.read_bytes().decode("gb18030")
        assert prepared.commit("quarantine").rows_loaded == 3


def test_the_same_week_again_with_other_figures_replaces_them(lake: warehouse.Lake, tmp_path: Path):
    file = tmp_path / "week.csv"
    file.write_bytes(SAMPLE.encode("gb18030"))
    load_files(lake, "indicator_return", [file], suggested(tmp_path, file))
    file.write_bytes(SAMPLE.replace("2,48,50", "2,49,50").replace("4,67,50", "4,68,50").encode("gb18030"))
    report = load_files(lake, "indicator_return", [file], suggested(tmp_path, file))
    assert (report.rows_loaded, report.rows_updated, report.rows_repeated) == (0, 1, 4)


def test_one_line_twice_counts_once(lake: warehouse.Lake, tmp_path: Path):
    file = tmp_path / "week.csv"
    line = "东城分局,2,48,50,↓36.36%,2024年1月8日\n"
    text = SAMPLE.replace(line, line + line.replace("48", "47")).replace("合 计,4,67,50", "合 计,6,114,100")
    file.write_bytes(text.encode("gb18030"))
    report = load_files(lake, "indicator_return", [file], suggested(tmp_path, file))
    assert (report.rows_loaded, report.rows_repeated) == (5, 3)
    assert lake.frame(RETURNS)["numerator"].to_list() == [2, 50, 47, 2, 19]


@pytest.mark.parametrize(
    ("heading", "period"),
    [
        ("2024年", (date(2024, 1, 1), date(2025, 1, 1))),
        ("2024年2月", (date(2024, 2, 1), date(2024, 3, 1))),
        ("2月", (date(2023, 2, 1), date(2023, 3, 1))),
    ],
)
def test_a_heading_may_name_the_period(lake: warehouse.Lake, tmp_path: Path, heading: str, period: tuple[date, date]):
    file = tmp_path / "years.csv"
    file.write_text(f"2023年警情,,\n单位,{heading},2022年11月\n东城分局,7,8\n", encoding="utf-8")
    load_files(lake, "indicator_return", [file], suggested(tmp_path, file, indicator_id="alerts_valid"))
    assert lake.frame(RETURNS).rows()[-1] == ("990101", "all", *period, Decimal(7))


def test_what_the_file_does_not_say_refuses_it_whole(lake: warehouse.Lake, tmp_path: Path):
    file = tmp_path / "week.csv"
    file.write_text("单位,有效警情_刑事,有效警情_治安\n东城分局,1,2\n", encoding="utf-8")
    report = load_files(lake, "indicator_return", [file], suggested(tmp_path, file))
    assert (report.status, [refusal.code for refusal in report.refusals]) == ("refused", ["no_context"])


def test_a_pattern_chooses_the_columns(lake: warehouse.Lake, tmp_path: Path):
    mapping = tmp_path / "years.yaml"
    mapping.write_text(
        "table: indicator_return\nfields: {indicator_id: {constant: x}, org_code: 地区}\n"
        "unpivot: {value: numerator, pattern: '^\\d{4}年$', period: true}\n",
        encoding="utf-8",
    )
    file = tmp_path / "years.csv"
    file.write_text("地区,2024年,2023年,备注\n东城区,1,2,无\n", encoding="utf-8")
    assert load_files(lake, "indicator_return", [file], str(mapping)).rows_loaded == 2
    file.write_text("地区,备注\n东城区,无\n", encoding="utf-8")
    assert load_files(lake, "indicator_return", [file], str(mapping)).refusals[0].code == "missing_column"


@pytest.mark.parametrize(
    ("unpivot", "why"),
    [
        ("{value: numerator}", "no columns and no pattern"),
        ("{value: nothing, columns: {a: {breakdown: b}}}", "nothing"),
        ("{value: numerator, columns: {a: {brakdown: b}}}", "brakdown"),
        ("{value: numerator, columns: {a: {breakdown: b}, c: {breakdown: b}}}", "stand for the same"),
        ("{value: numerator, pattern: '('}", "not well-formed"),
        ("{columns: {a: {breakdown: b}}}", "lacks the word 'value'"),
    ],
)
def test_what_is_misspelt_is_refused(tmp_path: Path, unpivot: str, why: str):
    path = tmp_path / "m.yaml"
    path.write_text(f"table: indicator_return\nfields: {{org_code: x}}\nunpivot: {unpivot}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=why):
        load_mapping(str(path), "indicator_return")


@pytest.mark.parametrize(
    "text", ["东城区", "东城分局", "东城公安分局", "东城区公安分局", "临江市公安局东城分局", " 东 城 区 "]
)
def test_a_bureau_is_its_district(text: str):
    assert place_name(text) == "东城"


def test_the_sample_suggests_what_it_is():
    columns = ("单 位", "有效警情_刑事", "有效警情_治安", "有效警情_纠纷", "环比", "填报日期")
    found = suggest(columns)
    assert (found.table, found.missing, found.unmapped) == ("indicator_return", (), ("环比", "填报日期"))
    assert suggest(("单位", "刑事", "治安")).missing == ("indicator_id",)


def test_auto_takes_what_leaves_no_doubt_and_then_what_is_remembered(lake: warehouse.Lake, tmp_path: Path):
    file = tmp_path / "week.csv"
    file.write_bytes(SAMPLE.encode("gb18030"))
    assert load_files(lake, "indicator_return", [file], "auto").rows_loaded == 5
    columns = peek(file, tmp_path, Choice()).layout.columns
    other = mapping_yaml(suggest(columns)).replace("alerts_valid", "alerts_received")
    save_mapping(lake.home, "东城周报", other, columns)
    report = load_files(lake, "indicator_return", [file], "auto")
    assert (report.mapping, report.rows_loaded) == ("东城周报", 5)
    assert set(lake.frame("SELECT indicator_id FROM lake.indicator_return")["indicator_id"]) == {
        "alerts_valid", "alerts_received",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("警情编号,接警时间,管辖单位", "no heading for reported_at; «接警时间» is doubtful"),
        ("警情编号,报警时间,管辖派出所名称", "«管辖派出所名称» only resembles station_code"),
    ],
)
def test_auto_asks_where_headings_leave_something_open(lake: warehouse.Lake, tmp_path: Path, header: str, said: str):
    file = tmp_path / "a.csv"
    file.write_text(f"{header}\n1,2024-01-05,东城\n", encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        load_files(lake, "alert", [file], "auto")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04damaged"])
def test_auto_leaves_bad_files_to_the_load(lake: warehouse.Lake, tmp_path: Path, content: bytes | None):
    file = tmp_path / "a.csv"
    if content is not None:
        file.write_bytes(content)
    report = load_files(lake, "alert", [file], "auto")
    assert (report.status, len(report.refusals)) == ("refused", 1)
