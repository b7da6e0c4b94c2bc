"""How many officers a unit has on a date, brought to the units of a table, by the latest snapshot not after it.

A district is what its own row says, because only that knows the whole bureau; the city is the sum of its districts. A
station merged into another belongs to the successor until that is counted anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics.counting import Question
from metrics.standing import Unit
from metrics.units import CITY, Units

STAFF_SQL = """
SELECT org_code, as_of, officers_total, officers_station, officers_community
FROM lake.staff AT (VERSION => $version)
ORDER BY as_of
"""


@dataclass(frozen=True)
class Strength:
    """Officers of a unit on a date: of the bureau or unit, of its stations, in communities. 0 where nobody says."""

    as_of: date
    total: int
    station: int
    community: int


Snapshots = dict[str, list[Strength]]
"""Code of a unit → its snapshots, oldest first."""


def snapshots(question: Question) -> Snapshots:
    """Return every snapshot of every unit."""
    kept: Snapshots = {}
    for code, as_of, *counts in question.frame(STAFF_SQL).iter_rows():
        kept.setdefault(code, []).append(Strength(as_of, *(count or 0 for count in counts)))
    return kept


def strength_on(day: date, kept: Snapshots, units: Units) -> dict[str, Strength]:
    """Return the strength of each row by the latest snapshot not after a day."""
    latest = {code: _latest(day, rows) for code, rows in kept.items()}
    stations = _stations(latest, units)
    districts = {
        code: latest.get(code) or _sum([row for name, row in stations.items() if units.parent_of(name) == code])
        for code in units.districts
    }
    rows = {unit.code: _of_row(unit, stations, districts, units) for unit in units.rows}
    return {code: row for code, row in rows.items() if row is not None}


def _latest(day: date, rows: list[Strength]) -> Strength | None:
    return next((row for row in reversed(rows) if row.as_of <= day), None)


def _stations(latest: Mapping[str, Strength | None], units: Units) -> dict[str, Strength]:
    found = {code: row for code, row in latest.items() if row is not None and code in units.stations}
    for merger in units.mergers:
        own, successor = latest.get(merger.code), found.get(merger.successor)
        if own and (successor is None or successor.as_of < merger.valid_to):
            summed = _sum([own, successor] if successor else [own])
            if summed:
                found[merger.successor] = summed
    return found


def _of_row(
    unit: Unit, stations: Mapping[str, Strength], districts: Mapping[str, Strength | None], units: Units
) -> Strength | None:
    if unit.code in districts:
        return districts[unit.code]
    if unit.code in stations:
        return stations[unit.code]
    if unit.kind == CITY:
        return _sum([row for row in districts.values() if row])
    inside = [row for code, row in stations.items() if code in (units.selected or ())]
    return _sum(inside)


def _sum(rows: list[Strength]) -> Strength | None:
    if not rows:
        return None
    return Strength(
        min(row.as_of for row in rows),
        sum(row.total for row in rows),
        sum(row.station for row in rows),
        sum(row.community for row in rows),
    )
