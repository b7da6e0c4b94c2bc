"""Control charts: what a station's figure does when nothing has changed.

XmR (individuals) chart as in NHS Making Data Count (set p09), P and U charts (Montgomery, set p11), and
Laney's P' and U', whose limits widen with the scatter between periods. Limits are computed from a
baseline and then stay: `baseline` is the number of first points, and a new baseline needs a dated reason.

Assumes that periods follow each other, that season and the weekday mix are already taken out, and that
a period hardly depends on the one before: look at `lag_one_autocorrelation`. A stable series without
autocorrelation still gives one of 24 points a signal in 18.6 % of stations, with 0.6 in 81 %.
Drawback: the XmR chart takes points as of equal weight; use U' where days or residents differ much.

Missing periods are NaN: they get no limits of their own and break moving ranges, never count as zero.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

INDIVIDUALS = 2.66
"""3/1.128 rounded, as the NHS charts have it; Shewhart's constant for moving ranges of two."""
SIGMA_OF_RANGE = 1.128
SCREEN = 3.267
"""Moving ranges of at least this many mean ranges are left out once (Nelson 1982)."""
SMALLEST_BASELINE = 13
"""Points under which limits are trial limits only."""
CORRELATED_ABOVE = 0.25
SPARSE_BELOW = 5.0
"""Events a month under which days between events are charted instead (`metrics.statistics.days_between`)."""


class ControlLimits(NamedTuple):
    """Centre and three-sigma limits for each point, in the unit of the points.

    Attributes:
        values: the points themselves; NaN where a period is missing.
        centre: mean of the baseline.
        low: lower limits as computed, for the rules; a count's chart draws `drawn_low`.
        high: upper limits.
        points: how many known points the limits rest on.
        trial: whether those are under 13, so that the limits may still move.
    """

    values: NDArray[np.float64]
    centre: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    points: int
    trial: bool

    @property
    def drawn_low(self) -> NDArray[np.float64]:
        """Return the lower limits of something that cannot be negative."""
        return np.maximum(0.0, self.low)


def individuals_chart(values: ArrayLike, baseline: int | None = None, screen: bool = True) -> ControlLimits:
    """Return mean ± 2.66 mean moving range of the baseline (all points when None).

    Raises:
        ValueError: when the baseline knows fewer than two points in a row.
    """
    points = np.asarray(values, dtype=np.float64)
    base = points[:baseline]
    reach = INDIVIDUALS * mean_moving_range(base, screen)
    return _limits(points, float(np.nanmean(base)), np.full(points.shape, reach), base)


def rate_chart(
    counts: ArrayLike, exposures: ArrayLike, baseline: int | None = None, laney: bool = True, per: float = 1.0
) -> ControlLimits:
    """Return the U' chart (U with `laney=False`) of counts by exposure, per `per` units of exposure.

    U: centre ± 3 √(centre ÷ exposure); Laney (2002) multiplies by σz, the mean moving range of the
    standardised points over 1.128. A period without exposure is missing.

    Raises:
        ValueError: when the baseline holds no known period, or for U' no two in a row.
    """
    count, exposure = _known_pairs(counts, exposures)
    centre = _pooled(count[:baseline], exposure[:baseline])
    rates, sigma = count / exposure, np.sqrt(centre / exposure)
    stretch = _sigma_z(rates, centre, sigma, baseline) if laney else 1.0
    return _limits(per * rates, per * centre, per * 3 * sigma * stretch, (per * rates)[:baseline])


def share_chart(
    successes: ArrayLike, totals: ArrayLike, baseline: int | None = None, laney: bool = True
) -> ControlLimits:
    """Return the P' chart (P with `laney=False`) of shares, as fractions; limits stay within 0 and 1.

    P: centre ± 3 √(centre (1 − centre) ÷ total), widened by σz for P'. A period without total is missing.

    Raises:
        ValueError: when the baseline holds no known period, or for P' no two in a row.
    """
    success, total = _known_pairs(successes, totals)
    centre = _pooled(success[:baseline], total[:baseline])
    shares, sigma = success / total, np.sqrt(centre * (1 - centre) / total)
    stretch = _sigma_z(shares, centre, sigma, baseline) if laney else 1.0
    limits = _limits(shares, centre, 3 * sigma * stretch, shares[:baseline])
    return limits._replace(high=np.minimum(1.0, limits.high))


def mean_moving_range(values: NDArray[np.float64], screen: bool = True) -> float:
    """Return the mean absolute difference of neighbours, after one screening of outlying ranges.

    Raises:
        ValueError: when no two neighbours are known.
    """
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges)]
    if not ranges.size:
        raise ValueError("a control chart needs at least two known points in a row in its baseline")
    mean = float(ranges.mean())
    if screen and mean > 0:
        return float(ranges[ranges < SCREEN * mean].mean())
    return mean


def lag_one_autocorrelation(values: ArrayLike) -> float:
    """Return the correlation of each point with the one before; NaN under three points or without scatter.

    Above 0.25 the rules give false signals: chart residuals of a model, or longer periods.
    """
    points = np.asarray(values, dtype=np.float64)
    gaps = points - np.nanmean(points) if points.size else points
    known = ~np.isnan(gaps)
    pairs = known[1:] & known[:-1]
    spread = float(np.sum(gaps[known] ** 2))
    if pairs.sum() < 2 or spread <= 0:
        return float("nan")
    return float(np.sum((gaps[1:] * gaps[:-1])[pairs]) / spread)


def _known_pairs(counts: ArrayLike, exposures: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both as arrays, a period without count or without exposure as missing in both."""
    count, exposure = np.asarray(counts, dtype=np.float64), np.asarray(exposures, dtype=np.float64)
    known = ~np.isnan(count) & (exposure > 0)
    return np.where(known, count, np.nan), np.where(known, exposure, np.nan)


def _pooled(count: NDArray[np.float64], exposure: NDArray[np.float64]) -> float:
    total = float(np.nansum(exposure))
    if total <= 0:
        raise ValueError("a control chart needs a period with a count and an exposure in its baseline")
    return float(np.nansum(count)) / total


def _sigma_z(values: NDArray[np.float64], centre: float, sigma: NDArray[np.float64], baseline: int | None) -> float:
    """Return how many times the binomial or Poisson scatter lies between neighbouring periods."""
    if not np.nanmax(sigma) > 0:
        return 1.0
    return mean_moving_range(((values - centre) / sigma)[:baseline], screen=False) / SIGMA_OF_RANGE


def _limits(
    values: NDArray[np.float64], centre: float, reach: NDArray[np.float64], base: NDArray[np.float64]
) -> ControlLimits:
    known = int(np.sum(~np.isnan(base)))
    return ControlLimits(values, centre, centre - reach, centre + reach, known, known < SMALLEST_BASELINE)


def longest_run_and_crossings(values: ArrayLike, centre: float) -> tuple[int, int, int]:
    """Return the longest run on one side, the crossings of the centre, and how many points lie off it."""
    sides = np.sign(np.asarray(values, dtype=np.float64) - centre)
    sides = sides[(sides != 0) & ~np.isnan(sides)]
    if not sides.size:
        return 0, 0, 0
    changes = np.flatnonzero(np.diff(sides))
    edges: Sequence[int] = [-1, *changes.tolist(), sides.size - 1]
    return int(np.max(np.diff(edges))), int(changes.size), int(sides.size)
