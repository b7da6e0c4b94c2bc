"""How soon the next report comes, and how many come: repeat risk and expected further reports.

Every incident of the year up to the period's end is an index; its time runs to the next incident of its key, or is
cut off where the data end. Kaplan-Meier, so that the newest incidents count for as long as they were followed. Their
limits sum the error by place, because a busy place is many indices and not many places. The mean cumulative function
counts by place from the start: a place enters with its first incident of the year.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.counting import Question
from metrics.remembering import Memory
from metrics.repeats.clusters import key_of
from metrics.repeats.history import DAY_SECONDS, Flags, Integers, history, row_of_station, second_of
from metrics.repeats.share import key_note
from metrics.rows import BASE_UNDER_20, NO_DATA
from metrics.standing import Unit
from metrics.statistics import Interval, normal_quantile
from metrics.types import Note, Row
from metrics.units import resolve

YEAR = 365
HORIZONS = (7, 30, 90, 365)
CURVE_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 365)
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Share with another report by each day 0 to 365, with its standard error by place; and indices at risk."""

    risk: Reals
    error: Reals
    at_risk: Integers
    events: int

    def limits(self, day: int) -> Interval | None:
        """Return log-log limits of the risk by a day, None where there is nothing to go by."""
        survival, error = 1 - float(self.risk[day]), float(self.error[day])
        if not 0 < survival < 1 or not error:
            return None
        stretch = np.exp(normal_quantile() * error / (survival * abs(np.log(survival))))
        return Interval(1 - float(survival ** (1 / stretch)), 1 - float(survival**stretch))


@dataclass(frozen=True)
class Indices:
    """Incidents of a year as indices: key and station, days to the next of the key, and whether it came."""

    key: Integers
    row: Integers
    days: Integers
    came: Flags


_memory: Memory[tuple[Indices, tuple[Unit, ...]]] = Memory(6)


def repeat_risk(question: Question) -> list[Row]:
    """Return the share of incidents that another of their key follows within the window, of each unit."""
    key, window = key_of(question), int(question.options["window"])
    indices, units = _indices(question, key)
    notes = (key_note(question, key), Note("year_to_end", {"days": YEAR}))
    rows = []
    for place, unit in enumerate(units):
        own = indices.row == place
        whole = int(own.sum())
        reason = NO_DATA if not whole else BASE_UNDER_20 if whole < question.indicator.smallest_base else None
        curve = None if reason else kaplan_meier_by_place(indices.key[own], indices.days[own], indices.came[own])
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                value=float(curve.risk[window]) if curve else None,
                numerator=int((own & indices.came & (indices.days <= window)).sum()),
                denominator=whole,
                interval=curve.limits(window) if curve else None,
                suppressed=reason,
                notes=notes,
                extra={"key": key} | (_extra(curve) if curve else {}),
            )
        )
    return rows


def _extra(curve: Curve) -> dict[str, object]:
    """Return the risk at every horizon with its limits, and the curve itself."""
    return {
        "horizons": {str(day): (float(curve.risk[day]), curve.limits(day)) for day in HORIZONS},
        "curve": [(day, float(curve.risk[day]), curve.limits(day)) for day in CURVE_DAYS],
    }


def _indices(question: Question, key: str) -> tuple[Indices, tuple[Unit, ...]]:
    return _memory.of(
        question.lake, ("indices", question.version, key, question.scope), lambda: _read_indices(question, key)
    )


def _read_indices(question: Question, key: str) -> tuple[Indices, tuple[Unit, ...]]:
    past, scope = history(question, key), question.scope
    past = past.chosen(~past.merged & past.of_groups(scope.groups))
    units = resolve(question.reference, scope, set(past.stations))
    row = row_of_station(past, units)[past.station]
    end = second_of(scope.end)
    came = np.append(past.key[1:] == past.key[:-1], False) if len(past.key) else np.zeros(0, dtype=np.bool_)
    following = np.append(past.second[1:], end) if len(past.key) else past.second
    days = (np.where(came, following, end) - past.second) // DAY_SECONDS
    year = past.second >= end - YEAR * DAY_SECONDS
    return Indices(past.key[year], row[year], np.minimum(days[year], YEAR + 1), came[year]), units.rows


def kaplan_meier_by_place(place: Integers, days: Integers, came: Flags) -> Curve:
    """Return the repeat risk by day with a standard error that is summed by place.

    Whole days: what comes within day d of an index is counted at d. An index cut off on a day was followed through
    it. The error is that of Greenwood's sum taken by place (infinitesimal jackknife): each index moves log S(t) by
    −(1 if it came by t, at 1/n) + Σ d/n² while it was followed, and those of one place are added before squaring.
    """
    horizon = YEAR + 1
    clipped = np.minimum(days, horizon)
    events = np.bincount(clipped[came], minlength=horizon + 1)[: horizon + 1].astype(np.float64)
    leaving = np.bincount(clipped, minlength=horizon + 1)
    at_risk = len(days) - np.append(0, np.cumsum(leaving)[:-1])
    followed = np.maximum(at_risk, 1)
    survival = np.cumprod(1 - events / followed)
    moved = np.cumsum(events / followed.astype(np.float64) ** 2)
    _, owner = np.unique(place, return_inverse=True)
    error = np.zeros(horizon + 1)
    for day in sorted({*CURVE_DAYS, *HORIZONS}):
        until = np.minimum(clipped, day)
        pull = moved[until] - np.where(came & (clipped <= day), 1 / followed[clipped], 0.0)
        error[day] = survival[day] * float(np.sqrt((np.bincount(owner, pull) ** 2).sum()))
    return Curve(1 - survival, error, at_risk.astype(np.int64), int(came.sum()))


def repeat_further(question: Question) -> list[Row]:
    """Return how many further incidents a key has within the window after its first of the year."""
    key, window = key_of(question), int(question.options["window"])
    past, scope = history(question, key), question.scope
    end = second_of(scope.end)
    kept = ~past.merged & past.of_groups(scope.groups) & (past.second >= end - YEAR * DAY_SECONDS)
    past = past.chosen(kept)
    units = resolve(question.reference, scope, set(past.stations))
    row = row_of_station(past, units)[past.station]
    notes = (key_note(question, key), Note("year_to_end", {"days": YEAR}))
    rows = []
    for place, unit in enumerate(units.rows):
        own = row == place
        found = mean_cumulative_by_place(past.key[own], past.second[own], end, (window,))
        whole = found[0]
        reason = NO_DATA if not whole else BASE_UNDER_20 if whole < question.indicator.smallest_base else None
        mean, limits, further = found[1][0]
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                value=None if reason else mean,
                numerator=further,
                denominator=whole,
                interval=None if reason else limits,
                suppressed=reason,
                notes=notes,
                extra={"key": key},
            )
        )
    return rows


def mean_cumulative_by_place(
    key: Integers, second: Integers, end: int, horizons: tuple[int, ...]
) -> tuple[int, list[tuple[float, Interval | None, int]]]:
    """Return the number of places, and for each horizon the mean of further reports, its limits, and their number.

    Σ d ÷ n over days since a place's first report, d reports among n places still followed (Nelson); variance summed
    by place (Lawless & Nadeau 1995); limits on the log scale. Sorted by key and time.
    """
    if not len(key):
        return 0, [(0.0, None, 0) for _ in horizons]
    fresh = np.append(True, key[1:] != key[:-1])
    owner = np.cumsum(fresh) - 1
    first = second[fresh]
    followed = np.minimum((end - first) // DAY_SECONDS, YEAR)
    age = np.minimum((second - first[owner]) // DAY_SECONDS, YEAR)[~fresh]
    owner = owner[~fresh]
    size = YEAR + 1
    events = np.bincount(age, minlength=size).astype(np.float64)
    at_risk = np.maximum(len(first) - np.append(0, np.cumsum(np.bincount(followed, minlength=size))[:-1]), 1)
    mean, common = np.cumsum(events / at_risk), np.cumsum(events / at_risk.astype(np.float64) ** 2)
    answers: list[tuple[float, Interval | None, int]] = []
    for horizon in horizons:
        day = min(horizon, YEAR)
        own = np.bincount(owner, np.where(age <= day, 1 / at_risk[age], 0.0), minlength=len(first))
        error = float(np.sqrt(((own - common[np.minimum(followed, day)]) ** 2).sum()))
        value = float(mean[day])
        stretch = float(np.exp(normal_quantile() * error / value)) if value else 1.0
        limits = Interval(value / stretch, value * stretch) if value else None
        answers.append((value, limits, int((age <= day).sum())))
    return len(first), answers


ANSWERS = {"repeat_risk": repeat_risk, "repeat_further": repeat_further}
"""Functions of this module by the indicator that they answer."""
