"""What the sentences of a report may say: chance only of what was tested, nothing of what is unknown."""

from types import SimpleNamespace
from typing import Any

import pytest

from exports.report.desk import Desk
from exports.report.judged import judged, rest
from metrics import Row
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
