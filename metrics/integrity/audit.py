"""The plain audit: records drawn at random, coded blind by somebody else, and how many were coded right.

The draw depends on the seed, the unit and the period only, so that anybody can draw the same records again: record
numbers in the order of the MD5 of seed and number. Nothing but numbers leaves the lake; the station finds the
records in its own system. Results come back as returns of `audited_alerts_correct` (numerator right, denominator
looked at). Of 100 records with 90 right, Wilson's interval reaches from 82.6 % to 94.5 %.
"""

from dataclasses import dataclass, replace

from metrics.errors import MetricError
from metrics.integrity.reading import Looking, looking
from metrics.statistics import Interval, wilson
from metrics.types import Period, Scope, Warehouse
from metrics.units import resolve

AUDIT = "audited_alerts_correct"
SIZES = (50, 100, 200, 400)

DRAW_SQL = """
SELECT alert_id, COUNT(*) OVER () AS whole
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND NOT is_deleted
    AND list_contains($stations::VARCHAR[], station_code)
    AND (NOT $marked OR is_invalid OR is_nuisance OR category_group IS DISTINCT FROM category_group_initial)
ORDER BY md5($seed || alert_id), alert_id
LIMIT $size
"""
RESULTS_SQL = """
SELECT org_code, period_start, period_end, numerator::DOUBLE AS numerator, denominator::DOUBLE AS denominator
FROM lake.indicator_return AT (VERSION => $version)
WHERE indicator_id = $indicator AND breakdown = 'all' AND denominator > 0 AND period_end <= $end
ORDER BY period_end, org_code
"""


@dataclass(frozen=True)
class Draw:
    """Numbers of the records drawn, how many there were to draw from, and what draws them again."""

    numbers: tuple[str, ...]
    whole: int
    seed: str
    period: Period
    data_version: int


@dataclass(frozen=True)
class Audited:
    """What an audit of one unit came to: records looked at, records coded right, and Wilson's interval."""

    unit: str
    period: Period
    right: int
    looked_at: int
    interval: Interval


def draw(lake: Warehouse, scope: Scope, size: int = 100, seed: str = "", *, marked: bool = False) -> Draw:
    """Draw records of a scope's units at random.

    Args:
        lake: the warehouse.
        scope: period and units.
        size: how many at most.
        seed: any text; the unit and the period by default.
        marked: only records that were marked invalid or nuisance, or moved to another group.

    Raises:
        MetricError: for a size under 1, a period that is none, or a unit that does not exist.
    """
    if size < 1:
        raise MetricError("bad_option", f"size = {size}", "1, 2, 3 …")
    looked = looking(lake, scope)
    codes = _codes(looked, scope)
    seed = seed or "/".join(
        (*(scope.districts or ("all",)), *(scope.stations or ("all",)), str(scope.start), str(scope.end))
    )
    frame = looked.frame(
        DRAW_SQL, start=scope.start, end=scope.end, stations=codes, marked=marked, seed=seed, size=size
    )
    whole = int(frame["whole"][0]) if len(frame) else 0
    return Draw(tuple(frame["alert_id"]), whole, seed, (scope.start, scope.end), looked.version)


def audited(lake: Warehouse, scope: Scope) -> tuple[Audited, ...]:
    """Return the audits of a scope's units that ended by its last day, oldest first."""
    looked = looking(lake, scope)
    units = resolve(looked.reference, replace(scope, by="station", comparison="none"), set())
    inside = {unit.code for unit in units.rows} | set(scope.districts)
    everyone = not scope.districts and not scope.stations
    frame = looked.frame(RESULTS_SQL, indicator=AUDIT, end=scope.end)
    return tuple(
        Audited(code, (start, end), int(right), int(whole), wilson(min(right, whole), whole))
        for code, start, end, right, whole in frame.iter_rows()
        if everyone or looked.units.station_of(code) in inside
    )


def _codes(looked: Looking, scope: Scope) -> list[str]:
    """Return the raw codes whose records count for the scope's units."""
    units = resolve(looked.reference, replace(scope, by="station", comparison="none"), set())
    inside = {unit.code for unit in units.rows}
    return sorted({code for code, home in units.home.items() if home in inside} | inside)
