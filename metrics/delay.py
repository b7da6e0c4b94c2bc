"""How late records come in, and how much of a week is probably still missing from the data.

A record is late by the days between its report and the moment the source system stored it. Records of the last days
are known only as far as the data reach, so they are set out as a triangle, and what is still to come is estimated from
how the eight weeks before grew (chain ladder, Mack 1993). Assumes that habits of recording did not just change, and
that the day of the newest record is complete. Where the source tells no moment of storing, there is no estimate.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from metrics.statistics import Interval
from metrics.types import Warehouse

DAY = timedelta(days=1)
LOOK_BACK = timedelta(weeks=8)
LONGEST = 28
"""Delays of so many days and more are left out: they are rare, and a triangle of them says nothing."""
SMALLEST = 200
"""With fewer records in the weeks before no estimate is given."""
FEWEST_WEEKS = LONGEST // 7
"""So many of the weeks before must hold records: fewer cannot show the longest delay."""
COLUMNS = (0, 1, 2, 3, 6, 13, 27)
"""Delays, in days, up to which the printed triangle counts."""

DELAYS_SQL = """
SELECT
    reported_at::DATE AS day,
    greatest(0, date_diff('day', reported_at::DATE, recorded_at::DATE))::BIGINT AS delay,
    count(*)::BIGINT AS records
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND recorded_at IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""
REACH_SQL = """
SELECT max(recorded_at) AS reach
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start
"""


@dataclass(frozen=True)
class Delay:
    """How late the records of a week came, and what is still to come.

    Attributes:
        observed: records of the week that the data hold.
        missing: records still expected, None where nothing can be said; `reason` is then the code why:
            `no_recorded_at`, or `few_before` where the weeks before hold too little to know a habit from.
        interval: of `missing`.
        share: missing out of observed and missing.
        reach: moment of the newest record stored.
        triangle: one line a week, oldest first: `week`, `within_<days>` cumulative counts (null: not reached yet).
    """

    observed: int
    missing: float | None
    interval: Interval | None
    share: float | None
    reach: Any
    reason: str | None
    triangle: pl.DataFrame


def reporting_delay(lake: Warehouse, start: date, end: date, version: int) -> Delay:
    """Return how late records came and how many of the week `[start, end)` are still missing, at a version."""
    first = start - LOOK_BACK
    parameters = {"version": version, "start": first}
    reach = lake.frame(REACH_SQL, parameters)["reach"][0]
    counted = lake.frame(DELAYS_SQL, parameters | {"end": end})
    cells = _cells(counted, first, end, reach.date() if reach else end)
    observed = int(counted.filter(pl.col("day") >= start)["records"].sum())
    triangle = _triangle(cells, first)
    if reach is None or cells[~np.isnan(cells)].size == 0:
        return Delay(observed, None, None, None, reach, "no_recorded_at", triangle)
    if not _tell_a_habit(counted.filter(pl.col("day") < start), first):
        return Delay(observed, None, None, None, reach, "few_before", triangle)
    from metrics.statistics.chain_ladder import chain_ladder

    found = chain_ladder(cells, slice((start - first).days, None))
    whole = observed + found.total
    return Delay(observed, found.total, found.limits(), found.total / whole if whole else None, reach, None, triangle)


def _tell_a_habit(before: pl.DataFrame, first: date) -> bool:
    """Return whether the weeks before hold enough to say how late records usually come."""
    weeks = {(day - first).days // 7 for day in before["day"]}
    return before["records"].sum() >= SMALLEST and len(weeks) >= FEWEST_WEEKS


def _cells(counted: pl.DataFrame, first: date, end: date, reach: date) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return cumulative counts by day of report (row) and delay (column); not-a-number where not reached yet."""
    days = (end - first).days
    cells = np.zeros((days, LONGEST))
    for day, delay, records in counted.iter_rows():
        if delay < LONGEST:
            cells[(day - first).days, delay] += records
    cells = cells.cumsum(axis=1)
    for row in range(days):
        known = (reach - (first + DAY * row)).days
        cells[row, max(1, known + 1) :] = np.nan
    return cells


def _triangle(cells: "np.ndarray[Any, np.dtype[np.float64]]", first: date) -> pl.DataFrame:
    weeks = [cells[at : at + 7] for at in range(0, len(cells), 7)]
    lines = [
        {"week": first + DAY * 7 * number}
        | {f"within_{delay}": _whole(float(week[:, delay].sum())) for delay in COLUMNS}
        for number, week in enumerate(weeks)
    ]
    schema = {"week": pl.Date} | {f"within_{delay}": pl.Int64 for delay in COLUMNS}
    return pl.DataFrame(lines, schema=schema)


def _whole(total: float) -> int | None:
    return None if np.isnan(total) else int(total)
