"""Which unit a record counts for: mergers followed, districts resolved, one row a unit.

A station (or district) that was merged into another before the period's last day is counted with its
successor in both periods, so that a merger does not look like a rise. Codes are never cut into parts:
the district of a station is what the station table says. A code that no table knows keeps its records
under itself, so that totals add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from metrics.errors import MetricError
from metrics.periods import DAY
from metrics.reference import Reference
from metrics.standing import Merger, Unit, standing
from metrics.types import Level, Note, Scope

CITY, SELECTION = "city", "selection"


@dataclass(frozen=True)
class Units:
    """Every unit of a scope, and where each raw station code belongs.

    Attributes:
        rows: the units of the table, in the order of their codes.
        stations: every station by its code, as it stands on the period's last day, in scope or not.
        home: raw station code → code of the station that it counts for.
        mergers: units that were merged into another.
    """

    by: Level
    rows: tuple[Unit, ...]
    stations: Mapping[str, Unit]
    districts: Mapping[str, Unit]
    home: Mapping[str, str]
    mergers: tuple[Merger, ...]
    selected: frozenset[str] | None

    def station_of(self, code: str) -> str:
        """Return the station that records of a raw code count for."""
        return self.home.get(code, code)

    def row_of(self, station: str) -> str | None:
        """Return the row that a station counts for, None when it is outside the scope."""
        if self.selected is not None and station not in self.selected:
            return None
        if self.by == "city":
            return self.rows[0].code
        return station if self.by == "station" else self.parent_of(station)

    def parent_of(self, station: str) -> str:
        """Return the district of a station, or the station itself when no table knows it."""
        known = self.stations.get(station)
        return known.district or station if known else station

    def mergers_into(self, row: str, since: date) -> list[Merger]:
        """Return the units that were merged into a row's unit after a day."""
        return [m for m in self.mergers if m.successor == row and m.valid_to > since]


def resolve(reference: Reference, scope: Scope, seen: set[str]) -> Units:
    """Return the units of a scope at its last day.

    Args:
        reference: the reference tables of the version.
        scope: the question.
        seen: raw station codes with records; those that no table knows get a row of their own.

    Raises:
        MetricError: for a district or station that does not exist.
    """
    key = ("units", scope.end, scope.by, scope.districts, scope.stations, frozenset(seen))
    return reference.once(key, lambda: _resolve(reference, scope, seen))


def _resolve(reference: Reference, scope: Scope, seen: set[str]) -> Units:
    last = scope.end - DAY
    district_home, districts, _ = standing(reference.districts, "district_code", last)
    home, stations, mergers = standing(reference.stations, "station_code", last)
    home |= {code: code for code in seen if code not in home}
    stations = {
        code: replace(unit, district=_moved(unit.district, district_home))
        for code, unit in (stations | {c: _nameless(c) for c in seen if c not in stations}).items()
        if home[code] == code
    }
    districts = {code: unit for code, unit in districts.items() if district_home[code] == code}
    selected = _selected(scope, stations, home, districts, district_home)
    listed = {code: unit for code, unit in stations.items() if selected is None or code in selected}
    listed = {code: unit for code, unit in listed.items() if unit.stands or code in {home[c] for c in seen}}
    rows = _rows(reference, scope, listed, districts)
    return Units(scope.by, rows, stations, districts, home, tuple(mergers), selected)


def _moved(district: str | None, district_home: Mapping[str, str]) -> str | None:
    return None if district is None else district_home.get(district, district)


def _selected(
    scope: Scope,
    stations: Mapping[str, Unit],
    home: Mapping[str, str],
    districts: Mapping[str, Unit],
    district_home: Mapping[str, str],
) -> frozenset[str] | None:
    """Return the stations that a scope asks for, None for all of them."""
    for code in scope.districts:
        if district_home.get(code, code) not in districts:
            raise MetricError("unknown_district", code)
    for code in scope.stations:
        if home.get(code, code) not in stations:
            raise MetricError("unknown_station", code)
    if not scope.districts and not scope.stations:
        return None
    wanted_districts = {district_home[code] for code in scope.districts}
    wanted_stations = {home[code] for code in scope.stations}
    return frozenset(
        code
        for code, unit in stations.items()
        if (not wanted_districts or unit.district in wanted_districts)
        and (not wanted_stations or code in wanted_stations)
    )


def _rows(
    reference: Reference, scope: Scope, listed: Mapping[str, Unit], districts: Mapping[str, Unit]
) -> tuple[Unit, ...]:
    """Return the units that a table lists, ordered by code."""
    if scope.by == "station":
        return tuple(listed[code] for code in sorted(listed))
    if scope.by == "city":
        return (_whole(reference, scope, listed, districts),)
    codes = {unit.district or code for code, unit in listed.items()}
    if not scope.stations:
        codes |= {code for code, unit in districts.items() if unit.stands and code in (scope.districts or districts)}
    return tuple(districts.get(code) or listed.get(code) or _nameless(code) for code in sorted(codes))


def _nameless(code: str) -> Unit:
    return Unit(code, code, None, "unknown")


def _whole(reference: Reference, scope: Scope, listed: Mapping[str, Unit], districts: Mapping[str, Unit]) -> Unit:
    """Return the one row of a city table: the city, or what was selected of it."""
    if not scope.stations and not scope.districts:
        return Unit(CITY, reference.city_zh, reference.city_en, CITY)
    wanted = {unit.district for unit in listed.values() if unit.district} | set(scope.districts)
    chosen = [listed[code] for code in sorted(listed)]
    if not scope.stations:
        chosen = [districts.get(code) or _nameless(code) for code in sorted(wanted) if code in districts]
    if len(chosen) == 1:
        return chosen[0]
    names_en = ", ".join(unit.name_en or unit.name_zh for unit in chosen)
    return Unit(SELECTION, "、".join(unit.name_zh for unit in chosen), names_en, SELECTION)


def unit_notes(units: Units, unit: Unit, since: date) -> list[Note]:
    """Return what must be said about a unit itself: that it is no station, and what was merged into it."""
    notes = [Note("not_a_station")] if unit.kind == "other" else []
    notes += [Note("unknown_unit")] if unit.kind == "unknown" else []
    merged = units.mergers_into(unit.code, since)
    return notes + [Note("merged_from", {"unit": m.code, "on": m.valid_to}) for m in merged]
