"""Intervals for shares of events that come in clusters, such as repeats of one place.

Resamples clusters, not events: a place comes with all of its reports or not at all. Clusters with the same counts
are exchangeable, so a bootstrap of them is one multinomial draw over the different counts; it costs the number of
different counts and not of clusters. Percentile limits; few clusters make them too narrow, as any bootstrap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.interval import CONFIDENCE, Interval

DRAWS = 999
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Clustered:
    """A share over clusters, and its change against another time; `z` is the change over its standard error."""

    interval: Interval | None
    change: Interval | None = None
    z: float | None = None


def seeded(*words: object) -> np.random.Generator:
    """Return a generator that depends on the words only, so that a figure is the same in every process."""
    return np.random.default_rng([crc32(str(word).encode()) for word in words])


def clustered_share(
    counts: Counts, rng: np.random.Generator, *, draws: int = DRAWS, confidence: float = CONFIDENCE
) -> Clustered:
    """Return the bootstrap interval of a share, and of its change.

    Args:
        counts: one row a cluster: events counted, events in all, and, where there is a base, both of the base. A
            cluster known at one time only has zeros at the other, so that both times are drawn together.
        rng: see `seeded`.
        draws: number of resamples.
        confidence: of the intervals.

    Returns:
        No interval where there is nothing to draw, or where no cluster differs from another.
    """
    patterns, times = np.unique(counts, axis=0, return_counts=True)
    if not len(patterns) or not patterns[:, 1].any():
        return Clustered(None)
    drawn = rng.multinomial(int(times.sum()), times / times.sum(), size=draws) @ patterns
    now = _shares(drawn[:, 0], drawn[:, 1])
    interval = _limits(now, confidence)
    if patterns.shape[1] < 4 or not patterns[:, 3].any():
        return Clustered(interval)
    moved = now - _shares(drawn[:, 2], drawn[:, 3])
    moved = moved[~np.isnan(moved)]
    total = counts.sum(axis=0)
    spread = float(np.std(moved, ddof=1)) if len(moved) > 1 else 0.0
    change = total[0] / total[1] - total[2] / total[3]
    return Clustered(interval, _limits(moved, confidence), float(change / spread) if spread else None)


def _shares(part: Counts, whole: Counts) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        share: NDArray[np.float64] = part / whole
    return share


def _limits(values: NDArray[np.float64], confidence: float) -> Interval | None:
    known = values[~np.isnan(values)]
    if not len(known) or known.min() == known.max():
        return None
    tail = 50 * (1 - confidence)
    low, high = np.percentile(known, [tail, 100 - tail])
    return Interval(float(low), float(high))


def grouped_counts(groups: Sequence[Counts], columns: Sequence[Counts]) -> Counts:
    """Return the sums of columns by group; the first columns of the answer are the groups themselves.

    Args:
        groups: one or more arrays of positions, which together make the group of an event.
        columns: what to add up, of the same length.
    """
    order = np.lexsort(tuple(groups)[::-1])
    names = np.column_stack([group[order] for group in groups])
    starts = np.flatnonzero(np.append(len(names) > 0, (np.diff(names, axis=0) != 0).any(axis=1)))
    if not len(starts):
        return np.zeros((0, len(groups) + len(columns)), dtype=np.int64)
    sums = [np.add.reduceat(column[order], starts) for column in columns]
    return np.column_stack([names[starts], *sums]).astype(np.int64)
