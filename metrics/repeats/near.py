"""Near repeats: are reports close in space also close in time, more than their dates by chance would be (Knox)?

Only reports with coordinates take part, and the row says how many have them and how precise they are: coordinates of
a compound's centre make neighbours look like one place. Sixty days up to the period's end, the newest 15,000 at
most, because the pairs grow with the square. Permutes dates over the whole scope, seeded.
"""

from typing import Any

import numpy as np
import polars as pl

from metrics.counting import Question
from metrics.remembering import Memory
from metrics.repeats.history import VALID, day_of, merge_gap, second_of
from metrics.rows import BASE_UNDER_20
from metrics.standing import Unit
from metrics.statistics import Interval, count_limits
from metrics.types import Note, Row
from metrics.units import Units, resolve

SPAN, MOST = 60, 15_000
DRAWS = 199
METRES_A_DEGREE = 111_320.0
CELL = (1, 0)
"""The cell that the value is of: nearer than 100 m but not the same place, on the same day."""
NO_COORDINATES = "no_coordinates"

NEAR_SQL = f"""
SELECT second, station_code, lon, lat, place_key IS NOT NULL AS has_place, shared > 1 AS is_shared
FROM (
    SELECT
        epoch(reported_at)::BIGINT AS second, station_code, lon, lat, place_key,
        epoch(reported_at) - LAG(epoch(reported_at)) OVER of_place AS gap,
        COUNT(DISTINCT place_key) OVER (PARTITION BY lon, lat) AS shared
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start AND reported_at < $end AND {VALID} AND NOT is_service_place
        AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
    WINDOW of_place AS (PARTITION BY place_key ORDER BY reported_at, alert_id)
)
WHERE gap IS NULL OR gap >= $merge_gap OR place_key IS NULL
ORDER BY second, lon, lat
"""
_memory: Memory[dict[str, Any]] = Memory(8)


def repeat_near(question: Question) -> list[Row]:
    """Return pairs under 100 m apart and on the same day ÷ those of permuted dates, with the whole table beside it."""
    scope = question.scope
    units = resolve(question.reference, scope, set())
    asked = (question.version, scope.end, scope.by, scope.districts, scope.stations, scope.groups)
    tables = _memory.of(question.lake, asked, lambda: _tables(question, units))
    return [_row(question, unit, tables[unit.code]) for unit in units.rows]


def _row(question: Question, unit: Unit, found: dict[str, Any]) -> Row:
    observed, expected = found.get("cell", (0, 0.0))
    few = expected < 1 or observed < question.indicator.smallest_base
    reason = NO_COORDINATES if not found["located"] else BASE_UNDER_20 if few else None
    notes = (
        Note("near_span", {"days": SPAN, "reports": found["reports"]}),
        Note("geocoding", {"located_share": found["located_share"], "shared_share": found["shared_share"]}),
    )
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=observed / expected if reason is None else None,
        numerator=observed,
        interval=_limits(found) if reason is None else None,
        p=found.get("p_cell"),
        suppressed=reason,
        notes=notes,
        extra=found,
    )


def _limits(found: dict[str, Any]) -> Interval | None:
    """Return Byar-like limits of observed over the mean of the draws."""
    observed, expected = found["cell"]
    low, high = count_limits(observed)
    return Interval(low / expected, high / expected)


def _tables(question: Question, units: Units) -> dict[str, dict[str, Any]]:
    """Return for each row of the table what its reports say."""
    scope = question.scope
    start = day_of(second_of(scope.end) // 86_400 - SPAN)
    frame = question.frame(
        NEAR_SQL, start=start, end=scope.end, groups=list(scope.groups), merge_gap=merge_gap(question)
    )
    row = {code: units.row_of(units.station_of(code)) for code in frame["station_code"].unique()}
    rows = frame["station_code"].replace_strict(row, default=None, return_dtype=pl.String)
    return {unit.code: _table(frame.filter(rows == unit.code)) for unit in units.rows}


def _table(frame: pl.DataFrame) -> dict[str, Any]:
    located = frame.filter(pl.col("lon").is_not_null() & pl.col("lat").is_not_null())
    answer: dict[str, Any] = {
        "reports": min(len(located), MOST),
        "located": len(located),
        "located_share": len(located) / len(frame) if len(frame) else 0.0,
        "shared_share": float(located["is_shared"].mean() or 0.0) if len(located) else 0.0,  # type: ignore[arg-type]
    }
    return answer | (_knox(located.tail(MOST)) if len(located) else {})


def _knox(located: pl.DataFrame) -> dict[str, Any]:
    from metrics.statistics.near_repeat import knox

    lat = located["lat"].to_numpy()
    scale = float(np.cos(np.radians(lat.mean())))
    x, y = located["lon"].to_numpy() * METRES_A_DEGREE * scale, lat * METRES_A_DEGREE
    # Whole days, as the bands of the method are.
    found = knox(x - x.min(), y - y.min(), located["second"].to_numpy() // 86_400, permutations=DRAWS)
    return {
        "metres": [float(edge) for edge in found.metres],
        "days": [float(edge) for edge in found.days],
        "observed": found.observed.tolist(),
        "expected": found.expected.tolist(),
        "ratio": [[None if np.isnan(cell) else float(cell) for cell in line] for line in found.ratio],
        "p": found.p.tolist(),
        "notable": found.notable.tolist(),
        "cell": (int(found.observed[CELL]), float(found.expected[CELL])),
        "p_cell": float(found.p[CELL]),
    }


ANSWERS = {"repeat_near": repeat_near}
"""Functions of this module by the indicator that they answer."""
