"""How many further reports a place makes: the mean cumulative function of recurrent events.

A place enters with its first report (time 0) and is followed to the end of the data. M(t) = Σ d ÷ n over
event times up to t, d reports among n places still followed (Nelson 1995). The variance sums by place
(Lawless & Nadeau 1995), so it holds however unevenly the reports fall on places. Own code: no installed
library has it (docs/decisions/0021-own-survival-curves.md).

Assumes that how long a place is followed says nothing about how often it reports. Drawback: the tail
rests on the few places that were followed longest, so read `at_risk` with it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile
from metrics.statistics.poisson import count_limits
from metrics.statistics.time_to_repeat import REPEAT_DAYS


class MeanCumulative(NamedTuple):
    """Expected further reports by each event time.

    Attributes:
        times: days at which a further report was made.
        at_risk: places still followed then.
        mean: expected further reports of a place by then.
        error: its standard error, by place.
        followed: days that each place was followed, rising; nothing is known beyond the last.
    """

    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    followed: NDArray[np.float64]


class FurtherReports(NamedTuple):
    """Expected further reports of a place within so many days of its first, and places followed that long."""

    days: float
    mean: float
    interval: Interval
    places: int


def mean_cumulative(places: ArrayLike, times: ArrayLike, followed: ArrayLike) -> MeanCumulative:
    """Return the mean cumulative function with its standard error.

    Args:
        places: for each further report the number of its place, 0 … len(followed) − 1.
        times: for each further report the days since the place's first.
        followed: for each place the days from its first report to the end of the data.

    Raises:
        ValueError: when a report lies outside the time its place was followed.
    """
    place = np.asarray(places, dtype=np.int64)
    when, until = np.asarray(times, dtype=np.float64), np.asarray(followed, dtype=np.float64)
    if not until.size or np.any(when < 0) or np.any(when > until[place]):
        raise ValueError("further reports must lie between the first report of their place and the end of the data")
    at, step, events = np.unique(when, return_inverse=True, return_counts=True)
    at_risk = until.size - np.searchsorted(np.sort(until), at, side="left")
    return MeanCumulative(
        at,
        at_risk,
        np.cumsum(events / at_risk),
        np.sqrt(_variance(place, step, at, events, at_risk, until)),
        np.sort(until),
    )


def further_reports(
    curve: MeanCumulative, days: Sequence[float] = REPEAT_DAYS, confidence: float = CONFIDENCE
) -> list[FurtherReports | None]:
    """Return the expected number by each day, None beyond the longest follow-up.

    The interval is taken on the log scale, so that it stays above 0; without any report it is Poisson's.
    """
    return [_by_day(curve, day, confidence) if day <= curve.followed[-1] else None for day in days]


def _by_day(curve: MeanCumulative, day: float, confidence: float) -> FurtherReports:
    place = int(np.searchsorted(curve.times, day, side="right")) - 1
    left = int(curve.followed.size - np.searchsorted(curve.followed, day, side="left"))
    if place < 0:
        return FurtherReports(day, 0.0, Interval(0.0, count_limits(0, confidence).high / left), left)
    mean = float(curve.mean[place])
    stretch = float(np.exp(normal_quantile(confidence) * curve.error[place] / mean))
    return FurtherReports(day, mean, Interval(mean / stretch, mean * stretch), left)


def _variance(
    place: NDArray[np.int64],
    step: NDArray[np.int64],
    at: NDArray[np.float64],
    events: NDArray[np.int64],
    at_risk: NDArray[np.int64],
    until: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return Σ over places of (A − B)² at each step, in running sums instead of places × steps.

    A is the sum of 1/n over a place's own reports so far; B that of d/n² over all steps while the place is
    followed. A changes only at own reports, and B is the same for all places that are still followed.
    """
    common = np.cumsum(events / at_risk**2)
    last_step = np.searchsorted(at, until, side="right") - 1
    own = 1 / at_risk[step]
    order = np.lexsort((step, place))
    reached = np.cumsum(own[order])
    first = np.searchsorted(place[order], place[order], side="left")
    reached -= (reached - own[order])[first]
    squares = np.cumsum(np.bincount(step[order], reached**2 - (reached - own[order]) ** 2, at.size))
    total = np.bincount(place, own, until.size).astype(np.float64)
    seen = last_step >= 0
    ended = last_step[seen]
    running = np.cumsum(np.bincount(step, own, at.size)) - _before(ended, total[seen], at.size)
    cross = common * running + _before(ended, (total[seen] * common[ended]), at.size)
    still = seen.sum() - _before(ended, np.ones(ended.size), at.size)
    level = still * common**2 + _before(ended, common[ended] ** 2, at.size)
    return np.asarray(np.maximum(0.0, squares - 2 * cross + level))


def _before(steps: NDArray[np.int64], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return for each step the sum of the weights whose last step lies before it."""
    return np.concatenate([[0.0], np.cumsum(np.bincount(steps, weights, size))[:-1]])
