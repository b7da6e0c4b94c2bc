"""Standardised rates, rates of dependent events and displacement, against PHE's and Wheeler's own figures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import (
    byar_limits,
    count_limits,
    dependent_limits,
    directly_standardised,
    displacement_difference,
    indirectly_standardised,
    rate_with_dependent_limits,
    repeat_variance,
)

LEVELS = {"95_0": 0.95, "99_8": 0.998}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(table: list[dict[str, str]], name: str) -> list[float]:
    return [float(row[name]) if row[name] else float("nan") for row in table]


def test_direct_rates_as_published_by_phe(reference_values: Path) -> None:
    folder = reference_values / "p05_dsr_dobson"
    strata = rows(folder / "strata.csv")
    for expected in rows(folder / "expected.csv"):
        area = [row for row in strata if row["area"] == expected["area"]]
        per = 100_000 if "100000" in expected["statistic"] else 10_000
        for name, level in LEVELS.items():
            rate = directly_standardised(
                column(area, "count"), column(area, "pop"), column(area, "stdpop_esp2013"), per, level
            )
            if not expected["value"]:
                assert rate is None
                continue
            assert rate is not None
            limits = (float(expected[f"lower{name}cl"]), float(expected[f"upper{name}cl"]))
            assert rate.value == pytest.approx(float(expected["value"]), rel=1e-9)
            assert rate.interval == pytest.approx(limits, rel=1e-9)


def test_indirect_rates_as_published_by_phe(reference_values: Path) -> None:
    folder = reference_values / "p06_isr"
    strata = rows(folder / "strata.csv")
    for expected in rows(folder / "expected.csv"):
        per = float(expected["statistic"].split()[-1])
        for name, level in LEVELS.items():
            found = indirectly_standardised(
                sum(column(strata, "count")),
                column(strata, "pop"),
                column(strata, "refcount"),
                column(strata, "refpop"),
                level,
            )
            scaled = found.rate(per) if expected["ref_rate"] else found.rate(per / found.reference_rate)
            assert found.expected == pytest.approx(float(expected["expected"]), rel=1e-9)
            assert scaled.value == pytest.approx(float(expected["value"]), rel=1e-9)
            limits = (float(expected[f"lower{name}cl"]), float(expected[f"upper{name}cl"]))
            assert scaled.interval == pytest.approx(limits, rel=1e-9)
            if expected["ref_rate"]:
                assert found.reference_rate * per == pytest.approx(float(expected["ref_rate"]), rel=1e-9)


def test_displacement_as_published_by_wheeler(reference_values: Path) -> None:
    cases = json.loads((reference_values / "p12_two_count_tests" / "cases.json").read_text(encoding="utf-8"))
    for case in cases["wdd"]:
        found = displacement_difference(
            tuple(case["treated"]),
            tuple(case["control"]),
            tuple(case.get("disp_treated", (0, 0))),
            tuple(case.get("disp_control", (0, 0))),
            tuple(case.get("time_weights", (1, 1))),
            0.90 if "ci90" in case else 0.95,
        )
        assert found.change == pytest.approx(case["est"])
        assert found.variance == pytest.approx(case.get("var", case.get("se", 0) ** 2), rel=1e-5)
        if "ci90" in case:
            assert found.interval == pytest.approx(case["ci90"], abs=5e-7)
        if "ci95_rounded" in case:
            assert found.interval == pytest.approx(case["ci95_rounded"], abs=0.5)
        if "z" in case:
            assert found.z == pytest.approx(case["z"], abs=5e-3)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_a_small_area_directly_standardised() -> None:
    counts = [12, 4, 3, 2, 3, 4, 8, 2, 2, 3, 4, 5, 6, 8, 5, 6, 5, 5, 4]
    people = [636, 558, 609, 543, 384, 594, 669, 843, 660, 576, 606, 522, 426, 273, 300, 288, 153, 123, 207]
    weights = [5, 5.5, 5.5, 5.5, 6, 6, 6.5, 7, 7, 7, 7, 6.5, 6, 5.5, 5, 4, 2.5, 1.5, 1]
    rate = directly_standardised(counts, people, weights)
    assert rate is not None and rate.value == pytest.approx(110.3212025300104, rel=1e-9)
    assert rate.interval == pytest.approx((87.7455767536709, 136.70882227251795), rel=1e-9)
    assert directly_standardised([4, 5], [100, 100], [1, 1]) is None


def test_an_area_indirectly_standardised() -> None:
    counts = [127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91]
    people = [636, 558, 609, 543, 384, 594, 669, 843, 660, 576, 606, 522, 426, 273, 300, 288, 153, 123, 207]
    reference = [10303, 2824, 0, 3615, 3641, 3490, 3789, 3213, 3031, 2771, 3089, 3490, 3595, 4745, 5514, 7125, 5694]
    of = [50520, 57173, 60213, 54659, 44345, 50128, 62163, 67423, 62899, 55463, 60479, 49974, 44140, 40888, 37239]
    found = indirectly_standardised(sum(counts), people, [*reference, 6210, 5757], [*of, 30819, 18136, 15325, 13918])
    assert (found.observed, found.ratio) == (895, pytest.approx(1.0707232939020275, rel=1e-9))
    assert found.interval == pytest.approx((1.0017147712553987, 1.143233287249895), rel=1e-9)
    assert found.rate(1_000).value == pytest.approx(100.11137622091056, rel=1e-9)


def test_displacement_of_a_published_example() -> None:
    found = displacement_difference((207, 110), (308, 318), (178, 157), (150, 140))
    assert (found.change, found.variance) == (-118, 1568)
    assert found.z == pytest.approx(-2.98, abs=0.005)
    assert found.interval == pytest.approx((-196, -40), abs=0.5)
    assert displacement_difference((0, 0), (0, 0)).p is None


def test_scatter_widens_a_displacement_difference() -> None:
    assert displacement_difference((20, 10), (20, 20), dispersion=4).variance == 4 * 70
    assert displacement_difference((20, 10), (20, 20), dispersion=0.5).variance == 70


def test_repeats_widen_the_limits_and_leave_the_rate() -> None:
    """One flat with ten reports and thirty with one: the variance is 130, not 40."""
    variance = repeat_variance([10, *[1] * 30])
    assert variance == 130
    low, high = byar_limits(40)
    stretch = (130 / 40) ** 0.5
    assert dependent_limits(40, variance) == pytest.approx((40 + stretch * (low - 40), 40 + stretch * (high - 40)))
    assert dependent_limits(40, 40) == count_limits(40)
    assert dependent_limits(0, 0) == count_limits(0)
    rate = rate_with_dependent_limits(40, variance, 20_000)
    assert rate.value == 20 and rate.interval.low < 10 * low / 20


def test_it_is_the_direct_rate_with_one_stratum() -> None:
    one = directly_standardised([40], [20_000], [1], variances=[130])
    assert one is not None
    assert one.interval == pytest.approx(rate_with_dependent_limits(40, 130, 20_000).interval)


def test_the_widened_interval_covers_what_it_says() -> None:
    generator = np.random.default_rng(41)
    held = plain = 0
    for _ in range(1_000):
        counts = generator.geometric(0.3, generator.poisson(40))
        total, true = float(counts.sum()), 40 / 0.3
        low, high = dependent_limits(total, repeat_variance(counts))
        held += low <= true <= high
        plain += byar_limits(total).low <= true <= byar_limits(total).high
    assert held / 1_000 > 0.91 and plain / 1_000 < 0.8


def test_no_population_or_nothing_expected_is_refused() -> None:
    with pytest.raises(ValueError, match="positive population"):
        directly_standardised([10, 20], [0, 100], [1, 1])
    with pytest.raises(ValueError, match="positive expected"):
        indirectly_standardised(3, [100], [0], [1_000])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(100, 9_000), st.integers(1, 50)), min_size=1, max_size=12),
    st.floats(0.5, 0.9),
)
def test_a_standardised_rate_lies_among_its_strata_and_within_its_limits(
    strata: list[tuple[int, int, int]], level: float
) -> None:
    counts, people, weights = (np.array(each, dtype=float) for each in zip(*strata, strict=True))
    rate = directly_standardised(counts, people, weights, 1, level)
    assert (rate is None) == (counts.sum() < 10)
    if rate is not None:
        assert (counts / people).min() - 1e-12 <= rate.value <= (counts / people).max() + 1e-12
        assert 0 <= rate.interval.low <= rate.value <= rate.interval.high
        wider = directly_standardised(counts, people, weights, 1, 0.998)
        assert (
            wider is not None and wider.interval.low <= rate.interval.low <= rate.interval.high <= wider.interval.high
        )


@settings(deadline=None)
@given(st.integers(0, 5_000), st.floats(1, 50), st.floats(0.5, 0.99))
def test_limits_hold_the_count_and_widen_with_repeats(count: int, repeats: float, level: float) -> None:
    low, high = dependent_limits(count, count * repeats, level)
    plain_low, plain_high = count_limits(count, level)
    assert 0 <= low <= plain_low + 1e-9 <= count + 2e-9 and count <= plain_high <= high + 1e-9
