"""Hours of training, who took part at all, and places won in contests.

Hours and taking part are counted over the 365 days that end with the period, so that a week in a quiet month does not
look like a year without training. Hours include courses, tests and contests, every attempt. The share that meets the
required hours waits until an office has entered how many are required: the plan names none. People who are due but
have no hours count with 0.

A place is one of the three best scores in one contest (round and ability), ties sharing a place; a count, no rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from metrics.breaks import event_notes
from metrics.counting import Question
from metrics.periods import DAY
from metrics.population import People, people_on
from metrics.rounds import STAFF_SQL
from metrics.rows import NO_DATA, share_row
from metrics.standing import Unit
from metrics.statistics import count_limits
from metrics.training import NO_ROSTER, ROSTER_TOO_SMALL
from metrics.types import Note, Row
from metrics.units import Units, resolve, unit_notes

YEAR = timedelta(days=365)
NO_REQUIRED_HOURS = "no_required_hours"
BEST = 3

PEOPLE_SQL = """
WITH persons AS (
    SELECT
        arg_max(station_code, (held_on, result_id)) AS station_code,
        COALESCE(SUM(hours), 0) AS hours,
        bool_or(score IS NOT NULL OR hours > 0) AS took_part
    FROM lake.training_result AT (VERSION => $version)
    WHERE person_kind = $person_kind
        AND held_on >= $start
        AND held_on < $end
        AND ($ability = 'all' OR ability = $ability)
    GROUP BY coalesce(person_key, hash(result_id))
)
SELECT
    station_code,
    SUM(hours)::DOUBLE AS hours,
    COUNT(*) FILTER (took_part) AS took_part,
    COUNT(*) FILTER (hours >= $required) AS met
FROM persons
GROUP BY station_code
"""
CONTESTS_SQL = """
WITH best AS (
    SELECT station_code, round, ability, person_kind, held_on,
        rank() OVER (PARTITION BY round, ability, person_kind ORDER BY score DESC) AS place
    FROM lake.training_result AT (VERSION => $version)
    WHERE event_type = 'contest' AND person_kind = $person_kind AND score IS NOT NULL
        AND ($ability = 'all' OR ability = $ability)
)
SELECT
    station_code,
    COUNT(*) AS contestants,
    COUNT(*) FILTER (place <= $best) AS places
FROM best
WHERE held_on >= $start AND held_on < $end
GROUP BY station_code
"""


@dataclass(frozen=True)
class Year:
    """What the people of each row did in the year, and how many were due at its end."""

    units: Units
    done: dict[str, dict[str, float]]
    due: dict[str, People]


def hours_per_person(question: Question) -> list[Row]:
    """Return hours ÷ people due of each unit."""
    year = _year(question)
    rows = []
    for unit, done, due, notes in _lines(question, year):
        reason = _reason(done, due)
        few = due < question.parameters.suppression_threshold
        hours = done.get("hours", 0.0)
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                value=None if reason or few else hours / due,
                numerator=None if reason or few else round(hours),
                denominator=due or None,
                suppressed=reason or ("few_people" if few else None),
                notes=tuple(notes),
                extra={"took_part": int(done.get("took_part", 0))},
            )
        )
    return rows


def hours_met(question: Question) -> list[Row]:
    """Return people with the required hours ÷ people due of each unit; nothing until the hours are entered."""
    reason = NO_REQUIRED_HOURS if question.parameters.required_hours is None else None
    return _shares(question, "met", reason)


def participation(question: Question) -> list[Row]:
    """Return people who took part in anything ÷ people due of each unit."""
    return _shares(question, "took_part", None)


def contest_places(question: Question) -> list[Row]:
    """Return the places won in contests of each unit."""
    year = _read(question, CONTESTS_SQL, best=BEST)
    held = bool(year.done) and any(done.get("contestants") for done in year.done.values())
    return [
        Row(
            unit=unit.code,
            name_zh=unit.name_zh,
            name_en=unit.name_en,
            unit_of_value=question.indicator.unit,
            value=float(done.get("places", 0)) if held else None,
            numerator=int(done.get("places", 0)) if held else None,
            interval=count_limits(int(done.get("places", 0))) if held else None,
            suppressed=None if held else "no_contest",
            notes=tuple(notes),
            extra={"contestants": int(done.get("contestants", 0))},
        )
        for unit, done, _, notes in _lines(question, year)
    ]


def _shares(question: Question, part: str, unknown: str | None) -> list[Row]:
    rows = []
    for unit, done, due, notes in _lines(question, _year(question)):
        count = int(done.get(part, 0))
        reason = unknown or _reason(done, due) or (ROSTER_TOO_SMALL if count > due else None)
        rows.append(share_row(question, unit, (count, due), None, notes, {}, reason=reason))
    return rows


def _reason(done: dict[str, float], due: int) -> str | None:
    return (NO_ROSTER if done else NO_DATA) if not due else None


def _year(question: Question) -> Year:
    required = question.parameters.required_hours
    return _read(question, PEOPLE_SQL, required=float("inf") if required is None else required)


def _read(question: Question, sql: str, **more: Any) -> Year:  # noqa: ANN401 - whatever the query binds
    kind, end = str(question.options["person_kind"]), question.scope.end
    frame = question.frame(
        sql, start=end - YEAR, end=end, person_kind=kind, ability=str(question.options.get("ability", "all")), **more
    )
    units = resolve(question.reference, question.scope, set(frame["station_code"]))
    done: dict[str, dict[str, float]] = {}
    for station in frame.iter_rows(named=True):
        row = units.row_of(units.station_of(station.pop("station_code")))
        if row is not None:
            kept = done.setdefault(row, dict.fromkeys(station, 0))
            for name, number in station.items():
                kept[name] += number
    staff = question.frame(STAFF_SQL, person_kind=kind).to_dicts()
    return Year(units, done, people_on(end - DAY, staff, units, stations_first=True))


def _lines(question: Question, year: Year) -> Iterable[tuple[Unit, dict[str, float], int, list[Note]]]:
    """Yield each row's unit, what was done there, how many are due, and what must be said."""
    end = question.scope.end
    about = [
        Note("person_kind", {"person_kind": question.options["person_kind"]}),
        Note("year_to", {"from": end - YEAR, "to": end - DAY}),
    ]
    for unit in year.units.rows:
        notes = unit_notes(year.units, unit, end - YEAR) + event_notes(question, year.units, unit)
        due = year.due.get(unit.code)
        yield unit, year.done.get(unit.code, {}), due.number if due else 0, [*notes, *about]


ANSWERS = {
    "training_hours": hours_per_person,
    "training_hours_met": hours_met,
    "training_participation": participation,
    "training_contest_places": contest_places,
}
"""Functions of this module by the indicator that they answer."""
