"""What the sentences of a report may say: chance only of what was tested, nothing of what is unknown."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from exports.report import cells
from exports.report.desk import Desk
from exports.report.judged import judged, rest
from exports.report.model import Cell, Table, words
from exports.report.overview import compared
from metrics import Note, Row
from wording import Words

CHANCE, SMALL = {"verdict": "not_established"}, {"suppressed": "base_under_20"}
ZERO, UNKNOWN = {"suppressed": "no_base"}, {"suppressed": "no_base_data"}
FALL = {"verdict": "possible", "change": -0.4}


def rows(*kinds: dict[str, Any]) -> Any:
    """Return a result with a row of each kind, the units named in order."""
    named = zip("甲乙丙丁戊", "ABCDE", kinds, strict=False)
    return SimpleNamespace(rows=[Row(en, zh, en, "change", **kind) for zh, en, kind in named])


def desk(language: str = "zh_CN") -> Desk:
    return Desk(Words(language), None, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "chinese", "english"),
    [
        ([CHANCE, CHANCE], "各区县的变化均不能与偶然波动区分。", "no district's change can be told from chance."),
        (
            [CHANCE, SMALL, ZERO],
            "各区县中，1个不能与偶然波动区分，2个基数不足20未作判断。",
            "of the districts, 1 cannot be told from chance, 2 not judged (base under 20).",
        ),
        (
            [FALL, CHANCE, SMALL, UNKNOWN],
            "可能下降：甲。其余1个不能与偶然波动区分，1个基数不足20未作判断，1个无数据未作判断。",
            "Possible fall: A. Of the others, 1 cannot be told from chance, 1 not judged (base under 20),"
            " 1 not judged (no data).",
        ),
        ([FALL], "可能下降：甲。", "Possible fall: A."),
        (
            [UNKNOWN, UNKNOWN],
            "各区县均无法比较（对比期无数据）。",
            "no district can be compared (No data for the base period).",
        ),
        (
            [SMALL, ZERO],
            "各区县均无法比较（基数不足20，不给百分比）。",
            "no district can be compared (Base under 20, so no percentage).",
        ),
        (
            [SMALL, UNKNOWN],
            "各区县均无法比较（1个基数不足20未作判断，1个无数据未作判断）。",
            "no district can be compared (1 not judged (base under 20), 1 not judged (no data)).",
        ),
    ],
)
def test_chance_is_named_only_of_what_was_tested(kinds: list[dict[str, Any]], chinese: str, english: str) -> None:
    assert judged(desk(), rows(*kinds), "district") == chinese
    assert judged(desk("en"), rows(*kinds), "district") == english


def test_stations_that_are_not_listed_are_counted_by_why() -> None:
    assert rest(desk(), rows(CHANCE, SMALL, FALL).rows) == "其余1个不能与偶然波动区分，1个基数不足20未作判断。"
    assert rest(desk("en"), rows(FALL).rows) == ""
    assert judged(desk(), rows(UNKNOWN), "station") == "各派出所均无法比较（对比期无数据）。"
    assert judged(desk("en"), rows(CHANCE), "station") == "No station's change can be told from chance."


@pytest.mark.parametrize(("language", "word"), [("zh_CN", "与旁证矛盾"), ("en", "contradicted")])
def test_the_stations_that_are_contradicted_are_named_over_the_table(language: str, word: str) -> None:
    say = Words(language)
    assert word in say("report.stations_some") and word in say("report_table.stations")


def base(first: tuple[int, int, int], after: tuple[int, int, int], days: int, *codes: str, known: int = 7) -> Any:
    """Return a result with so many days of the base compared, out of its days."""
    return SimpleNamespace(
        base_period=(date(*first), date(*after)),
        provenance={"days_compared": known, "base_days_compared": days},
        notes=[Note(code) for code in codes],
    )


def test_whole_weeks_are_named_only_where_the_base_is_seven_days_in_a_row() -> None:
    previous = base((2024, 12, 23), (2024, 12, 30), 7)
    year = base((2024, 1, 1), (2024, 1, 8), 7)
    told = compared(Words("en"), previous, year)
    assert told.endswith("“last year” is Jan 1 – 7, 2024: whole weeks are compared with whole weeks.")
    picked = base((2023, 12, 25), (2024, 1, 8), 7, "aligned")
    assert compared(Words("en"), previous, picked) == (
        "“Last week” is Dec 23 – 29, 2024;"
        " “last year” is not a whole week but 7 comparable days within Dec 25, 2023 – Jan 7, 2024."
    )
    assert compared(Words("zh_CN"), previous, picked) == (
        "环比为与上周（2024年12月23日至29日）相比；同比按可比日与去年同期相比："
        "对比期不是整周，而是2023年12月25日至2024年1月7日之间的7天。"
    )


def test_a_week_of_which_one_day_is_compared_is_no_whole_week() -> None:
    previous = base((2022, 12, 26), (2023, 1, 2), 1, known=1)
    nothing = base((2022, 1, 3), (2022, 1, 10), 0, "no_base_data")
    told = "环比为与上周（2022年12月26日至2023年1月1日）相比，同比为与去年同期（2022年1月3日至9日）相比。"
    assert compared(Words("zh_CN"), previous, nothing) == told


def test_what_is_unknown_is_no_zero() -> None:
    unknown = Row("A", "甲", "A", "change", numerator=0, base_numerator=50, suppressed="no_data")
    assert [cells.counted(desk(), unknown).text, cells.difference(desk(), unknown).text] == ["–", "–"]
    none = Row("A", "甲", "A", "change", numerator=0, base_numerator=50)
    assert [cells.counted(desk(), none).text, cells.difference(desk(), none).text] == ["0", "−50"]
    line = (words("甲"), cells.count(desk(), None))
    assert Table("t", "", (), (line,)).is_blank and not Table("t", "", (), ((words("甲"), Cell(0, "0")),)).is_blank
