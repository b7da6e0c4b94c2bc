"""Rounds of tests: which ones a period holds, who was due in them, and what they came to.

Only tests count, not courses or contests, and one kind of staff at a time.

A round belongs to the period in which it began, whole. Where none began in the period, the latest round before
its end is shown and the note `round_before_period` says so. A round in which at least half of the stations
that ever take part did so is city-wide, and then every station is due; any other is due only where it was held.
A person counts once a round and ability, and is due once for each ability that the round tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from metrics.counting import Question
from metrics.population import people_on, stations_on
from metrics.remembering import Memory
from metrics.types import Period
from metrics.units import Units, resolve

RESULTS_SQL = """
SELECT
    round,
    ability,
    station_code,
    MIN(day) AS day,
    SUM(tested)::BIGINT AS tested,
    SUM(first_taken)::BIGINT AS first_taken,
    SUM(first_passed)::BIGINT AS first_passed,
    SUM(final_passed)::BIGINT AS final_passed
FROM lake.mart_training AT (VERSION => $version)
WHERE event_type = 'test' AND person_kind = $person_kind
GROUP BY round, ability, station_code
HAVING SUM(listed) > 0
"""
STAFF_SQL = """
SELECT
    org_code,
    as_of,
    CASE $person_kind WHEN 'officer' THEN eligible_for_training ELSE auxiliaries_eligible END AS people
FROM lake.staff AT (VERSION => $version)
"""
COUNTS = ("tested", "first_taken", "first_passed", "final_passed")


@dataclass(frozen=True)
class Round:
    """One round of tests: its first day, what it tests, who took part, and whether the whole city was due."""

    name: str
    day: date
    abilities: tuple[str, ...]
    stations: frozenset[str]
    city_wide: bool


@dataclass(frozen=True)
class Tally:
    """Counts of one row over rounds and abilities; `due` is 0 where no roster says who is due."""

    due: int = 0
    tested: int = 0
    first_taken: int = 0
    first_passed: int = 0
    final_passed: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum of two tallies."""
        names = self.__dataclass_fields__
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def coverage(self) -> float | None:
        """Return tested out of due, None without a roster."""
        return self.tested / self.due if self.due else None

    @property
    def first_pass(self) -> float | None:
        """Return passed out of first attempts, None without any."""
        return self.first_passed / self.first_taken if self.first_taken else None


@dataclass(frozen=True)
class Training:
    """Rounds and results of one kind of staff, and the units of the table."""

    units: Units
    rounds: tuple[Round, ...]
    results: dict[tuple[str, str], list[dict[str, Any]]]
    staff: list[dict[str, Any]]


_memory: Memory[Training] = Memory(16)


def read(question: Question) -> Training:
    """Return every round of the chosen kind of staff and ability."""
    scope, options = question.scope, question.options
    place = (scope.end, scope.by, scope.districts, scope.stations)
    key = (question.version, *place, options["person_kind"], options["ability"])
    return _memory.of(question.lake, key, lambda: _read(question))


def _read(question: Question) -> Training:
    person_kind = str(question.options["person_kind"])
    frame = question.frame(RESULTS_SQL, person_kind=person_kind)
    if question.options["ability"] != "all":
        frame = frame.filter(pl.col("ability") == str(question.options["ability"]))
    units = resolve(question.reference, question.scope, set(frame["station_code"]))
    results: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        results.setdefault((row["round"], row["ability"]), []).append(row)
    staff = question.frame(STAFF_SQL, person_kind=person_kind).to_dicts()
    return Training(units, _rounds(frame, units), results, staff)


def _rounds(frame: pl.DataFrame, units: Units) -> tuple[Round, ...]:
    """Return the rounds in the order of their first days."""
    everywhere = {units.station_of(code) for code in frame["station_code"]}
    rounds = []
    for (name,), part in frame.group_by("round"):
        stations = frozenset(units.station_of(code) for code in part["station_code"])
        first = min(part["day"].to_list())
        abilities = tuple(sorted(set(part["ability"])))
        rounds.append(Round(str(name), first, abilities, stations, 2 * len(stations) >= len(everywhere)))
    return tuple(sorted(rounds, key=lambda found: (found.day, found.name)))


def rounds_of(rounds: Iterable[Round], period: Period) -> tuple[list[Round], bool]:
    """Return the rounds that began in a period, or the latest before its end, and whether they are of the period."""
    inside = [found for found in rounds if period[0] <= found.day < period[1]]
    if inside:
        return inside, True
    return [found for found in rounds if found.day < period[1]][-1:], False


def tallies(training: Training, rounds: Iterable[Round]) -> dict[str, dict[str, Tally]]:
    """Return for each row and ability what was due and what was done in some rounds."""
    total: dict[str, dict[str, Tally]] = {unit.code: {} for unit in training.units.rows}
    for found in rounds:
        due = _due(training, found)
        for ability in found.abilities:
            for code, row in total.items():
                row[ability] = row.get(ability, Tally()).plus(Tally(due=due.get(code, 0)))
            for result in training.results.get((found.name, ability), []):
                code = training.units.row_of(training.units.station_of(result["station_code"])) or ""
                if code in total:
                    done = Tally(**{name: result[name] for name in COUNTS})
                    total[code][ability] = total[code][ability].plus(done)
    return total


def _due(training: Training, found: Round) -> dict[str, int]:
    """Return how many people of each row are due for one ability of a round."""
    if found.city_wide:
        people = people_on(found.day, training.staff, training.units, stations_first=True)
        return {code: counted.number for code, counted in people.items()}
    due: dict[str, int] = {}
    for station, counted in stations_on(found.day, training.staff, training.units).items():
        row = training.units.row_of(station)
        if row is not None and station in found.stations:
            due[row] = due.get(row, 0) + counted.number
    return due


def pooled(abilities: dict[str, Tally]) -> Tally:
    """Return the sum over abilities."""
    total = Tally()
    for tally in abilities.values():
        total = total.plus(tally)
    return total
