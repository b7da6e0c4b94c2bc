"""Valid alerts as reported in returns, held against a bulletin that a bureau published (p21) and literal lakes."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import metrics
from metrics import Scope, show
from tests.metrics.small_lake import SmallLake

CLASSES = ("criminal", "public_order", "disaster", "traffic", "fire", "help", "tip_off", "other")
WEEK, BEFORE = (date(2025, 12, 22), date(2025, 12, 29)), (date(2025, 12, 15), date(2025, 12, 22))


def returned(lake: SmallLake, org: str, period: tuple[date, date], **figures: int) -> None:
    rows = [
        {"indicator_id": "alerts_valid", "org_code": org, "period_start": period[0], "period_end": period[1],
         "breakdown": part, "numerator": figure}
        for part, figure in figures.items()
    ]  # fmt: skip
    lake.add("indicator_return", *rows)


def asked(lake: SmallLake, by: str = "city", **more: Any) -> dict[str, metrics.Row]:
    scope = Scope(*WEEK, **({"comparison": "previous", "by": by} | more))
    return {row.unit: row for row in show(lake, "alerts_reported", scope).rows}


def test_a_published_bulletin_is_found_again(lake: SmallLake, reference_values: Path):
    bulletin = json.loads((reference_values / "p21_cn_weekly_bulletin" / "bulletin.json").read_text(encoding="utf-8"))
    for period, week in ((WEEK, "this_week"), (BEFORE, "last_week")):
        parts = dict(zip(CLASSES, bulletin[f"{week}_valid_by_type"], strict=True))
        returned(lake, "A", period, all=bulletin[week]["valid"], **parts)
    row = asked(lake)["city"]
    assert (row.numerator, row.base_numerator) == (1593, 1858)
    assert f"{row.change:+.1%}" == f"{bulletin['published']['valid_huanbi_percent']:+}%"
    for part in ("criminal", "public_order"):
        found = asked(lake, groups=(part,))["city"]
        assert f"{found.change:+.1%}" == f"{bulletin['published'][f'{part}_huanbi_percent']:+}%"
    for period, week in ((WEEK, "this_week"), (BEFORE, "last_week")):
        invalid = {"indicator_id": "alerts_invalid", "org_code": "A", "breakdown": "invalid"}
        days = {"period_start": period[0], "period_end": period[1]}
        lake.add("indicator_return", invalid | days | {"numerator": bulletin[week]["invalid"]})
    (left_out,) = show(lake, "excluded_reported", Scope(*WEEK, comparison="previous")).rows
    assert (left_out.numerator, left_out.base_numerator, f"{left_out.change:+.1%}") == (8061, 8516, "-5.3%")
    assert (row.extra["classes"], row.verdict) == ({"all": 1593}, "possible")  # never more: nothing is known of scatter


def test_the_city_is_the_sum_of_its_districts_and_a_district_of_its_stations(lake: SmallLake):
    returned(lake, "A", WEEK, all=30)
    returned(lake, "A1", WEEK, all=11)  # within A's own figure
    returned(lake, "B1", WEEK, all=5)
    assert {unit: row.numerator for unit, row in asked(lake, "district").items()} == {"A": 30, "B": 5}
    assert {unit: row.numerator for unit, row in asked(lake, "station").items()} == {"A1": 11, "A2": None, "B1": 5}
    assert asked(lake)["city"].numerator == 35
    assert asked(lake, districts=("A",))["A"].numerator == 30


def test_a_unit_without_a_total_is_the_sum_of_its_classes_and_parts_of_classes_are_left_out(lake: SmallLake):
    returned(lake, "A", WEEK, criminal=2, public_order=48, dispute=50, public_order_fight=7)
    row = asked(lake)["city"]
    assert (row.numerator, row.extra["classes"]) == (100, {"criminal": 2, "public_order": 48, "dispute": 50})
    assert row.has_note("returns_summed")


@pytest.mark.parametrize(
    ("now", "before", "change", "reason", "verdict"),
    [
        (60, 100, -0.4, None, "possible"),
        (98, 100, -0.02, None, "not_established"),
        (7, 19, None, "base_under_20", None),
        (7, 0, None, "no_base", None),
        (0, 40, -1.0, None, "possible"),
    ],
)
def test_changes_follow_the_same_rules_as_those_of_records(
    lake: SmallLake, now: int, before: int, change: float | None, reason: str | None, verdict: str | None
):
    returned(lake, "A", WEEK, all=now)
    returned(lake, "A", BEFORE, all=before)
    row = asked(lake)["city"]
    assert (row.change, row.suppressed, row.verdict) == (pytest.approx(change) if change else change, reason, verdict)


def test_periods_that_other_units_or_classes_reported_are_not_compared(lake: SmallLake):
    returned(lake, "A", WEEK, all=60)
    returned(lake, "A", BEFORE, all=100)
    returned(lake, "B", BEFORE, all=100)
    row = asked(lake)["city"]
    assert (row.numerator, row.change, row.verdict) == (60, None, None)
    assert row.has_note("returns_differ")
    districts = asked(lake, "district")
    assert (districts["A"].change, districts["B"].value, districts["B"].suppressed) == (-0.4, None, "no_data")


def test_only_returns_of_exactly_the_period_count(lake: SmallLake):
    returned(lake, "A", (date(2025, 12, 1), date(2026, 1, 1)), all=500)
    assert asked(lake)["city"].suppressed == "no_data"
    assert metrics.returned_period(lake, 0, WEEK) == (date(2025, 12, 1), date(2026, 1, 1))
    returned(lake, "A", WEEK, all=60)
    assert metrics.returned_period(lake, 0, WEEK) == WEEK
    assert asked(lake)["city"].numerator == 60
    assert asked(lake, comparison="none")["city"].base_numerator is None


def test_a_lake_without_returns_has_no_returned_period(lake: SmallLake):
    assert metrics.returned_period(lake, 0, WEEK) is None
    assert asked(lake)["city"].value is None


def test_the_series_has_a_point_where_a_return_is_of_exactly_the_step(lake: SmallLake):
    returned(lake, "A", WEEK, criminal=60)
    returned(lake, "B", WEEK, all=4)
    returned(lake, "A", (date(2025, 12, 1), date(2026, 1, 1)), all=500)
    scope = Scope(date(2025, 12, 1), date(2026, 1, 1))
    weekly = metrics.series(lake, "alerts_reported", scope, "week")
    assert weekly["numerator"].to_list() == [None, None, None, 64]
    assert metrics.series(lake, "alerts_reported", scope, "month")["value"].to_list() == [500.0]
