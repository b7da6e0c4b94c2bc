"""How many people a unit has on a date, residents or staff, brought to the units of a table.

Residents: one basis for all rows of a table, actual (实有) before resident (常住) before registered (户籍);
the first that the most rows have. One date for both periods, the latest count not after the period's last
day: a changed denominator must not look like a change in alerts. A unit without a count of its own has the
sum of its stations; staff are summed from stations first, because a district's own row holds its bureau too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrics.counting import Question
from metrics.periods import DAY
from metrics.standing import Unit
from metrics.units import CITY, SELECTION, Units

BASES = ("actual", "resident", "registered")

POPULATION_SQL = """
SELECT org_code, as_of, basis, persons AS people
FROM lake.population AT (VERSION => $version)
"""


@dataclass(frozen=True)
class People:
    """A number of people and the date that it was counted on (the earliest, for sums)."""

    number: int
    as_of: date


def residents(question: Question, units: Units) -> tuple[dict[str, People], str | None]:
    """Return the residents of each row that has any, and the basis that they are counted on."""
    counts = question.frame(POPULATION_SQL).to_dicts()
    wanted = str(question.options.get("basis", "auto"))
    best: dict[str, People] = {}
    basis_of_best: str | None = None
    for basis in BASES if wanted == "auto" else (wanted,):
        head = people_on(question.scope.end - DAY, [count for count in counts if count["basis"] == basis], units)
        if len(head) > len(best):
            best, basis_of_best = head, basis
    return best, basis_of_best


def people_on(
    day: date, counts: Iterable[dict[str, Any]], units: Units, *, stations_first: bool = False
) -> dict[str, People]:
    """Return the people of each row by the latest count not after a day; rows without any are left out.

    Args:
        day: the day.
        counts: rows with `org_code`, `as_of` and `people`.
        units: the units of the table.
        stations_first: whether a district is the sum of its stations even where it has a count of its own.
    """
    latest = _latest(day, counts)
    stations = _at_home(latest, units)
    districts = {code: _of_district(code, latest, stations, units, stations_first) for code in units.districts}
    found = {unit.code: _of_row(unit, stations, districts, units) for unit in units.rows}
    return {code: people for code, people in found.items() if people is not None}


def stations_on(day: date, counts: Iterable[dict[str, Any]], units: Units) -> dict[str, People]:
    """Return the people of each station that has any, by the latest count not after a day."""
    return _at_home(_latest(day, counts), units)


def _latest(day: date, counts: Iterable[dict[str, Any]]) -> dict[str, People]:
    latest: dict[str, People] = {}
    for count in counts:
        code, as_of = count["org_code"], count["as_of"]
        known = latest.get(code)
        if count["people"] and as_of <= day and (known is None or as_of > known.as_of):
            latest[code] = People(int(count["people"]), as_of)
    return latest


def _at_home(latest: dict[str, People], units: Units) -> dict[str, People]:
    """Return people by station; those of a merged unit belong to the successor until it is counted anew."""
    home = {code: people for code, people in latest.items() if code in units.stations}
    for merger in units.mergers:
        successor, own = home.get(merger.successor), latest.get(merger.code)
        if own and (successor is None or successor.as_of < merger.valid_to):
            home[merger.successor] = People(own.number + (successor.number if successor else 0), own.as_of)
    return home


def _of_district(
    district: str, latest: dict[str, People], stations: dict[str, People], units: Units, stations_first: bool
) -> People | None:
    inside = [people for code, people in stations.items() if units.parent_of(code) == district]
    summed, own = _total(inside), latest.get(district)
    return summed or own if stations_first else own or summed


def _of_row(
    unit: Unit, stations: dict[str, People], districts: dict[str, People | None], units: Units
) -> People | None:
    """Return the people of a row: its own, or the sum of the districts or stations inside it."""
    if unit.code in stations:
        return stations[unit.code]
    if unit.code in districts:
        return districts[unit.code]
    if unit.kind == CITY:
        return _total([people for people in districts.values() if people]) or _total(list(stations.values()))
    if unit.kind == SELECTION:
        return _total([people for code, people in stations.items() if code in (units.selected or ())])
    return None


def _total(parts: list[People]) -> People | None:
    if not parts:
        return None
    return People(sum(part.number for part in parts), min(part.as_of for part in parts))
