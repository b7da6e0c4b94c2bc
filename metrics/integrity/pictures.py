"""What a signal's picture shows: a unit among its peers, a unit's own weeks, and what moved where.

The figures are those of the checks themselves; nothing is computed anew but the limits for drawing.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from metrics.integrity.moving import flows
from metrics.integrity.panel import judged
from metrics.integrity.reading import Floats, Looking, first_of_week, looking, whole_city
from metrics.integrity.signal import Measured
from metrics.standing import Unit
from metrics.statistics import share_chart
from metrics.types import Note, Scope, Warehouse
from metrics.units import resolve

PEERS = {
    "unit": pl.String,
    "name_zh": pl.String,
    "name_en": pl.String,
    "n": pl.Int64,
    "value": pl.Float64,
    "expected": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "state": pl.String,
}
COURSE = {
    "period_start": pl.Date,
    "value": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "centre": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "in_window": pl.Boolean,
}
COURSES = {
    "G2": ("down", "valid"),
    "G3": ("invalid", "received"),
    "G6": ("late", "valid"),
    "G15": ("unkeyed", "valid"),
    "G18": ("valid", "city"),
    "G20": ("valid", "city"),
}
"""Part and whole of the weekly share that shows the own past of a signal's unit."""
FEWEST_KNOWN = 2
OWN_EXPECTED = (
    "missing_numbers",
    "soft_ratio",
    "invalid_own_course",
    "missing_own_course",
    "transfers_own_course",
    "month_end_dip",
    "absent_weaker",
)
"""Measures that expect something else of each unit: they make no funnel."""

MATRIX_SQL = """
SELECT category_group_initial AS first, category_group AS now, COUNT(*) AS moved
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND category_group_initial IS NOT NULL
    AND category_group_initial <> category_group AND list_contains($stations::VARCHAR[], station_code)
    AND NOT is_deleted AND NOT is_invalid AND NOT is_nuisance AND main_alert_id IS NULL AND link_type = 'none'
GROUP BY ALL
ORDER BY moved DESC, first, now
"""


def peers(lake: Warehouse, scope: Scope, signal: str, like: Measured) -> pl.DataFrame:
    """Return every unit's value of a measure with its 99.8 % limits, by size; empty where it has none to draw.

    Args:
        lake: the warehouse.
        scope: the question; the whole city is always among the peers.
        signal: id of the signal.
        like: a measure of the signal; those of its name, its level, and its round and kind of staff are taken.
    """
    looked = looking(lake, scope)
    names = {unit.code: unit for unit in (*looked.stations, *looked.districts)}
    lines = [
        (unit, names[unit].name_zh, names[unit].name_en, one.n, one.value, one.expected, *one.band, one.state)
        for (found, unit), measures in judged(looked).items()
        for one in measures
        if found == signal and one.band and one.n and unit in names and _alike(one, like)
    ]
    return pl.DataFrame(lines, schema=PEERS, orient="row").sort("n", "unit")


def _alike(one: Measured, like: Measured) -> bool:
    return (one.name, one.level, _about(one)) == (like.name, like.level, _about(like))


def _about(measured: Measured) -> list[Note]:
    return [note for note in measured.notes if note.code in ("signal_round", "person_kind")]


def has_funnel(measured: Measured) -> bool:
    """Return whether a measure compares a unit with its peers, by limits that follow its base."""
    return measured.band is not None and measured.name not in OWN_EXPECTED


def course(lake: Warehouse, scope: Scope, signal: str, unit: str) -> pl.DataFrame:
    """Return the weeks of the share that shows a unit's own past, with P′ limits frozen before the window.

    Empty for a signal without such a share. Weeks that the data do not know wholly have no value.
    """
    looked = looking(lake, scope)
    if signal not in COURSES:
        return pl.DataFrame(schema=COURSE)
    part, whole = (_weeks(looked, name, unit) for name in COURSES[signal])
    known = looked.known & (whole > 0)
    past = looked.past_weeks
    if known[:past].sum() < FEWEST_KNOWN or part[:past][known[:past]].sum() == 0:
        return pl.DataFrame(schema=COURSE)
    chart = share_chart(np.where(known, part, np.nan), np.where(known, whole, 1.0), baseline=past)
    return pl.DataFrame(
        {
            "period_start": [first_of_week(looked, week) for week in range(looked.week_count)],
            "value": chart.values,
            "numerator": part.astype(np.int64),
            "denominator": whole.astype(np.int64),
            "centre": np.full(looked.week_count, chart.centre),
            "low": chart.drawn_low,
            "high": chart.high,
            "in_window": np.arange(looked.week_count) >= past,
        },
        schema=COURSE,
    ).with_columns(pl.col("value", "low", "high").fill_nan(None))


def _weeks(looked: Looking, name: str, unit: str) -> Floats:
    """Return one unit's weekly counts; `city` is the whole city's valid alerts, `unkeyed` those without a number."""
    counts = looked.weeks
    if name == "city":
        return np.asarray(counts["valid"].sum(axis=0))
    weekly = counts["valid"] - counts["caller_keyed"] if name == "unkeyed" else counts[name]
    inside = [unit in (known.code, known.district, whole_city(looked).code) for known in looked.stations]
    return np.asarray(weekly[inside].sum(axis=0))


def recodings(lake: Warehouse, scope: Scope) -> pl.DataFrame:
    """Return how many valid alerts of a scope's units moved from which group to which, most first."""
    looked = looking(lake, scope)
    units = resolve(looked.reference, replace(scope, by="station", comparison="none"), set())
    inside = {unit.code for unit in units.rows}
    codes = sorted({code for code, home in units.home.items() if home in inside} | inside)
    return looked.frame(MATRIX_SQL, start=looked.window[0], end=looked.window[1], stations=codes)


def moves(lake: Warehouse, scope: Scope, unit: str) -> pl.DataFrame:
    """Return the stations that a station's alerts went to and came from, with counts, most first."""
    looked = looking(lake, scope)
    pairs = flows(looked).filter(pl.col("from") != pl.col("to"))
    out = pairs.filter(pl.col("from") == unit).select(unit="to", out="moved")
    into = pairs.filter(pl.col("to") == unit).select(unit="from", into="moved")
    both = out.join(into, on="unit", how="full", coalesce=True).fill_null(0)
    names = pl.DataFrame([_named(one) for one in looked.stations], schema=["unit", "name_zh", "name_en"], orient="row")
    return both.join(names, on="unit", how="inner").sort("out", "into", "unit", descending=[True, True, False])


def _named(unit: Unit) -> tuple[str, str, str | None]:
    return unit.code, unit.name_zh, unit.name_en
