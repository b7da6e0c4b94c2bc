"""How late records came and how many are still to come, on literal records."""

from datetime import date, datetime, timedelta

import duckdb
import polars as pl
import pytest

from metrics import reporting_delay

WEEK = date(2025, 12, 22)


class Calls:
    """Answers the two queries of the module over records that a test names: (day, delay, records)."""

    def __init__(self, records: list[tuple[date, int, int]], reach: datetime | None) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(
            "ATTACH ':memory:' AS lake; CREATE TABLE lake.alert (reported_at TIMESTAMP, recorded_at TIMESTAMP)"
        )
        for day, delay, number in records:
            moment = datetime.combine(day, datetime.min.time())
            stored = moment + timedelta(days=delay)
            if reach is None or stored <= reach:
                row = [moment, stored if reach else None]
                self.connection.execute(f"INSERT INTO lake.alert SELECT ?, ? FROM range({number})", row)

    def frame(self, sql: str, params: dict | None = None) -> pl.DataFrame:
        given = {key: value for key, value in (params or {}).items() if key != "version"}
        return self.connection.execute(sql.replace(" AT (VERSION => $version)", ""), given).pl()


def steady(reach: datetime | None) -> Calls:
    """Every day 80 records at once, 16 a day later and 4 two days later."""
    days = [WEEK + timedelta(days=number) for number in range(-56, 7)]
    return Calls([(day, delay, number) for day in days for delay, number in ((0, 80), (1, 16), (2, 4))], reach)


def test_what_steady_habits_leave_open_is_found_exactly() -> None:
    found = reporting_delay(steady(datetime(2025, 12, 28, 23)), WEEK, WEEK + timedelta(days=7), 1)
    assert found.observed == 5 * 100 + 96 + 80
    assert found.missing == pytest.approx(4 + 20)
    assert found.interval == pytest.approx((24, 24))  # no scatter in the past, none expected
    assert found.share == pytest.approx(24 / 700)
    last = found.triangle.row(-1, named=True)
    assert (last["week"], last["within_0"], last["within_1"], last["within_2"]) == (WEEK, 560, None, None)
    assert found.triangle.row(-2, named=True)["within_3"] == 700


def test_a_week_that_is_long_over_misses_nothing() -> None:
    found = reporting_delay(steady(datetime(2026, 2, 1)), WEEK, WEEK + timedelta(days=7), 1)
    assert (found.observed, found.missing) == (700, 0)


def test_without_moments_of_storing_nothing_is_said() -> None:
    found = reporting_delay(steady(None), WEEK, WEEK + timedelta(days=7), 1)
    assert (found.missing, found.interval, found.reason) == (None, None, "no_recorded_at")


def test_few_records_are_no_ground_for_an_estimate() -> None:
    few = Calls([(WEEK, 0, 5)], datetime(2025, 12, 28))
    assert reporting_delay(few, WEEK, WEEK + timedelta(days=7), 1).missing is None


@pytest.mark.parametrize("weeks_before", [0, 1, 3])
def test_no_habit_is_known_from_weeks_that_are_not_there(weeks_before: int) -> None:
    days = [WEEK + timedelta(days=number) for number in range(-7 * weeks_before, 7)]
    calls = Calls([(day, 0, 100) for day in days], datetime(2025, 12, 28, 23))
    found = reporting_delay(calls, WEEK, WEEK + timedelta(days=7), 1)
    assert (found.observed, found.missing, found.interval, found.reason) == (700, None, None, "few_before")


def test_a_handful_of_records_before_is_no_habit() -> None:
    before = [(WEEK - timedelta(weeks=number), 0, 2) for number in range(1, 9)]
    found = reporting_delay(Calls([*before, (WEEK, 0, 900)], datetime(2026, 1, 5)), WEEK, WEEK + timedelta(days=7), 1)
    assert (found.missing, found.reason) == (None, "few_before")
