"""Shrunken unit means against lme4 (Dyestuff), Paule-Mandel against statsmodels, ranks against what must hold."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import (
    Shrunken,
    between_units,
    rank_intervals,
    shrink,
    shrunken_means,
    shrunken_ratios,
    shrunken_shares,
)

DYESTUFF = {
    "A": [1545, 1440, 1440, 1520, 1580],
    "B": [1540, 1555, 1490, 1560, 1495],
    "C": [1595, 1550, 1605, 1510, 1560],
    "D": [1445, 1440, 1595, 1465, 1545],
    "E": [1595, 1630, 1515, 1635, 1625],
    "F": [1520, 1455, 1450, 1480, 1445],
}


def of_batches(batches: dict[str, list[float]]) -> Shrunken:
    scores = [np.array(each, dtype=float) for each in batches.values()]
    return shrunken_means([x.mean() for x in scores], [x.std(ddof=1) for x in scores], [x.size for x in scores])


def log_likelihood(batches: dict[str, list[float]], mean: float, between: float, within: float) -> float:
    """Return −2 log likelihood of the one-way model with equal numbers a batch."""
    total = 0.0
    for scores in batches.values():
        covariance = within * np.eye(len(scores)) + between
        gap = np.array(scores) - mean
        total += (
            np.linalg.slogdet(covariance)[1] + gap @ np.linalg.solve(covariance, gap) + len(scores) * np.log(2 * np.pi)
        )
    return total


def test_dyestuff_as_in_lme4(reference_values: Path) -> None:
    folder = reference_values / "p20_shrunken_means"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    batches: dict[str, list[float]] = {}
    with (folder / "values.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            batches.setdefault(row["Batch"], []).append(float(row["Yield"]))
    found, reml, ml = of_batches(batches), expected["REML"], expected["ML"]
    within = np.mean([np.var(each, ddof=1) for each in batches.values()])
    assert found.mean == pytest.approx(reml["mu"], rel=1e-5)
    assert found.between == pytest.approx(reml["tau2"], rel=1e-5)
    assert within**0.5 == pytest.approx(reml["sigma"], rel=1e-5) and within**0.5 == pytest.approx(ml["sigma"], rel=1e-5)
    assert found.mean_error**2 == pytest.approx(reml["var_mu"], rel=1e-5)
    for value, batch in zip(found.values, batches, strict=True):
        assert value == pytest.approx(expected["REML_blup_upstream_run"][batch], rel=1e-4)
    # The restricted likelihood adds the logarithm of the information about μ; ML divides by 6 batches, not by 5.
    restricted = log_likelihood(batches, found.mean, found.between, within) - np.log(2 * np.pi * found.mean_error**2)
    assert restricted == pytest.approx(reml["criterion"], rel=1e-5)
    scatter = np.var([np.mean(each) for each in batches.values()])
    tau2 = scatter - within / 5
    assert tau2 == pytest.approx(expected["ML_tau2_upstream_run"], rel=1e-5)
    assert scatter / 6 == pytest.approx(ml["var_mu"], rel=1e-5)
    assert log_likelihood(batches, found.mean, tau2, within) == pytest.approx(ml["deviance"], rel=1e-5)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_dyestuff() -> None:
    found = of_batches(DYESTUFF)
    assert (found.mean, found.between) == pytest.approx((1527.5, 1764.0375195), rel=1e-5)
    expected = [1509.89314863, 1527.89126336, 1556.06222555, 1504.41546154, 1584.23318774, 1482.50471317]
    assert found.values == pytest.approx(expected, rel=1e-4)
    same = shrink([np.mean(x) for x in DYESTUFF.values()], [2451.25 / 5] * 6, "dersimonian-laird")
    assert same.between == pytest.approx(found.between)


@pytest.mark.parametrize(("method", "theirs"), [("paule-mandel", "iterated"), ("dersimonian-laird", "chi2")])
def test_variance_between_units_as_in_statsmodels(method: str, theirs: str) -> None:
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    values, variances = np.array([61.2, 70.5, 66.1, 58.3, 73.0, 65.2]), np.array([2.1, 9.0, 1.4, 4.2, 12.0, 0.8])
    other = meta.combine_effects(values, variances, method_re=theirs, atol=1e-12)
    assert between_units(values, variances, method) == pytest.approx(other.tau2, rel=1e-6)
    assert shrink(values, variances, method).mean == pytest.approx(other.mean_effect_re, rel=1e-6)


def test_eight_schools_as_printed_by_stan() -> None:
    """Means and standard deviations of 20,000 draws of the textbook example (Gelman et al., flat prior on τ)."""
    effects, errors = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    grid = shrink(effects, errors**2).grid
    mean = grid.chances @ grid.values
    deviation = np.sqrt(grid.chances @ (grid.errors**2 + (grid.values - mean) ** 2))
    assert mean == pytest.approx([11.42, 7.96, 6.16, 7.71, 5.15, 6.22, 10.72, 8.48], abs=0.15)
    assert deviation == pytest.approx([8.41, 6.18, 7.72, 6.60, 6.43, 6.65, 6.85, 7.82], abs=0.15)
    assert grid.chances @ grid.between == pytest.approx(6.54, abs=0.15)


@pytest.mark.parametrize(("units", "between"), [(8, 1.0), (60, 1.0), (20, 3.0)])
def test_intervals_and_ranks_hold_the_truth_about_as_often_as_they_say(units: int, between: float) -> None:
    generator = np.random.default_rng(44)
    values, ranks = [], []
    for _ in range(60):
        truth, variance = generator.normal(70, between, units), generator.uniform(1, 9, units)
        found = shrink(truth + generator.normal(0, np.sqrt(variance)), variance)
        place, order = rank_intervals(found, draws=400), np.argsort(np.argsort(truth)) + 1
        values.append(np.mean((found.low <= truth) & (truth <= found.high)))
        ranks.append(np.mean((place.low <= order) & (order <= place.high)))
    assert np.mean(values) > 0.9 and np.mean(ranks) > 0.93


def test_units_that_do_not_differ_all_get_the_common_mean() -> None:
    found = shrink([70.0, 71, 69, 70], [25.0] * 4)
    assert found.between == 0
    assert found.values == pytest.approx([70] * 4)


def test_one_score_is_shrunk_with_the_scatter_of_the_others() -> None:
    found = shrunken_means([60.0, 80, 95], [8.0, 9, np.nan], [30, 25, 1])
    assert found.values[2] < 95 and found.weights[2] < found.weights[0]
    with pytest.raises(ValueError, match="two scores"):
        shrunken_means([60.0, 80], [np.nan, np.nan], [1, 1])
    with pytest.raises(ValueError, match="two units"):
        shrink([60.0], [1.0])


def test_pass_rates_stay_between_none_and_all() -> None:
    found = shrunken_shares([0, 5, 40, 18], [3, 5, 50, 30])
    assert 0 < found.values[0] < 0.8 < found.values[1] < 1
    assert np.all(found.low >= 0) and np.all(found.high <= 1)
    assert np.all((found.low < found.values) & (found.values < found.high))


def test_the_highest_station_falls_to_its_shrunken_expectation_by_itself() -> None:
    generator, fell, promised = np.random.default_rng(43), [], []
    for _ in range(40):
        rates = generator.gamma(25, 1 / 25, 60)
        first, second = generator.poisson(30 * rates), generator.poisson(30 * rates)
        highest = int(np.argmax(first))
        fell.append(second[highest] / first[highest])
        promised.append(shrunken_ratios(first, np.full(60, 30.0)).values[highest] / (first[highest] / 30))
    assert np.mean(fell) < 0.85
    assert np.mean(promised) == pytest.approx(np.mean(fell), abs=0.06)


def test_ranks_of_units_that_do_not_differ_say_nothing() -> None:
    noise = np.random.default_rng(4).normal(70, 1.5, 20)
    ranks = rank_intervals(shrink(noise, np.full(20, 4.0)))
    assert np.all(ranks.low <= 2) and np.all(ranks.high >= 19)
    assert ranks.lowest_fifth.sum() == pytest.approx(4, abs=1e-9)
    assert ranks.lowest_fifth == pytest.approx(0.2, abs=0.15)


def test_ranks_of_units_far_apart_are_certain_and_repeat() -> None:
    found = shrink(np.arange(10) * 100.0, np.ones(10))
    ranks = rank_intervals(found)
    assert ranks.low.tolist() == ranks.high.tolist() == list(range(1, 11))
    assert ranks.lowest_fifth.tolist() == [1.0, 1.0] + [0.0] * 8
    again = rank_intervals(shrink([70.0, 71, 73], [2.0] * 3))
    assert np.array_equal(again.lowest_fifth, rank_intervals(shrink([70.0, 71, 73], [2.0] * 3)).lowest_fifth)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 50)), min_size=2, max_size=30),
    st.sampled_from(["paule-mandel", "dersimonian-laird"]),
)
def test_shrunken_lies_between_the_unit_and_the_mean(units: list[tuple[float, float]], method: str) -> None:
    values, variances = (np.array(each) for each in zip(*units, strict=True))
    found = shrink(values, variances, method)
    assert found.between >= 0
    assert np.all(found.values >= np.minimum(values, found.mean) - 1e-9)
    assert np.all(found.values <= np.maximum(values, found.mean) + 1e-9)
    assert np.all(found.errors > 0) and found.grid.chances.sum() == pytest.approx(1)
