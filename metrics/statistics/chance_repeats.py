"""How many repeats chance alone would make: the dates are dealt anew among the incidents of each station.

An incident is a repeat when an earlier one with the same key lies more than 0 and at most W days before.
Busy places meet again within W days by chance; permuting the dates within a station keeps how often each
place reports and when the station was busy, and takes away only that the same place is early again
(the test of Knox for one place; ratio observed ÷ mean, p = (b + 1)/(permutations + 1)).

Times are days (fractions allowed) from any zero. Incidents of one event must be merged first. The first W
days of data have an incomplete look-back and count nothing: `since` names the first day that counts.
Drawback: a place that reported daily for a month in a year of data shows as more than chance, whatever it was.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.interval import CONFIDENCE, Interval

PERMUTATIONS = 999
SEED = 20234
AT_ONCE = 250_000
"""Dates permuted in one block, so that a block stays within the processor's cache."""


class ChanceRepeats(NamedTuple):
    """Observed repeats against those of permuted dates.

    Attributes:
        observed: repeats found.
        expected: mean over the permutations.
        ratio: observed ÷ expected, None where chance makes none.
        p: one-sided, the share of permutations with at least as many, itself counted.
        band: middle 95 % of the permuted counts.
        incidents: incidents that could be repeats (those on or after `since`).
    """

    observed: int
    expected: float
    ratio: float | None
    p: float
    band: Interval
    incidents: int


def repeat_flags(keys: ArrayLike, times: ArrayLike, window: float) -> NDArray[np.bool_]:
    """Return for each incident, in the order given, whether it repeats an earlier one of its key."""
    code = np.unique(np.asarray(keys), return_inverse=True)[1]
    time = np.asarray(times, dtype=np.float64)
    order = np.lexsort((time, code))
    flags = np.zeros(time.size, dtype=bool)
    flags[order] = _repeats(code[order], time[order], window)
    return flags


def expected_repeats(
    keys: ArrayLike,
    times: ArrayLike,
    window: float,
    stations: ArrayLike | None = None,
    since: float | None = None,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> ChanceRepeats:
    """Compare the repeats with those after permuting dates within stations.

    Args:
        keys: place, caller or matter of each incident.
        times: day of each incident.
        window: W in days.
        stations: station of each incident; one pool when None.
        since: first day that counts; the first day of data plus the window when None.
        permutations: number of permutations.
        seed: of the permutations; equal seeds give equal figures.

    Raises:
        ValueError: without incidents.
    """
    code, time, pool, counts_from = _prepared(keys, times, stations, window, since)
    several = np.bincount(code)[code] > 1
    observed = int(np.sum(repeat_flags(code, time, window) & (time >= counts_from)))
    generator = np.random.default_rng(seed)
    found = np.empty(permutations, dtype=np.int64)
    span = float(time.max() - time.min()) + 2 * window + 1
    lanes, start = code[several] * span, float(time.min())
    block = max(1, AT_ONCE // time.size)
    for first in range(0, permutations, block):
        rows = min(block, permutations - first)
        dealt = time[np.argsort(pool + generator.random((rows, time.size)), axis=1)][:, several] - start
        found[first : first + rows] = _count(np.sort(lanes + dealt, axis=1), span, window, counts_from - start)
    expected = float(found.mean())
    low, high = np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return ChanceRepeats(
        observed,
        expected,
        observed / expected if expected > 0 else None,
        float((np.sum(found >= observed) + 1) / (permutations + 1)),
        Interval(float(low), float(high)),
        int(np.sum(time >= counts_from)),
    )


def _prepared(
    keys: ArrayLike, times: ArrayLike, stations: ArrayLike | None, window: float, since: float | None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], float]:
    """Return key codes, times and pools ordered by pool, and the first day that counts."""
    time = np.asarray(times, dtype=np.float64)
    if not time.size:
        raise ValueError("repeats expected by chance need at least one incident")
    code = np.unique(np.asarray(keys), return_inverse=True)[1].astype(np.int64)
    pool = np.zeros(time.size) if stations is None else np.unique(np.asarray(stations), return_inverse=True)[1]
    order = np.argsort(pool, kind="stable")
    return code[order], time[order], pool[order].astype(np.float64), time.min() + window if since is None else since


def _count(sorted_lanes: NDArray[np.float64], span: float, window: float, since: float) -> NDArray[np.int64]:
    """Count the repeats in each row; a key's times lie in its own lane, farther than the window from the next."""
    gaps = np.diff(sorted_lanes, axis=1)
    repeats = (gaps > 0) & (gaps <= window)
    tied = gaps <= 0
    if tied.any():
        for row in np.flatnonzero(tied.any(axis=1)):
            _inherit(repeats[row], tied[row])
    repeats &= np.mod(sorted_lanes[:, 1:], span) >= since
    return np.asarray(repeats.sum(axis=1))


def _repeats(code: NDArray[np.int64], time: NDArray[np.float64], window: float) -> NDArray[np.bool_]:
    gaps, same = np.diff(time), code[1:] == code[:-1]
    repeats = same & (gaps > 0) & (gaps <= window)
    _inherit(repeats, same & (gaps <= 0))
    return np.concatenate([np.zeros(min(1, time.size), dtype=bool), repeats])


def _inherit(repeats: NDArray[np.bool_], tied: NDArray[np.bool_]) -> None:
    """Let incidents at one and the same time share the answer of the first of them."""
    first = np.maximum.accumulate(np.where(tied, -1, np.arange(tied.size)))
    repeats[tied] = (repeats[first] & (first >= 0))[tied]
