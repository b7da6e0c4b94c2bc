"""What else could account for a change: events that break a series, dark units, units that appeared.

A recorded merger, boundary or definition change between the first day of the base and the last of the
period makes both sides incomparable. Two more causes show in the counts themselves and are met with a
question: would the change still stand if they were the whole explanation?

- A dark unit has no records on most days of one period although the other leads one to expect some every
  day: data are missing. The change must stand without it.
- A unit without any record in one period that has many in the other was probably cut out of (or put into)
  its neighbours. The change of a neighbour must stand when it is given all of that unit's records. An event
  of kind merger or boundary that names the new unit settles the matter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrics.counting import Counted, Question
from metrics.standing import Unit
from metrics.types import Note
from metrics.units import SELECTION, Units

BREAKING = ("merger", "boundary", "definition_change")
REDRAWING = ("merger", "boundary")
EXPECTED_A_DAY = 3
"""With three a day on average a day without any record has a chance of 5 %; most days without one have none."""
NEWCOMER_FROM = 20


@dataclass(frozen=True)
class Alternative:
    """Counts that would hold if one suspicion were the whole explanation, as additions to a row's own."""

    note: Note
    now: int
    before: int


def event_notes(question: Question, units: Units, unit: Unit) -> list[Note]:
    """Return the events that concern a unit: breaks of the series, and what else happened to it alone."""
    notes = []
    for event in question.reference.event_rows:
        if not _concerns(event, units, unit):
            continue
        if breaks_series(question, event):
            notes.append(_event_note("series_break", event))
        elif event["org_code"] and _overlaps(question, event):
            notes.append(_event_note("event", event))
    return notes


def city_event_notes(question: Question) -> list[Note]:
    """Return festivals, campaigns and outages of the whole city that lie in either period."""
    return [
        _event_note("event", event)
        for event in question.reference.event_rows
        if not event["org_code"] and event["kind"] not in BREAKING and _overlaps(question, event)
    ]


def breaks_series(question: Question, event: dict[str, Any]) -> bool:
    """Return whether an event lies between the base's first day and the period's last."""
    base = question.compared.base
    if base is None or event["kind"] not in BREAKING:
        return False
    turns = [event["starts_on"]]
    if event["kind"] == "definition_change" and event["ends_on"]:
        turns.append(event["ends_on"])
    return any(base[0] < turn < question.compared.period[1] for turn in turns)


def _event_note(code: str, event: dict[str, Any]) -> Note:
    names = ("event_id", "kind", "starts_on", "title_zh", "title_en")
    return Note(code, {name: event[name] for name in names})


def _overlaps(question: Question, event: dict[str, Any]) -> bool:
    periods = [period for period in (question.compared.period, question.compared.base) if period]
    last = event["ends_on"] or date.fromordinal(event["starts_on"].toordinal() + 1)
    return any(event["starts_on"] < end and last > start for start, end in periods)


def _concerns(event: dict[str, Any], units: Units, unit: Unit) -> bool:
    """Return whether an event is about a unit: the whole city, the unit itself, or a station's district."""
    org = event["org_code"]
    if not org:
        return True
    org = units.station_of(org)
    if unit.code == SELECTION:
        return org in (units.selected or ())
    return org in (unit.code, unit.district)


def dark_stations(question: Question, counted: Counted) -> dict[str, str]:
    """Return the stations that lie mostly dark, with the period in which they do: `now` or `before`."""
    compared = question.compared
    found = {}
    for station in set(counted.now) | set(counted.before):
        now, before = counted.now.get(station, {}), counted.before.get(station, {})
        if _lit(before, compared.base_days) and not _active(now, compared.days):
            found[station] = "now"
        elif _lit(now, compared.days) and not _active(before, compared.base_days):
            found[station] = "before"
    return found


def _active(counts: dict[str, int], days: int) -> bool:
    return 2 * counts.get("active_days", 0) >= days


def _lit(counts: dict[str, int], days: int) -> bool:
    return _active(counts, days) and counts.get("any_received", 0) >= EXPECTED_A_DAY * days > 0


def alternatives(question: Question, counted: Counted) -> dict[str, list[Alternative]]:
    """Return for each row what else could account for its change."""
    found: dict[str, list[Alternative]] = {unit.code: [] for unit in counted.units.rows}
    dark = dark_stations(question, counted)
    for row in found:
        for period in ("now", "before"):
            inside = sorted(code for code in dark if dark[code] == period and counted.units.row_of(code) == row)
            if inside:
                now, before = (
                    -sum(_valid(counts, code) for code in inside) for counts in (counted.now, counted.before)
                )
                found[row].append(Alternative(Note("dark_unit", {"units": inside, "period": period}), now, before))
    if question.scope.by != "city":
        for row, newcomer in _neighbours(question, counted):
            found[row].append(newcomer)
    return found


def _valid(counts: dict[str, dict[str, int]], station: str) -> int:
    return counts.get(station, {}).get("valid", 0)


def _neighbours(question: Question, counted: Counted) -> Iterator[tuple[str, Alternative]]:
    """Yield for each row the units beside it that have records in one period only."""
    units, by_district = counted.units, question.scope.by == "district"
    settled = set(_redrawn(question, units))
    members: dict[str, list[str]] = {}
    for station in set(counted.now) | set(counted.before):
        members.setdefault(units.parent_of(station) if by_district else station, []).append(station)
    for code, stations in sorted(members.items()):
        now = sum(_valid(counted.now, station) for station in stations)
        before = sum(_valid(counted.before, station) for station in stations)
        if code in settled or min(now, before) > 0 or max(now, before) < NEWCOMER_FROM:
            continue
        note = Note("unit_in_one_period", {"unit": code, "count": now, "base_count": before})
        for row in units.rows:
            if row.code != code and (by_district or row.district == units.parent_of(code)):
                yield row.code, Alternative(note, now, before)


def _redrawn(question: Question, units: Units) -> Iterable[str]:
    """Return the units that a recorded merger or boundary change names."""
    for event in question.reference.event_rows:
        if event["org_code"] and event["kind"] in REDRAWING and breaks_series(question, event):
            yield units.station_of(event["org_code"])
