"""Valid alerts, and calls not valid, as units reported them in returns, beside what the call records themselves say.

A return is a number that somebody wrote down for a unit, a class and a period. It is shown for exactly its own period:
two weeks are never added up to something that nobody reported, and a day is never cut out of a week. The city is the
sum of its districts, a district that returned nothing itself the sum of its stations, a unit without a total the sum of
its classes; what is missing of them is said. A change is given only where both periods were reported by the same units
in the same classes, and its verdict is `possible` at most, for returns tell nothing of scatter or of calls received.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from metrics.counting import Question
from metrics.periods import Compared, compare, days_of
from metrics.reference import reference
from metrics.rows import count_row, judged_count
from metrics.standing import Unit
from metrics.types import Note, Period, Row, Scope, Warehouse
from metrics.units import Units, resolve, unit_notes

NAME = "alerts_reported"
WHOLE = "all"
RETURNED = {NAME: ("alerts_valid", WHOLE), "excluded_reported": ("alerts_invalid", "invalid")}
"""Name of the return and the part that is its whole, by indicator."""
CLASSES = ("criminal", "public_order", "traffic", "dispute", "help", "tip_off", "other", "unmapped")
PERIODS_SQL = """
SELECT DISTINCT period_start, period_end
FROM lake.indicator_return AT (VERSION => $version)
WHERE indicator_id = $name
"""
WEEKS_SQL = """
SELECT DISTINCT period_start, period_end
FROM lake.indicator_return AT (VERSION => $version)
WHERE indicator_id = $name AND period_end = period_start + 7 AND list_contains($parts, breakdown)
ORDER BY period_start
"""
RETURNS_SQL = """
SELECT org_code, breakdown, numerator
FROM lake.indicator_return AT (VERSION => $version)
WHERE indicator_id = $name AND period_start = $start AND period_end = $end
"""

Cells = dict[tuple[str, str], int]
"""Figures by unit and class."""


def returned_periods(lake: Warehouse, version: int) -> list[Period]:
    """Return every period for which valid alerts were reported, the latest last."""
    found = lake.frame(PERIODS_SQL, {"version": version, "name": RETURNED[NAME][0]}).rows()
    return sorted(((start, end) for start, end in found), key=lambda period: (period[1], period[0]))


def returned_weeks(lake: Warehouse, version: int) -> list[Period]:
    """Return every week of the lake for which valid alerts, whole or by class, were reported, the latest last."""
    name, whole = RETURNED[NAME]
    found = lake.frame(WEEKS_SQL, {"version": version, "name": name, "parts": [whole, *CLASSES]}).rows()
    first = reference(lake, version).week_start
    return [(start, end) for start, end in found if start.weekday() == first]


def returned_period(lake: Warehouse, version: int, wanted: Period) -> Period | None:
    """Return the period wanted where it was reported, else the latest that was; None where none was."""
    periods = returned_periods(lake, version)
    return wanted if wanted in periods else periods[-1] if periods else None


def reported(question: Question) -> list[Row]:
    """Return the valid alerts that each unit reported, with the change against what it reported for the base."""
    question = with_returned_days(question)
    base = question.compared.base if question.compared.has_base else None
    now, before = _read(question, question.compared.period), _read(question, base)
    units = resolve(question.reference, question.scope, set())
    rows = _by_row(now, units, question.scope), _by_row(before, units, question.scope)
    since = base[0] if base else question.scope.start
    return [
        _row(question, unit, rows[0].get(unit.code, {}), rows[1].get(unit.code, {}), unit_notes(units, unit, since))
        for unit in units.rows
    ]


def total(question: Question, period: Period) -> int | None:
    """Return what was reported for exactly a period in the scope's first row, None where nothing was."""
    units = resolve(question.reference, question.scope, set())
    cells = _by_row(_read(question, period), units, question.scope).get(units.rows[0].code)
    return sum(cells.values()) if cells else None


def with_returned_days(question: Question) -> Question:
    """Return the question with the days compared that the returns of exactly its two periods know."""
    periods = {
        (start, end) for start, end in question.frame(PERIODS_SQL, name=RETURNED[question.indicator.id][0]).rows()
    }
    exact = [period for period in _both(question.compared) if period in periods]
    known: set[date] = {day for period in exact for day in days_of(period)}
    return replace(question, compared=compare(question.scope, known, question.reference.week_start))


def _both(compared: Compared) -> list[Period]:
    return [compared.period, *([compared.base] if compared.base else [])]


def _read(question: Question, period: Period | None) -> Cells:
    """Return what was reported for exactly a period, in the classes asked for."""
    if period is None:
        return {}
    wanted = question.scope.groups
    name, whole = RETURNED[question.indicator.id]
    found = question.frame(RETURNS_SQL, name=name, start=period[0], end=period[1]).rows()
    named = [(org, WHOLE if part == whole else part, figure) for org, part, figure in found]
    cells = {(org, part): int(figure) for org, part, figure in named if not wanted or part in wanted}
    return cells if wanted else _without_parts(cells)


def _without_parts(cells: Cells) -> Cells:
    """Return of each unit its total, or where it gave none its classes; parts of classes are left out."""
    whole = {org for org, part in cells if part == WHOLE}
    return {
        (org, part): figure
        for (org, part), figure in cells.items()
        if part == WHOLE or (org not in whole and part in CLASSES)
    }


def _by_row(cells: Cells, units: Units, scope: Scope) -> dict[str, Cells]:
    """Return the cells of each row of the table."""
    own = {(org, part) for org, part in cells if org in units.districts}
    found: dict[str, Cells] = {}
    for (org, part), figure in cells.items():
        row = _row_of(org, units, scope)
        covered = scope.by != "station" and org not in units.districts and _covered(units.parent_of(org), part, own)
        if row is not None and not covered:
            found.setdefault(row, {})[(org, part)] = figure
    return found


def _covered(district: str, part: str, own: Collection[tuple[str, str]]) -> bool:
    """Whether a district reported a class, or its total, itself; its stations are not added to that."""
    return (district, part) in own or (district, WHOLE) in own


def _row_of(org: str, units: Units, scope: Scope) -> str | None:
    if org not in units.districts:
        return units.row_of(units.station_of(org))
    if scope.by == "station" or scope.stations or (scope.districts and org not in scope.districts):
        return None
    return units.rows[0].code if scope.by == "city" else org


def _row(question: Question, unit: Unit, now: Cells, before: Cells, notes: list[Note]) -> Row:
    """Return the row of a unit; what it did not report is no zero."""
    base = question.compared.base
    comparable = bool(now) and bool(before) and set(now) == set(before)
    if question.compared.has_base and now and not comparable:
        notes = [*notes, _not_comparable(now, before) if before else _no_base(base)]
    if any(part != WHOLE for _, part in now) and not question.scope.groups:
        notes = [*notes, Note("returns_summed", {"cells": len(now)})]
    if not comparable:
        question = replace(question, compared=replace(question.compared, base_days=0))
    total = sum(now.values())
    if not now:
        question = replace(question, compared=replace(question.compared, days=0))
    row = count_row(question, unit, total, sum(before.values()), notes, {"classes": _classes(now)})
    return judged_count(question, row)


def _not_comparable(now: Cells, before: Cells) -> Note:
    return Note("returns_differ", {"cells": len(set(now) ^ set(before))})


def _no_base(base: Period | None) -> Note:
    assert base is not None
    return Note("no_base_data", {"from": base[0], "to": days_of(base)[-1]})


def _classes(cells: Cells) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for (_, part), figure in cells.items():
        found[part] = found.get(part, 0) + figure
    return found


ANSWERS = dict.fromkeys(RETURNED, reported)
"""Functions of this module by the indicator that they answer."""
