"""Means with Student's limits (PHE), and paired comparisons against statsmodels and textbooks."""

import csv
from pathlib import Path

import numpy as np
import pytest

from metrics.statistics import adjusted_after, mean_interval, paired_change, paired_outcome

SCORES = [33.09375, 48.38596, 64.83495, 67.98475, 22.93556, 71.23587, 38.78465, 82.37927]
SLEEP = ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_mean_as_published_by_phe(reference_values: Path) -> None:
    folder = reference_values / "p04_mean_t_ci"
    with (folder / "values.csv").open(encoding="utf-8", newline="") as file:
        values = [float(row["values"]) for row in csv.DictReader(file)]
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = next(csv.DictReader(file))
    for level, name in ((0.95, "95_0"), (0.998, "99_8")):
        mean = mean_interval(values, level)
        limits = (float(expected[f"lower{name}cl"]), float(expected[f"upper{name}cl"]))
        assert mean.value == pytest.approx(float(expected["value"]), abs=1e-9)
        assert mean.deviation == pytest.approx(float(expected["stdev"]), abs=1e-9)
        assert mean.size == int(expected["value_count"])
        assert mean.interval == pytest.approx(limits, abs=1e-9)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_mean_of_eight_scores() -> None:
    assert mean_interval(SCORES).interval == pytest.approx((36.168325241336504, 71.24036475866352), abs=1e-9)
    assert mean_interval(SCORES, 0.998).interval == pytest.approx((18.216705294788838, 89.19198470521118), abs=1e-9)


def test_one_score_has_no_interval() -> None:
    assert mean_interval([70]).interval is None
    with pytest.raises(ValueError, match="at least one"):
        mean_interval([])


def test_students_own_sleep_data() -> None:
    change = paired_change(*SLEEP)
    assert change.mean.value == pytest.approx(1.58)
    assert change.mean.interval == pytest.approx((0.7001142, 2.4598858), abs=1e-7)
    assert change.p == pytest.approx(0.002833, abs=5e-7)


def test_drop_outs_are_counted() -> None:
    assert paired_change([60.0, 65, np.nan], [70.0, np.nan, 80]).dropped == 2
    assert paired_change([60.0, 65], [70.0, 75]).p is None
    with pytest.raises(ValueError, match="both scores"):
        paired_change([60.0, np.nan], [np.nan, 70])


@pytest.mark.parametrize(("gained", "lost"), [(9, 2), (3, 3), (0, 5), (0, 0), (20, 4), (86, 150), (15, 14)])
def test_passed_and_failed_as_in_statsmodels(gained: int, lost: int) -> None:
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    ours = paired_outcome(gained, lost)
    assert ours.exact == (gained + lost < 25)
    if gained + lost:
        other = tables.mcnemar([[50, gained], [lost, 30]], exact=ours.exact)
        assert ours.p == pytest.approx(min(1.0, other.pvalue), rel=1e-9)
    else:
        assert ours.p == 1.0


def test_approval_of_the_president_in_agrestis_book() -> None:
    assert paired_outcome(150, 86).p == pytest.approx(4.115e-5, rel=1e-3)


def test_a_station_that_began_low_does_not_gain_by_that_alone() -> None:
    generator = np.random.default_rng(6)
    skill = generator.normal(70, 6, 4_000)
    before, after = skill + generator.normal(0, 6, 4_000), skill + generator.normal(0, 6, 4_000)
    station = np.where(before < 65, "began low", "began high")
    assert paired_change(before[before < 65], after[before < 65]).mean.value > 3
    found = adjusted_after(before, after, station)
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.low.max() < found.high.min()


def test_adjusted_scores_are_those_of_least_squares() -> None:
    linear = pytest.importorskip("statsmodels.regression.linear_model")
    before, after = np.array([50.0, 60, 70, 55, 65, 80]), np.array([58.0, 66, 72, 60, 70, 79])
    groups = np.array(["a", "a", "a", "b", "b", "b"])
    design = np.column_stack([before - before.mean(), groups == "a", groups == "b"]).astype(float)
    fit, ours = linear.OLS(after, design).fit(), adjusted_after(before, after, groups)
    assert (ours.slope, *ours.values) == pytest.approx(fit.params)
    assert np.column_stack([ours.low, ours.high]) == pytest.approx(fit.conf_int()[1:])
    with pytest.raises(ValueError, match="more persons"):
        adjusted_after([1.0, 2], [2.0, 3], ["a", "b"])
