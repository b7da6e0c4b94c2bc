"""How unevenly reports fall on places: Gini, shares of the busiest, the Lorenz curve, and what chance does.

Counts run over ALL places, those without a report too; leaving these out is the commonest error.
G = 2 Σ i x(i) ÷ (n Σ x) − (n + 1)/n; where there are fewer reports than places, Bernasco & Steenbeek's
(2017) G' = max(1, n/reports) (G − 1) + 1 compares with the most even spread that is possible (set p18).

Trap: chance alone concentrates. 3,000 reports thrown at random on 5,000 places give G = 0.63, G' = 0.39
and 5.6 % in the top 1 % of places. So a figure is never shown without `random_band`.
"""

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.interval import CONFIDENCE, Interval

TOP_SHARE = 0.01
SIMULATIONS = 999
SEED = 20231
LORENZ_POINTS = 200


class Concentration(NamedTuple):
    """Concentration of reports on places; shares are fractions.

    Attributes:
        gini: 0 for even, towards 1 for all reports at one place.
        gini_adjusted: G', which is 0 for the most even spread that so few reports allow.
        top_share: part of all reports at the busiest 1 % of places (rounded up to a whole place).
        places_with_quarter: smallest part of places that holds 25 % of the reports.
        places_with_half: smallest part of places that holds 50 %.
        reports: number of reports.
        places: number of places, those without reports included.
    """

    gini: float
    gini_adjusted: float
    top_share: float
    places_with_quarter: float
    places_with_half: float
    reports: float
    places: int


class Lorenz(NamedTuple):
    """Points of the curve from (0, 0) to (1, 1), places from the quietest to the busiest."""

    places: NDArray[np.float64]
    reports: NDArray[np.float64]


class RandomBand(NamedTuple):
    """What the same number of reports shows when each falls on any place with equal chance."""

    gini: Interval
    gini_adjusted: Interval
    top_share: Interval
    places_with_quarter: Interval
    places_with_half: Interval
    lorenz: Lorenz


def concentration(counts: ArrayLike) -> Concentration:
    """Return the measures of one table of places.

    Raises:
        ValueError: without any report, because no share exists then, or with a negative count.
    """
    x = _valid(counts)
    return _measures(np.sort(x[x > 0]), x.size)


def gini(counts: ArrayLike, corrected: bool = False) -> float:
    """Return Gini's coefficient, times n/(n − 1) when corrected for a small number of places."""
    x = np.sort(_valid(counts))
    n = x.size
    plain = _gini(x, n)
    return plain * n / (n - 1) if corrected and n > 1 else plain


def lorenz(counts: ArrayLike, points: int = LORENZ_POINTS) -> Lorenz:
    """Return the Lorenz curve at evenly spaced shares of places."""
    x = _valid(counts)
    return _curve(np.sort(x[x > 0]), x.size, points)


def lorenz_asymmetry(counts: ArrayLike) -> float:
    """Return Damgaard & Weiner's (2000) asymmetry: above 1 few busy places, below 1 many empty ones.

    The middle of its range where some places lie exactly on the mean.
    """
    x = np.sort(_valid(counts))
    n, total, mean = x.size, float(x.sum()), float(x.mean())
    below, within = int(np.sum(x < mean)), int(np.sum(x <= mean))
    if below < within:
        sums = [(m / n) + float(x[:m].sum()) / total for m in (below, within)]
        return sum(sums) / 2
    step = (mean - x[below - 1]) / (x[below] - x[below - 1])
    return float((below + step) / n + (x[:below].sum() + step * x[below]) / total)


def herfindahl(counts: ArrayLike) -> float:
    """Return the sum of squared shares: the chance that two reports drawn at random share a place."""
    x = _valid(counts)
    return float(np.sum((x / x.sum()) ** 2))


def rosenbluth(counts: ArrayLike) -> float:
    """Return Rosenbluth's index, 1 ÷ (n (1 − G))."""
    x = _valid(counts)
    return 1 / (x.size * (1 - gini(x)))


def random_band(
    reports: int, places: int, simulations: int = SIMULATIONS, seed: int = SEED, confidence: float = CONFIDENCE
) -> RandomBand:
    """Throw the reports at random on the places and return the middle 95 % of each measure.

    The drawn numbers depend on the seed only, so that a week can be reproduced.

    Raises:
        ValueError: without reports or places.
    """
    if reports < 1 or places < 1:
        raise ValueError("a random band needs at least one report and one place")
    generator = np.random.default_rng(seed)
    measures, curves = np.empty((simulations, 5)), []
    for run in range(simulations):
        # Places with 0, 1, 2 … reports: counting them is quicker than sorting them.
        hits = np.bincount(np.bincount(generator.integers(0, places, reports), minlength=places))
        busy = np.repeat(np.arange(hits.size), np.append(0, hits[1:])).astype(np.float64)
        measures[run] = _measures(busy, places)[:5]
        curves.append(_curve(busy, places, LORENZ_POINTS).reports)
    tail = (1 - confidence) / 2
    limits = np.quantile(measures, [tail, 1 - tail], axis=0)
    plain, adjusted, top, quarter, half = (Interval(float(low), float(high)) for low, high in limits.T)
    mean = Lorenz(np.linspace(0, 1, len(curves[0])), np.mean(curves, axis=0))
    return RandomBand(plain, adjusted, top, quarter, half, mean)


def _measures(busy: NDArray[np.float64], places: int) -> Concentration:
    """Measure the places with reports, rising, among all `places`: the empty ones add nothing to any sum."""
    total, held = float(busy.sum()), np.cumsum(busy[::-1])
    plain = _gini(busy, places)
    return Concentration(
        plain,
        max(1.0, places / total) * (plain - 1) + 1,
        float(held[min(busy.size, ceil(TOP_SHARE * places)) - 1] / total),
        _places_holding(held, 0.25, places),
        _places_holding(held, 0.5, places),
        total,
        places,
    )


def _gini(busy: NDArray[np.float64], places: int) -> float:
    ranks = np.arange(places - busy.size + 1, places + 1)
    return float(2 * np.sum(ranks * busy) / (places * busy.sum()) - (places + 1) / places)


def _curve(busy: NDArray[np.float64], places: int, points: int) -> Lorenz:
    at = np.linspace(0, 1, min(points, places) + 1)
    corners = np.arange(places - busy.size, places + 1) / places
    return Lorenz(at, np.interp(at, corners, np.concatenate([[0.0], np.cumsum(busy) / busy.sum()])))


def _places_holding(held: NDArray[np.float64], share: float, places: int) -> float:
    """Return the smallest part of places whose reports reach the share; `held` starts with the busiest."""
    return float((np.searchsorted(held, share * held[-1] * (1 - 1e-12)) + 1) / places)


def _valid(counts: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(counts, dtype=np.float64)
    if not x.size or x.sum() <= 0 or x.min() < 0:
        raise ValueError("concentration needs places with at least one report and no negative count")
    return x
