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
    shape = (counts.shape[1] // BLOCK_DAYS, BLOCK_DAYS // WEEK_DAYS, WEEK_DAYS)
    known = present.reshape(shape)
    observed = (counts * present).reshape(counts.shape[0], *shape)
    expected = _expected(observed, known)
    by_day = _pearson(observed, expected, days - shape[0] - (WEEK_DAYS - 1))
    factor = np.fmax(1.0, np.fmax(by_day, _by_week(observed, expected, known)))
    return Dispersion(np.where(observed.sum(axis=(1, 2, 3)) < SMALLEST_TOTAL, np.nan, factor), days)


def _expected(observed: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit level × weekday by alternating proportions, which is the Poisson maximum likelihood.

    Both arrays end in blocks × weeks × weekdays; the observed one begins with the rows.
    """
    exposure = known.sum(axis=1).astype(np.float64)
    of_blocks, of_weekdays = observed.sum(axis=(2, 3)), observed.sum(axis=(1, 2))
    weekday = np.ones_like(of_weekdays)
    level = np.ones_like(of_blocks)
    for _ in range(ROUNDS):
        level = _ratio(of_blocks, weekday @ exposure.T)
        weekday = _ratio(of_weekdays, level @ exposure)
    return np.asarray(level[:, :, None, None] * weekday[:, None, None, :] * known)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _pearson(observed: NDArray[np.float64], expected: NDArray[np.float64], freedom: int) -> NDArray[np.float64]:
    """Return χ² over its degrees of freedom for each row, NaN when none are left."""
    if freedom <= 0:
        return np.full(observed.shape[0], np.nan)
    parts = _ratio((observed - expected) ** 2, expected)
    return np.asarray(parts.reshape(observed.shape[0], -1).sum(axis=1) / freedom)


def _by_week(
    observed: NDArray[np.float64], expected: NDArray[np.float64], known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the same ratio over the weeks that are wholly known."""
    whole = np.all(known, axis=2)
    freedom = int(whole.sum()) - int(np.any(whole, axis=1).sum())
    return _pearson(observed.sum(axis=3) * whole, expected.sum(axis=3) * whole, freedom)
