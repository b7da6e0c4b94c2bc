"""Means of scores and what training changed: Student's interval, paired differences, paired pass or fail.

A paired comparison takes the same persons before and after, and an equated form of the test; whoever
dropped out is reported beside it, never left out in silence. Assumes differences roughly normal, or many.
Drawback: those chosen because they scored low rise by themselves (regression to the mean), so stations that
began low seem to gain most; `adjusted_after` compares them as if all had begun at the same score. No figure
here shows that training caused a change.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, chdtrc, stdtr, stdtrit

from metrics.statistics.interval import CONFIDENCE, Interval

EXACT_BELOW_DISCORDANT = 25


class Mean(NamedTuple):
    """Mean with Student's limits, in the unit of the values; limits None for a single value."""

    value: float
    interval: Interval | None
    deviation: float | None
    size: int


class PairedChange(NamedTuple):
    """Mean of after − before over persons with both, its interval, p, and how many lack one of the two."""

    mean: Mean
    p: float | None
    dropped: int


class PairedOutcome(NamedTuple):
    """McNemar's test of pass and fail before and after."""

    gained: int
    lost: int
    p: float
    exact: bool


class AdjustedAfter(NamedTuple):
    """Second scores of groups as if all had begun at the common first mean; arrays by group."""

    slope: float
    groups: NDArray[Any]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]


def mean_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> Mean:
    """Return mean ± t(n − 1) s ÷ √n (set p04).

    Raises:
        ValueError: without values.
    """
    x = np.asarray(values, dtype=np.float64)
    if not x.size:
        raise ValueError("a mean needs at least one value")
    deviation = float(x.std(ddof=1)) if x.size > 1 else None
    return mean_of_summary(float(x.mean()), deviation, x.size, confidence)


def mean_of_summary(value: float, deviation: float | None, count: int, confidence: float = CONFIDENCE) -> Mean:
    """Return the same interval where only mean, standard deviation and number are known."""
    if deviation is None or count < 2:
        return Mean(value, None, deviation, count)
    reach = float(stdtrit(count - 1, 0.5 + confidence / 2)) * deviation / sqrt(count)
    return Mean(value, Interval(value - reach, value + reach), deviation, count)


def paired_change(before: ArrayLike, after: ArrayLike, confidence: float = CONFIDENCE) -> PairedChange:
    """Compare the scores of the same persons; NaN marks one that is missing.

    Raises:
        ValueError: when nobody has both scores.
    """
    difference = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    both = difference[~np.isnan(difference)]
    if not both.size:
        raise ValueError("a paired comparison needs a person with both scores")
    mean = mean_interval(both, confidence)
    p = None
    if mean.deviation:
        p = float(2 * stdtr(mean.size - 1, -abs(mean.value) * sqrt(mean.size) / mean.deviation))
    return PairedChange(mean, p, int(difference.size - both.size))


def paired_outcome(gained: int, lost: int) -> PairedOutcome:
    """Compare persons who failed before and passed after with those who went the other way.

    Exact binomial below 25 such persons, else McNemar's χ² with continuity correction.
    """
    discordant = gained + lost
    if discordant < EXACT_BELOW_DISCORDANT:
        p = float(min(1.0, 2 * bdtr(min(gained, lost), discordant, 0.5)))
        return PairedOutcome(gained, lost, p, True)
    statistic = max(0.0, abs(gained - lost) - 1) ** 2 / discordant
    return PairedOutcome(gained, lost, float(chdtrc(1, statistic)), False)


def adjusted_after(
    before: ArrayLike, after: ArrayLike, groups: ArrayLike, confidence: float = CONFIDENCE
) -> AdjustedAfter:
    """Fit after ~ before + group by least squares (ANCOVA) and compare groups at the mean first score.

    Raises:
        ValueError: when fewer persons with both scores are left than the fit has terms, or all began alike.
    """
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    names, group, counts = np.unique(np.asarray(groups)[both], return_inverse=True, return_counts=True)
    freedom = first.size - names.size - 1
    if freedom < 1:
        raise ValueError("an adjusted comparison needs more persons with both scores than groups")
    began, ended = np.bincount(group, first) / counts, np.bincount(group, second) / counts
    within, answer = first - began[group], second - ended[group]
    spread = float(np.sum(within**2))
    if spread <= 0:
        raise ValueError("an adjusted comparison needs first scores that differ within groups")
    slope = float(np.sum(within * answer) / spread)
    scatter = float(np.sum((answer - slope * within) ** 2)) / freedom
    gap = began - first.mean()
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * np.sqrt(scatter * (1 / counts + gap**2 / spread))
    values = ended - slope * gap
    return AdjustedAfter(slope, names, values, values - reach, values + reach, counts)
