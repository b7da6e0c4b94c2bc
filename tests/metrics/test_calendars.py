"""The Chinese calendar and comparable days, against the State Council's announcements, date by date."""

from datetime import date, timedelta

import pytest

from metrics import Scope, show
from metrics.alignment import partners
from metrics.calendars import (
    Day,
    celebrated,
    days_off,
    is_chinese,
    is_special,
    kind_of,
    knows,
    spring_festival,
    to_spring_festival,
)
from metrics.periods import compare, days_of


def d(text: str) -> date:
    return date.fromisoformat(text)


def span(first: str, last: str) -> list[date]:
    return days_of((d(first), d(last) + timedelta(days=1)))


KNOWN = set(span("2021-01-01", "2026-12-31"))


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2024-02-12", "holiday", "Spring Festival"),
        ("2024-02-18", "makeup", "Spring Festival"),  # Sunday, worked
        ("2024-02-19", "workday", None),
        ("2024-10-01", "holiday", "National Day"),
        ("2024-09-29", "makeup", "National Day"),
        ("2024-10-05", "holiday", "National Day"),  # a Saturday off is a holiday, not a weekend
        ("2024-10-19", "weekend", None),
        ("2023-12-31", "holiday", "New Year's Day"),  # belongs to 2024
        ("2027-10-01", "workday", None),  # not announced yet: a Friday
    ],
)
def test_kind_of_a_day(day: str, kind: str, name: str | None) -> None:
    assert kind_of(d(day)) == Day(kind, name)


def test_days_to_spring_festival() -> None:
    assert [spring_festival(year) for year in (2023, 2024, 2025)] == [d("2023-01-22"), d("2024-02-10"), d("2025-01-29")]
    assert [to_spring_festival(d(day)) for day in ("2024-01-26", "2024-01-27", "2024-02-10", "2024-02-25")] == [
        None,
        -14,
        0,
        15,
    ]
    assert to_spring_festival(d("2024-02-26")) is None


def test_holidays_are_known_from_2004_to_2026_and_spring_festival_further() -> None:
    assert (knows(2003), knows(2004), knows(2026), knows(2027)) == (False, True, True, False)
    assert not is_special(d("2027-10-01"))
    assert is_special(d("2027-02-06")) and is_special(d("1999-02-16"))


def test_what_a_holiday_celebrates() -> None:
    names = {
        "Tomb-sweeping Day": "2024-04-04",
        "Dragon Boat Festival": "2024-06-10",
        "Mid-autumn Festival": "2024-09-17",
    }
    assert {name: celebrated(name, 2024) for name in names} == {name: d(day) for name, day in names.items()}
    assert days_off("New Year's Day", 2024) == tuple(span("2023-12-30", "2024-01-01"))


@pytest.mark.parametrize(
    ("first", "last", "base"),
    [
        ("2024-02-12", "2024-02-18", [("2023-01-24", "2023-01-30")]),  # days 2 to 8 of the lunar year
        ("2025-01-27", "2025-02-02", [("2024-02-08", "2024-02-14")]),  # two days before to four after
        ("2024-10-01", "2024-10-07", [("2023-09-30", "2023-10-06")]),  # seven days off on either side
        ("2025-10-01", "2025-10-08", [("2024-09-17", "2024-09-17"), ("2024-10-01", "2024-10-07")]),  # with Mid-Autumn
        ("2024-09-29", "2024-09-29", [("2023-10-07", "2023-10-07")]),  # the first make-up day of National Day
        ("2025-02-17", "2025-02-23", [("2024-02-26", "2024-03-03")]),  # last year's window still reaches to the 25th
        ("2025-03-10", "2025-03-16", [("2024-03-11", "2024-03-17")]),  # plain
    ],
)
def test_comparable_days(first: str, last: str, base: list[tuple[str, str]]) -> None:
    compared = compare(Scope(d(first), d(last) + timedelta(days=1)), KNOWN, chinese=True)
    assert compared.base_runs() == [(d(a), d(b)) for a, b in base]
    assert compared.days == compared.base_days == len(span(first, last))


def test_days_without_a_partner_are_left_out_of_both_sides_and_counted() -> None:
    scope = Scope(d("2024-04-01"), d("2024-04-08"))  # three days off in 2024, one in 2023, no make-up day then
    compared = compare(scope, KNOWN, chinese=True)
    assert compared.left_out == (d("2024-04-05"), d("2024-04-06"), d("2024-04-07"))
    assert (compared.days, compared.base_days, compared.unmatched) == (4, 4, 3)


def test_a_whole_year_takes_no_day_twice_and_none_of_its_own() -> None:
    for year in (2022, 2023, 2024, 2025, 2026):
        taken = [day for day in partners(date(year, 1, 1), date(year + 1, 1, 1)).values() if day]
        assert len(taken) == len(set(taken)) > 345
        assert max(taken) < date(year, 1, 1)


@pytest.mark.parametrize("first", ["2025-03-10", "2025-06-16", "2025-11-24", "2024-07-01"])
@pytest.mark.parametrize("days", [7, 10, 14])
def test_where_nothing_special_lies_the_result_is_that_of_the_plain_rule(first: str, days: int) -> None:
    end = d(first) + timedelta(days=days)
    aligned, plain = (compare(Scope(d(first), end, alignment=a), KNOWN, chinese=True) for a in ("aligned", "calendar"))
    assert aligned == plain
    assert not aligned.aligned


def test_the_plain_rule_can_be_asked_for() -> None:
    scope = Scope(d("2024-02-12"), d("2024-02-19"), alignment="calendar")
    assert compare(scope, KNOWN, chinese=True).base == (d("2023-02-13"), d("2023-02-20"))


def test_other_countries_keep_their_weekdays() -> None:
    assert is_chinese("Asia/Shanghai") and is_chinese("Asia/Urumqi")
    assert not is_chinese("America/Chicago") and not is_chinese(None)
    compared = compare(Scope(d("2024-02-12"), d("2024-02-19")), KNOWN)
    assert compared.base == (d("2023-02-13"), d("2023-02-20"))


def test_unknown_days_are_left_out_with_their_comparable_day() -> None:
    scope = Scope(d("2025-01-27"), d("2025-02-03"))
    compared = compare(scope, KNOWN - {d("2024-02-10"), d("2025-02-02")}, chinese=True)
    assert compared.left_out == (d("2025-01-29"), d("2025-02-02"))
    assert (compared.days, compared.base_days, compared.unmatched) == (5, 5, 0)


def test_spring_festival_does_not_look_like_a_fall(lake) -> None:
    """Every year has 10 alerts a day, and 5 in the week of the festival, wherever it lies."""
    lake.settings["time_zone"] = "Asia/Shanghai"
    for day in span("2023-01-01", "2025-12-31"):
        since = to_spring_festival(day)
        lake.alerts("A1", day, 1, 5 if since is not None and 0 <= since < 7 else 10)
    week = Scope(d("2025-01-27"), d("2025-02-03"))
    (row,) = show(lake, "alert_change", week).rows
    assert (row.numerator, row.base_numerator, row.change) == (45, 45, 0)
    notes = {note.code: note.values for note in show(lake, "alert_change", week).notes}
    assert notes["aligned"]["ranges"] == "2024-02-08 – 2024-02-14"
    plain = show(lake, "alert_change", Scope(week.start, week.end, alignment="calendar"))
    assert plain.rows[0].change == pytest.approx(45 / 70 - 1)


def test_years_without_a_known_calendar_say_so(lake) -> None:
    lake.settings["time_zone"] = "Asia/Shanghai"
    lake.alerts("A1", d("2026-01-01"), 600, 5)
    codes = [note.code for note in show(lake, "alerts_valid", Scope(d("2027-05-03"), d("2027-05-10"))).notes]
    assert "calendar_unknown" in codes
