"""How sure a station's place in a list is: ranks with their simulated range, and the chance of the lowest fifth.

A possible τ is drawn, then the common mean, then every unit; each draw is ranked, and the middle 95 % of ranks is kept
(Goldstein & Spiegelhalter 1996). A list is shown only with this range; most ranges cover half the list.

Assumes what `metrics.statistics.shrinkage` does: units are exchangeable and their sampling errors are known.
"""

from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.interval import CONFIDENCE
from metrics.statistics.shrinkage import Shrunken

DRAWS = 4_000
SEED = 20232
LOWEST = 0.2


class Ranks(NamedTuple):
    """Place of each unit from the lowest (1), with the range that simulation leaves open.

    Attributes:
        median: middle of the simulated ranks.
        low: lower limit of the rank.
        high: upper limit of the rank.
        lowest_fifth: probability of belonging to the lowest fifth of units.
    """

    median: NDArray[np.float64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    lowest_fifth: NDArray[np.float64]


def rank_intervals(
    found: Shrunken, draws: int = DRAWS, seed: int = SEED, confidence: float = CONFIDENCE, lowest: float = LOWEST
) -> Ranks:
    """Draw every unit from its shrunken distribution, rank each draw, and return the middle 95 % of ranks.

    The lowest fifth holds a fifth of the units, rounded down and at least one. Equal seeds give equal ranks.
    """
    generator = np.random.default_rng(seed)
    grid, units = found.grid, found.centres.size
    which = generator.choice(grid.chances.size, draws, p=grid.chances)
    shift = grid.mean_error[which] * generator.standard_normal(draws)
    centre = grid.values[which] + (1 - grid.keep[which]) * shift[:, None]
    # At τ = 0 all units are equal; a hair of noise deals their ranks at random instead of by their order in the list.
    spread = np.maximum(grid.spread[which], 1e-9 * found.errors)
    drawn = centre + spread * generator.standard_normal((draws, units))
    ranks = np.argsort(np.argsort(drawn, axis=1), axis=1) + 1
    tail = (1 - confidence) / 2
    low, median, high = np.quantile(ranks, [tail, 0.5, 1 - tail], axis=0, method="closest_observation")
    inside = ranks <= max(1, floor(lowest * units + 1e-9))
    return Ranks(median.astype(np.float64), low.astype(np.int64), high.astype(np.int64), inside.mean(axis=0))
