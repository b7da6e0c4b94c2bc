"""Many rows at once: false discoveries, scatter of daily counts, differences of shares."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import benjamini_hochberg, discoveries, dispersion, share_difference, share_z

YEAR = 364


def test_benjamini_hochberg_as_in_multtest(reference_values: Path) -> None:
    with (reference_values / "p13_multiple_testing" / "ten_p_values.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    adjusted = benjamini_hochberg([float(row["rawp"]) for row in table])
    assert adjusted == pytest.approx([float(row["BH"]) for row in table], rel=1e-12, abs=1e-12)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_benjamini_hochberg_keeps_the_order_given() -> None:
    p = [0.0149877310796, 5.23656777208e-05, 0.967833824309, 0.00028140506198]
    assert benjamini_hochberg(p) == pytest.approx([0.0199836414, 0.000209462711, 0.967833824, 0.000562810124], rel=1e-6)
    assert discoveries(p) == [True, True, False, True]
    assert benjamini_hochberg([]) == []


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.5))
def test_adjusted_p_keep_their_order_and_are_never_smaller(p: list[float], rate: float) -> None:
    adjusted = np.array(benjamini_hochberg(p))
    order = np.argsort(p)
    assert np.all(np.diff(adjusted[order]) >= 0) and np.all(adjusted >= np.array(p) - 1e-12) and np.all(adjusted <= 1)
    found = discoveries(p, rate)
    assert max([each for each, kept in zip(p, found, strict=True) if kept], default=0.0) <= min(
        [each for each, kept in zip(p, found, strict=True) if not kept], default=1.0
    )


def test_newcombe_1998_method_ten() -> None:
    assert share_difference(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert share_difference(9, 10, 3, 10) == pytest.approx((0.1705, 0.8090), abs=1e-4)


def test_equal_shares_have_no_z() -> None:
    assert share_z(10, 20, 10, 20) == 0
    assert share_z(0, 20, 0, 20) == 0
    assert share_z(56, 70, 48, 80) > 0


def test_poisson_days_have_no_scatter_beyond_poisson() -> None:
    days = np.random.default_rng(7).poisson(9.0, (200, YEAR)).astype(float)
    assert np.median(dispersion(days, np.ones(YEAR, dtype=bool)).factor) == pytest.approx(1.06, abs=0.06)


def test_season_and_weekday_are_not_scatter() -> None:
    day = np.arange(YEAR)
    level = 20 * (1 + 0.4 * np.sin(2 * np.pi * (day // 28) / 13)) * np.where(day % 7 > 4, 1.5, 1.0)
    days = np.random.default_rng(8).poisson(level, (200, YEAR)).astype(float)
    assert np.median(dispersion(days, np.ones(YEAR, dtype=bool)).factor) < 1.15


def test_scatter_of_three_is_found_and_bad_weeks_show_in_weeks() -> None:
    generator = np.random.default_rng(9)
    days = generator.negative_binomial(9 / 2, 1 / 3, (200, YEAR)).astype(float)  # variance 3 times the mean
    assert np.median(dispersion(days, np.ones(YEAR, dtype=bool)).factor) == pytest.approx(3.1, abs=0.3)
    weeks = np.repeat(generator.gamma(25, 1 / 25, (200, YEAR // 7)), 7, axis=1)
    shaken = generator.poisson(20 * weeks).astype(float)  # weeks of good and bad weather: 1 + 140/25
    assert np.median(dispersion(shaken, np.ones(YEAR, dtype=bool)).factor) > 4


def test_a_missing_day_is_not_zero() -> None:
    days = np.random.default_rng(10).poisson(9.0, (50, YEAR)).astype(float)
    present = np.ones(YEAR, dtype=bool)
    present[100:110] = False
    days[:, 100:110] = 0
    assert np.median(dispersion(days, present).factor) < 1.2


def test_a_short_history_says_nothing() -> None:
    found = dispersion(np.full((2, 28), 9.0), np.ones(28, dtype=bool))
    assert np.isnan(found.factor).all()
    assert np.isnan(dispersion(np.zeros((1, YEAR)), np.ones(YEAR, dtype=bool)).factor).all()
