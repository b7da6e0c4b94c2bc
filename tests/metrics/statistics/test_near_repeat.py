"""Knox tables and chains against the vignette of NearRepeat, the Near Repeat Calculator, and ptools."""

import csv
import itertools
import json
import math
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import knox, near_strings


def edges(values: list[float | str]) -> list[float]:
    return [float(value) for value in values]


def test_chicago_burglaries_as_published(reference_values: Path) -> None:
    folder = reference_values / "p16_knox_near_repeat"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    x, y = ([float(event[name]) for event in events] for name in "xy")
    days = [date.fromisoformat(event["date"]).toordinal() for event in events]
    for name in "abc":
        case = expected[name]
        found = knox(x, y, days, edges(case["sds"]), edges(case["tds"]), 0, distance="manhattan", precision=0)
        assert found.observed.tolist() == case["observed"], name
    case = expected["a"]
    found = knox(x, y, days, edges(case["sds"]), edges(case["tds"]), distance="manhattan")
    assert found.observed.tolist() == case["observed"]  # rounding to 0.1 m changes no cell
    many = np.array(case["observed"]) >= 25
    assert found.ratio[many] == pytest.approx(np.array(case["knox_ratio_mean_999"])[many], rel=0.15)
    assert found.p == pytest.approx(np.array(case["p"]), abs=0.06)
    assert found.notable.tolist() == [[True, False, False], [True, False, False], [False] * 3, [False] * 3]


def test_chains_as_published_by_ptools(reference_values: Path) -> None:
    for case in json.loads((reference_values / "p17_near_strings" / "cases.json").read_text(encoding="utf-8")):
        found = near_strings(case["x"], case["y"], case["t"], case["D"], case["T"])
        if "component" in case:
            assert found.tolist() == case["component"]
        else:
            assert found.max() == case["n_components"]


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_two_events_at_a_hundred_metres_and_three_days() -> None:
    found = knox([0, 0], [0, 100], [0, 3], [0, 100, 200], [0, 3, 6], permutations=0)
    assert found.observed.tolist() == [[0, 0], [0, 1]]


def test_chains() -> None:
    assert near_strings([1, 2, 3, 4, 5], [0] * 5, [0, 0, 0, 4, 4], 2, 1).tolist() == [1, 1, 1, 2, 2]
    assert near_strings(range(1, 11), [0] * 10, range(3, 33, 3), 1, 1).max() == 10
    assert near_strings(range(1, 11), [0] * 10, range(3, 33, 3), 2, 6).max() == 1


def test_one_place_is_one_place_whatever_the_last_digit() -> None:
    found = knox([100.0, 100.04, 500.0], [7.0, 6.96, 7.0], [0, 0.5, 0.6], permutations=0)
    assert found.observed[0].tolist() == [1, 0, 0, 0]


def test_an_open_band_holds_all_other_pairs() -> None:
    generator = np.random.default_rng(51)
    x, y, days = generator.uniform(0, 900, 60), generator.uniform(0, 900, 60), generator.integers(0, 20, 60)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)[np.triu_indices(60, 1)]
    gap = np.abs(days[:, None] - days)[np.triu_indices(60, 1)]
    found = knox(x, y, days, [0, 100, 300, np.inf], [0, 3, 7, np.inf], 20, precision=0)
    assert found.observed.tolist() == np.histogram2d(apart, gap, [[0, 100, 300, 1e9], [0, 3, 7, 1e9]])[0].tolist()
    assert found.observed.sum() == 60 * 59 / 2
    assert found.expected.sum(axis=0) == pytest.approx(found.observed.sum(axis=0))
    assert found.expected.sum(axis=1) == pytest.approx(found.observed.sum(axis=1))
    later = knox(x, y, days, [0, 100, np.inf], [3, 7], 0, precision=0)
    assert later.observed.sum() == np.sum((gap >= 3) & (gap < 7))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 20)), min_size=2, max_size=25),
    st.sampled_from(["euclidean", "manhattan"]),
)
def test_pairs_and_chains_as_by_definition(reports: list[tuple[int, int, int]], kind: str) -> None:
    x, y, days = (np.array(each, dtype=float) for each in zip(*reports, strict=True))
    found = knox(x, y, days, [0, 0.1, 100, 200], [0, 1, 7, 14], 0, distance=kind)
    linked = {place: {place} for place in range(len(reports))}
    plain = np.zeros((3, 3), dtype=int)
    for one, other in itertools.combinations(range(len(reports)), 2):
        gap = abs(x[one] - x[other]), abs(y[one] - y[other])
        apart, later = sum(gap) if kind == "manhattan" else math.hypot(*gap), abs(days[one] - days[other])
        if apart < 200 and later < 14:
            plain[np.searchsorted([0.1, 100], apart, "right"), np.searchsorted([1, 7], later, "right")] += 1
        if apart < 100 and later < 7:
            merged = linked[one] | linked[other]
            linked.update(dict.fromkeys(merged, merged))
    assert found.observed.tolist() == plain.tolist()
    chains = near_strings(x, y, days, 100, 7, kind)
    for place, others in linked.items():
        assert set(np.flatnonzero(chains == chains[place])) == others
    firsts = [int(np.flatnonzero(chains == number)[0]) for number in range(1, chains.max() + 1)]
    assert firsts == sorted(firsts)


def test_what_comes_back_next_door_is_found_and_the_seed_repeats_it() -> None:
    generator = np.random.default_rng(52)
    x, y, days = generator.uniform(0, 9_000, 400), generator.uniform(0, 9_000, 400), generator.uniform(0, 300, 400)
    near = x + 40, y + 10, days + 3
    x, y, days = (np.concatenate([a, b[:60]]) for a, b in zip((x, y, days), near, strict=True))
    found = knox(x, y, days, permutations=199)
    assert found.notable[1, 1] and found.p[1, 1] == pytest.approx(1 / 200)
    assert not found.notable[3].any()
    assert np.array_equal(found.expected, knox(x, y, days, permutations=199).expected)


def test_missing_places_and_bands_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="every report"):
        knox([0, np.nan], [0, 0], [0, 1])
    with pytest.raises(ValueError, match="rise"):
        knox([0, 1], [0, 0], [0, 1], [0, 100, 100])


def test_none_or_one_report_has_no_pairs() -> None:
    assert knox([], [], [], permutations=2).observed.sum() == 0
    assert knox([1], [1], [1], permutations=2).observed.sum() == 0
    assert near_strings([], [], [], 1, 1).tolist() == [] and near_strings([1], [1], [1], 1, 1).tolist() == [1]


def test_ten_thousand_reports_of_a_city() -> None:
    generator = np.random.default_rng(53)
    x, y = generator.uniform(0, 30_000, 10_000), generator.uniform(0, 30_000, 10_000)
    start = time.process_time()
    found = knox(x, y, generator.uniform(0, 365, 10_000), permutations=199)
    assert found.events == 10_000 and time.process_time() - start < 5
    assert np.all(found.ratio[2:] == pytest.approx(1, abs=0.15))
