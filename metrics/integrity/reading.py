"""What all checks look at: the stations of the whole city, their weeks, and what a bounded scan adds.

A signal needs peers and a past, so it always looks at the whole city and over half a year, whatever week and
place was asked for; what was asked for is chosen at the end. Counts by week come from the day mart; what no mart
holds (channels, times, merges, moves by pair) is one scan each of narrow columns over the window.
Units that are no stations, and records that no table places, are left out of every comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from metrics.integrity.signal import Rules, rules
from metrics.parameter_table import Parameters, parameters
from metrics.periods import WEEK, days_of
from metrics.reference import Reference, reference
from metrics.remembering import Memory
from metrics.standing import Unit
from metrics.types import Period, Scope, Warehouse
from metrics.units import CITY, Units, resolve

Floats = NDArray[np.float64]

WEEKS_SQL = """
SELECT
    station_code,
    datediff('day', $start::DATE, day) // 7 AS week,
    SUM(received)::BIGINT AS received,
    SUM(valid)::BIGINT AS valid,
    SUM(excluded_invalid + excluded_nuisance)::BIGINT AS invalid,
    SUM(excluded_duplicate)::BIGINT AS merged,
    SUM(recoded_down)::BIGINT AS down,
    SUM(recoded_up)::BIGINT AS up,
    SUM(recorded_late)::BIGINT AS late,
    SUM(caller_keyed)::BIGINT AS caller_keyed,
    SUM(caller_repeat_30)::BIGINT AS caller_repeat,
    SUM(place_keyed)::BIGINT AS place_keyed,
    SUM(place_repeat_30)::BIGINT AS place_repeat,
    COALESCE(SUM(valid) FILTER (category_group IN ('criminal', 'public_order')), 0)::BIGINT AS hard,
    COALESCE(SUM(valid) FILTER (category_group IN ('help', 'other')), 0)::BIGINT AS soft
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start AND day < $end
GROUP BY ALL
"""
COUNTS = (
    "received",
    "valid",
    "invalid",
    "merged",
    "down",
    "up",
    "late",
    "caller_keyed",
    "caller_repeat",
    "place_keyed",
    "place_repeat",
    "hard",
    "soft",
)


@dataclass(frozen=True)
class Looking:
    """The city over the window of the signals and the history before it."""

    lake: Warehouse
    version: int
    reference: Reference
    units: Units
    window: Period
    history: Period
    rules: Rules
    parameters: Parameters

    def frame(self, sql: str, **parameters: Any) -> pl.DataFrame:  # noqa: ANN401 - whatever the query binds
        """Return the answer to a query at the version, kept for the next panel."""
        key = (sql, self.version, repr(sorted(parameters.items())))
        return _memory.of(self.lake, key, lambda: self.lake.frame(sql, parameters | {"version": self.version}))

    @cached_property
    def stations(self) -> tuple[Unit, ...]:
        """The police stations that stand on the last day, in the order of their codes."""
        return tuple(unit for unit in self.units.rows if unit.kind == "station")

    @cached_property
    def districts(self) -> tuple[Unit, ...]:
        """The districts that have stations, in the order of their codes."""
        codes = sorted({unit.district for unit in self.stations if unit.district})
        return tuple(self.units.districts[code] for code in codes if code in self.units.districts)

    @cached_property
    def place(self) -> dict[str, int]:
        """Number of each station by its code."""
        return {unit.code: number for number, unit in enumerate(self.stations)}

    def at(self, codes: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of the station that records of each raw code count for, -1 for none."""
        home = {code: self.place.get(self.units.station_of(code), -1) for code in set(codes)}
        return np.array([home[code] for code in codes], dtype=np.int64)

    def by_station(self, frame: pl.DataFrame, names: Sequence[str]) -> dict[str, Floats]:
        """Return the sums of some columns of a frame with `station_code`, one entry a station."""
        at = self.at(frame["station_code"].to_list())
        return {name: _summed(at, frame[name].to_numpy(), len(self.stations)) for name in names}

    @cached_property
    def weeks(self) -> dict[str, Floats]:
        """Counts by name, stations × weeks, history first and then the window."""
        start, end = self.history[0], self.window[1]
        frame = self.frame(WEEKS_SQL, start=start, end=end)
        at = self.at(frame["station_code"].to_list())
        cell = at * self.week_count + frame["week"].to_numpy()
        size = len(self.stations) * self.week_count
        cell = np.where(at < 0, -1, cell)
        return {
            name: _summed(cell, frame[name].to_numpy(), size).reshape(len(self.stations), self.week_count)
            for name in COUNTS
        }

    @cached_property
    def week_count(self) -> int:
        """Weeks of history and window."""
        return (self.window[1] - self.history[0]).days // WEEK

    @cached_property
    def past_weeks(self) -> int:
        """Weeks of the history."""
        return (self.window[0] - self.history[0]).days // WEEK

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """For each week whether the data know all of its days."""
        days = days_of((self.history[0], self.window[1]))
        known = np.array([day in self.reference.days for day in days], dtype=np.bool_)
        return np.asarray(known.reshape(-1, WEEK).all(axis=1))

    def now(self, name: str) -> Floats:
        """Return the window's counts of each station."""
        return np.asarray(self.weeks[name][:, self.past_weeks :].sum(axis=1))

    def past(self, name: str) -> Floats:
        """Return stations × known weeks of the history."""
        return np.asarray(self.weeks[name][:, : self.past_weeks][:, self.known[: self.past_weeks]])


def looking(lake: Warehouse, scope: Scope) -> Looking:
    """Return what the checks look at for a question; the window ends with the question's last day."""
    rule = rules()
    version = lake.version() if scope.version is None else scope.version
    set_here = parameters(lake, version)
    asked = (scope.end - scope.start).days
    days = -(-max(set_here.signal_window_days, asked) // WEEK) * WEEK
    window = (scope.end - timedelta(days=days), scope.end)
    history = (window[0] - timedelta(days=rule.history_days), window[0])
    known = reference(lake, version)
    city = Scope(window[0], window[1], "none", "station", version=version)
    return Looking(lake, version, known, resolve(known, city, set()), window, history, rule, set_here)


def first_of_week(looked: Looking, week: int) -> date:
    """Return the first day of a week by its number."""
    return looked.history[0] + timedelta(days=WEEK * week)


def whole_city(looked: Looking) -> Unit:
    """Return the city as a unit, for what belongs to no station."""
    return Unit(CITY, looked.reference.city_zh, looked.reference.city_en, CITY)


def _summed(at: NDArray[np.int64], counts: NDArray[Any], size: int) -> Floats:
    total = np.zeros(size)
    kept = at >= 0
    np.add.at(total, at[kept], counts[kept].astype(np.float64))
    return total


_memory: Memory[pl.DataFrame] = Memory(48)
