"""Calendar factors of each row: how busy a day is by its weekday, holiday, festival and season alone.

Fitted on daily valid alerts up to the end of the period and at most four years back, never on what came later, and kept
by data version. The factors stand in for days of exposure: a change is adjusted by comparing counts over the sums of
their days' factors.

A row with fewer than 20 alerts a week borrows all factors of the whole city; with fewer than 20 a day it has its own
weekdays and seasons, and borrows those of holidays and festival, which would rest on a dozen alerts each. Where the
city itself has fewer than 20 a week, or less than a year is known, nothing is adjusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from metrics.calendars import LABOUR, NATIONAL, kind_of, to_spring_festival
from metrics.counting import Question
from metrics.periods import DAY, days_of
from metrics.remembering import Memory
from metrics.statistics.calendar_model import fit_calendar
from metrics.units import Units

Floats = NDArray[np.float64]
FURTHEST = timedelta(days=4 * 365 + 1)
SHORTEST_DAYS = 365
BORROWS_UNDER = 20.0
"""Alerts a week: with fewer, a unit's own factors would be noise."""
HOLIDAYS_UNDER = 140.0
"""Alerts a week: with fewer, a unit's own factors of holidays would be noise."""
WEEK = 7
YEAR_DAYS = 365.2425
FESTIVAL_PARTS = (-14, -9, -4, -2, 0, 2, 4, 6, 8, 11, 16)
"""First days of the parts of the Spring Festival window, and the day after the last."""

DAILY_SQL = """
SELECT station_code, day, SUM(valid)::BIGINT AS valid
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code, day
"""


@dataclass(frozen=True)
class Seasons:
    """Daily valid alerts and calendar factors of the rows of one table.

    Attributes:
        days: every day of the history, known or not.
        known: which of them the lake knows.
        counts: rows × days.
        factors: rows × days, or None where nothing can be adjusted.
        borrowed: which rows use the city's factors.
    """

    rows: dict[str, int]
    days: tuple[date, ...]
    known: NDArray[np.bool_]
    counts: Floats
    factors: Floats | None
    borrowed: frozenset[str]

    def exposure(self, row: str, days: Sequence[date]) -> float | None:
        """Return the sum of the factors of some days of a row, None where nothing is adjusted."""
        if self.factors is None or not days or days[0] < self.days[0]:
            return None
        places = [(day - self.days[0]).days for day in days]
        return float(self.factors[self.rows[row], places].sum())


_memory: Memory[Seasons] = Memory(24)


def seasons(question: Question, units: Units) -> Seasons:
    """Return the calendar factors of each row, with its daily counts."""
    codes = tuple(unit.code for unit in units.rows)
    key = ("seasons", question.version, question.scope.end, question.scope.groups, units.by, codes, units.selected)
    return _memory.of(question.lake, key, lambda: _seasons(question, units))


def _seasons(question: Question, units: Units) -> Seasons:
    end = question.scope.end
    first = max(question.reference.first_day or end - DAY, end - FURTHEST)
    days = tuple(days_of((min(first, end - DAY), end)))
    known = np.array([day in question.reference.days for day in days])
    rows = {unit.code: place for place, unit in enumerate(units.rows)}
    counts = daily_counts(question, units, rows, days)
    counts, city = counts[:-1], counts[-1]
    factors, borrowed = _factors(question, days, known, counts, city)
    return Seasons(rows, days, known, counts, factors, frozenset(code for code in rows if borrowed[rows[code]]))


def daily_counts(question: Question, units: Units, rows: dict[str, int], days: Sequence[date]) -> Floats:
    """Return rows × days of valid alerts, and below them the whole city whatever the rows are."""
    groups = list(question.scope.groups)
    frame = question.frame(DAILY_SQL, start=days[0], end=days[-1] + DAY, groups=groups)
    counts = np.zeros((len(rows) + 1, len(days)))
    if frame.is_empty():
        return counts
    place = {code: rows.get(units.row_of(units.station_of(code)) or "", -1) for code in frame["station_code"].unique()}
    at_row = frame["station_code"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    at_day = (frame["day"] - days[0]).dt.total_days().to_numpy()
    valid, kept = frame["valid"].to_numpy(), at_row >= 0
    cells = np.bincount(at_row[kept] * len(days) + at_day[kept], valid[kept], len(rows) * len(days))
    counts[:-1] = cells.reshape(len(rows), len(days))
    counts[-1] = np.bincount(at_day, valid, len(days))
    return counts


def _factors(
    question: Question, days: Sequence[date], known: NDArray[np.bool_], counts: Floats, city: Floats
) -> tuple[Floats | None, NDArray[np.bool_]]:
    """Return rows × days of factors with mean 1 over the known days, and which rows borrow them all."""
    weeks = known.sum() / WEEK
    weekly = counts[:, known].sum(axis=1) / max(weeks, 1.0)
    borrows = weekly < BORROWS_UNDER
    if known.sum() < SHORTEST_DAYS or city[known].sum() < BORROWS_UNDER * weeks:
        return None, borrows
    plain, special = calendar_columns(days, chinese=question.reference.chinese)
    whole, trend = np.column_stack([plain, special]), 1
    common = fit_calendar(city[None, known], whole[known]).coefficients
    logs = np.repeat(common[:, trend:] @ whole[:, trend:].T, len(counts), axis=0)
    large, middling = weekly >= HOLIDAYS_UNDER, (weekly < HOLIDAYS_UNDER) & ~borrows
    if large.any():
        own = fit_calendar(counts[large][:, known], whole[known]).coefficients
        logs[large] = own[:, trend:] @ whole[:, trend:].T
    if middling.any():
        holidays = common[0, plain.shape[1] :] @ special.T
        own = fit_calendar(counts[middling][:, known], plain[known], holidays[known]).coefficients
        logs[middling] = own[:, trend:] @ plain[:, trend:].T + holidays
    factors = np.exp(logs)
    return np.asarray(factors / factors[:, known].mean(axis=1, keepdims=True)), borrows


def calendar_columns(days: Sequence[date], *, chinese: bool) -> tuple[Floats, Floats]:
    """Return the model's columns for days: trend, harmonics and weekdays; and holidays with the festival's window."""
    number = np.array([(day - days[0]).days for day in days], dtype=np.float64)
    angle = 2 * np.pi * np.array([day.timetuple().tm_yday for day in days]) / YEAR_DAYS
    columns = [number / YEAR_DAYS]
    columns += [turn(times * angle) for times in (1, 2) for turn in (np.sin, np.cos)]
    weekday = np.array([day.weekday() for day in days])
    columns += [(weekday == which).astype(np.float64) for which in range(1, WEEK)]
    special = _chinese_columns(days) if chinese else []
    return np.column_stack(columns), np.column_stack(special) if special else np.zeros((len(days), 0))


def _chinese_columns(days: Sequence[date]) -> list[Floats]:
    """Return make-up days, the two long holidays, the short ones, and the parts of the Spring Festival window."""
    since = [to_spring_festival(day) for day in days]
    kinds = [kind_of(day) for day in days]
    off = [
        kind.name if kind.kind == "holiday" and gone is None else None for kind, gone in zip(kinds, since, strict=True)
    ]
    flags = [
        [kind.kind == "makeup" for kind in kinds],
        [name == NATIONAL for name in off],
        [name == LABOUR for name in off],
        [name not in (None, NATIONAL, LABOUR) for name in off],
    ]
    parts = pairwise(FESTIVAL_PARTS)
    flags += [[gone is not None and first <= gone < after for gone in since] for first, after in parts]
    return [np.array(flag, dtype=np.float64) for flag in flags]
