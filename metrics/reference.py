"""What a data version knows besides counts: units, districts, events, residents, and the days with data.

Every figure of a page asks for the same few small tables, so they are read once a version and kept
for the lake that they came from. A version never changes, so nothing kept can be stale.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import polars as pl

from metrics.calendars import is_chinese
from metrics.incomplete import incomplete_days
from metrics.periods import WEEKDAYS
from metrics.remembering import Memory
from metrics.types import Warehouse

T = TypeVar("T")

MOST_KEPT = 64
STATIONS_SQL = """
SELECT station_code, district_code, name_zh, name_en, kind, valid_from, valid_to, successor_code
FROM lake.station AT (VERSION => $version)
"""
DISTRICTS_SQL = """
SELECT district_code, name_zh, name_en, valid_from, valid_to, successor_code
FROM lake.district AT (VERSION => $version)
"""
EVENTS_SQL = """
SELECT event_id, starts_on, ends_on, org_code, kind, title_zh, title_en
FROM lake.event AT (VERSION => $version)
"""
DAYS_SQL = """
SELECT day, SUM(received)::BIGINT AS received
FROM lake.mart_alert_day AT (VERSION => $version)
GROUP BY day
HAVING SUM(received) > 0
ORDER BY day
"""


@dataclass(frozen=True)
class Reference:
    """The reference tables of one version.

    Attributes:
        days: the days on which anything was received at all, without those that are not complete yet.
        incomplete: the newest days that hold far less than usual.
    """

    version: int
    stations: pl.DataFrame
    districts: pl.DataFrame
    events: pl.DataFrame
    days: frozenset[date]
    incomplete: frozenset[date]
    first_day: date | None
    last_day: date | None
    city_zh: str
    city_en: str
    week_start: int
    chinese: bool
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def event_rows(self) -> list[dict[str, Any]]:
        """The events, each as a record."""
        return self.events.to_dicts()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of these tables under a key; the newest are kept."""
        found: T = self.kept[key] if key in self.kept else make()
        self.kept[key] = found
        while len(self.kept) > MOST_KEPT:
            self.kept.pop(next(iter(self.kept)), None)
        return found


_memory: Memory[Reference] = Memory(4)


def reference(lake: Warehouse, version: int) -> Reference:
    """Return the reference tables of a version, read once for each lake."""
    return _memory.of(lake, version, lambda: _read(lake, version))


def _read(lake: Warehouse, version: int) -> Reference:
    parameters = {"version": version}
    received = dict(lake.frame(DAYS_SQL, parameters).iter_rows())
    incomplete = incomplete_days(received)
    days = [day for day in received if day not in incomplete]
    week_start = lake.setting("week_start", "monday", version=version) or "monday"
    return Reference(
        version=version,
        stations=lake.frame(STATIONS_SQL, parameters),
        districts=lake.frame(DISTRICTS_SQL, parameters),
        events=lake.frame(EVENTS_SQL, parameters),
        days=frozenset(days),
        incomplete=incomplete,
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        city_zh=lake.setting("city_zh", "", version=version) or "",
        city_en=lake.setting("city_en", "", version=version) or "",
        week_start=WEEKDAYS.index(week_start) if week_start in WEEKDAYS else 0,
        chinese=is_chinese(lake.setting("time_zone", None, version=version)),
    )
