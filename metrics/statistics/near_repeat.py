"""Do reports that are near in space come near in time, more than the dates would by chance: Knox (1964).

Pairs are counted once, in bands closed on the left and open on the right, [a, b): 0 m, (0, 100) … and
[0, 1), [1, 7) … days. Dates are permuted over the places; ratio = observed ÷ mean, p = (b + 1)/(n + 1)
(set p16; Johnson et al. 2007). Chains of near reports are connected components (Wheeler 2016, set p17).

Coordinates are metres in a projected system, rounded to 0.1 m first, so that one place has one distance: 0.
Assumes that the intensity of the whole area over time is the same everywhere. Trap: geocoding to the centre
of a compound makes false "same place" pairs; report the precision with the table. Trap: the Near Repeat
Calculator labels its bands one unit too high, so bands here are named as intervals.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Distance = Literal["euclidean", "manhattan"]

METRES = (0.0, 0.1, 100.0, 200.0, 400.0)
DAYS = (0.0, 1.0, 7.0, 14.0, 28.0)
PRECISION = 0.1
PERMUTATIONS = 999
SEED = 20235
MOST_LOOKED_UP = 100_000
AT_ONCE = 500_000
"""So many permuted days or pairs are counted in one go: it fits the processor's cache, and small sets need few goes."""
NOTABLE_P, NOTABLE_RATIO = 0.05, 1.2


class Knox(NamedTuple):
    """The table of Knox; arrays are distance bands × time bands.

    Attributes:
        metres: edges of the distance bands; the first band ends at the precision, so it is "same place".
        days: edges of the time bands.
        observed: pairs found.
        expected: mean over the permutations.
        ratio: observed ÷ expected, NaN where chance makes none.
        p: one-sided.
        notable: p ≤ 0.05 and ratio ≥ 1.2, the cells to look at.
        events: number of reports.
    """

    metres: tuple[float, ...]
    days: tuple[float, ...]
    observed: NDArray[np.int64]
    expected: NDArray[np.float64]
    ratio: NDArray[np.float64]
    p: NDArray[np.float64]
    notable: NDArray[np.bool_]
    events: int


def knox(
    x: ArrayLike,
    y: ArrayLike,
    days: ArrayLike,
    metre_edges: Sequence[float] = METRES,
    day_edges: Sequence[float] = DAYS,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
    distance: Distance = "euclidean",
    precision: float = PRECISION,
) -> Knox:
    """Return the table of pairs near in space and time, and what permuted dates give.

    Only pairs within the last finite edge are looked for, in a k-d tree; a last edge of infinity is filled
    from the number of all pairs in each time band.

    Args:
        x: metres east.
        y: metres north.
        days: time of each report in days from any zero.
        metre_edges: rising edges of the distance bands; the first is 0.
        day_edges: rising edges of the time bands.
        permutations: 0 for the observed table only.
        seed: of the permutations.
        distance: straight line, or along a grid of streets.
        precision: grid in metres to which coordinates are rounded first; 0 keeps them.

    Raises:
        ValueError: when edges do not rise, or a coordinate or day is missing.
    """
    points, time = _points(x, y, precision), np.asarray(days, dtype=np.float64)
    _check(points, time, metre_edges, day_edges)
    first, second, near = _near_pairs(points, metre_edges, distance)
    bands, open_end = len(day_edges) - 1, bool(np.isinf(metre_edges[-1]))
    size = (len(metre_edges) - 1) * bands
    margin = _pairs_by_day_band(time, day_edges) if open_end else None

    band_of = _day_bands(time, day_edges)

    def tables(dealt: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return one table for each row of days."""
        band = band_of(np.abs(dealt[:, first] - dealt[:, second]))
        known = (band >= 0) & (band < bands)
        cells = (near * bands + band + size * np.arange(len(dealt))[:, None])[known]
        counted = np.bincount(cells, minlength=size * len(dealt)).reshape(len(dealt), -1, bands)
        if margin is not None:
            counted[:, -1] = margin - counted[:, :-1].sum(axis=1)
        return counted

    observed = tables(time[None, :])[0]
    generator = np.random.default_rng(seed)
    expected, as_many = np.zeros(observed.shape), np.ones(observed.shape)
    at_once = max(1, AT_ONCE // max(1, time.size, first.size))
    for begun in range(0, permutations, at_once):
        orders = [generator.permutation(time.size) for _ in range(min(at_once, permutations - begun))]
        dealt = tables(time[np.array(orders)])
        expected += dealt.sum(axis=0)
        as_many += (dealt >= observed).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = expected / permutations if permutations else np.full(observed.shape, np.nan)
        ratio = np.where(expected > 0, observed / expected, np.nan)
    p = as_many / (permutations + 1)
    notable = (p <= NOTABLE_P) & (ratio >= NOTABLE_RATIO)
    return Knox(tuple(metre_edges), tuple(day_edges), observed, expected, ratio, p, notable, time.size)


def _day_bands(time: NDArray[np.float64], edges: Sequence[float]) -> Callable[[NDArray[np.float64]], NDArray[np.int64]]:
    """Return what tells the band of time differences; whole days are looked up, which is quicker than a search."""
    longest = np.ptp(time) if time.size else 0.0
    if longest > MOST_LOOKED_UP or np.any(time != np.floor(time)):
        return lambda apart: np.searchsorted(edges, apart, side="right") - 1
    bands = np.searchsorted(edges, np.arange(int(longest) + 1), side="right") - 1
    return lambda apart: bands[apart.astype(np.int64)]


def near_strings(
    x: ArrayLike, y: ArrayLike, days: ArrayLike, metres: float, within_days: float, distance: Distance = "euclidean"
) -> NDArray[np.int64]:
    """Return for each report the number of its chain, from 1 in order of first appearance.

    Two reports are linked when they are nearer than `metres` and less than `within_days` apart (both strict).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    points, time = _points(x, y, 0), np.asarray(days, dtype=np.float64)
    first, second, apart = _pairs(points, metres, distance)
    linked = (apart < metres) & (np.abs(time[first] - time[second]) < within_days)
    graph = coo_array((np.ones(int(linked.sum())), (first[linked], second[linked])), shape=(time.size, time.size))
    label = connected_components(graph, directed=False)[1]
    _, appears = np.unique(label, return_index=True)
    number = np.empty(appears.size, dtype=np.int64)
    number[np.argsort(appears)] = np.arange(1, appears.size + 1)
    return np.asarray(number[label])


def _points(x: ArrayLike, y: ArrayLike, precision: float) -> NDArray[np.float64]:
    points = np.column_stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    # Whole grid steps, so that equal places differ by exactly 0 and not by the last bit.
    return np.round(points / precision) * precision if precision else points


def _near_pairs(
    points: NDArray[np.float64], edges: Sequence[float], distance: Distance
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs within the finite edges, each with its distance band."""
    finite = [edge for edge in edges if np.isfinite(edge)]
    first, second, apart = _pairs(points, finite[-1], distance)
    band = np.searchsorted(finite, apart, side="right") - 1
    kept = (band >= 0) & (band < len(finite) - 1)
    return first[kept], second[kept], band[kept]


def _pairs(
    points: NDArray[np.float64], metres: float, distance: Distance
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    from scipy.spatial import cKDTree

    norm = 1 if distance == "manhattan" else 2
    found = cKDTree(points).query_pairs(metres, p=norm, output_type="ndarray").reshape(-1, 2)
    gaps = np.abs(points[found[:, 0]] - points[found[:, 1]])
    apart = gaps.sum(axis=1) if norm == 1 else np.hypot(gaps[:, 0], gaps[:, 1])
    return found[:, 0], found[:, 1], apart


def _pairs_by_day_band(time: NDArray[np.float64], edges: Sequence[float]) -> NDArray[np.int64]:
    """Count all pairs whose gap lies in each [a, b), from the sorted times alone."""
    ordered = np.sort(time)
    later = np.arange(1, ordered.size + 1)
    below = [np.maximum(0, np.searchsorted(ordered, ordered + edge, side="left") - later).sum() for edge in edges]
    cumulated = np.array(below, dtype=np.int64)
    return cumulated[1:] - cumulated[:-1]


def _check(points: NDArray[np.float64], time: NDArray[Any], *edges: Sequence[float]) -> None:
    if points.shape[0] != time.size or not (np.isfinite(points).all() and np.isfinite(time).all()):
        raise ValueError("near repeats need a coordinate and a day for every report: leave out those without")
    for each in edges:
        if len(each) < 2 or each[0] < 0 or np.any(np.diff(each) <= 0):
            raise ValueError("bands need at least two edges that rise from 0 or more")
