"""Every report that can be a repeat, as narrow columns: which key, when, where, of which class.

One scan of the valid alerts serves all figures of repeat reports and is kept by version, so that a page reads it
once. Institutions' places and numbers take no part, whether the source flags them or the list `service_place` does.

Reports of one key less than the merge gap after the previous one are reports of the same event: they stay in the
columns as `merged` and are never counted as repeats. The rule is the one the day mart is made by, so both agree.
Keys leave this room only as positions; no page ever sees one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from metrics.counting import Question
from metrics.remembering import Memory
from metrics.units import Units

DAY_SECONDS = 86_400
EPOCH = date(1970, 1, 1)
YEARS_READ = 4
SINCE_SCHEMA = 7
"""Lakes of an earlier schema have no lists of treatments and of institutions."""

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

KEY_COLUMNS = {"caller": "caller_key", "place": "place_key", "matter": "place_key"}
VALID = """NOT is_deleted AND NOT is_nuisance AND NOT is_invalid AND link_type = 'none' AND main_alert_id IS NULL"""
OF_KEY = {
    "caller": "caller_key IS NOT NULL",
    "place": "place_key IS NOT NULL",
    "matter": "place_key IS NOT NULL AND category_group <> 'unmapped'",
}
INSTITUTION = {
    "caller": "(is_service_caller OR list_contains($listed::UBIGINT[], caller_key))",
    "place": "(is_service_place OR list_contains($listed::UBIGINT[], place_key))",
    "matter": "(is_service_place OR list_contains($listed::UBIGINT[], place_key))",
}
VALUE = {"caller": "caller_key", "place": "place_key", "matter": "hash(place_key, category_group)"}

HISTORY_SQL = {
    key: f"""
SELECT {VALUE[key]} AS value, epoch(reported_at)::BIGINT AS second, station_code, category_group
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND {VALID} AND {OF_KEY[key]} AND NOT {INSTITUTION[key]}
ORDER BY value, second, hash(alert_id)
"""
    for key in VALUE
}
LISTED_SQL = {
    "place_key": """
SELECT DISTINCT place_key AS value
FROM lake.service_place AT (VERSION => $version)
WHERE place_key IS NOT NULL
""",
    "caller_key": """
SELECT DISTINCT caller_key AS value
FROM lake.service_place AT (VERSION => $version)
WHERE caller_key IS NOT NULL
""",
}


@dataclass(frozen=True)
class History:
    """Reports in the order of their key and time; all arrays are of one length.

    Attributes:
        value: the key itself, for a second look into the lake; never shown.
        key: position of the key, 0 to the number of keys less one.
        second: when, in seconds of local time since 1970.
        station, group: positions in `stations` and `groups`.
        gap: seconds since the previous report of the key, -1 for its first.
        merged: whether it is a further report of the event before it.
    """

    value: NDArray[np.uint64]
    key: Integers
    second: Integers
    station: Integers
    group: Integers
    gap: Integers
    merged: Flags
    stations: tuple[str, ...]
    groups: tuple[str, ...]
    merge_gap: int

    def chosen(self, flags: Flags) -> "History":
        """Return some of the reports, gaps as they were."""
        arrays = {
            name: getattr(self, name)[flags] for name in ("value", "key", "second", "station", "group", "gap", "merged")
        }
        return History(**arrays, stations=self.stations, groups=self.groups, merge_gap=self.merge_gap)

    @property
    def day(self) -> Integers:
        """Days since 1970."""
        return self.second // DAY_SECONDS

    def within(self, start: date, end: date, left_out: Sequence[date] = ()) -> Flags:
        """Return which reports lie in a period, days left out not counted."""
        found = (self.second >= second_of(start)) & (self.second < second_of(end))
        if left_out:
            found &= ~np.isin(self.day, [(day - EPOCH).days for day in left_out])
        return found

    def repeats(self, window: int) -> Flags:
        """Return which reports repeat an earlier one within so many days."""
        return (self.gap >= self.merge_gap) & (self.gap <= window * DAY_SECONDS)

    def of_groups(self, groups: Sequence[str]) -> Flags:
        """Return which reports are of some classes; none named means all."""
        if not groups:
            return np.ones(len(self.key), dtype=np.bool_)
        return np.isin(self.group, [place for place, name in enumerate(self.groups) if name in groups])


_memory: Memory[History] = Memory(4)


def history(question: Question, key: str) -> History:
    """Return the reports with a key up to the end of the question's period, of the four years before it at most."""
    end = question.scope.end
    start = end - timedelta(days=366 * YEARS_READ)
    name = ("history", question.version, key, end)
    return _memory.of(question.lake, name, lambda: _read(question, key, start, end))


def _read(question: Question, key: str, start: date, end: date) -> History:
    # Not through the question's own memory: it would keep the frame beside the arrays made of it.
    frame = question.lake.frame(
        HISTORY_SQL[key],
        {"version": question.version, "start": start, "end": end, "listed": listed(question, KEY_COLUMNS[key])},
    )
    return arranged(frame, merge_gap(question))


def arranged(frame: pl.DataFrame, merge_gap: int) -> History:
    """Return the columns value, second, station_code and category_group, sorted by value and second, as a history."""
    value, second = frame["value"].to_numpy(), frame["second"].to_numpy()
    fresh = np.ones(len(frame), dtype=np.bool_)
    fresh[1:] = value[1:] != value[:-1]
    gap = np.full(len(frame), -1, dtype=np.int64)
    gap[1:] = np.diff(second)
    gap[fresh] = -1
    station, stations = _coded(frame["station_code"])
    group, groups = _coded(frame["category_group"])
    merged = (gap >= 0) & (gap < merge_gap)
    return History(value, np.cumsum(fresh) - 1, second, station, group, gap, merged, stations, groups, merge_gap)


def _coded(column: pl.Series) -> tuple[Integers, tuple[str, ...]]:
    """Return texts as positions in the list of the different ones."""
    names = sorted(column.unique().drop_nulls().to_list())
    return column.cast(pl.Enum(names)).to_physical().cast(pl.Int64).to_numpy(), tuple(names)


def merge_gap(question: Question) -> int:
    """Return below how many seconds two reports are of one event."""
    return 60 * question.parameters.merge_gap_minutes


def listed(question: Question, column: str) -> list[int]:
    """Return the keys of the list of institutions; none in a version from before there was a list."""
    frame = optional(question, LISTED_SQL[column])
    return [] if frame is None else frame["value"].to_list()


def optional(question: Question, sql: str) -> pl.DataFrame | None:
    """Return the answer about the lists of treatments or institutions, None at a version that has none yet."""
    schema = question.lake.setting("schema_version", None, version=question.version)
    return None if schema is not None and int(schema) < SINCE_SCHEMA else question.frame(sql)


def second_of(day: date) -> int:
    """Return the first second of a day."""
    return (day - EPOCH).days * DAY_SECONDS


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970."""
    return EPOCH + timedelta(days=int(number))


def moment_of(second: int) -> datetime:
    """Return local time of a second."""
    return datetime(1970, 1, 1) + timedelta(seconds=int(second))


def row_of_station(found: History, units: Units) -> Integers:
    """Return for each station of a history the position of its row in the table, -1 outside the scope."""
    place = {unit.code: number for number, unit in enumerate(units.rows)}
    rows = [units.row_of(units.station_of(code)) for code in found.stations]
    return np.array([-1 if row is None else place.get(row, -1) for row in rows], dtype=np.int64)
