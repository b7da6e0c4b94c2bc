"""Bootstrap over places and repeats expected by chance, against what must hold and against plain loops."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from metrics.statistics import clustered_share, expected_repeats, repeat_flags, wilson


def share(repeats: ArrayLike, incidents: ArrayLike, draws: int = 2_000) -> tuple[float, float]:
    counts = np.column_stack([np.asarray(repeats), np.asarray(incidents)]).astype(np.int64)
    found = clustered_share(counts, np.random.default_rng(9), draws=draws).interval
    assert found is not None
    return found


def test_single_incidents_have_about_wilsons_interval_and_clusters_a_wider_one() -> None:
    single = share([1] * 60 + [0] * 140, [1] * 200)
    assert single == pytest.approx(wilson(60, 200), abs=0.01)
    clusters = share([10] * 6 + [0] * 14, [10] * 20)
    assert clusters[1] - clusters[0] > 2.5 * (single[1] - single[0])


def test_drawing_kinds_of_places_is_drawing_places() -> None:
    generator = np.random.default_rng(8)
    incidents = generator.geometric(0.5, 500)
    repeats = generator.binomial(incidents - 1, 0.6)
    drawn = generator.integers(0, 500, (4_000, 500))
    plain = np.quantile(repeats[drawn].sum(axis=1) / incidents[drawn].sum(axis=1), [0.025, 0.975])
    assert share(repeats, incidents, 4_000) == pytest.approx(tuple(plain), abs=0.006)


def test_the_interval_over_places_holds_the_share_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(12)
    held = 0
    for _ in range(200):
        incidents = generator.geometric(0.4, 150)
        low, high = share(generator.binomial(incidents, 0.3), incidents, 400)
        held += low <= 0.3 <= high
    assert 0.9 <= held / 200 <= 0.99


def test_repeat_is_later_than_zero_and_at_most_the_window() -> None:
    keys, times = ["a", "a", "a", "b", "a"], [0.0, 30, 61, 1, 30]
    assert repeat_flags(keys, times, 30).tolist() == [False, True, False, False, True]
    assert repeat_flags(["a", "a"], [5.0, 5], 30).tolist() == [False, False]
    assert repeat_flags([], [], 30).tolist() == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), min_size=1, max_size=40),
    st.sampled_from([1, 7, 30]),
    st.integers(0, 40),
)
def test_flags_and_counts_as_by_definition(incidents: list[tuple[int, int]], window: int, since: int) -> None:
    keys, times = [key for key, _ in incidents], [float(day) for _, day in incidents]
    plain = [any(key == other and 0 < day - when <= window for other, when in incidents) for key, day in incidents]
    assert repeat_flags(keys, times, window).tolist() == plain
    counted = sum(flag and day >= since for flag, (_, day) in zip(plain, incidents, strict=True))
    stations = np.arange(len(keys))  # one incident a station: permuting changes nothing
    found = expected_repeats(keys, times, window, stations=stations, since=since, permutations=3)
    assert (found.observed, found.expected, found.p) == (counted, counted, 1.0)


def test_reports_thrown_at_random_repeat_as_often_as_chance() -> None:
    generator = np.random.default_rng(31)
    keys, days = generator.integers(0, 400, 1_500), generator.uniform(0, 365, 1_500)
    found = expected_repeats(keys, days, 30, permutations=199)
    assert found.ratio == pytest.approx(1, abs=0.08) and found.p > 0.01
    assert found.band.low <= found.expected <= found.band.high
    assert found == expected_repeats(keys, days, 30, permutations=199)


def test_reports_that_come_back_soon_are_more_than_chance() -> None:
    generator = np.random.default_rng(32)
    first, days = generator.integers(0, 400, 1_200), generator.uniform(0, 350, 1_200)
    again = generator.random(1_200) < 0.2
    keys = np.concatenate([first, first[again]])
    times = np.concatenate([days, days[again] + generator.uniform(1, 7, again.sum())])
    found = expected_repeats(keys, times, 7, permutations=199)
    assert found.ratio is not None and found.ratio > 2 and found.p == pytest.approx(1 / 200)


def test_a_busy_month_of_a_station_is_not_a_repeat_problem() -> None:
    """Two stations, each busy in its own month: dates go round within a station only."""
    generator = np.random.default_rng(33)
    stations = np.repeat([0, 1], 600)
    keys = generator.integers(0, 200, 1_200) + 1_000 * stations
    times = np.where(stations == 0, generator.uniform(0, 40, 1_200), generator.uniform(200, 240, 1_200))
    within = expected_repeats(keys, times, 7, stations=stations, permutations=199)
    pooled = expected_repeats(keys, times, 7, permutations=199)
    assert within.ratio == pytest.approx(1, abs=0.08)
    assert pooled.ratio is not None and pooled.ratio > 1.3


def test_the_first_days_without_look_back_count_nothing() -> None:
    found = expected_repeats(["a", "a", "a"], [0.0, 10, 50], 30, permutations=9)
    assert (found.observed, found.incidents) == (0, 1)
    with pytest.raises(ValueError, match="at least one incident"):
        expected_repeats([], [], 30)


def test_five_thousand_incidents_in_two_seconds() -> None:
    generator = np.random.default_rng(34)
    keys, days = generator.integers(0, 2_500, 5_000), generator.uniform(0, 730, 5_000)
    start = time.process_time()
    expected_repeats(keys, days, 30, stations=generator.integers(0, 20, 5_000))
    assert time.process_time() - start < 2
