"""Chance, time to the next report, merge log and concentration: against closed forms, publications and the library."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from metrics import Scope, show
from metrics.repeats.chance import Asked, by_chance, chance_of
from metrics.repeats.history import arranged
from metrics.repeats.risk import kaplan_meier_by_place, mean_cumulative_by_place
from metrics.repeats.runs import Rule
from metrics.statistics import expected_repeats
from metrics.statistics.recurrence import further_reports, mean_cumulative
from metrics.statistics.time_to_repeat import kaplan_meier, repeat_risks

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
    return by_chance(past, asked, np.random.default_rng(1))


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


def test_survival_as_published():
    """Set p19, the aml data of R's survival package; every patient is a place of its own."""
    if not REFERENCE.is_dir():
        pytest.skip("the reference values are not beside the project")
    data = pl.read_csv(REFERENCE / "p19_kaplan_meier" / "aml.csv")
    expected = json.loads((REFERENCE / "p19_kaplan_meier" / "expected.json").read_text())["curves"]
    for name, group in data.group_by("x"):
        days, came = group["time"].to_numpy(), group["status"].to_numpy() == 1
        curve = kaplan_meier_by_place(np.arange(len(days)), days, came)
        for time, at_risk, _, survival, *_ in expected[str(name[0])]:
            assert curve.at_risk[time] == at_risk
            assert 1 - curve.risk[time] == pytest.approx(survival, abs=5e-4)


def test_risk_as_the_library_has_it_and_wider_where_places_are_busy():
    rng = np.random.default_rng(7)
    days, came = rng.integers(0, 300, 400), rng.random(400) < 0.6
    alone = kaplan_meier_by_place(np.arange(400), days, came)
    library = repeat_risks(kaplan_meier(days, came), (30, 90))
    for day, theirs in zip((30, 90), library, strict=True):
        assert alone.risk[day] == pytest.approx(theirs.risk)
        assert alone.limits(day) == pytest.approx(theirs.interval, rel=0.03)
    by_speed = kaplan_meier_by_place(days // 30, days, came)  # the quick ones belong together
    assert by_speed.error[90] > 2 * alone.error[90]


def test_further_reports_as_the_library_counts_them():
    rng = np.random.default_rng(8)
    key = np.sort(rng.integers(0, 60, 300))
    second = rng.integers(0, 360, 300) * DAY
    order = np.lexsort((second, key))
    key, second = key[order], second[order]
    places, [(mean, limits, further)] = mean_cumulative_by_place(key, second, 365 * DAY, (90,))
    names, first = np.unique(key, return_index=True)
    later = np.setdiff1d(np.arange(300), first)
    owner = np.searchsorted(names, key[later])
    age = (second[later] - second[first][owner]) // DAY
    [theirs] = further_reports(mean_cumulative(owner, age, (365 * DAY - second[first]) // DAY), (90,))
    assert (places, further) == (len(names), int((age <= 90).sum()))
    assert mean == pytest.approx(theirs.mean)
    assert limits == pytest.approx(theirs.interval)


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
