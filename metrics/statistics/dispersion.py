"""How much more than Poisson a unit's daily counts scatter.

Pearson's χ² over its degrees of freedom of the unit's own seasonal quasi-Poisson model: one level for
each block of 28 days and one factor for each weekday. The blocks take out season and trend, so what
remains is scatter within four weeks. Positive correlation from day to day shows only in sums of days,
so the same ratio is taken over whole weeks, and the larger of the two is used.

Assumes days in order without gaps; days that are missing in the data are masked, never taken as zero.
Drawback: a festival inside the history counts as scatter, which makes verdicts more careful.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK_DAYS = 28
WEEK_DAYS = 7
ROUNDS = 12
"""Alternating fits of level and weekday; four digits stand after five on two years of daily counts."""
SMALLEST_DAYS = 56
SMALLEST_TOTAL = 30


class Dispersion(NamedTuple):
    """Variance over Poisson variance for each unit, at least 1; NaN where the history is too short."""

    factor: NDArray[np.float64]
    days: int


def dispersion(counts: NDArray[np.float64], present: NDArray[np.bool_]) -> Dispersion:
    """Return the dispersion of each row.

    Args:
        counts: units × days, whole blocks of 28 days that start on the same weekday.
        present: for each day whether the data hold it at all.
    """
    days = int(present.sum())
    if counts.shape[1] % BLOCK_DAYS or days < SMALLEST_DAYS:
        return Dispersion(np.full(counts.shape[0], np.nan), days)
    observed = counts * present
    expected = _expected(observed, present)
    by_day = _pearson(observed, expected, days - counts.shape[1] // BLOCK_DAYS - (WEEK_DAYS - 1))
    factor = np.fmax(1.0, np.fmax(by_day, _by_week(observed, expected, present)))
    return Dispersion(np.where(observed.sum(axis=1) < SMALLEST_TOTAL, np.nan, factor), days)


def _expected(observed: NDArray[np.float64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit level × weekday by alternating proportions, which is the Poisson maximum likelihood."""
    length = observed.shape[1]
    blocks = np.equal.outer(np.arange(length) // BLOCK_DAYS, np.arange(length // BLOCK_DAYS)).astype(np.float64)
    weekdays = np.equal.outer(np.arange(length) % WEEK_DAYS, np.arange(WEEK_DAYS)).astype(np.float64)
    weekday = np.ones((observed.shape[0], WEEK_DAYS))
    level = np.ones((observed.shape[0], blocks.shape[1]))
    for _ in range(ROUNDS):
        level = _ratio(observed @ blocks, ((weekday @ weekdays.T) * present) @ blocks)
        weekday = _ratio(observed @ weekdays, ((level @ blocks.T) * present) @ weekdays)
    return np.asarray((level @ blocks.T) * (weekday @ weekdays.T) * present)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _pearson(observed: NDArray[np.float64], expected: NDArray[np.float64], freedom: int) -> NDArray[np.float64]:
    """Return χ² over its degrees of freedom for each row, NaN when none are left."""
    if freedom <= 0:
        return np.full(observed.shape[0], np.nan)
    return np.asarray(_ratio((observed - expected) ** 2, expected).sum(axis=1) / freedom)


def _by_week(
    observed: NDArray[np.float64], expected: NDArray[np.float64], present: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the same ratio over the weeks that are wholly present."""
    weeks = observed.shape[1] // WEEK_DAYS
    whole = present.reshape(weeks, WEEK_DAYS).all(axis=1)
    blocks = len(set((np.flatnonzero(whole) // (BLOCK_DAYS // WEEK_DAYS)).tolist()))
    shape = (observed.shape[0], weeks, WEEK_DAYS)
    sums = observed.reshape(shape).sum(axis=2)[:, whole]
    fitted = expected.reshape(shape).sum(axis=2)[:, whole]
    return _pearson(sums, fitted, int(whole.sum()) - blocks)
