"""Figures from returns: which period answers, district before stations, comparison, small cells, registers."""

from datetime import date
from typing import NamedTuple

import pytest

from metrics import Row, Scope, series, show
from wording import Words, saying

WEEK = (date(2025, 12, 22), date(2025, 12, 29))
QUARTER = (date(2025, 10, 1), date(2026, 1, 1))
NOVEMBER = (date(2025, 11, 1), date(2025, 12, 1))


class Place(NamedTuple):
    words: Words
    names: dict[str, str]


def returned(lake, name: str, org: str, start: date, end: date, numerator, denominator=None, part: str = "all") -> None:
    row = {"indicator_id": name, "org_code": org, "period_start": start, "period_end": end, "breakdown": part}
    lake.add("indicator_return", row | {"numerator": numerator, "denominator": denominator})


def monthly(lake, name: str, org: str, year: int, pairs: dict[int, tuple]) -> None:
    for month, pair in pairs.items():
        end = date(year + month // 12, month % 12 + 1, 1)
        returned(lake, name, org, date(year, month, 1), end, *pair)


def rows(lake, name: str, period=QUARTER, by: str = "city", comparison: str = "yoy", **options) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, name, Scope(*period, comparison, by), **options).rows}


def test_returns_inside_the_period_are_added_up(lake) -> None:
    monthly(lake, "dispute_settlement", "A1", 2025, {9: (1, 50), 10: (40, 50), 11: (41, 50), 12: (42, 50)})
    row = rows(lake, "dispute_settlement")["city"]
    assert (row.numerator, row.denominator, row.value) == (123, 150, pytest.approx(0.82))
    (note,) = [note for note in row.notes if note.code == "returns_used"]
    assert (note.values["from"], note.values["to"]) == (date(2025, 10, 1), date(2025, 12, 31))


def test_no_return_in_a_week_shows_the_latest_before_its_end_and_says_so(lake) -> None:
    monthly(lake, "dispute_settlement", "A1", 2025, {10: (40, 50), 11: (41, 50), 12: (42, 50)})
    row = rows(lake, "dispute_settlement", WEEK)["city"]
    assert (row.numerator, row.denominator) == (41, 50)  # December ends after the week
    (note,) = [note for note in row.notes if note.code == "return_before_period"]
    assert (note.values["from"], note.values["to"]) == (date(2025, 11, 1), date(2025, 11, 30))


def test_of_a_stock_only_the_last_return_counts(lake) -> None:
    monthly(lake, "village_officer_coverage", "A1", 2025, {10: (30, 50), 11: (35, 50), 12: (40, 50)})
    row = rows(lake, "village_officer_coverage")["city"]
    assert (row.numerator, row.denominator) == (40, 50)


def test_months_are_taken_before_a_quarter_over_them(lake) -> None:
    monthly(lake, "dispute_settlement", "A1", 2025, {10: (40, 50), 11: (41, 50), 12: (42, 50)})
    returned(lake, "dispute_settlement", "A1", *QUARTER, 123, 150)
    assert rows(lake, "dispute_settlement")["city"].denominator == 150


def test_a_districts_own_return_comes_before_its_stations(lake) -> None:
    returned(lake, "dispute_settlement", "A", *NOVEMBER, 80, 100)
    returned(lake, "dispute_settlement", "A1", *NOVEMBER, 10, 30)
    returned(lake, "dispute_settlement", "B1", *NOVEMBER, 45, 50)
    found = rows(lake, "dispute_settlement", NOVEMBER, "district")
    assert {code: (row.numerator, row.denominator) for code, row in found.items()} == {"A": (80, 100), "B": (45, 50)}
    assert rows(lake, "dispute_settlement", NOVEMBER)["city"].denominator == 150
    stations = rows(lake, "dispute_settlement", NOVEMBER, "station")
    assert (stations["A1"].denominator, stations["A2"].suppressed) == (30, "no_return")


def test_a_merged_stations_return_counts_for_its_successor(lake) -> None:
    lake.station("A0", "A", valid_to=date(2025, 6, 1), successor_code="A1")
    returned(lake, "dispute_settlement", "A0", *NOVEMBER, 20, 40)
    returned(lake, "dispute_settlement", "A1", *NOVEMBER, 30, 60)
    assert rows(lake, "dispute_settlement", NOVEMBER, "station")["A1"].denominator == 100


def test_comparison_with_last_year_and_with_the_months_before(lake) -> None:
    monthly(lake, "dispute_settlement", "A1", 2024, {10: (20, 50), 11: (20, 50), 12: (20, 50)})
    monthly(lake, "dispute_settlement", "A1", 2025, {7: (1, 40), 8: (1, 40), 9: (1, 40)})
    monthly(lake, "dispute_settlement", "A1", 2025, {10: (40, 50), 11: (40, 50), 12: (40, 50)})
    yoy = rows(lake, "dispute_settlement")["city"]
    assert (yoy.base_numerator, yoy.base_denominator, yoy.change) == (60, 150, pytest.approx(0.4))
    assert yoy.verdict == "possible"  # reported figures never go further
    previous = rows(lake, "dispute_settlement", comparison="previous")["city"]
    assert (previous.base_numerator, previous.base_denominator) == (3, 120)


def test_no_share_on_a_base_under_20_and_none_above_its_whole(lake) -> None:
    returned(lake, "dispute_settlement", "A1", *NOVEMBER, 10, 19)
    returned(lake, "dispute_settlement", "B1", *NOVEMBER, 31, 30)
    found = rows(lake, "dispute_settlement", NOVEMBER, "station")
    assert (found["A1"].value, found["A1"].numerator, found["A1"].suppressed) == (None, 10, "base_under_20")
    assert (found["B1"].value, found["B1"].suppressed) == (None, "part_above_whole")


def test_a_count_is_not_compared_when_a_unit_no_longer_reports(lake) -> None:
    for year, stations in ((2024, ("A1", "B1")), (2025, ("A1",))):
        for station in stations:
            returned(lake, "publicity_events", station, date(year, 10, 1), date(year + 1, 1, 1), 40)
    row = rows(lake, "publicity_events")["city"]
    assert (row.value, row.change, row.suppressed) == (40, None, "returns_incomplete")
    (missing,) = [note for note in row.notes if note.code == "returns_missing"]
    assert missing.values["units"] == ["B1"]


def test_a_part_of_a_return_is_the_readers_choice(lake) -> None:
    returned(lake, "publicity_events", "A1", *QUARTER, 40)
    returned(lake, "publicity_events", "A1", *QUARTER, 12, part="fraud")
    assert rows(lake, "publicity_events", part="fraud")["city"].value == 12


def test_a_rate_with_the_limits_of_its_numerator(lake) -> None:
    returned(lake, "upheld_complaints", "A", *QUARTER, 65, 100_000)
    row = rows(lake, "upheld_complaints")["city"]
    assert row.value == pytest.approx(0.65)
    assert row.interval == pytest.approx((0.5016, 0.8285), abs=1e-3)  # Byar for 65, as published by PHE


def test_means_and_medians_have_no_interval(lake) -> None:
    returned(lake, "overtime_hours", "A", *NOVEMBER, 3_000, 100)
    returned(lake, "transfer_12345_hours", "A", *NOVEMBER, 20, 30)
    returned(lake, "transfer_12345_hours", "B", *NOVEMBER, 40, 10)
    mean, median = (rows(lake, name, NOVEMBER)["city"] for name in ("overtime_hours", "transfer_12345_hours"))
    assert (mean.value, mean.interval) == (30, None)
    assert (median.value, median.interval, median.has_note("mean_of_medians")) == (25, None, True)


def test_registers_tell_a_status_and_no_percentage(lake) -> None:
    for org, met in (("A", 12), ("B", 7)):
        returned(lake, "party_branch_standard", org, *QUARTER, met, 12)
    found = rows(lake, "party_branch_standard", QUARTER, "district")
    assert [(row.unit, row.value, row.verdict, row.extra["status"]) for row in found.values()] == [
        ("A", None, None, "complete"),
        ("B", None, None, "partial"),
    ]


def test_small_cells_of_sensitive_figures_are_hidden_with_a_second_one(lake) -> None:
    lake.district("C")
    for org, pair in (("A", (3, 30)), ("B", (9, 30)), ("C", (20, 40))):
        returned(lake, "juveniles_repeat", org, *QUARTER, *pair)
    found = rows(lake, "juveniles_repeat", QUARTER, "district")
    assert (found["A"].numerator, found["A"].denominator, found["A"].suppressed) == (None, None, "small_cell")
    assert found["B"].suppressed == "small_cell"  # else the city's total would tell A
    assert found["C"].value == 0.5
    assert rows(lake, "juveniles_repeat")["city"].numerator == 32


def test_the_foot_line_names_the_base_that_was_really_used(lake) -> None:
    for year in (2024, 2025):
        monthly(lake, "dispute_settlement", "A1", year, {11: (40, 50)})
    foot = saying.foot(Place(Words("en"), {}), show(lake, "dispute_settlement", Scope(*WEEK)))
    assert "base 40 (Nov 1 – 30, 2024)" in foot


def test_the_course_of_a_return_has_one_point_a_return(lake) -> None:
    monthly(lake, "dispute_settlement", "A1", 2025, {10: (40, 50), 11: (45, 50)})
    course = series(lake, "dispute_settlement", Scope(date(2025, 1, 1), date(2026, 1, 1)), "month")
    assert course["value"].to_list() == [0.8, 0.9]
    returned(lake, "juveniles_repeat", "A", *QUARTER, 3, 30)
    assert series(lake, "juveniles_repeat", Scope(*QUARTER), "month")["value"].to_list() == [None]


def test_components_stand_side_by_side_and_make_no_score(lake) -> None:
    for org, settled in (("A1", 30), ("B1", 45)):
        returned(lake, "dispute_settlement", org, *NOVEMBER, settled, 50)
    found = rows(lake, "prevention_components", NOVEMBER, "district")
    told = {code: row.extra["components"]["dispute_settlement"] for code, row in found.items()}
    assert {code: (part["value"], part["place"]) for code, part in told.items()} == {"A": (0.6, 0.0), "B": (0.9, 1.0)}
    assert {row.value for row in found.values()} == {None}
    assert sum(part["weight"] for part in found["A"].extra["components"].values()) == pytest.approx(1)


@pytest.fixture
def with_target(lake):
    target = {"indicator_id": "village_officer_coverage", "org_level": "city", "org_code": "*", "value": 1.0}
    lake.add("target", target | {"comparison": "at_least", "valid_from": date(2025, 12, 31), "source": "行动计划"})
    return lake


@pytest.mark.parametrize(
    ("period", "covered", "status"),
    [(NOVEMBER, 45, "not_due"), (QUARTER, 45, "not_met"), (QUARTER, 50, "met"), (NOVEMBER, 50, "met")],
)
def test_a_target_stands_beside_the_figure_with_its_distance(with_target, period, covered: int, status: str) -> None:
    monthly(with_target, "village_officer_coverage", "A1", 2025, {11: (covered, 50), 12: (covered, 50)})
    row = rows(with_target, "village_officer_coverage", period)["city"]
    assert (row.extra["target"], row.extra["target_status"]) == (1.0, status)
    assert row.extra["target_distance"] == pytest.approx(covered / 50 - 1)
    assert "target" not in rows(with_target, "village_officer_coverage", period, "district")["A"].extra
