"""G19 noise told as success, G21 changed in bulk: what the lake's own list of loads says, for the city as a whole.

Loads and statements whose days lie in the window count. Statements that agree with their numbers leave no trace in
the list, so G19 knows only those that do not; without any it has no data rather than a clean bill.
"""

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from metrics.integrity.findings import nothing
from metrics.integrity.reading import Looking, whole_city
from metrics.integrity.signal import Finding
from metrics.statistics import square_root_z
from metrics.types import Period
from warehouse import warning_period

STATED = "published_change_differs"
FEW_ROWS = 20
BULK, COLLAPSE, STRONG_Z = 0.20, 0.80, 3.0

BATCHES_SQL = """
SELECT batch_id, table_name, mapping, period_start, period_end, rows_read, rows_updated, status, warnings
FROM lake.batch AT (VERSION => $version)
ORDER BY batch_id
"""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of both signals for the city."""
    batches = looked.frame(BATCHES_SQL)
    city = whole_city(looked)
    if batches.is_empty():
        yield from nothing("G19", [city], "city")
        yield from nothing("G21", [city], "city")
        return
    inside = batches.filter((pl.col("period_start") < looked.window[1]) & (pl.col("period_end") > looked.window[0]))
    yield from _stated(city.code, batches.to_dicts(), looked.window)
    yield from _bulk(city.code, inside.to_dicts())


def _stated(unit: str, batches: list[dict[str, Any]], window: Period) -> Iterator[Finding]:
    found = [
        warning
        for batch in batches
        if batch["status"] != "undone"
        for warning in json.loads(batch["warnings"] or "[]")
        if warning.get("code") == STATED and _lies_in(window, warning_period(warning, batch))
    ]
    if not found:
        yield Finding("G19", "stated_wrongly", unit, "city", missing="no_data")
        return
    noise = sum(abs(_z(warning)) < STRONG_Z for warning in found)
    yield Finding("G19", "stated_wrongly", unit, "city", float(len(found)), 0.0, n=len(found), odd=True, threshold=1.0)
    yield Finding("G19", "stated_noise", unit, "city", float(noise), 0.0, n=len(found), odd=noise > 0, threshold=1.0)


def _lies_in(window: Period, days: Period | None) -> bool:
    return days is not None and days[0] < window[1] and days[1] > window[0]


def _z(warning: dict[str, Any]) -> float:
    """Return z of the two counts of a statement; 0 where they are none."""
    try:
        now, before = float(warning["current"]), float(warning["base"])
    except (KeyError, TypeError, ValueError):
        return 0.0
    return square_root_z(now, before) if min(now, before) >= 0 else 0.0


def _bulk(unit: str, batches: list[dict[str, Any]]) -> Iterator[Finding]:
    standing = [batch for batch in batches if batch["status"] != "undone"]
    large = [batch for batch in standing if (batch["rows_read"] or 0) >= FEW_ROWS]
    shares = [(batch["rows_updated"] or 0) / batch["rows_read"] for batch in large]
    if shares:
        top = max(shares)
        n = large[shares.index(top)]["rows_read"]
        yield Finding("G21", "bulk_updates", unit, "city", top, 0.0, n=n, odd=top > BULK, threshold=BULK)
    undone = len(batches) - len(standing)
    yield Finding("G21", "undone", unit, "city", float(undone), 0.0, n=len(batches), odd=undone > 0, threshold=1.0)
    ratios = list(_ratios(large))
    if ratios:
        low = min(ratios)
        yield Finding(
            "G21", "rows_collapsed", unit, "city", low, 1.0, n=len(ratios), odd=low < COLLAPSE, threshold=COLLAPSE
        )


def _ratios(batches: list[dict[str, Any]]) -> Iterator[float]:
    """Yield rows a day of each load over those of the load before it, of one table and source."""
    last: dict[tuple[str, str], float] = {}
    for batch in batches:
        key = (batch["table_name"], batch["mapping"])
        days = max(1, (batch["period_end"] - batch["period_start"]).days)
        rate = batch["rows_read"] / days
        if key in last:
            yield rate / last[key]
        last[key] = rate
