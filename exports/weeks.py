"""Which week is published, from which data version, and why a week is refused.

A week is keyed by its first day, because the ISO year of 2025-12-31 is 2026. Any day of a week names it. Only a week
that the data hold from its first day to its last is published: what is missing would look like a fall.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import metrics
import warehouse
from exports.errors import ExportError
from metrics import Scope
from warehouse import Lake

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1901, 2199
"""A year less on either side than questions may be about, so that every week and its base can be asked for."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Week:
    """A week at a data version; `end` is the first day after it, `made_at` when the version was committed."""

    start: date
    end: date
    version: int
    made_at: datetime

    def scope(self, comparison: str = "previous", by: str = "city", groups: tuple[str, ...] = ()) -> Scope:
        """Return the question for this week."""
        return Scope(self.start, self.end, comparison, by, groups=groups, version=self.version)  # type: ignore[arg-type]


def week_of(lake: Lake, day: date, version: int | None = None) -> Week:
    """Return the week that holds a day, at a version or at the newest one that brought data.

    Raises:
        ExportError: the week is in no year that can be asked for, not in the data, or not whole.
        warehouse.LakeError: the version is not kept.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ExportError("bad_year", day, first=FIRST_YEAR, last=LAST_YEAR)
    at = warehouse.settled_version(lake) if version is None else lake.require_version(version)
    start = start_of(day, lake.setting("week_start", "monday", at) or "monday")
    _check(lake, start, at)
    return Week(start, start + WEEK, at, warehouse.moment_of(lake, at))


def newest_week(lake: Lake, version: int | None = None) -> date:
    """Return the first day of the last complete week in the data; without records, of the last week returned.

    Raises:
        ExportError: there is none.
    """
    at = warehouse.settled_version(lake) if version is None else lake.require_version(version)
    found = metrics.last_complete_week(lake, at)
    if found is not None:
        return found[0]
    if weeks := complete_weeks(lake, at):
        return weeks[0]
    raise ExportError("no_whole_week" if metrics.data_span(lake, at) or _has_returns(lake, at) else "no_data")


def complete_weeks(lake: Lake, version: int) -> list[date]:
    """Return the first days of the weeks that can be published at a version, the newest first.

    They are those that the records hold from their first day to their last, and those that units returned.
    """
    span, last = metrics.data_span(lake, version), metrics.last_complete_week(lake, version)
    returned = {start for start, _ in metrics.returned_weeks(lake, version)}
    known = {start for start in returned if FIRST_YEAR <= start.year <= LAST_YEAR}
    if span is not None and last is not None:
        known |= {last[0] - WEEK * number for number in range((last[0] - span[0]).days // WEEK.days + 1)}
    return sorted(known, reverse=True)


def start_of(day: date, week_start: str) -> date:
    """Return the first day of the week that a day lies in."""
    first = WEEKDAYS.index(week_start) if week_start in WEEKDAYS else 0
    return day - DAY * ((day.weekday() - first) % 7)


def _check(lake: Lake, start: date, version: int) -> None:
    span = metrics.data_span(lake, version)
    if _returned(lake, start, version):
        return
    if span is None:
        raise ExportError("empty_week", start) if _has_returns(lake, version) else ExportError("no_data")
    first, last = span
    if start < first:
        raise ExportError("before_data" if start + WEEK <= first else "begun_within", start, first=first)
    if last < start + WEEK - DAY:
        raise ExportError("incomplete_week", start, last=last)
    scope = Scope(start, start + WEEK, "none", version=version)
    if metrics.show(lake, "alerts_received", scope).provenance["days_compared"] == 0:
        raise ExportError("empty_week", start)


def _returned(lake: Lake, start: date, version: int) -> bool:
    """Return whether units have reported figures of exactly this week: those are published without records, too."""
    scope = Scope(start, start + WEEK, "none", version=version)
    return metrics.show(lake, "alerts_reported", scope).rows[0].value is not None


def _has_returns(lake: Lake, version: int) -> bool:
    return bool(metrics.returned_periods(lake, version))
