"""Reference tables of the demonstration city: units, residents, categories, targets and events.

Assumes the static files in `data/demo/`. The only targets are the four that the action plan itself sets.
"""

from datetime import date

import numpy as np
import polars as pl

from .alert_files import SCHEME
from .calls import booked_to
from .city import City, Window, static
from .rhythm import DAY, day_number
from .truths import planted

REGISTERED = 0.88  # registered residents for each resident
PERSONS_PER_HOUSEHOLD = 2.7


def district_table(city: City) -> pl.DataFrame:
    """Districts, all valid since ever."""
    return city.districts.select("district_code", "name_zh", "name_en", "is_municipal_district")


def station_table(city: City) -> pl.DataFrame:
    """Stations; a merged one has its last day and its successor."""
    merged = pl.DataFrame(
        [(t.unit_code, t.starts_on, t.successor_code) for t in planted("merger")],
        schema={"station_code": pl.String, "valid_to": pl.Date, "successor_code": pl.String},
        orient="row",
    )
    stations = city.stations.join(merged, on="station_code", how="left", maintain_order="left")
    columns = ["lon", "lat", "valid_to", "successor_code", "aliases"]
    return stations.select(
        "station_code", "district_code", "name_zh", "name_en", pl.lit("station").alias("kind"), *columns
    )


def category_table() -> pl.DataFrame:
    """The dated code list of the scheme."""
    table = static("categories.csv").drop("share")
    return table.select(pl.lit(SCHEME).alias("scheme"), pl.all())


def population_table(city: City, window: Window) -> pl.DataFrame:
    """Residents on the first day of each year, and of a successor on the day of its merger."""
    parts = []
    for year in range(window.start.year, window.end.year):
        parts.append(_population_on(city, date(year, 1, 1)))
    for truth in planted("merger"):
        after = _population_on(city, truth.starts_on)
        parts.append(after.filter(pl.col("org_code") == truth.successor_code))
    return pl.concat(parts)


def _population_on(city: City, day: date) -> pl.DataFrame:
    sites = np.arange(len(city.weight))
    booked = booked_to(city, sites, np.full(len(sites), day_number(day) * DAY))
    growth = 1.002 ** (day.year - 2023)
    persons = np.round(city.residents * growth).astype(np.int64)
    areas = pl.DataFrame(
        {
            "station": city.stations["station_code"].gather(booked),
            "district": city.stations["district_code"],
            "persons": persons,
        }
    )
    parts = []
    for level in ("district", "station"):
        sums = areas.group_by(pl.col(level).alias("org_code"), maintain_order=True).agg(pl.col("persons").sum())
        for basis, share in (("resident", 1.0), ("registered", REGISTERED)):
            counted = (pl.col("persons") * share).round().cast(pl.Int64)
            parts.append(
                sums.select(
                    "org_code",
                    pl.lit(day).alias("as_of"),
                    pl.lit(basis).alias("basis"),
                    counted.alias("persons"),
                    (counted / PERSONS_PER_HOUSEHOLD).round().cast(pl.Int64).alias("households"),
                )
            )
    return pl.concat(parts)


def target_table(city: City) -> pl.DataFrame:
    """The plan's four targets; the encouraged one as a row for each municipal district."""
    rows = static("targets.csv")
    municipal = city.districts.filter(pl.col("is_municipal_district") == "true")["district_code"].to_list()
    codes = pl.when(pl.col("org_code") == "municipal").then(pl.lit(municipal)).otherwise(pl.concat_list("org_code"))
    return rows.with_columns(codes.alias("org_code")).explode("org_code")


def event_table(city: City, window: Window) -> pl.DataFrame:
    """Festivals, the change of a code and the merger, with the stations' names put in."""
    names = dict(zip(city.stations["station_code"], city.stations.iter_rows(named=True), strict=True))
    rows = static("events.csv").filter(pl.col("starts_on").str.to_date() >= window.start)
    for truth in planted("merger"):
        old, new = names[truth.unit_code], names[str(truth.successor_code)]
        for language in ("zh", "en"):
            title = pl.col(f"title_{language}")
            filled = title.str.replace_all(f"{{from_{language}}}", old[f"name_{language}"], literal=True)
            filled = filled.str.replace_all(f"{{into_{language}}}", new[f"name_{language}"], literal=True)
            mine = pl.col("org_code") == truth.unit_code
            rows = rows.with_columns(pl.when(mine).then(filled).otherwise(title).alias(f"title_{language}"))
    return rows
