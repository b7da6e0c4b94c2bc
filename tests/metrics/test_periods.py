"""Which days are compared with which, to the day."""

from datetime import date

import pytest

from metrics import MetricError, Scope
from metrics.periods import (
    base_period,
    check,
    compare,
    days_of,
    last_whole_week,
    step_start,
    whole_steps,
    year_before,
)


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "end", "comparison", "base"),
    [
        ("2024-10-01", "2024-10-07", "yoy", ("2023-10-01", "2023-10-07")),  # calendar dates
        ("2025-12-22", "2025-12-29", "yoy", ("2024-12-23", "2024-12-30")),  # one whole week: 364 days
        ("2025-12-01", "2025-12-29", "yoy", ("2024-12-02", "2024-12-30")),  # four whole weeks
        ("2025-12-23", "2025-12-30", "yoy", ("2024-12-23", "2024-12-30")),  # seven days, but from a Tuesday
        ("2024-02-29", "2024-03-01", "yoy", ("2023-02-28", "2023-03-01")),  # 29 February is the 28th
        ("2024-02-01", "2024-03-01", "yoy", ("2023-02-01", "2023-03-01")),
        ("2025-12-22", "2025-12-29", "previous", ("2025-12-15", "2025-12-22")),
        ("2025-03-01", "2025-04-01", "previous", ("2025-01-29", "2025-03-01")),
    ],
)
def test_base_period(start: str, end: str, comparison: str, base: tuple[str, str]) -> None:
    assert base_period(d(start), d(end), comparison) == (d(base[0]), d(base[1]))


def test_no_comparison_has_no_base() -> None:
    assert base_period(d("2025-01-01"), d("2025-02-01"), "none") is None
    assert not compare(Scope(d("2025-01-01"), d("2025-02-01"), "none"), set()).has_base


def test_a_city_whose_week_begins_on_sunday() -> None:
    assert base_period(d("2025-12-21"), d("2025-12-28"), "yoy", 6) == (d("2024-12-22"), d("2024-12-29"))


def test_a_day_without_data_is_left_out_with_its_partner() -> None:
    scope = Scope(d("2024-10-01"), d("2024-10-07"))
    known = set(days_of((d("2023-10-01"), d("2023-10-06")))) | set(days_of((d("2024-10-02"), d("2024-10-07"))))
    compared = compare(scope, known)
    assert compared.left_out == (d("2024-10-01"), d("2024-10-06"))
    assert compared.base_left_out == (d("2023-10-01"), d("2023-10-06"))
    assert (compared.days, compared.base_days, compared.whole_days) == (4, 4, 6)


def test_without_any_day_of_the_base_the_period_keeps_its_own() -> None:
    scope = Scope(d("2024-10-01"), d("2024-10-07"))
    compared = compare(scope, set(days_of((d("2024-10-01"), d("2024-10-06")))))
    assert (compared.days, compared.base_days, compared.has_base) == (5, 0, False)


def test_a_leap_day_stays_and_the_days_are_unequal() -> None:
    scope = Scope(d("2024-02-01"), d("2024-03-01"))
    compared = compare(scope, set(days_of((d("2023-01-01"), d("2024-12-31")))))
    assert (compared.days, compared.base_days) == (29, 28)


def test_year_before() -> None:
    assert year_before(d("2024-02-29")) == d("2023-02-28")
    assert year_before(d("2025-12-31")) == d("2024-12-31")


def test_weeks_are_keyed_by_their_first_day_across_the_year() -> None:
    assert step_start(d("2025-12-31"), "week") == d("2025-12-29")  # ISO week 2026-W01
    assert step_start(d("2024-12-30"), "week") == d("2024-12-30")  # ISO week 2025-W01
    assert step_start(d("2025-12-31"), "month") == d("2025-12-01")


def test_only_whole_steps() -> None:
    assert [s[0] for s in whole_steps(d("2025-12-24"), d("2026-01-12"), "week")] == [d("2025-12-29"), d("2026-01-05")]
    assert [s[0] for s in whole_steps(d("2025-01-01"), d("2025-03-15"), "month")] == [d("2025-01-01"), d("2025-02-01")]
    assert len(whole_steps(d("2025-01-01"), d("2025-01-08"), "day")) == 7


def test_last_whole_week() -> None:
    def days(first: str, last: str) -> set[date]:
        return {*days_of((d(first), d(last))), d(last)}

    assert last_whole_week(days("2025-01-01", "2025-12-28")) == (d("2025-12-22"), d("2025-12-29"))
    assert last_whole_week(days("2025-01-01", "2025-12-27")) == (d("2025-12-15"), d("2025-12-22"))
    assert last_whole_week(days("2025-12-23", "2025-12-27")) is None
    assert last_whole_week(days("2025-01-01", "2025-12-28") - {d("2025-12-24")}) == (d("2025-12-15"), d("2025-12-22"))


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        (Scope(d("2025-01-02"), d("2025-01-02")), "empty_period"),
        (Scope(d("1066-10-14"), d("2025-01-02")), "bad_date"),
        (Scope(d("2025-01-01"), d("2025-01-02"), "sideways"), "unknown_comparison"),
    ],
)
def test_a_bad_period_is_refused(scope: Scope, code: str) -> None:
    with pytest.raises(MetricError) as caught:
        check(scope)
    assert caught.value.code == code
    assert caught.value.sentence("zh") != caught.value.sentence("en")
