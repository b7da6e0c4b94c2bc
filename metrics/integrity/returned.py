"""What units report about one indicator, in the window and in the months before it.

A return counts for the window when its period ends inside it. Districts are taken where they report themselves,
stations where they do; the level is that which more units use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from metrics.integrity.reading import Floats, Looking
from metrics.standing import Unit

PAST_YEARS = 2

RETURNS_SQL = """
SELECT
    indicator_id,
    org_code,
    period_start,
    period_end,
    numerator::DOUBLE AS numerator,
    denominator::DOUBLE AS denominator
FROM lake.indicator_return AT (VERSION => $version)
WHERE breakdown = 'all' AND period_end > $start AND period_end <= $end
"""


@dataclass(frozen=True)
class Returned:
    """Numerators and denominators of one indicator by unit and period."""

    units: Sequence[Unit]
    level: str
    frame: pl.DataFrame
    since: date

    def now(self) -> tuple[Floats, Floats]:
        """Return the window's numerators and denominators, one entry a unit."""
        part = self.frame.filter(pl.col("period_end") > self.since)
        sums = {row[0]: row[1:] for row in part.group_by("unit").agg(pl.col("numerator", "denominator").sum()).rows()}
        pairs = [sums.get(unit.code, (0.0, 0.0)) for unit in self.units]
        return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])

    def past(self, number: int) -> tuple[Floats, Floats]:
        """Return one unit's numerators and denominators before the window, in order of time."""
        mine = (pl.col("unit") == self.units[number].code) & (pl.col("period_end") <= self.since)
        part = self.frame.filter(mine).sort("period_end")
        return part["numerator"].to_numpy().astype(np.float64), part["denominator"].to_numpy().astype(np.float64)


def everything(looked: Looking) -> pl.DataFrame:
    """Return all returns of the window and the years before it."""
    start = date.fromordinal(looked.window[0].toordinal() - 365 * PAST_YEARS)
    return looked.frame(RETURNS_SQL, start=start, end=looked.window[1])


def returned(looked: Looking, indicator: str) -> Returned | None:
    """Return what was reported about an indicator; None where nothing with a base was in the window."""
    frame = everything(looked).filter((pl.col("indicator_id") == indicator) & pl.col("denominator").is_not_null())
    home = {code: looked.units.station_of(code) for code in set(frame["org_code"])}
    frame = frame.with_columns(unit=pl.col("org_code").replace_strict(home, return_dtype=pl.String))
    frame = frame.group_by("unit", "period_end").agg(pl.col("numerator", "denominator").sum())
    seen = set(frame.filter(pl.col("period_end") > looked.window[0])["unit"])
    levels = {
        "district": [unit for unit in looked.districts if unit.code in seen],
        "station": [unit for unit in looked.stations if unit.code in seen],
    }
    level, units = max(levels.items(), key=lambda pair: len(pair[1]))
    return Returned(units, level, frame, looked.window[0]) if units else None
