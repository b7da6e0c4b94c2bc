"""Repeat share: counts as the mart has them, limits drawn over places, and verdicts that follow from both."""

from datetime import date, timedelta

import pytest

from metrics import Scope, show
from metrics.statistics import wilson

APRIL, MAY = date(2025, 4, 1), date(2025, 5, 1)
FIRST_OF_APRIL = 90


def row(lake, by: str = "city", start: date = APRIL, end: date = MAY, comparison: str = "none", **options):
    return show(lake, "repeat_share", Scope(start, end, comparison, by), key="place", **options).rows[0]


@pytest.fixture
def uneven(lake, every_day, reports, count):
    """Ninety days of single reports, then April: one place reports every other day, a hundred others once."""
    every_day("A1", 120)
    reports(7, "A1", [FIRST_OF_APRIL + 2 * n for n in range(15)])
    for place in range(70):
        reports(100 + place, "A1", [FIRST_OF_APRIL + place % 28 + 0.3])
    count()
    return lake


def test_counts_are_the_marts_and_the_interval_is_drawn_over_places(uneven) -> None:
    found = row(uneven)
    assert (found.numerator, found.denominator) == (14, 15 + 70 + 30)
    # One place makes every repeat: it comes or not, so nothing between none and twice as many is excluded.
    assert found.interval.low == 0
    assert found.interval.high > 1.5 * wilson(14, 115).high


def test_the_same_question_has_the_same_answer(uneven) -> None:
    assert row(uneven).interval == row(uneven).interval


def test_several_reports_of_one_event_are_no_repeat(lake, every_day, reports, count) -> None:
    every_day("A1", 120)
    reports(7, "A1", [FIRST_OF_APRIL, FIRST_OF_APRIL + 1 / 24, FIRST_OF_APRIL + 1.9 / 24, FIRST_OF_APRIL + 5])
    count()
    found = row(lake)
    assert (found.numerator, found.denominator, found.extra["duplicates"]) == (1, 32, 2)


def test_a_real_rise_over_many_places_is_confirmed(lake, every_day, reports, count) -> None:
    every_day("A1", 120)
    for place in range(300):
        reports(100 + place, "A1", [59 + place % 20])
        reports(500 + place, "A1", [FIRST_OF_APRIL + place % 20, *([FIRST_OF_APRIL + place % 20 + 5] * (place % 2))])
    count()
    found = row(lake, comparison="previous")
    assert found.change > 0.2
    assert (found.verdict, found.p < 0.001) == ("confirmed", True)


def test_the_same_rise_at_one_place_is_not_established(lake, every_day, reports, count) -> None:
    every_day("A1", 120)
    for place in range(30):
        reports(100 + place, "A1", [59 + place % 20])
        reports(500 + place, "A1", [FIRST_OF_APRIL + place % 20])
    reports(7, "A1", [FIRST_OF_APRIL + n for n in range(14)])
    count()
    assert row(lake, comparison="previous").verdict == "not_established"


def test_a_fall_by_number_with_more_numbers_missing_is_named(lake, every_day, reports, count) -> None:
    every_day("A1", 120)
    for place in range(200):
        early, late = 59 + place % 20, FIRST_OF_APRIL + place % 20
        reports(100 + place, "A1", [early, early + 5])
        reports(500 + place, "A1", [late, late + 5], **({"caller_key": None} if place % 2 else {}))
    count()
    found = show(lake, "repeat_share", Scope(APRIL, MAY, "previous"), key="caller").rows[0]
    assert found.has_note("numbers_missing_more")
    assert found.verdict != "confirmed"


def test_every_key_and_window_counts_what_the_mart_counts(uneven) -> None:
    for key in ("caller", "place", "matter"):
        for window in (7, 30, 90):
            scope = Scope(APRIL + timedelta(days=3), MAY - timedelta(days=1), "none", "station")
            found = show(uneven, "repeat_share", scope, key=key, window=window).rows[0]
            drawn = show(uneven, "repeat_chance", scope, key=key, window=window).rows[0]
            assert found.numerator == drawn.extra["observed"]


def test_one_place_that_makes_a_stations_share_is_broken_out(uneven) -> None:
    found = row(uneven)
    assert found.extra["largest_repeats"] == 14
    assert (found.extra["largest_part"], found.extra["without_largest"]) == (1, 0)
    assert found.has_note("one_key")
