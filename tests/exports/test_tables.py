"""The tables of classes as Chinese offices know them: subtotals, what is not valid and why, 占比, 增减, 环比, 同比."""

import pytest

import warehouse
from exports.report.changed import rows_of
from exports.report.classes import by_class
from exports.report.desk import Answers, desk_of
from exports.report.model import Table
from exports.report.returned import returned
from exports.weeks import Week
from tests.exports.small_lake import load
from tests.exports.tiny_lake import GATE, HARBOUR, MONDAY, NEXT, SECOND, call
from warehouse import Lake
from wording import Words

WEEK_BEFORE = 7


def many(code: str, station: str, number: int, *, earlier: bool = False, **more: str) -> list[dict[str, object]]:
    """Return so many calls, each on its day of the week, of this week or of the one before."""
    first = 22 - (WEEK_BEFORE if earlier else 0)
    mark = "".join(more) + ("-" if earlier else "+")
    return [call(f"{code}{station}{mark}{n}", code, station, first + n % 7, **more) for n in range(number)]


def texts(table: Table) -> dict[str, list[str]]:
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


@pytest.fixture
def tables(tiny: Lake) -> tuple[Table, ...]:
    """The table of classes and the matrix over 50 valid and 14 other calls, after 40 and 24."""
    now = [*many("30", GATE, 28), *many("40", HARBOUR, 22)]
    now += [*many("30", SECOND, 10, is_nuisance="true"), *many("40", SECOND, 4, is_invalid="true")]
    before = [*many("30", GATE, 35, earlier=True), *many("40", HARBOUR, 5, earlier=True)]
    before += many("30", SECOND, 24, earlier=True, is_nuisance="true")
    warehouse.undo_batch(tiny, 6, "tester")  # the ten calls of the tiny lake
    load(tiny, "alert", [*now, *before], "weeks.csv")
    version = tiny.version()
    week = Week(MONDAY, NEXT, version, warehouse.moment_of(tiny, version))
    return by_class(desk_of("zh_CN", Answers(tiny, week)))


def test_classes_end_in_subtotals_reasons_and_the_valid_share(tables: tuple[Table, ...]) -> None:
    table, _, _ = tables
    assert list(table.heads[:7]) == ["类别", "本周", "占比", "上周", "环比增减", "环比", "环比结论"]
    assert list(table.heads[7:]) == ["去年同期", "同比增减", "同比", "同比结论"]
    found = texts(table)
    assert list(found) == [
        "交通",
        "求助",
        "有效警情小计",
        "无效警情小计",
        "接警总数",
        "有效率",
    ]
    assert found["交通"][:5] == ["28", "56.0%", "35", "−7", "−20.0%"]
    assert found["求助"][:4] == ["22", "44.0%", "5", "+17"]  # no percentage on a base of 5
    assert found["求助"][4] == "+17（起数）" and found["求助"][5].startswith("基数不足20")
    assert found["有效警情小计"][:5] == ["50", "100.0%", "40", "+10", "+25.0%"]
    assert found["无效警情小计"][:5] == ["14", "–", "24", "−10", "−41.7%"]
    assert found["接警总数"][:5] == ["64", "–", "64", "0", "持平"]
    assert found["有效率"][:5] == ["78.1%", "–", "62.5%", "–", "+15.6 个百分点"]
    assert [table.rows[at][0].text for at in table.strong] == ["有效警情小计", "无效警情小计", "接警总数"]
    assert table.native is not None and table.native.skip == (0, 4)
    assert [table.heads[column] for column in table.native.series] == ["本周", "上周", "去年同期"]
    assert found["有效警情小计"][6:8] == ["–", "–"]  # nothing is known of the year before


def test_the_reasons_are_counts_in_the_order_of_the_waterfall(tables: tuple[Table, ...]) -> None:
    _, reasons, _ = tables
    assert list(reasons.heads) == ["剔除原因", "本周", "上周", "环比增减", "去年同期", "同比增减"]
    assert list(texts(reasons).items()) == [
        ("骚扰", ["10", "24", "−14", "–", "–"]),
        ("无效", ["4", "0", "+4", "–", "–"]),
    ]
    assert not reasons.printed


def test_the_matrix_begins_with_the_city_and_shares_out_its_valid_alerts(tables: tuple[Table, ...]) -> None:
    _, _, matrix = tables
    assert list(matrix.heads) == ["单位", "交通", "求助", "有效合计", "占全市有效", "无效合计", "接警总量"]
    assert list(texts(matrix).items()) == [
        ("全市", ["28", "22", "50", "100.0%", "14", "64"]),
        ("东城区", ["28", "0", "28", "56.0%", "14", "42"]),
        ("临海区", ["0", "22", "22", "44.0%", "0", "22"]),
    ]


def test_no_share_stands_on_a_small_base(tiny: Lake) -> None:
    version = tiny.version()
    desk = desk_of("zh_CN", Answers(tiny, Week(MONDAY, NEXT, version, warehouse.moment_of(tiny, version))))
    table, _, matrix = by_class(desk)
    assert not any("%" in cell.text for part in (table, matrix) for row in part.rows for cell in row)
    assert texts(table)["有效警情小计"][0] == "7"


def test_a_published_table_has_its_line_of_calls_not_valid(tiny: Lake) -> None:
    """Ankang's bulletin (p21): 8,061 against 8,516 calls not valid, −5.3 %; valid 1,593 against 1,858, −14.3 %."""
    weeks = {("2025-12-22", "2025-12-29"): (1593, 8061), ("2025-12-15", "2025-12-22"): (1858, 8516)}
    rows = [
        {"indicator_id": name, "org_code": "339901", "period_start": start, "period_end": end}
        | {"breakdown": part, "numerator": number}
        for (start, end), numbers in weeks.items()
        for (name, part), number in zip((("alerts_valid", "all"), ("alerts_invalid", "invalid")), numbers, strict=True)
    ]
    load(tiny, "indicator_return", rows, "ankang.csv")
    version = tiny.version()
    desk = desk_of("zh_CN", Answers(tiny, Week(MONDAY, NEXT, version, warehouse.moment_of(tiny, version))))
    table = next(block for block in returned(desk) if isinstance(block, Table))
    assert texts(table)["有效警情小计"][:4] == ["1,593", "1,858", "−265", "−14.3%"]
    assert texts(table)["无效警情小计"][:4] == ["8,061", "8,516", "−455", "−5.3%"]


@pytest.mark.parametrize(
    ("unit", "values", "texts"),
    [
        ("times", (1.178, 1.052), ("1.178", "1.052", "\u22120.126")),
        ("share", (0.0093, 0.0115), ("0.93%", "1.15%", "+0.22 pts")),
        ("change", (0.009, 0.012), ("+0.90%", "+1.20%", "+0.30 pts")),
        ("hours_each", (1.2, 2.25), ("1.20", "2.25", "+1.05")),
        ("score_change", (1.25, -0.5), ("1.25", "\u22120.50", "\u22121.75")),
        ("alerts", (281, 280), ("281", "280", "\u22121")),
    ],
)
def test_a_revised_figure_has_the_decimals_of_its_unit(unit: str, values: tuple, texts: tuple) -> None:
    sides = {f"{name}_{side}": None for name in ("numerator", "verdict") for side in ("before", "after")}
    line = sides | dict(zip(("value_before", "value_after"), values, strict=True))
    line |= {"indicator": "alerts_valid", "comparison": "previous", "category": "all", "parameters": ""}
    line |= {"unit": "city", "name_zh": "市", "name_en": "City", "unit_of_value": unit, "fields": ["value"]}
    [row] = rows_of(Words("en"), [line]).rows
    assert tuple(cell.text for cell in row[2:5]) == texts
