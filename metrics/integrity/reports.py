"""G10 just over the line, G11 coverage on paper, G12 copied logs, G16 few warning letters, G17 another population base.

All of them look at what units report or hold: strength, coverage, visits, letters, residents.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

import polars as pl

from metrics.integrity.findings import nothing, share_against_peers, split
from metrics.integrity.reading import Looking, whole_city
from metrics.integrity.returned import returned
from metrics.integrity.signal import Finding
from metrics.periods import DAY, year_before
from metrics.population import BASES, POPULATION_SQL, people_on
from metrics.suppression import Cell, hidden_cells
from metrics.types import Note
from metrics.units import CITY, Units

COVERAGE, VISITS = "village_officer_coverage", "household_visits"
LETTERS = ("domestic_violence_warning",)
FULL = 0.995
LARGEST_CHANGE = 0.10
REDRAWN = ("merger", "boundary")
SMALLEST_STRENGTH = 50
"""With fewer officers one of them is worth more than two points, and one over the line is not just over it."""
LINES = (
    ("station_share", "officers_station", "officers_total", "station_officer_share"),
    ("community_share", "officers_community", "officers_station", "community_officer_share"),
)

STAFF_SQL = """
SELECT
    org_code,
    arg_max(officers_total, as_of) AS officers_total,
    arg_max(officers_station, as_of) AS officers_station,
    arg_max(officers_community, as_of) AS officers_community
FROM lake.staff AT (VERSION => $version)
WHERE as_of < $end
GROUP BY org_code
"""
TARGET_SQL = """
SELECT indicator_id, MIN(value) AS value
FROM lake.target AT (VERSION => $version)
WHERE valid_from < $end AND (valid_to IS NULL OR valid_to >= $end)
GROUP BY indicator_id
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of all five signals."""
    yield from _over_the_line(looked)
    yield from _on_paper(looked)
    yield from nothing("G12", [whole_city(looked)], "city")
    yield from _letters(looked)
    yield from _residents(looked)


def _over_the_line(looked: Looking) -> Iterator[Finding]:
    """Yield districts that meet a line by one officer, against those that miss it by one.

    Whole officers lie on a lattice: any window in percent would hold more of it on one side.
    """
    staff = looked.frame(STAFF_SQL, end=looked.window[1])
    lines = dict(looked.frame(TARGET_SQL, end=looked.window[1]).rows())
    city = whole_city(looked)
    units = {unit.code for unit in looked.districts}
    for measure, part, whole, target in LINES:
        rows = staff.filter(pl.col("org_code").is_in(units)).select(part, whole).drop_nulls().rows()
        if target not in lines or not rows:
            yield from nothing("G10", [city], "city", measure)
            continue
        line = Fraction(lines[target]).limit_denominator(1000)
        short = [number - ceil(line * total) for number, total in rows if total >= SMALLEST_STRENGTH]
        met, missed = short.count(0), short.count(-1)
        yield split("G10", measure, city, "city", met, met + missed)


def _on_paper(looked: Looking) -> Iterator[Finding]:
    """Yield the visits of stations whose villages are all covered."""
    covered, visited = returned(looked, COVERAGE), returned(looked, VISITS)
    if covered is None or visited is None or covered.level != visited.level:
        yield from nothing("G11", looked.stations, "station", "visits_under_coverage")
        return
    shares = {
        unit.code: part / whole for unit, part, whole in zip(covered.units, *covered.now(), strict=True) if whole > 0
    }
    full = [number for number, unit in enumerate(visited.units) if shares.get(unit.code, 0.0) >= FULL]
    units = [visited.units[number] for number in full]
    parts, wholes = (counts[full] for counts in visited.now())
    yield from share_against_peers(looked, "G11", "visits_under_coverage", units, visited.level, parts, wholes)


def _letters(looked: Looking) -> Iterator[Finding]:
    """Yield letters out of alerts on domestic violence; small cells and complements are hidden, whatever they say."""
    found = next((one for one in (returned(looked, name) for name in LETTERS) if one), None)
    if found is None:
        yield from nothing("G16", looked.districts, "district", "letters")
        return
    parts, wholes = found.now()
    counts = zip(parts, wholes, strict=True)
    cells = [Cell(unit.code, CITY, int(p), int(w)) for unit, (p, w) in zip(found.units, counts, strict=True)]
    total = Cell(CITY, None, sum(cell.part for cell in cells), sum(cell.whole or 0 for cell in cells))
    small = hidden_cells({cell.code: cell for cell in (*cells, total)}, looked.parameters.suppression_threshold)
    for finding in share_against_peers(looked, "G16", "letters", found.units, found.level, parts, wholes):
        if finding.unit in small:
            hidden = {"value": None, "interval": None, "n": None, "p": None, "limit": None, "odd": False}
            note = (Note("cell_under_5"),)
            yield Finding(**(finding.__dict__ | hidden | {"missing": "not_enough", "notes": note}))
        else:
            yield finding


def _residents(looked: Looking) -> Iterator[Finding]:
    """Yield how the residents in use changed within a year, on one basis, unless an event explains it."""
    counts = looked.frame(POPULATION_SQL).to_dicts()
    if not counts:
        yield from nothing("G17", looked.districts, "district", "residents_changed")
        return
    now = looked.window[1] - DAY
    before = year_before(now)
    bases = [(basis, [count for count in counts if count["basis"] == basis]) for basis in BASES]
    latest, earlier = (_in_use(bases, day, looked.units) for day in (now, before))
    redrawn = _redrawn(looked, before)
    for units, level in ((looked.districts, "district"), (looked.stations, "station")):
        for unit in units:
            yield _changed(unit.code, level, latest, earlier, redrawn)


def _in_use(
    bases: list[tuple[str, list[dict[str, Any]]]], day: date, units: Units
) -> tuple[str | None, dict[str, int]]:
    """Return the basis that most units have on a day, and the people of stations and districts on it."""
    best: tuple[str | None, dict[str, int]] = (None, {})
    for basis, rows in bases:
        found = {code: people.number for code, people in people_on(day, rows, units).items()}
        own = [row for row in rows if row["org_code"] in units.districts]
        latest: dict[str, tuple[date, int]] = {}
        for row in own:
            if row["as_of"] <= day and row["as_of"] >= latest.get(row["org_code"], (date.min, 0))[0]:
                latest[row["org_code"]] = (row["as_of"], int(row["people"] or 0))
        found |= {code: people for code, (_, people) in latest.items()}
        if len(found) > len(best[1]):
            best = (basis, found)
    return best


def _redrawn(looked: Looking, since: date) -> set[str]:
    """Return the units that a recorded merger or boundary change of the last year concerns."""
    codes = set()
    for event in looked.reference.event_rows:
        if event["kind"] in REDRAWN and event["org_code"] and since < event["starts_on"] < looked.window[1]:
            home = looked.units.station_of(event["org_code"])
            codes |= {home, event["org_code"]}
    return codes | {merger.successor for merger in looked.units.mergers if merger.valid_to > since}


def _changed(
    unit: str,
    level: str,
    latest: tuple[str | None, dict[str, int]],
    earlier: tuple[str | None, dict[str, int]],
    redrawn: set[str],
) -> Finding:
    now, before = latest[1].get(unit), earlier[1].get(unit)
    if not now or not before:
        return Finding("G17", "residents_changed", unit, level, missing="not_enough")
    notes = []
    if latest[0] != earlier[0]:
        notes.append(Note("basis_changed", {"basis": earlier[0], "now": latest[0]}))
    change = now / before - 1
    odd = unit not in redrawn and (abs(change) > LARGEST_CHANGE or latest[0] != earlier[0])
    return Finding(
        "G17", "residents_changed", unit, level, value=change, expected=0.0, n=now, odd=odd, threshold=LARGEST_CHANGE,
        notes=tuple(notes),
    )  # fmt: skip
