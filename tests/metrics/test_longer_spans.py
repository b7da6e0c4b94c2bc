"""The last 365 days, the year to date, the control chart and the funnel as figures."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.no_change import MadeLake
from metrics import Scope, series, show
from metrics.periods import days_of

MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
START = date(2023, 1, 2)
ALL_DAYS = (END - START).days


def only(lake, indicator: str, **more):
    (row,) = show(lake, indicator, Scope(MONDAY, END, **more)).rows
    return row


@pytest.fixture
def steady(lake):
    """Ten a day everywhere until the end of 2024, nine in A1 since."""
    for station in ("A1", "A2", "B1"):
        lake.alerts(station, START, ALL_DAYS, 10, 20)
    lake.alerts("A1", date(2025, 1, 1), (END - date(2025, 1, 1)).days, -1, -2)
    return lake


def test_the_last_365_days_against_the_365_before(steady) -> None:
    result = show(steady, "alert_rolling_year", Scope(MONDAY, END))
    assert result.period == (date(2024, 12, 29), END)
    assert result.base_period == (date(2023, 12, 30), date(2024, 12, 29))
    row = result.rows[0]
    assert (row.value, row.numerator, row.base_numerator) == (365 * 30 - 362, 365 * 30 - 362, 365 * 30)
    assert row.change == pytest.approx(-362 / (365 * 30))
    assert row.interval.low < row.value < row.interval.high


def test_the_year_to_date_against_the_same_days_of_last_year(steady) -> None:
    result = show(steady, "alert_year_to_date", Scope(MONDAY, END))
    assert (result.period, result.base_period) == (
        (date(2025, 1, 1), END),
        (date(2024, 1, 1), date(2024, 12, 29)),
    )
    assert result.rows[0].value == 362 * 29
    assert result.rows[0].base_numerator == 363 * 30  # 2024 had a 29 February


def test_in_a_chinese_lake_the_year_to_date_compares_comparable_days_and_counts_all(steady) -> None:
    steady.settings["time_zone"] = "Asia/Shanghai"
    result = show(steady, "alert_year_to_date", Scope(MONDAY, END))
    row, compared = result.rows[0], result.provenance["days_compared"]
    assert compared == result.provenance["base_days_compared"] == 352
    assert (row.value, row.numerator, row.base_numerator) == (362 * 29, 352 * 29, 352 * 30)
    assert row.change == pytest.approx(-1 / 30)


def test_without_comparison_the_sum_stands_alone(steady) -> None:
    row = only(steady, "alert_rolling_year", comparison="none")
    assert (row.value, row.change, row.base_numerator) == (365 * 30 - 362, None, None)


def test_a_year_with_a_gap_has_no_sum(lake) -> None:
    lake.alerts("A1", START, 800, 10)
    lake.alerts("A1", START + timedelta(days=810), ALL_DAYS - 810, 10)
    row = only(lake, "alert_rolling_year")
    assert (row.value, row.suppressed, row.extra["days_missing"]) == (None, "year_incomplete", 10)


def test_districts_of_a_year_add_up_to_the_city(steady) -> None:
    rows = show(steady, "alert_rolling_year", Scope(MONDAY, END, by="district")).rows
    assert sum(row.value for row in rows) == only(steady, "alert_rolling_year").value


def test_the_rolling_line_has_a_value_where_a_whole_year_is_known(steady) -> None:
    line = series(steady, "alert_rolling_year", Scope(date(2023, 12, 18), date(2024, 1, 15)))
    assert line["value"].to_list() == [None, None, 365 * 30.0, 365 * 30.0]
    to_date = series(steady, "alert_year_to_date", Scope(date(2024, 12, 16), date(2025, 1, 13)))
    assert to_date["value"].to_list() == [357 * 30, 364 * 30, 5 * 29, 12 * 29]


def test_the_control_chart_week_by_week() -> None:
    """A hundred a day, and eighty in the last week."""
    days = days_of((START, END))
    counts = np.random.default_rng(1).poisson([80 if day >= MONDAY else 100 for day in days])
    frame = {"day": days, "station_code": "A1", "category_group": "help", "received": counts, "valid": counts}
    lake = MadeLake(pl.DataFrame(frame).with_columns(excluded_invalid=0, recoded_down=0), {"A1": "A"})
    rows = show(lake, "alert_course", Scope(MONDAY, END)).rows
    assert len(rows) == 104
    assert [row.extra["baseline"] for row in rows].count(True) == 52
    assert (rows[0].unit, rows[-1].unit) == ("2024-01-01", "2025-12-22")
    assert (rows[-1].numerator, rows[-1].extra["direction"], rows[-1].extra["rule"]) == (
        int(counts[-7:].sum()),
        -1,
        "outside",
    )
    assert rows[-1].value == pytest.approx(80, rel=0.05)
    assert rows[0].extra["centre"] == pytest.approx(100, rel=0.02)
    assert rows[0].interval.low == pytest.approx(100 - 3 * (100 / 7) ** 0.5, abs=2)
    assert all(row.extra["rule"] is None for row in rows[:52])


def test_a_short_history_has_no_control_chart(lake) -> None:
    lake.alerts("A1", date(2025, 9, 1), 119, 10)
    row = only(lake, "alert_course")
    assert (row.value, row.suppressed) == (None, "history_short")


def fill_stations(lake, count: int, last: int) -> None:
    for number in range(count):
        lake.station(f"C{number:02}", "B")
        lake.alerts(f"C{number:02}", date(2024, 6, 3), 567, 20)
        lake.alerts(f"C{number:02}", MONDAY, 7, 20 if number else last)


def test_a_funnel_names_the_station_that_left_the_others(lake) -> None:
    fill_stations(lake, 12, 5)
    rows = {
        row.unit: row for row in show(lake, "alert_funnel", Scope(MONDAY, END, by="station", districts=("B",))).rows
    }
    expected = [rows[f"C{number:02}"].extra["expected"] for number in range(12)]
    assert sum(expected) == pytest.approx(11 * 140 + 35)
    assert [code for code, row in rows.items() if row.extra.get("exception")] == ["C00"]
    assert rows["C00"].extra["flag"] == "low"
    assert rows["B1"].suppressed == "no_expectation"
    low, high = rows["C01"].interval
    assert low < rows["C01"].value < high
    assert (rows["C01"].extra["units"], rows["C01"].has_note("funnel_scatter")) == (12, True)


def test_under_ten_stations_there_is_no_funnel(lake) -> None:
    fill_stations(lake, 6, 20)
    rows = show(lake, "alert_funnel", Scope(MONDAY, END, by="station")).rows
    assert {row.suppressed for row in rows} == {"too_few_units"}
    assert all(row.value is None for row in rows)


def test_a_funnel_by_residents(lake) -> None:
    fill_stations(lake, 12, 20)
    for number in range(12):
        people = {"org_code": f"C{number:02}", "as_of": date(2025, 1, 1), "basis": "resident", "persons": 10_000}
        lake.add("population", people | ({"persons": 20_000} if number == 0 else {}))
    scope = Scope(MONDAY, END, by="station", districts=("B",))
    rows = {row.unit: row for row in show(lake, "alert_funnel", scope, expected="residents").rows}
    assert rows["C00"].value == pytest.approx(rows["C01"].value / 2)
    assert rows["C00"].extra["exception"]
