"""Each condition of "confirmed" can take the word away: the rule at the head of `catalogue/rules.yaml`."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.no_change import MadeLake
from metrics import Scope, changes, show
from metrics.definitions import verdict_rule
from metrics.incomplete import incomplete_days
from metrics.parameter_table import parameters
from metrics.periods import days_of
from metrics.statistics import split_change
from metrics.verdicts import Evidence, compare_counts, count_verdict, exceptions

MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
ALL = Evidence(stands=True, exception=True, signal=True, adjusted=True)


@pytest.fixture
def rule(lake):
    return verdict_rule(parameters(lake, lake.version()))


def only(lake, **more):
    (row,) = show(lake, "alert_change", Scope(MONDAY, END, **more)).rows
    return row


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "confirmed"),
        ({"adjusted": False}, "possible"),
        ({"exception": False}, "possible"),
        ({"signal": False}, "possible"),
        ({"flagged": frozenset({"recoded_down"})}, "possible"),
        ({"broken": True}, "not_established"),
        ({"stands": False}, "not_established"),
    ],
)
def test_every_condition_is_needed(rule, changed, verdict) -> None:
    test = compare_counts(rule, 560, 700, 7, 7, 1.0)
    split = split_change(1120, 560, 1400, 700)
    assert count_verdict(rule, test, split, replace(ALL, **changed)) == verdict


def test_calls_received_must_be_down_too(rule) -> None:
    test = compare_counts(rule, 560, 700, 7, 7, 1.0)
    assert count_verdict(rule, test, split_change(1401, 560, 1400, 700), ALL) == "contradicted"
    assert count_verdict(rule, test, split_change(1300, 560, 1400, 700), ALL) == "contradicted"  # mostly the share


def test_confirmed_takes_five_percent_of_false_alarms_in_a_table_and_exceptions_ten(rule) -> None:
    assert (rule.confirmation_rate, rule.false_discovery_rate) == (0.05, 0.10)
    near = compare_counts(rule, 200, 250, 7, 7, 1.0)
    assert near.p == pytest.approx(0.0184, abs=5e-4)
    assert exceptions(rule, [near]) == [True]
    assert exceptions(rule, [near, *[compare_counts(rule, 200, 200, 7, 7, 1.0)] * 5]) == [False] * 6


def test_a_fall_that_the_control_chart_does_not_show_stays_possible() -> None:
    """The base week was high by itself: 30 % above every other week, and the week judged is like the others."""
    days, base = days_of((date(2023, 12, 4), END)), MONDAY - timedelta(days=364)
    counts = np.random.default_rng(2).poisson([130 if base <= day < base + timedelta(days=7) else 100 for day in days])
    frame = {"day": days, "station_code": "A1", "category_group": "help", "received": counts, "valid": counts}
    lake = MadeLake(pl.DataFrame(frame).with_columns(excluded_invalid=0, recoded_down=0), {"A1": "A"})
    row = only(lake)
    assert row.extra["z"] < -3
    assert row.extra["adjusted_interval"][1] < 0
    assert row.verdict == "possible"


def test_recoding_in_the_same_direction_takes_the_confirmation_back(lake, history) -> None:
    history("A1", 100, 80, 150, 120)
    assert only(lake).verdict == "confirmed"
    lake.alerts("A1", MONDAY, 7, 0, recoded_down=8, caller_keyed=0)
    row = only(lake)
    assert row.verdict == "possible"
    assert "recoded_down" in row.extra["flags"]


def test_signals_of_the_integrity_room_are_asked_for(lake, history, monkeypatch) -> None:
    history("A1", 100, 80, 150, 120)
    monkeypatch.setattr(changes, "against_fall", lambda question: {"city": ("G4",)})
    row = only(lake)
    assert (row.verdict, row.extra["flags"]) == ("possible", ["G4"])


def test_a_rise_is_not_held_back_by_signals_against_a_fall(lake, history, monkeypatch) -> None:
    history("A1", 80, 100)
    monkeypatch.setattr(changes, "against_fall", lambda question: {"city": ("G4",)})
    assert (only(lake).verdict, only(lake).extra["flags"]) == ("confirmed", [])


def test_a_newest_day_cut_off_is_no_fall(lake, history) -> None:
    history("A1", 100, 100)
    lake.alerts("A1", END - timedelta(days=1), 1, -60, -60)  # the export ended on Sunday morning
    result = show(lake, "alert_change", Scope(MONDAY, END))
    assert (result.rows[0].change, result.rows[0].numerator) == (0, 600)
    assert [note.code for note in result.notes] == ["day_incomplete", "days_compared"]
    assert result.notes[0].to_json()["day"] == "2025-12-28"


def test_the_last_week_is_the_last_whole_one(lake, history) -> None:
    from metrics import default_period

    history("A1", 100, 100)
    lake.alerts("A1", END, 2, 100)
    lake.alerts("A1", END + timedelta(days=2), 1, 10)
    assert default_period(lake) == (MONDAY, END)


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ([100, 100, 49], [2]),
        ([100, 49, 40], [1, 2]),
        ([49, 100, 100], []),  # an older low day is a low day
        ([100, 100, 51], []),
        ([100, 100, 68], []),  # Spring Festival
    ],
)
def test_which_newest_days_count_as_incomplete(last, found) -> None:
    first = date(2025, 12, 29)
    days = {first - timedelta(days=count): 100 for count in range(1, 90)}
    days |= {first + timedelta(days=place): count for place, count in enumerate(last)}
    assert incomplete_days(days) == {first + timedelta(days=place) for place in found}


def test_few_calls_or_a_short_past_say_nothing_about_a_low_day() -> None:
    first = date(2025, 12, 29)
    assert incomplete_days({first - timedelta(days=count): 10 for count in range(90)} | {first: 1}) == frozenset()
    assert incomplete_days({first - timedelta(days=count): 100 for count in range(40)} | {first: 1}) == frozenset()


def test_a_fall_must_stand_when_late_records_are_added(lake, history) -> None:
    """A fifth of all alerts is stored more than a day late, so the two newest days may still gain as many."""
    history("A1", 60, 52)
    assert only(lake).verdict == "possible"
    lake.alerts("A1", MONDAY - timedelta(days=56), 56, 0, recorded_late=20)
    row = only(lake)
    assert row.verdict == "not_established"
    assert row.has_note("days_filling")


def test_a_percentage_is_raw_and_the_adjusted_one_stands_beside_it(lake, history) -> None:
    history("A1", 100, 80)
    row = only(lake, comparison="previous")
    assert row.change == pytest.approx(-0.2)
    low, high = row.extra["adjusted_interval"]
    assert low < row.extra["adjusted_change"] < high < 0


def test_with_less_than_a_year_nothing_is_adjusted_and_nothing_confirmed(lake) -> None:
    lake.alerts("A1", date(2025, 6, 2), 203, 100)
    lake.alerts("A1", MONDAY, 7, 60)
    row = only(lake, comparison="previous")
    assert row.extra["adjusted_change"] is None
    assert row.verdict == "possible"
