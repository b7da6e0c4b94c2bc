"""Which stations differ from the whole by more than chance, and by more than stations usually do.

Unadjusted limits: for shares where the pooled share sits on Wilson's limit (set p07), for ratios the counts
whose exact Poisson limit is the expected count (Public Health England; not FunnelPlotR's wider curve).
Adjusted limits add the variance between units (`metrics.statistics.overdispersion`). 95 % and 99.8 % are for
drawing; the list of exceptions comes from `p` with Benjamini-Hochberg over everything newly published.

Assumes expected counts that are known, or sums over many more events than one station has. Under ten units
there is no funnel but `TooFewUnits`. A funnel is never a league table: inside the limits there is no order.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, pdtrik

from metrics.statistics.interval import normal_quantile
from metrics.statistics.overdispersion import FEWEST_UNITS, Overdispersion, TooFewUnits, overdispersion

INNER, OUTER = 0.95, 0.998


class Flag(StrEnum):
    """Where a unit lies: beyond the 99.8 % limit, beyond the 95 % one only, or within both."""

    HIGH = "high"
    SOMEWHAT_HIGH = "somewhat_high"
    WITHIN = "within"
    SOMEWHAT_LOW = "somewhat_low"
    LOW = "low"


class Limits(NamedTuple):
    """Limits by unit, in the unit of the values."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Funnel(NamedTuple):
    """A funnel; arrays in the order of the units given.

    Attributes:
        values: ratios observed ÷ expected, or shares as fractions.
        sizes: expected counts, or totals: the horizontal axis.
        target: 1, or the pooled share.
        inner: 95 % limits from chance alone.
        outer: 99.8 % limits from chance alone.
        adjusted_inner: 95 % limits with the variance between units.
        adjusted_outer: 99.8 % limits with it.
        flags: by the adjusted limits.
        p: two-sided, with the variance between units; for Benjamini-Hochberg.
        scatter: number of units, φ and τ², to be printed with the funnel.
    """

    values: NDArray[np.float64]
    sizes: NDArray[np.float64]
    target: float
    inner: Limits
    outer: Limits
    adjusted_inner: Limits
    adjusted_outer: Limits
    flags: tuple[Flag, ...]
    p: NDArray[np.float64]
    scatter: Overdispersion


def ratio_funnel(observed: ArrayLike, expected: ArrayLike) -> Funnel | TooFewUnits:
    """Return the funnel of observed ÷ expected counts (standardised ratios).

    Raises:
        ValueError: when an expected count is not positive.
    """
    counts, size = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if size.size < FEWEST_UNITS:
        return TooFewUnits(size.size)
    if not np.all(size > 0):
        raise ValueError("a funnel of ratios needs a positive expected count for every unit")
    root, error = np.sqrt(counts / size), 1 / (2 * np.sqrt(size))
    scatter = overdispersion(root, 1.0, error)
    wide = np.sqrt(error**2 + scatter.between)
    plain = ratio_limits(size, INNER), ratio_limits(size, OUTER)
    adjusted = _squared(1.0, wide, INNER), _squared(1.0, wide, OUTER)
    return _funnel(counts / size, size, 1.0, (*plain, *adjusted), (root - 1) / wide, scatter)


def share_funnel(successes: ArrayLike, totals: ArrayLike) -> Funnel | TooFewUnits:
    """Return the funnel of shares around the pooled share.

    Raises:
        ValueError: when a total is not positive.
    """
    success, total = np.asarray(successes, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    if total.size < FEWEST_UNITS:
        return TooFewUnits(total.size)
    if not np.all(total > 0):
        raise ValueError("a funnel of shares needs a positive total for every unit")
    target = float(success.sum() / total.sum())
    angle, centre, error = np.arcsin(np.sqrt(success / total)), float(np.arcsin(np.sqrt(target))), 0.5 / np.sqrt(total)
    scatter = overdispersion(angle, centre, error)
    wide = np.sqrt(error**2 + scatter.between)
    plain = share_limits(total, target, INNER), share_limits(total, target, OUTER)
    adjusted = _unbent(centre, wide, INNER), _unbent(centre, wide, OUTER)
    return _funnel(success / total, total, target, (*plain, *adjusted), (angle - centre) / wide, scatter)


def share_limits(totals: ArrayLike, target: float, confidence: float = INNER) -> Limits:
    """Return the shares at which Wilson's limit is the target: target ± z √(target (1 − target) ÷ total)."""
    reach = normal_quantile(confidence) * np.sqrt(target * (1 - target) / np.asarray(totals, dtype=np.float64))
    return Limits(np.maximum(0.0, target - reach), np.minimum(1.0, target + reach))


def ratio_limits(expected: ArrayLike, confidence: float = INNER) -> Limits:
    """Return the ratios whose observed count has the expected one as its exact Poisson limit.

    χ²(α/2, 2O)/2 = E above and χ²(1 − α/2, 2(O + 1))/2 = E below, solved for O without rounding.
    """
    size, tail = np.asarray(expected, dtype=np.float64), (1 - confidence) / 2
    low = np.where(np.exp(-size) < tail, pdtrik(tail, size), 0.0)
    high = np.where(np.exp(-size) < 1 - tail, 1 + pdtrik(1 - tail, size), 1.0)
    return Limits(low / size, high / size)


def flags(values: ArrayLike, inner: Limits, outer: Limits) -> tuple[Flag, ...]:
    """Name each unit's place; exactly on a limit is within it."""
    value = np.asarray(values, dtype=np.float64)
    conditions = [value > outer.high, value < outer.low, value > inner.high, value < inner.low]
    names = [Flag.HIGH, Flag.LOW, Flag.SOMEWHAT_HIGH, Flag.SOMEWHAT_LOW]
    return tuple(Flag(name) for name in np.select(conditions, [str(name) for name in names], str(Flag.WITHIN)))


def _funnel(
    values: NDArray[np.float64],
    sizes: NDArray[np.float64],
    target: float,
    limits: tuple[Limits, Limits, Limits, Limits],
    z: NDArray[np.float64],
    scatter: Overdispersion,
) -> Funnel:
    found = flags(values, limits[2], limits[3])
    return Funnel(values, sizes, target, *limits, found, np.asarray(2 * ndtr(-np.abs(z))), scatter)


def _squared(centre: float, error: NDArray[np.float64], confidence: float) -> Limits:
    reach = normal_quantile(confidence) * error
    return Limits(np.maximum(0.0, centre - reach) ** 2, (centre + reach) ** 2)


def _unbent(centre: float, error: NDArray[np.float64], confidence: float) -> Limits:
    reach = normal_quantile(confidence) * error
    low, high = np.maximum(0.0, centre - reach), np.minimum(np.pi / 2, centre + reach)
    return Limits(np.sin(low) ** 2, np.sin(high) ** 2)
