"""Which units the rows of a batch mean: codes, names, and names that units had one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import polars as pl

from etl.bad_cells import BadCells
from etl.plan import Plan
from etl.source_text import text_of
from warehouse import Column

UNIT_COLUMNS = {
    "station_code": "station",
    "station_code_initial": "station",
    "org_code": "org",
    "district_code": "district",
}
DAYS = {"alert": ("reported_at",), "case": ("filed_at", "accepted_at", "reported_at"), "training_result": ("held_on",),
        "staff": ("as_of",), "population": ("as_of",), "indicator_return": ("period_start",)}  # fmt: skip
"""The columns that say on which day a row's unit is meant, the best first."""
DEFINES = {"station": "station_code", "district": "district_code"}


def days_of_rows(found: Mapping[str, pl.Series], plan: Plan) -> pl.Series | None:
    """The day of each row, by which a name that units had one after the other is understood."""
    dates = [found[name].cast(pl.Date) for name in DAYS.get(plan.mapping.table.name, ()) if name in found]
    return pl.select(pl.coalesce(dates)).to_series() if dates else None


def resolve_units(
    values: pl.Series, plan: Plan, column: Column, named: str, bad: BadCells, days: pl.Series | None
) -> pl.Series:
    """Codes of units for what the file writes; what means none is a bad cell."""
    kind = UNIT_COLUMNS.get(column.name)
    if kind is None or DEFINES.get(plan.mapping.table.name) == column.name or plan.mapping.units is not None:
        return values
    lookups = plan.lookups
    resolve: dict[str, Callable[[str], str | None]] = {
        "station": lookups.station,
        "org": lookups.org,
        "district": lookups.district,
    }
    known = lookups.districts if kind == "district" else lookups.stations
    strange = [
        value for value in values.unique().drop_nulls().to_list() if value not in known and value != column.default
    ]
    if not strange:
        return values
    dated = [value for value in strange if re.sub(r"\s+", "", value) in lookups.dated]
    for value in dated if days is not None else ():
        assert days is not None
        rows = (values == value).fill_null(False)
        units = lookups.of_days(value, days.filter(rows)).fill_null(value)
        values = values.scatter(rows.arg_true(), units)
    meant = {value: resolve[kind](value) for value in strange}
    unknown = [value for value, code in meant.items() if code is None]
    if unknown:
        code = "unknown_district" if kind == "district" else "unknown_station"
        bad.add(values.is_in(unknown), values, named, code)
    return values.replace({value: code for value, code in meant.items() if code is not None and code != value})


def unknown_units(frame: pl.DataFrame, plan: Plan, found: Mapping[str, pl.Series]) -> pl.DataFrame | None:
    """Units in the batch that the lake lacks, where the mapping registers them: code, district, name, first seen."""
    rule = plan.mapping.units
    if rule is None:
        return None
    code = found["station_code"] if "station_code" in found else found["org_code"]
    district = text_of(frame, rule.district) if rule.district else code
    name = text_of(frame, rule.name) if rule.name else code
    seen = pl.DataFrame({"station_code": code, "district_code": district, "name": name})
    seen = (
        seen.drop_nulls("station_code")
        .group_by("station_code")
        .agg(pl.col("district_code", "name").min(), rows=pl.len())
    )
    known = plan.lookups.stations if rule.district else plan.lookups.districts
    return seen.filter(~pl.col("station_code").is_in(list(known)))
