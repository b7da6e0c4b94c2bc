"""How long until the next report of the same place, person or matter.

Every incident is an index; its time runs to the next with the same key, or is censored at the end of the
data. Kaplan-Meier with Greenwood's error; the interval is log-log (stays within 0 and 1), R's log
interval on request (set p19). The log-rank test has a version robust by place, because a place that
reports ten times is ten indices, not ten independent ones (Lin & Wei 1989).

Assumes that censoring has nothing to do with the risk: all data end on one day. Own code: statsmodels has
the curve and no pointwise limits, lifelines is not installed (docs/decisions/0021-own-survival-curves.md).
Drawback: the indices of one place overlap in the curve, so its interval is too narrow for busy places;
`metrics.statistics.recurrence` counts by place instead.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile

REPEAT_DAYS = (7, 30, 90, 365)

Scale = Literal["log-log", "log"]


class Survival(NamedTuple):
    """Share still without another report after each distinct event time; all arrays of equal length.

    Attributes:
        times: in the unit given (days), only those with an event.
        at_risk: indices still followed just before.
        events: next reports at that time.
        survival: share without one, as a fraction.
        error: Greenwood's standard error of the share; NaN once it is 0.
        low: lower limits.
        high: upper limits.
        last: the longest time that anyone was followed; nothing is known beyond it.
    """

    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    survival: NDArray[np.float64]
    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    last: float


class RepeatRisk(NamedTuple):
    """Share with another report within so many days, None where nobody was followed that long."""

    days: float
    risk: float
    interval: Interval
    at_risk: int


class Median(NamedTuple):
    """Time by which half have reported again; None where the curve (or its limit) stays above one half."""

    time: float | None
    low: float | None
    high: float | None


class LogRank(NamedTuple):
    """Test that groups do not differ: χ², its degrees of freedom, p, and observed and expected events."""

    statistic: float
    degrees: int
    p: float
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]


def kaplan_meier(
    times: ArrayLike, happened: ArrayLike, scale: Scale = "log-log", confidence: float = CONFIDENCE
) -> Survival:
    """Return the curve of durations that ended in a report (`happened`) or were cut off.

    Raises:
        ValueError: without durations, or with a negative one.
    """
    duration, event = _checked(times, happened)
    at, events = np.unique(duration[event], return_counts=True)
    at_risk = duration.size - np.searchsorted(np.sort(duration), at, side="left")
    survival = np.cumprod(1 - events / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events)))).astype(np.float64)
    greenwood[survival <= 0] = np.nan
    low, high = _limits(survival, greenwood, scale, normal_quantile(confidence))
    return Survival(at, at_risk, events, survival, survival * greenwood, low, high, float(duration.max()))


def repeat_risks(curve: Survival, days: Sequence[float] = REPEAT_DAYS) -> list[RepeatRisk | None]:
    """Return 1 − S at each number of days, None beyond the longest follow-up."""
    return [_risk(curve, day) if day <= curve.last else None for day in days]


def median_time(curve: Survival) -> Median:
    """Return the first time at which the curve, and each of its limits, is at most one half."""
    return Median(*(_first_at_half(curve.times, each) for each in (curve.survival, curve.low, curve.high)))


def log_rank(times: ArrayLike, happened: ArrayLike, groups: ArrayLike, places: ArrayLike | None = None) -> LogRank:
    """Compare the curves of groups; with `places`, the variance is summed by place (robust).

    In 1,000 null runs with 120 unlike places of five indices each the plain test rejected 26 % at the 5 %
    level and the robust one 5.7 %; with only 40 places the robust one rejects about 7 %.

    Raises:
        ValueError: with fewer than two groups.
    """
    duration, event = _checked(times, happened)
    member = np.asarray(groups)[:, None] == np.unique(np.asarray(groups))[None, :]
    if member.shape[1] < 2:
        raise ValueError("a log-rank test compares at least two groups")
    at, events = np.unique(duration[event], return_counts=True)
    order = np.argsort(duration, kind="stable")
    left = np.vstack([np.cumsum(member[order][::-1], axis=0)[::-1], np.zeros(member.shape[1], dtype=np.int64)])
    of_group = left[np.searchsorted(duration[order], at, side="left")]
    at_risk = of_group.sum(axis=1)
    share = of_group / at_risk[:, None]
    observed = member[event].sum(axis=0).astype(np.float64)
    expected = (share * events[:, None]).sum(axis=0)
    if places is None:
        spread = events * np.where(at_risk > 1, (at_risk - events) / np.maximum(at_risk - 1, 1), 0)
        variance = np.diag((share * spread[:, None]).sum(axis=0)) - (share * spread[:, None]).T @ share
    else:
        scores = _scores(duration, event, member, at, events / at_risk, share)
        _, place = np.unique(np.asarray(places), return_inverse=True)
        sums = np.zeros((int(place.max()) + 1, member.shape[1]))
        np.add.at(sums, place, scores)
        variance = sums.T @ sums
    return _chi_square(observed, expected, variance)


def _scores(
    duration: NDArray[np.float64],
    event: NDArray[np.bool_],
    member: NDArray[np.bool_],
    at: NDArray[np.float64],
    hazard: NDArray[np.float64],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what each index adds to observed − expected of each group, with its part of the hazard taken off."""
    steps = np.searchsorted(at, duration, side="right")
    own = np.concatenate([[0.0], np.cumsum(hazard)])[steps]
    common = np.vstack([np.zeros(member.shape[1]), np.cumsum(share * hazard[:, None], axis=0)])[steps]
    scores = common - member * own[:, None]
    scores[event] += member[event] - share[steps[event] - 1]
    return np.asarray(scores)


def _chi_square(observed: NDArray[np.float64], expected: NDArray[np.float64], variance: NDArray[np.float64]) -> LogRank:
    """Return the test; the last group follows from the others and is left out of the quadratic form."""
    from scipy.special import chdtrc

    gap = (observed - expected)[:-1]
    degrees = gap.size
    statistic = float(gap @ np.linalg.pinv(variance[:-1, :-1]) @ gap)
    return LogRank(statistic, degrees, float(chdtrc(degrees, statistic)), observed, expected)


def _limits(
    survival: NDArray[np.float64], greenwood: NDArray[np.float64], scale: Scale, z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return limits of the share; a share of 1 or 0 has none on these scales."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            return survival * np.exp(-z * greenwood), np.minimum(1.0, survival * np.exp(z * greenwood))
        stretch = np.exp(z * greenwood / np.abs(np.log(survival)))
        return survival**stretch, survival ** (1 / stretch)


def _risk(curve: Survival, day: float) -> RepeatRisk:
    place = int(np.searchsorted(curve.times, day, side="right")) - 1
    if place < 0:
        return RepeatRisk(day, 0.0, Interval(0.0, float("nan")), int(curve.at_risk[0]) if curve.at_risk.size else 0)
    interval = Interval(1 - float(curve.high[place]), 1 - float(curve.low[place]))
    return RepeatRisk(day, 1 - float(curve.survival[place]), interval, int(curve.at_risk[place]))


def _first_at_half(times: NDArray[np.float64], share: NDArray[np.float64]) -> float | None:
    reached = np.flatnonzero(share <= 0.5)
    return float(times[reached[0]]) if reached.size else None


def _checked(times: ArrayLike, happened: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    duration, event = np.asarray(times, dtype=np.float64), np.asarray(happened, dtype=bool)
    if not duration.size or duration.min() < 0 or duration.shape != event.shape:
        raise ValueError("a curve needs durations of 0 or more, each with whether it ended in an event")
    return duration, event
