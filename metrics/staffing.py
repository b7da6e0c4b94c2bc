"""Strength: how many officers stand in stations and communities, by the latest snapshot of the period (rows 2 to 4).

A snapshot counts everybody, so it has no sampling error and no interval; auxiliaries are left out of both sides. Rows
4a and 4b show municipal districts only, and what is encouraged there is never called met or missed.
"""

from datetime import date
from typing import Any

from metrics.counting import Question
from metrics.periods import DAY, year_before
from metrics.returned import units_of
from metrics.rows import BASE_UNDER_20
from metrics.standing import Unit
from metrics.strength import Snapshots, Strength, snapshots, strength_on
from metrics.types import Note, Row
from metrics.units import Units, unit_notes

MUNICIPAL_SQL = """
SELECT DISTINCT district_code
FROM lake.district AT (VERSION => $version)
WHERE is_municipal_district
"""
NO_SNAPSHOT = "no_snapshot"
SHARES = {
    "station_officer_share": ("station", "total"),
    "community_officer_share": ("community", "station"),
    "station_officer_share_encouraged": ("station", "total"),
    "community_officer_share_encouraged": ("community", "station"),
}
MOVES = {
    "officers_moved_to_stations": ("station", "total"),
    "officers_moved_to_communities": ("community", "station"),
}
ONLY_MUNICIPAL = ("station_officer_share_encouraged", "community_officer_share_encouraged")


def share(question: Question) -> list[Row]:
    """Return part ÷ whole of each unit by its latest snapshot."""
    part, whole = SHARES[question.indicator.id]
    units, last = units_of(question), question.scope.end - DAY
    kept = snapshots(question)
    now = strength_on(last, kept, units)
    before = strength_on(_base_day(question, kept, last), kept, units)
    rows = []
    for unit in _listed(question, units):
        found, base = now.get(unit.code), before.get(unit.code)
        pair = _pair(found, part, whole)
        earlier = _pair(base, part, whole) if base and found and base.as_of < found.as_of else None
        base_day = base.as_of if base and earlier else None
        rows.append(_share_row(question, units, unit, found, pair, earlier, base_day))
    return rows


def moved(question: Question) -> list[Row]:
    """Return the net gain of a part ÷ the whole at the start, between the snapshots around the period."""
    part, whole = MOVES[question.indicator.id]
    units, scope = units_of(question), question.scope
    kept = snapshots(question)
    now = strength_on(scope.end - DAY, kept, units)
    before = strength_on(_start_day(kept, scope.start, scope.end - DAY), kept, units)
    rows = []
    for unit in units.rows:
        found, base = now.get(unit.code), before.get(unit.code)
        notes = unit_notes(units, unit, scope.start)
        if found is None or base is None or base.as_of >= found.as_of:
            rows.append(_row(question, unit, notes, suppressed=NO_SNAPSHOT))
            continue
        gain, at_start = getattr(found, part) - getattr(base, part), getattr(base, whole)
        notes.append(Note("moved_between", {"from": base.as_of, "to": found.as_of}))
        reason = BASE_UNDER_20 if at_start < question.indicator.smallest_base else None
        value = None if reason else gain / at_start
        extra = {"as_of": found.as_of, "base_as_of": base.as_of}
        rows.append(
            _row(
                question, unit, notes, value=value, numerator=gain, denominator=at_start, suppressed=reason, extra=extra
            )
        )
    return rows


def _listed(question: Question, units: Units) -> tuple[Unit, ...]:
    if question.indicator.id not in ONLY_MUNICIPAL:
        return units.rows
    municipal = set(question.frame(MUNICIPAL_SQL)["district_code"])
    return tuple(unit for unit in units.rows if unit.code in municipal)


def _share_row(
    question: Question,
    units: Units,
    unit: Unit,
    found: Strength | None,
    pair: tuple[int, int] | None,
    earlier: tuple[int, int] | None,
    base_day: date | None,
) -> Row:
    notes = unit_notes(units, unit, question.scope.start)
    if found is None or pair is None:
        return _row(question, unit, notes, suppressed=NO_SNAPSHOT)
    notes.append(Note("snapshot", {"as_of": found.as_of}))
    smallest = question.indicator.smallest_base
    reason = BASE_UNDER_20 if pair[1] < smallest else None
    cells: dict[str, Any] = {"numerator": pair[0], "denominator": pair[1], "suppressed": reason}
    cells["value"] = None if reason else pair[0] / pair[1]
    if earlier:
        cells |= {"base_numerator": earlier[0], "base_denominator": earlier[1]}
        if reason is None and earlier[1] >= smallest:
            cells["change"] = pair[0] / pair[1] - earlier[0] / earlier[1]
    return _row(question, unit, notes, extra={"as_of": found.as_of, "base_as_of": base_day}, **cells)


def _row(question: Question, unit: Unit, notes: list[Note], **cells: Any) -> Row:  # noqa: ANN401 - fields of a Row
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        notes=tuple(notes),
        **cells,
    )


def _pair(found: Strength | None, part: str, whole: str) -> tuple[int, int] | None:
    if found is None or not getattr(found, whole):
        return None
    return getattr(found, part), getattr(found, whole)


def _base_day(question: Question, kept: Snapshots, last: date) -> date:
    """Return the day of the snapshots to compare with: a year before, or the last day of the snapshots before."""
    if question.scope.comparison == "yoy":
        return year_before(last)
    if question.scope.comparison == "none":
        return date.min
    days = sorted({found.as_of for rows in kept.values() for found in rows if found.as_of <= last})
    return days[-2] if len(days) > 1 else date.min


def _start_day(kept: Snapshots, start: date, last: date) -> date:
    """Return the latest day of snapshots not after a period's first day, and before its last snapshot."""
    days = sorted({found.as_of for rows in kept.values() for found in rows if found.as_of <= last})
    return max((day for day in days[:-1] if day <= start), default=days[0] if days else date.min)


Point = tuple[date, float | None, int | None, int | None]


def course(question: Question) -> list[Point]:
    """Return one point a snapshot for the whole scope; moves have none, because each would be another period."""
    if question.indicator.id not in SHARES:
        return []
    part, whole = SHARES[question.indicator.id]
    units, scope = units_of(question), question.scope
    kept = snapshots(question)
    days = sorted({row.as_of for rows in kept.values() for row in rows if scope.start <= row.as_of < scope.end})
    points: list[Point] = []
    for day in days:
        pair = _pair(strength_on(day, kept, units).get(units.rows[0].code), part, whole)
        if pair:
            points.append((day, pair[0] / pair[1], *pair))
    return points


ANSWERS = dict.fromkeys(SHARES, share) | dict.fromkeys(MOVES, moved)
"""Functions of this module by the indicator that they answer."""
COURSES = dict.fromkeys(ANSWERS, course)
"""How the strength runs over time."""
