"""What a file brings besides its own rows: units and category codes that the lake lacks, and dated events.

Only where the mapping says so; every registered unit and every code that no rule knows is told in a warning.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from etl.lookups import FIRST_DAY, Lookups
from etl.mapping import Mapping, UnitRule
from etl.stage import Staged
from warehouse import tables

LISTED = 50


def registrations(
    mapping: Mapping, staged: Staged, lookups: Lookups
) -> tuple[dict[str, pl.DataFrame], list[dict[str, Any]]]:
    """Rows for other tables, by table, and the warnings that tell of them."""
    rows: dict[str, pl.DataFrame] = {}
    warnings: list[dict[str, Any]] = []
    if mapping.units and staged.units:
        districts, stations = _units(mapping.units, staged, lookups)
        rows["district"] = districts
        if stations.width:
            rows["station"] = stations
            warnings += _unit_warnings(stations)
        elif districts.height:
            listed = districts["district_code"].to_list()[:LISTED]
            warnings.append({"code": "districts_registered", "count": districts.height, "values": listed})
    if lookups.found_categories:
        rows["category_map"] = pl.DataFrame(
            [
                {"scheme": scheme, "version": mapping.digest, "code": code, "name": code, "category_group": rule.group,
                 "is_police_matter": rule.is_police_matter, "valid_from": FIRST_DAY}
                for (scheme, code), rule in sorted(lookups.found_categories.items())
            ]
        )  # fmt: skip
    unmapped = sorted(
        f"{scheme}: {code}"
        for scheme, codes in lookups.categories.items()
        for code, found in codes.items()
        if not found or (scheme, code) in lookups.lapsed
    )
    if unmapped:
        warnings.append({"code": "unmapped_categories", "count": len(unmapped), "values": unmapped[:LISTED]})
    if mapping.events:
        rows["event"] = pl.DataFrame(
            [{column.name: event.get(column.name) for column in tables()["event"].columns} for event in mapping.events],
            infer_schema_length=None,
        )
    return rows, warnings


def _units(rule: UnitRule, staged: Staged, lookups: Lookups) -> tuple[pl.DataFrame, pl.DataFrame]:
    seen = (
        pl.concat(staged.units)
        .group_by("station_code")
        .agg(pl.col("district_code", "name").first(), pl.col("rows").sum())
    )
    seen = seen.sort("station_code")
    if rule.district is None:
        named = {"district_code": "station_code", "name_zh": "name", "name_en": "name"}
        districts = seen.select(pl.col(old).alias(new) for new, old in named.items())
        return districts.with_columns(valid_from=pl.lit(FIRST_DAY)), pl.DataFrame()
    is_other = pl.col("station_code").is_in(list(rule.other_stations))
    if rule.districts:
        is_other |= ~pl.col("district_code").is_in(list(rule.districts))
    stations = seen.with_columns(
        name_zh=pl.col("name"),
        name_en=pl.col("name"),
        kind=pl.when(is_other.fill_null(True)).then(pl.lit("other")).otherwise(pl.lit("station")),
        valid_from=pl.lit(FIRST_DAY),
    ).drop("name")
    districts = (
        seen.select("district_code").unique().sort("district_code")
        .filter(~pl.col("district_code").is_in(list(lookups.districts)))
        .with_columns(name_zh="district_code", name_en="district_code", valid_from=pl.lit(FIRST_DAY))
    )  # fmt: skip
    return districts, stations


def _unit_warnings(stations: pl.DataFrame) -> list[dict[str, Any]]:
    real = stations.filter(pl.col("kind") == "station")
    other = stations.filter(pl.col("kind") == "other").sort("rows", descending=True)
    warnings: list[dict[str, Any]] = []
    if real.height:
        warnings.append(
            {"code": "stations_registered", "count": real.height, "values": real["station_code"].to_list()[:LISTED]}
        )
    if other.height:
        values = [f"{code} ({rows})" for code, rows in other.select("station_code", "rows").iter_rows()]
        warnings.append(
            {
                "code": "not_a_station",
                "count": other.height,
                "rows": int(other["rows"].sum()),
                "values": values[:LISTED],
                "districts": other["district_code"].unique(maintain_order=True).to_list(),
            }
        )
    return warnings
