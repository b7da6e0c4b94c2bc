"""Chance, time to the next report, merge log and concentration: against closed forms, publications and the library."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from metrics import Scope, show
from metrics.repeats.chance import Asked, by_chance, chance_of
from metrics.repeats.history import arranged
from metrics.repeats.runs import Rule
from metrics.statistics import expected_repeats
from metrics.statistics.clustered import seeded

DAY = 86_400
REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference_values"


GAP = 2 * 3600


def made(keys, days, stations=None, gap=GAP):
    """A history of reports on days (fractions allowed)."""
    frame = pl.DataFrame(
        {
            "value": np.asarray(keys, dtype=np.uint64),
            "second": (np.asarray(days, dtype=float) * DAY).astype(np.int64),
            "station_code": stations or ["A"] * len(keys),
            "category_group": ["help"] * len(keys),
        }
    ).sort("value", "second")
    return arranged(frame, gap)


def drawn(past, window, start, end, draws=999):
    asked = Asked((start - 60) * DAY, start * DAY, end * DAY, window, past.merge_gap, Rule(3, 30, 30), draws)
    return by_chance(past, asked, lambda station: seeded(1, station))


@pytest.fixture(scope="module")
def busy():
    """A year of chance: 1,000 reports at 200 unlike places, days to the fraction."""
    rng = np.random.default_rng(4)
    return made(rng.zipf(1.6, 1_000) % 200, np.sort(rng.uniform(0, 365, 1_000)))


def test_chance_explains_what_chance_made(busy):
    found = drawn(busy, 30, 300, 365)
    chance = chance_of(found.repeats, found.drawn_repeats, np.array([True]))
    assert chance.low <= chance.observed <= chance.high
    assert chance.p > 0.05
    clusters = chance_of(found.clusters, found.drawn_clusters, np.array([True]))
    assert clusters.p > 0.05 and clusters.expected > 1


def test_expected_as_the_library_expects_it(busy):
    past = made(busy.key, busy.second / DAY, gap=1)  # the library knows no merge gap
    mine = drawn(past, 30, 60, 365)
    theirs = expected_repeats(past.key, past.second / DAY, 30, since=60, permutations=400)
    assert mine.drawn_repeats.mean() == pytest.approx(theirs.expected, rel=0.02)


def test_what_follows_one_another_is_more_than_chance():
    rng = np.random.default_rng(5)
    keys = np.concatenate([np.arange(900), 900 + np.repeat(np.arange(60), 2)])
    first = rng.uniform(300, 350, 60)
    days = np.concatenate([rng.uniform(0, 365, 900), np.column_stack([first, first + 5]).ravel()])
    found = drawn(made(keys, days), 30, 300, 365)
    chance = chance_of(found.repeats, found.drawn_repeats, np.array([True]))
    assert chance.observed == 60
    assert chance.expected < 20 and chance.p == pytest.approx(0.001)


def test_dates_stay_in_their_station():
    """Two places in two stations: in A all reports lie in one week, so they repeat however they are dealt."""
    past = made([1] * 7 + [2] * 7, [*range(300, 307), *np.arange(0, 350, 50)], ["A"] * 7 + ["B"] * 7)
    found = drawn(past, 7, 300, 365, draws=99)
    assert found.drawn_repeats[:, 0].min() == found.drawn_repeats[:, 0].max() == 6
    assert found.drawn_repeats[:, 1].max() == 0


def test_what_follows_a_report_and_how_many(lake, every_day, reports, count):
    """Thirty places report once; ten of them again after 3 days, and one of these after 5 more: 41 indices.

    By 30 days 11 of 41 had another report: 26.8 %. Of 30 places 11 further reports: 0.367 a place.
    """
    every_day("A1", 300)
    for place in range(30):
        reports(place, "A2", [150, 153, 158] if place == 0 else [150, 153] if place < 10 else [150])
    count()
    quarter = Scope(date(2025, 8, 1), date(2025, 10, 1), "none", stations=("A2",))
    risk = show(lake, "repeat_risk", quarter, key="place").rows[0]
    assert (risk.numerator, risk.denominator, risk.suppressed) == (11, 41, None)
    assert risk.value == pytest.approx(11 / 41)
    assert risk.interval.low < 11 / 41 < risk.interval.high
    assert risk.extra["horizons"]["7"] == (risk.value, risk.interval)
    assert "365" not in risk.extra["horizons"]  # nobody was followed so long
    further = show(lake, "repeat_further", quarter, key="place").rows[0]
    assert (further.numerator, further.denominator) == (11, 30)
    assert further.value == pytest.approx(11 / 30)
    assert further.interval.low < 11 / 30 < further.interval.high


def test_a_year_that_was_followed_has_its_whole_curve(lake, every_day, reports, count):
    """The first reports of the year were followed into its last day, which counts as the 365th."""
    every_day("A1", 500)
    count()
    row = show(lake, "repeat_risk", Scope(date(2026, 4, 1), date(2026, 5, 1), "none"), key="place").rows[0]
    assert [*row.extra["horizons"]] == ["7", "30", "90", "365"]
    assert row.extra["curve"][-1][:2] == (365, 0.0)


@pytest.fixture
def once(lake, every_day, reports, count):
    """Twenty-five places that report once, on day 150."""
    every_day("A1", 300)
    for place in range(25):
        reports(place, "A2", [150])
    count()
    return lake


def test_nothing_that_follows_has_limits_too(once):
    """Nobody of 25 reported again: the risk is 0, and up to Wilson's 13.3 %; further reports up to 3.69 ÷ 25."""
    quarter = Scope(date(2025, 8, 1), date(2025, 10, 1), "none", stations=("A2",))
    risk = show(once, "repeat_risk", quarter, key="place").rows[0]
    assert risk.value == 0 and risk.interval == pytest.approx((0, 0.1332), abs=1e-4)
    further = show(once, "repeat_further", quarter, key="place").rows[0]
    assert further.value == 0 and further.interval == pytest.approx((0, 3.689 / 25), abs=1e-3)


def test_a_window_longer_than_anything_was_followed_has_no_risk(once):
    soon = Scope(date(2025, 5, 1), date(2025, 6, 10), "none", stations=("A2",))
    for name in ("repeat_risk", "repeat_further"):
        row = show(once, name, soon, key="place").rows[0]
        assert (row.value, row.interval, row.suppressed) == (None, None, "no_data")


def test_the_same_records_have_the_same_chance_in_every_version_and_one_station_moves_no_other(
    lake, every_day, reports, count
):
    every_day("A1", 400)
    every_day("A2", 400)
    for place in range(40):
        reports(place, "A1" if place % 2 else "A2", [330 + place % 9, 345 + place % 7])
    count()
    month = Scope(date(2025, 12, 1), date(2026, 1, 1), "none", "station")

    def chance() -> dict[str, tuple]:
        rows = show(lake, "repeat_chance", month, key="place").rows
        return {row.unit: (row.value, row.interval, row.p) for row in rows}

    first = chance()
    assert first["A1"][0] and first["A2"][0]
    lake.writes += 1  # another version of the same records
    assert chance() == first
    reports(4, "A2", [350])
    count()
    assert chance()["A1"] == first["A1"] and chance()["A2"] != first["A2"]


def test_merge_log_by_desk_and_by_rule(lake, every_day, reports, count):
    every_day("A1", 120)
    [main] = reports(7, "A1", [100])
    reports(8, "A1", [100 + 3 / 1440, 100 + 20 / 1440], link_type="duplicate", main_alert_id=main)
    reports(7, "A1", [100 + 90 / 1440, 103])
    count()
    scope = Scope(date(2025, 4, 1), date(2025, 5, 1), "none")
    row = show(lake, "repeat_merged", scope, key="place").rows[0]
    assert (row.extra["desk"], row.extra["by_rule"]) == (2, 1)
    assert (row.extra["desk_gaps"], row.extra["rule_gaps"]) == ([1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0])
    assert (row.numerator, row.denominator) == (3, 30 + 3 + 2)


def test_concentration_beside_what_chance_makes(lake, every_day, reports, count):
    every_day("A1", 300)
    reports(7, "A1", [n * 3 for n in range(100)])
    count()
    row = show(lake, "repeat_concentration", Scope(date(2025, 10, 1), date(2025, 10, 28), "none"), key="place").rows[0]
    assert row.extra["places"] == 301
    assert (row.numerator, row.denominator) == (103, 400)  # the busiest 1 % are four places
    assert row.value > 3 * row.extra["random_top_share"][1]
    assert row.extra["quarter"] == pytest.approx(1 / 301)
