"""Counts of alerts for every station in both periods, in one scan of the day mart.

A mart row is a signed contribution: only sums mean anything, so a day counts as active where the sum of
its calls is above zero. Classes restrict what is counted, never which days count as active.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from metrics.calendars import FIRST_KNOWN, LAST_KNOWN
from metrics.definitions import Indicator, VerdictRule, verdict_rule
from metrics.parameter_table import Parameters
from metrics.periods import DAY, Compared
from metrics.reference import Reference
from metrics.remembering import Memory
from metrics.types import Note, Scope, Warehouse
from metrics.units import Units, resolve

EXCLUSIONS = (
    "excluded_deleted",
    "excluded_duplicate",
    "excluded_chase_up",
    "excluded_feedback",
    "excluded_nuisance",
    "excluded_invalid",
)
COUNTED = ("received", "valid", *EXCLUSIONS, "recoded_down", "transferred", "caller_keyed")

DAILY = ", ".join(f"SUM({name}) AS {name}" for name in COUNTED)
SUMMED = ", ".join(f"COALESCE(SUM({name}), 0)::BIGINT AS {name}" for name in COUNTED)

COUNTS_SQL = f"""
WITH daily AS (
    SELECT
        day,
        station_code,
        {DAILY}
    FROM lake.mart_alert_day AT (VERSION => $version)
    WHERE day >= $start AND day < $end
    GROUP BY day, station_code
)
SELECT
    station_code,
    {SUMMED},
    COALESCE(SUM(received), 0)::BIGINT AS any_received,
    (COUNT(*) FILTER (received > 0))::BIGINT AS active_days
FROM daily
WHERE NOT list_contains($left_out::DATE[], day)
GROUP BY station_code
"""
"""One period; asked once for the period and once for its base, so that each is read by its own range of days."""

CLASSES_SQL = f"""
SELECT
    station_code,
    category_group,
    {SUMMED}
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start AND day < $end AND NOT list_contains($left_out::DATE[], day)
GROUP BY station_code, category_group
"""
"""Every class of a period at once, because whoever asks for one class mostly asks for the others as well."""

RUNS_SAID = 4
"""So many runs of days are written out in a note; of more only the ends are."""

Counts = dict[str, dict[str, int]]
"""Code of a station or row → name of a count → count."""


@dataclass(frozen=True)
class Question:
    """Everything that an indicator function needs to answer."""

    lake: Warehouse
    version: int
    scope: Scope
    indicator: Indicator
    options: Mapping[str, str | int]
    reference: Reference
    compared: Compared
    parameters: Parameters

    @property
    def rule(self) -> VerdictRule:
        """Return the numbers that verdicts are given by."""
        return verdict_rule(self.parameters)

    def frame(self, sql: str, **parameters: Any) -> pl.DataFrame:  # noqa: ANN401 - whatever the query binds
        """Return the answer to a query at the question's version, kept for the other figures of a page."""
        key = (sql, self.version, repr(sorted(parameters.items())))
        return _memory.of(self.lake, key, lambda: self.lake.frame(sql, parameters | {"version": self.version}))


MOST_BYTES = 192 * 1024 * 1024
"""Frames kept for each lake: a page or a weekly package asks for dozens, of which a few hold every day of years."""

_memory: Memory[pl.DataFrame] = Memory(MOST_BYTES, lambda frame: int(frame.estimated_size()))


@dataclass(frozen=True)
class Counted:
    """Counts of both periods by station, and the units that they add up to.

    Attributes:
        now: counts of the period, before: of the base period, by the station that they count for.
    """

    units: Units
    now: Counts
    before: Counts

    def rows(self) -> tuple[Counts, Counts]:
        """Return the counts of both periods by row of the table."""
        return rolled(self.now, self.units), rolled(self.before, self.units)


def count_alerts(question: Question) -> Counted:
    """Return the counts of the period and, where there is one, of its base."""
    compared = question.compared
    now = _read(question, compared.period, compared.left_out)
    before: Counts = {}
    if compared.has_base and compared.base:
        before = _read(question, compared.base, compared.base_left_out)
    return counted(question, now, before)


def counted(question: Question, now: Counts, before: Counts) -> Counted:
    """Follow mergers and bring raw counts to the units of the scope."""
    units = resolve(question.reference, question.scope, set(now) | set(before))
    return Counted(units, _at_home(now, units), _at_home(before, units))


def _read(question: Question, period: tuple[date, date], left_out: tuple[date, ...]) -> Counts:
    asked = {"start": period[0], "end": period[1], "left_out": list(left_out)}
    counts = by_station(question.frame(COUNTS_SQL, **asked))
    if question.scope.groups:
        frame = question.frame(CLASSES_SQL, **asked)
        chosen = frame.filter(pl.col("category_group").is_in(question.scope.groups))
        for own in counts.values():
            own |= dict.fromkeys(COUNTED, 0)
        for line in chosen.iter_rows(named=True):
            own = counts[line["station_code"]]
            own |= {name: own[name] + line[name] for name in COUNTED}
    return counts


def by_station(frame: pl.DataFrame) -> Counts:
    """Return a frame with a column `station_code` as counts by station."""
    return {row.pop("station_code"): row for row in frame.iter_rows(named=True)}


def _at_home(raw: Counts, units: Units) -> Counts:
    """Return counts by the station that they count for; active days of merged units overlap, so the most."""
    home: Counts = {}
    for code, counts in raw.items():
        station = units.station_of(code)
        merged = added([home.get(station, {}), counts])
        if "active_days" in counts:
            merged["active_days"] = max(home.get(station, {}).get("active_days", 0), counts["active_days"])
        home[station] = merged
    return home


def rolled(stations: Counts, units: Units) -> Counts:
    """Return counts by row, every row of the table present."""
    parts: dict[str, list[dict[str, int]]] = {unit.code: [] for unit in units.rows}
    for station, counts in stations.items():
        row = units.row_of(station)
        if row is not None:
            parts[row].append(counts)
    return {code: added(counts) for code, counts in parts.items()}


def added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of counts by name."""
    total: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return total


def day_notes(compared: Compared, incomplete: frozenset[date] = frozenset()) -> list[Note]:
    """Return what must be said about the days: left out, none to compare with, or unequal in number."""
    notes = [Note("day_incomplete", {"day": day}) for day in compared.left_out if day in incomplete]
    if len(compared.left_out) > compared.unmatched:
        notes.append(Note("days_compared", {"compared": compared.days, "days": compared.whole_days}))
    if compared.aligned:
        notes.append(Note("aligned", {"ranges": _written(compared.base_runs())}))
    if compared.aligned and compared.unmatched:
        notes.append(Note("days_unmatched", {"unmatched": compared.unmatched}))
    if not compared.calendar_known:
        notes.append(Note("calendar_unknown", {"first": str(FIRST_KNOWN), "last": str(LAST_KNOWN)}))
    if compared.base is not None and not compared.has_base:
        notes.append(Note("no_base_data", {"from": compared.base[0], "to": compared.base[1] - DAY}))
    if compared.has_base and compared.days != compared.base_days:
        notes.append(Note("unequal_days", {"days": compared.days, "base_days": compared.base_days}))
    return notes


def _written(runs: Sequence[tuple[date, date]]) -> str:
    """Return runs of days as dates; of many runs the first and last day and how many days they are."""
    if len(runs) > RUNS_SAID:
        days = sum((last - first).days + 1 for first, last in runs)
        return f"{runs[0][0]} – {runs[-1][1]} ({days})"
    return "; ".join(f"{first} – {last}" if first != last else str(first) for first, last in runs)


def share_of(part: int, whole: int) -> float | None:
    """Return a share, None where there is nothing to share."""
    return part / whole if whole else None


def waterfall(counts: Mapping[str, Any]) -> dict[str, int]:
    """Return received, each exclusion in its order, and valid."""
    return {name: int(counts.get(name, 0)) for name in ("received", *EXCLUSIONS, "valid")}
