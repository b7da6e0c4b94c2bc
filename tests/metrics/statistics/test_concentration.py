"""Concentration of reports on places, against the figures of the R package ineq and known chance levels."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import concentration, gini, herfindahl, lorenz, lorenz_asymmetry, random_band, rosenbluth

ILOCOS = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
tables = st.lists(st.integers(0, 50), min_size=2, max_size=60).filter(lambda x: sum(x) > 0)


def test_published_by_ineq(reference_values: Path) -> None:
    cases = json.loads((reference_values / "p18_concentration" / "cases.json").read_text(encoding="utf-8"))
    for case in cases:
        x = case["x"]
        found = {
            "gini": (gini(x), 5e-8),
            "herfindahl": (herfindahl(x), 5e-8),
            "rosenbluth": (rosenbluth(x), 5e-8),
            "gini_corrected": (gini(x, corrected=True), 5e-8),
            "lorenz_asymmetry": (lorenz_asymmetry(x), 0.005),
        }
        for name in case.keys() - {"x"}:
            value, printed = found[name]
            assert value == pytest.approx(case[name], abs=printed), name


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_incomes_of_a_textbook() -> None:
    assert gini(ILOCOS) == pytest.approx(0.4620911, abs=5e-8)
    assert herfindahl(ILOCOS) == pytest.approx(0.1840812, abs=5e-8)
    assert lorenz_asymmetry([50, *[50 / 9] * 9]) == pytest.approx(1.46, abs=0.005)
    assert lorenz_asymmetry([2] * 5 + [18] * 5) == pytest.approx(0.74, abs=0.005)


def test_all_at_one_place_and_evenly_spread() -> None:
    one = concentration([0] * 99 + [50])
    assert (one.gini, one.top_share, one.places_with_half) == pytest.approx((0.99, 1.0, 0.01))
    even = concentration([3] * 100)
    assert (even.gini, even.gini_adjusted, even.top_share) == pytest.approx((0, 0, 0.01), abs=1e-12)
    assert (even.places_with_quarter, even.places_with_half) == (0.25, 0.5)


def test_fewer_reports_than_places_cannot_be_even() -> None:
    assert concentration([1] * 30 + [0] * 70).gini == pytest.approx(0.7)
    assert concentration([1] * 30 + [0] * 70).gini_adjusted == pytest.approx(0, abs=1e-12)


def test_chance_alone_concentrates() -> None:
    band = random_band(3_000, 5_000, simulations=99)
    assert band.gini.low < 0.63 < band.gini.high + 0.005
    assert np.mean(band.gini_adjusted) == pytest.approx(0.39, abs=0.01)
    assert np.mean(band.top_share) == pytest.approx(0.056, abs=0.003)
    assert band[:5] == random_band(3_000, 5_000, simulations=99)[:5]


def test_no_reports_have_no_concentration() -> None:
    with pytest.raises(ValueError, match="at least one report"):
        concentration([0, 0])
    with pytest.raises(ValueError, match="at least one report"):
        random_band(0, 10)


@settings(deadline=None)
@given(tables, st.integers(2, 5))
def test_copies_of_all_places_change_nothing(counts: list[int], copies: int) -> None:
    assert gini(counts * copies) == pytest.approx(gini(counts), abs=1e-9)
    assert -1e-9 <= gini(counts) < 1


@settings(deadline=None)
@given(tables)
def test_the_curve_rises_below_the_diagonal(counts: list[int]) -> None:
    places, reports = lorenz(counts)
    assert reports[0] == 0 and reports[-1] == pytest.approx(1)
    assert np.all(np.diff(reports) >= -1e-12) and np.all(reports <= places + 1e-9)
    found = concentration(counts)
    assert found.places_with_quarter <= found.places_with_half <= 0.5 + 1 / len(counts)
    assert found.gini_adjusted <= found.gini + 1e-12
