"""Rates per 10,000 residents and repeat shares, with the reasons for giving none."""

from datetime import date

import pytest

from metrics import Row, Scope, show
from metrics.statistics import byar_limits

MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
YEAR_AGO = date(2024, 12, 23)


def rows(lake, indicator: str, by: str = "station", options: dict | None = None, **more) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, indicator, Scope(MONDAY, END, by=by, **more), **(options or {})).rows}


def people(lake, org: str, persons: int, as_of: date = date(2025, 1, 1), basis: str = "actual") -> None:
    lake.add("population", {"org_code": org, "as_of": as_of, "basis": basis, "persons": persons})


def test_rate_has_basis_date_and_a_whole_years_value(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    people(lake, "A1", 35_000)
    row = rows(lake, "alert_rate")["A1"]
    assert (row.value, row.numerator, row.denominator) == (20.0, 70, 35_000)
    assert row.interval == pytest.approx([limit / 3.5 for limit in byar_limits(70)])
    assert row.extra["annualised"] == pytest.approx(20 * 365 / 7)
    assert row.notes[-1].to_json() == {"code": "residents", "basis": "actual", "as_of": "2025-01-01"}


def test_a_place_that_calls_ten_times_widens_the_interval(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    people(lake, "A1", 35_000)
    said = {"station_code": "A1", "link_type": "none", "category_group": "help", "reported_at": MONDAY}
    said |= dict.fromkeys(("is_deleted", "is_nuisance", "is_invalid"), False)
    lake.add("alert", *({"alert_id": str(n), "place_key": max(0, n - 9)} | said for n in range(70)))
    row = rows(lake, "alert_rate")["A1"]
    stretch = ((60 * 1 + 10 * 10) / 70) ** 0.5  # sum of squares over the places, over the count (PHE)
    assert row.value == 20.0
    assert row.interval == pytest.approx([(70 + stretch * (limit - 70)) / 3.5 for limit in byar_limits(70)])
    assert row.extra["dependence"] == pytest.approx(160 / 70)


def test_no_population_no_rate(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    row = rows(lake, "alert_rate")["A1"]
    assert (row.value, row.suppressed, row.numerator) == (None, "no_population", 70)


def test_a_year_in_a_city_of_thousands_as_published(lake) -> None:
    """One station: 36,817 alerts, about 350,000 people: 1,052 per 10,000 a year (江苏警官学院学报 2023-5)."""
    lake.alerts("A1", date(2022, 1, 1), 1, 36_817 - 364)
    lake.alerts("A1", date(2022, 1, 2), 364, 1)
    people(lake, "A1", 350_000, date(2021, 12, 31))
    result = show(lake, "alert_rate", Scope(date(2022, 1, 1), date(2023, 1, 1)))
    assert result.rows[0].extra["annualised"] == pytest.approx(1052, abs=0.5)


def test_actual_residents_before_registered_ones_and_one_basis_for_all(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    people(lake, "A1", 1_000)
    people(lake, "A1", 2_000, basis="registered")
    people(lake, "A2", 3_000, basis="registered")
    people(lake, "B1", 4_000, basis="registered")
    found = rows(lake, "alert_rate")
    assert [found[code].denominator for code in ("A1", "A2", "B1")] == [2_000, 3_000, 4_000]
    assert rows(lake, "alert_rate", options={"basis": "actual"})["A2"].suppressed == "no_population"


def test_the_latest_count_before_the_end_for_both_periods(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 7, 10)
    lake.alerts("A1", MONDAY, 7, 10)
    for year, persons in ((2024, 1_000), (2025, 2_000), (2026, 3_000)):
        people(lake, "A1", persons, date(year, 6, 1))
    row = rows(lake, "alert_rate")["A1"]
    assert (row.denominator, row.base_denominator, row.change) == (2_000, 2_000, 0)


def test_a_districts_own_count_or_the_sum_of_its_stations(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 10)
    people(lake, "A1", 1_000)
    people(lake, "A2", 2_000)
    people(lake, "B", 5_000)
    found = rows(lake, "alert_rate", "district")
    assert (found["A"].denominator, found["B"].denominator) == (3_000, 5_000)
    assert rows(lake, "alert_rate", "city")["city"].denominator == 8_000


def test_residents_of_a_merged_station_go_with_it_until_the_next_count(lake) -> None:
    lake.station("A0", "A", valid_to=date(2025, 6, 1), successor_code="A1")
    lake.alerts("A1", MONDAY, 7, 10)
    people(lake, "A0", 1_000)
    people(lake, "A1", 2_000)
    assert rows(lake, "alert_rate")["A1"].denominator == 3_000
    people(lake, "A1", 2_900, date(2025, 7, 1))
    assert rows(lake, "alert_rate")["A1"].denominator == 2_900


KEYS = {"caller_keyed": 8, "caller_duplicate": 1, "caller_repeat_7": 1, "caller_repeat_30": 2}
PLACES = {"place_keyed": 10, "place_duplicate": 2, "place_repeat_7": 2, "place_repeat_30": 4}


def test_repeat_share_leaves_duplicates_out_and_says_its_key(lake) -> None:
    lake.alerts("A1", date(2025, 1, 1), 355, 10, **KEYS, **PLACES)
    lake.alerts("A1", MONDAY, 7, 10, **KEYS, **PLACES)
    row = rows(lake, "repeat_share")["A1"]
    assert (row.numerator, row.denominator, row.value) == (14, 49, pytest.approx(2 / 7))
    assert {note.code: dict(note.values) for note in row.notes}["key"] == {
        "key": "caller", "window": 30, "minutes": 120,
    }  # fmt: skip
    assert row.extra["missing_caller_share"] == pytest.approx(0.2)
    assert row.extra["place_repeat_share"] == pytest.approx(0.5)


@pytest.mark.parametrize(("key", "window", "value"), [("place", 30, 0.5), ("place", "7", 0.25), ("caller", 7, 1 / 7)])
def test_key_and_window_are_parameters(lake, key: str, window: int | str, value: float) -> None:
    lake.alerts("A1", date(2025, 11, 1), 58, 10, **KEYS, **PLACES)
    assert rows(lake, "repeat_share", options={"key": key, "window": window})["A1"].value == pytest.approx(value)


def test_without_numbers_the_place_is_the_key(lake) -> None:
    lake.alerts("A1", date(2025, 11, 1), 58, 10, **(PLACES | {"caller_keyed": 0}))
    assert rows(lake, "repeat_share")["A1"].extra["key"] == "place"
    assert rows(lake, "repeat_share", options={"key": "caller"})["A1"].suppressed == "no_key"


def test_a_look_back_that_is_not_complete_reports_nothing(lake) -> None:
    lake.alerts("A1", date(2025, 12, 1), 28, 10, **KEYS)
    row = rows(lake, "repeat_share")["A1"]
    assert (row.value, row.numerator, row.suppressed) == (None, None, "look_back_incomplete")
    assert rows(lake, "repeat_share", options={"window": 7})["A1"].value == pytest.approx(1 / 7)


def test_a_gap_of_months_before_the_period_counts_as_missing_look_back(lake) -> None:
    lake.alerts("A1", date(2024, 1, 1), 300, 10, **KEYS)
    lake.alerts("A1", MONDAY, 7, 10, **KEYS)
    assert rows(lake, "repeat_share")["A1"].suppressed == "look_back_incomplete"


def test_a_base_in_the_burn_in_is_no_base(lake) -> None:
    lake.alerts("A1", YEAR_AGO, 371, 10, **KEYS)
    row = rows(lake, "repeat_share")["A1"]
    assert row.value == pytest.approx(2 / 7)
    assert (row.change, row.base_numerator, row.has_note("base_look_back_incomplete")) == (None, None, True)


def test_no_share_of_fewer_than_twenty(lake) -> None:
    lake.alerts("A1", date(2025, 10, 1), 82, 10)
    lake.alerts("A1", MONDAY, 7, 2, caller_repeat_30=1)
    row = rows(lake, "repeat_share")["A1"]
    assert (row.value, row.suppressed, row.numerator, row.denominator) == (None, "base_under_20", 7, 14)
