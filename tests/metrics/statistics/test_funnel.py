"""Funnels against Public Health England's limits and flags and the SHMI's overdispersion."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import (
    Flag,
    Funnel,
    TooFewUnits,
    exact_limits,
    flags,
    normal_quantile,
    overdispersion,
    ratio_funnel,
    ratio_limits,
    share_funnel,
    share_limits,
)

# fmt: off
STAYS = [
    406, 642, 46, 764, 82, 201, 193, 569, 404, 134, 614, 491, 501, 131, 274, 124, 456, 48, 429, 14, 369, 8, 37, 128,
    145, 493, 104, 6, 308, 34, 7, 935, 134, 339, 458, 22, 2, 160, 87, 55, 252, 174, 43, 228, 210, 321, 631, 543,
    105, 389, 92, 1012, 283, 95,
]
EXPECTED_STAYS = [
    523.7, 612.98, 53.79, 763.72, 120.94, 250.19, 155.49, 484.71, 362.22, 188.93, 554.38, 616.74, 360.15, 245.61,
    263.56, 154.66, 475.02, 38.93, 445.1, 28.8, 347.54, 7.56, 73.21, 118.11, 273.34, 449.79, 172.38, 19.2, 321.86,
    36.56, 19.96, 851.72, 198.94, 302.39, 410.16, 45.87, 9.67, 212.34, 38.92, 31.74, 285.64, 186.66, 33.98, 255.65,
    242.03, 279.48, 619.26, 626.13, 145.67, 413.86, 111.26, 685.59, 181.11, 24.81,
]
# fmt: on
PUBLISHED = {
    "High (0.001)": Flag.HIGH,
    "High (0.025)": Flag.SOMEWHAT_HIGH,
    "Not significant": Flag.WITHIN,
    "Low (0.025)": Flag.SOMEWHAT_LOW,
    "Low (0.001)": Flag.LOW,
}


def columns(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(values: list[str]) -> np.ndarray:
    return np.array([float(value) if value else np.nan for value in values])


def test_limits_and_flags_of_shares_as_published_by_phe(reference_values: Path) -> None:
    folder = reference_values / "p07_funnel_proportion"
    areas, limits = columns(folder / "areas.csv"), columns(folder / "limits_percent.csv")
    successes, totals = numbers(areas["numerator"]), numbers(areas["denominator"])
    target = successes.sum() / totals.sum()
    assert 100 * target == pytest.approx(numbers(limits["Baseline"])[0], abs=1e-6)
    for level, name in ((0.95, "2s0025"), (0.998, "3s0001")):
        found = share_limits(numbers(limits["Population"]), target, level)
        assert 100 * found.low == pytest.approx(numbers(limits[f"Lower{name}limit"]), abs=1e-6)
        assert 100 * found.high == pytest.approx(numbers(limits[f"Upper{name}limit"]), abs=1e-6)
    named = flags(successes / totals, share_limits(totals, target), share_limits(totals, target, 0.998))
    assert list(named) == [PUBLISHED[significance] for significance in areas["significance"]]


def test_overdispersion_as_in_the_shmi(reference_values: Path) -> None:
    """The published Pearson ratio 6.240519 is that of single patients, whose records are not in the set."""
    folder = reference_values / "p08_funnel_overdispersion_shmi"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    table = {name: numbers(values) for name, values in columns(folder / "limits.csv").items()}
    ratio, size = table["numerator"] / table["denominator"], table["denominator"]
    assert size.size == expected["published"]["n_providers"]
    found = overdispersion(np.log(ratio), 0.0, 1 / np.sqrt(size), "truncate")
    run = expected["upstream_run"]
    assert found.units == run["n_after_truncation"]
    assert (found.phi, found.between) == pytest.approx((run["phi"], run["tau2"]), rel=1e-9)
    # Upstream has the normal quantiles rounded to six digits.
    for level, name, quantile in ((0.95, "95", 1.959964), (0.998, "998", 3.090232)):
        assert normal_quantile(level) == pytest.approx(quantile, abs=5e-7)
        reach = quantile * np.sqrt(1 / size + found.between)
        assert np.exp(-reach) == pytest.approx(table[f"odll{name}"], rel=1e-9)
        assert np.exp(reach) == pytest.approx(table[f"odul{name}"], rel=1e-9)
        plain = np.array([exact_limits(each, level) for each in size]) / size[:, None]
        assert plain[:, 0] == pytest.approx(table[f"ll{name}"], rel=1e-9)
        assert plain[:, 1] == pytest.approx(table[f"ul{name}"], rel=1e-9)
    outside = np.sum((ratio < plain[:, 0]) | (ratio > plain[:, 1]))
    adjusted = np.sum((ratio < np.exp(-reach)) | (ratio > np.exp(reach)))
    published = expected["published"]
    assert (outside, adjusted) == (published["outliers_998_unadjusted"], published["outliers_998_overdispersed_SHMI"])
    poisson = expected["published_poisson_limits"]
    for place, each in enumerate(poisson["E"]):
        for level, name in ((0.95, "95"), (0.998, "998")):
            limits = tuple(limit / each for limit in exact_limits(each, level))
            assert limits == pytest.approx((poisson[f"ll{name}"][place], poisson[f"ul{name}"][place]), abs=5e-7)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_fifty_four_hospitals_of_the_shmi() -> None:
    ratio, size = np.array(STAYS) / np.array(EXPECTED_STAYS), np.array(EXPECTED_STAYS)
    found = overdispersion(np.log(ratio), 0.0, 1 / np.sqrt(size), "truncate")
    assert tuple(found) == pytest.approx((44, 8.53285128924864, 0.0284102322745188), rel=1e-9)
    reach = normal_quantile(0.998) * np.sqrt(1 / size + found.between)
    assert np.sum(np.abs(np.log(ratio)) > reach) == 9
    funnel = ratio_funnel(STAYS, EXPECTED_STAYS)
    assert isinstance(funnel, Funnel) and funnel.scatter.units == 54
    assert sum(flag in {Flag.HIGH, Flag.LOW} for flag in funnel.flags) == 2  # pulling in tails keeps more variance


def test_limits_of_a_share() -> None:
    assert 100 * np.array(share_limits([5, 20], 0.80642448)) == pytest.approx(
        np.array([[46.011039, 63.326743], [100, 97.958152]]), abs=1e-6
    )


@pytest.mark.parametrize(("size", "high"), [(15, 1.569), (100, 1.206)])
def test_exact_limits_of_a_ratio_and_not_the_wider_ones(size: float, high: float) -> None:
    assert ratio_limits([size]).high[0] == pytest.approx(high, abs=1e-3)


def test_a_count_on_the_limit_has_the_expected_count_as_its_own_limit() -> None:
    for level in (0.95, 0.998):
        low, high = (limit * 40 for limit in ratio_limits([40], level))
        assert exact_limits(float(high[0]), level).low == pytest.approx(40, rel=1e-9)
        assert exact_limits(float(low[0]), level).high == pytest.approx(40, rel=1e-9)


def test_fewer_than_ten_stations_have_no_funnel() -> None:
    assert ratio_funnel([3.0] * 9, [3.0] * 9) == TooFewUnits(9, 10)
    assert share_funnel([3.0] * 9, [5.0] * 9) == TooFewUnits(9, 10)
    with pytest.raises(ValueError, match="positive expected"):
        ratio_funnel([3.0] * 10, [0.0] * 10)


def test_stations_that_differ_by_chance_keep_the_limits_of_chance() -> None:
    size = np.linspace(20, 900, 60)
    found = ratio_funnel(np.random.default_rng(2).poisson(size), size)
    assert isinstance(found, Funnel)
    assert found.scatter.phi == pytest.approx(0.8, abs=0.3)  # winsorised, so under 1
    assert found.scatter.between == 0
    assert found.adjusted_outer.high == pytest.approx(found.outer.high, rel=0.02)


def test_stations_that_differ_get_wider_limits_and_one_outlier_is_still_seen() -> None:
    generator = np.random.default_rng(3)
    size = np.linspace(100, 900, 60)
    counts = generator.poisson(size * generator.gamma(100, 1 / 100, 60))
    counts[30] = 2.2 * size[30]
    found = ratio_funnel(counts, size)
    assert isinstance(found, Funnel)
    assert found.scatter.between > 0 and np.all(found.adjusted_outer.high > found.outer.high)
    assert found.flags[30] is Flag.HIGH and found.p[30] < 1e-6
    assert sum(flag is not Flag.WITHIN for flag in found.flags) < 8


def test_a_share_of_none_or_all_has_limits_within_them() -> None:
    totals = np.full(12, 8.0)
    found = share_funnel([0, 8, 4, 5, 3, 4, 4, 5, 3, 4, 5, 4], totals)
    assert isinstance(found, Funnel)
    assert np.all(found.adjusted_outer.low >= 0) and np.all(found.adjusted_outer.high <= 1)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 5_000), min_size=2, max_size=20), st.floats(0.5, 0.99))
def test_limits_close_with_size_and_open_with_confidence(sizes: list[float], level: float) -> None:
    size = np.sort(np.array(sizes))
    low, high = ratio_limits(size, level)
    wide_low, wide_high = ratio_limits(size, 0.998)
    assert np.all(np.diff(high) <= 1e-9 * high[1:] + 1e-9) and np.all(np.diff(low) >= -1e-9)
    assert np.all(wide_low <= low + 1e-9) and np.all(wide_high >= high - 1e-9)
    assert np.all(low <= 1) and np.all(high >= 1)
