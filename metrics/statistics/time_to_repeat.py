"""How long until the next report of the same place, person or matter.

Every incident is an index; its time runs to the next with the same key, or is censored at the end of the
data. Kaplan-Meier with Greenwood's error; the interval is log-log (stays within 0 and 1), R's log
interval on request (set p19).

Assumes that censoring has nothing to do with the risk: all data end on one day. Own code: statsmodels has
the curve and no pointwise limits, lifelines is not installed (docs/decisions/0021-own-survival-curves.md).
Drawback: the indices of one place overlap in the curve, so its pointwise limits are too narrow for busy places:
use `repeat_risks_by_place`; `metrics.statistics.recurrence` counts by place from the start.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile
from metrics.statistics.proportions import wilson

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
        durations: all times, rising; nothing is known beyond the last.
    """

    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    survival: NDArray[np.float64]
    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    durations: NDArray[np.float64]


class RepeatRisk(NamedTuple):
    """Share with another report within so many days.

    Attributes:
        days: the number of days.
        risk: as a fraction.
        interval: its limits; Wilson's where nobody has reported again by then.
        followed: indices that were followed that long without another report.
    """

    days: float
    risk: float
    interval: Interval
    followed: int


class Median(NamedTuple):
    """Time by which half have reported again; None where the curve (or its limit) stays above one half."""

    time: float | None
    low: float | None
    high: float | None


def kaplan_meier(
    times: ArrayLike, happened: ArrayLike, scale: Scale = "log-log", confidence: float = CONFIDENCE
) -> Survival:
    """Return the curve of durations that ended in a report (`happened`) or were cut off.

    Raises:
        ValueError: without durations, or with a negative one.
    """
    duration, event = checked_durations(times, happened)
    at, events = np.unique(duration[event], return_counts=True)
    ordered = np.sort(duration)
    at_risk = ordered.size - np.searchsorted(ordered, at, side="left")
    survival = np.cumprod(1 - events / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events)))).astype(np.float64)
    greenwood[survival <= 0] = np.nan
    low, high = _limits(survival, greenwood, scale, normal_quantile(confidence))
    return Survival(at, at_risk, events, survival, survival * greenwood, low, high, ordered)


def repeat_risks(
    curve: Survival, days: Sequence[float] = REPEAT_DAYS, confidence: float = CONFIDENCE
) -> list[RepeatRisk | None]:
    """Return 1 − S at each number of days, None beyond the longest follow-up; `confidence` is the curve's."""
    reached, followed = _standing(curve, days)
    known = [day <= curve.durations[-1] for day in days]
    return [
        _risk(curve, day, place - 1, left, confidence) if is_known else None
        for day, place, left, is_known in zip(days, reached, followed, known, strict=True)
    ]


def repeat_risks_by_place(
    times: ArrayLike,
    happened: ArrayLike,
    places: ArrayLike,
    days: Sequence[float] = REPEAT_DAYS,
    confidence: float = CONFIDENCE,
) -> list[RepeatRisk | None]:
    """Return the same risks with limits from an error that is summed by place (infinitesimal jackknife).

    An index moves log S(t) by Σ d ÷ (n (n − d)) over the events that it outlived, and by −1/n where it ended in one
    itself; what the indices of one place do is added before it is squared. The limits of a risk of 0 are Wilson's.
    """
    duration, event = checked_durations(times, happened)
    curve, owner = kaplan_meier(duration, event), np.unique(np.asarray(places), return_inverse=True)[1]
    with np.errstate(divide="ignore"):
        outlived = np.concatenate([[0.0], np.cumsum(curve.events / (curve.at_risk * (curve.at_risk - curve.events)))])
    steps = np.searchsorted(curve.times, duration, side="right") - event
    own = np.where(event, 1 / np.append(curve.at_risk, 1)[steps], 0.0)
    found = repeat_risks(curve, days, confidence)
    reached, _ = _standing(curve, days)
    for place, (risk, until) in enumerate(zip(found, reached, strict=True)):
        if risk is None or not 0 < risk.risk < 1:
            continue
        pull = outlived[np.minimum(steps, until)] - np.where(duration <= risk.days, own, 0.0)
        error = np.sqrt(np.sum(np.bincount(owner, pull) ** 2, keepdims=True))
        low, high = _limits(np.array([1 - risk.risk]), error, "log-log", normal_quantile(confidence))
        found[place] = risk._replace(interval=Interval(1 - float(high[0]), 1 - float(low[0])))
    return found


def median_time(curve: Survival) -> Median:
    """Return the first time at which the curve, and each of its limits, is at most one half."""
    return Median(*(_first_at_half(curve.times, each) for each in (curve.survival, curve.low, curve.high)))


def _limits(
    survival: NDArray[np.float64], greenwood: NDArray[np.float64], scale: Scale, z: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return limits of the share; a share of 1 or 0 has none on these scales."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            return survival * np.exp(-z * greenwood), np.minimum(1.0, survival * np.exp(z * greenwood))
        stretch = np.exp(z * greenwood / np.abs(np.log(survival)))
        return survival**stretch, survival ** (1 / stretch)


def _standing(curve: Survival, days: Sequence[float]) -> tuple[list[int], list[int]]:
    """Return for each day the number of event times up to it, and of indices that were followed that long."""
    reached = np.searchsorted(curve.times, days, side="right")
    left = curve.durations.size - np.searchsorted(curve.durations, days, side="left")
    return reached.tolist(), left.tolist()


def _risk(curve: Survival, day: float, place: int, followed: int, confidence: float) -> RepeatRisk:
    if place < 0:
        return RepeatRisk(day, 0.0, wilson(0, followed, confidence), followed)
    interval = Interval(1 - float(curve.high[place]), 1 - float(curve.low[place]))
    if curve.survival[place] <= 0:
        interval = Interval(1 - float(curve.high[place - 1]) if place else 0.0, 1.0)
    return RepeatRisk(day, 1 - float(curve.survival[place]), interval, followed)


def _first_at_half(times: NDArray[np.float64], share: NDArray[np.float64]) -> float | None:
    reached = np.flatnonzero(share <= 0.5)
    return float(times[reached[0]]) if reached.size else None


def checked_durations(times: ArrayLike, happened: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the durations and whether each ended in an event, as arrays; refuse what is no duration."""
    duration, event = np.asarray(times, dtype=np.float64), np.asarray(happened, dtype=bool)
    if not duration.size or duration.min() < 0 or duration.shape != event.shape:
        raise ValueError("a curve needs durations of 0 or more, each with whether it ended in an event")
    return duration, event
