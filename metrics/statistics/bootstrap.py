"""Interval of a ratio of sums when the rows belong together: resample places, not incidents.

Incidents at one place depend on each other, so Wilson's interval of a repeat share is too narrow. Whole
places are drawn with replacement and the ratio of the sums is taken each time (percentile limits; Davison &
Hinkley 1997). Places with equal counts are interchangeable, so the draw is one multinomial over the distinct
pairs of counts: exact, and fast for 100,000 places.

Assumes places independent of each other. Drawback: percentile limits are a little narrow under some 30
places with repeats, and one place that makes half of all repeats makes any interval a rough one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from metrics.statistics.interval import CONFIDENCE, Interval

DRAWS = 2_000
SEED = 20233


class Ratio(NamedTuple):
    """Ratio of two sums, its interval (None without a second place), and how many places it rests on."""

    value: float
    interval: Interval | None
    places: int


def cluster_ratio(
    numerators: ArrayLike,
    denominators: ArrayLike,
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = CONFIDENCE,
) -> Ratio:
    """Return Σ numerators ÷ Σ denominators over places, for example repeats ÷ incidents.

    Places with a denominator of 0 are left out: they add to neither sum.

    Raises:
        ValueError: when all denominators are 0, or one is negative.
    """
    pairs = np.column_stack([np.asarray(each, dtype=np.float64) for each in (numerators, denominators)])
    if np.any(pairs[:, 1] < 0) or pairs[:, 1].sum() <= 0:
        raise ValueError("a ratio over places needs at least one place with a positive denominator and no negative one")
    pairs = pairs[pairs[:, 1] > 0]
    places = pairs.shape[0]
    value = float(pairs[:, 0].sum() / pairs[:, 1].sum())
    if places < 2:
        return Ratio(value, None, places)
    kinds, sizes = np.unique(pairs, axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(places, sizes / places, draws) @ kinds
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [tail, 1 - tail])
    return Ratio(value, Interval(float(low), float(high)), places)
