"""Returns (table `indicator_return`): counts that stations and districts report.

Assumes two kinds: stocks that grow towards the plan's end (villages with an officer, schools with a deputy head), and
flows whose share does not change. `data/demo/returns.csv` names them, with shares at the start and end of the plan.
"""

from datetime import date

import numpy as np
import polars as pl

from .calls import booked_to
from .city import static
from .incidents import Setting
from .rhythm import DAY, day_number
from .roster import PLAN_DAYS, PLAN_START
from .small_returns import small_returns_table
from .streams import Floats, Integers, stream

STOCKS = {"villages": 1_700, "schools": 6_000, "volunteers": 300}  # residents for one of them
FLOWS = {  # a month and 10,000 residents
    "disputes": 7.0,
    "hazards": 9.0,
    "visits": 110.0,
    "transfers_base": 12.0,
    "violence": 1.1,
    "support": 1.6,
    "files": 2.2,
}
VILLAGES, BY_OFFICER = "village_officer_coverage", 0.38  # share of the covered villages that have an officer
UNITS_DIFFER = 0.03  # spread of a share between units


def returns_table(setting: Setting) -> pl.DataFrame:
    """One row an indicator, unit and month; then, of villages, who covers them, and the small uploads."""
    months = setting.window.months()
    ends = [*months[1:], setting.window.end]
    monthly = pl.concat([_month(setting, first, end) for first, end in zip(months, ends, strict=True)])
    monthly = monthly.with_columns(pl.lit("all").alias("breakdown"))
    monthly = pl.concat([monthly, _by_officer(setting, monthly)]).cast(
        {"numerator": pl.Float64, "denominator": pl.Float64}
    )
    return pl.concat([monthly, small_returns_table(setting)])


def _by_officer(setting: Setting, monthly: pl.DataFrame) -> pl.DataFrame:
    """Villages covered by an officer, and those by an auxiliary only; together they are the villages covered."""
    covered = monthly.filter(pl.col("indicator_id") == VILLAGES)
    rng = stream(setting.seed, "villages by officer")
    officer = rng.binomial(covered["numerator"].to_numpy(), BY_OFFICER)
    parts = (("officer", pl.Series(officer)), ("auxiliary", covered["numerator"] - pl.Series(officer)))
    return pl.concat(
        covered.with_columns(counts.cast(pl.Int64).alias("numerator"), pl.lit(part).alias("breakdown"))
        for part, counts in parts
    )


def _month(setting: Setting, first: date, end: date) -> pl.DataFrame:
    rng = stream(setting.seed, f"returns-{first}")
    progress = min(1.0, max(0.0, (first - PLAN_START).days / (PLAN_DAYS - 31)))
    units = {level: _units(setting, level, first) for level in ("station", "district")}
    passed_on = np.zeros(0, dtype=np.int64)
    parts = []
    for row in static("returns.csv").iter_rows(named=True):
        codes, residents = units[row["org_level"]]
        share = float(row["share_start"]) + (float(row["share_end"]) - float(row["share_start"])) * progress
        differ = stream(setting.seed, row["indicator_id"]).normal(0.0, UNITS_DIFFER, len(residents))
        shares = np.clip(share + differ, 0.01, 1.0)
        size = passed_on if row["size"] == "transfers" else _size(row["size"], residents, rng)
        met = np.floor(size * shares).astype(np.int64) if row["size"] in STOCKS else rng.binomial(size, shares)
        passed_on = met if row["size"] == "transfers_base" else passed_on
        counts = pl.DataFrame({"org_code": codes, "numerator": met, "denominator": size})
        counts = counts.group_by("org_code", maintain_order=True).agg(pl.col("numerator", "denominator").sum())
        parts.append(counts.select(pl.lit(row["indicator_id"]).alias("indicator_id"), pl.all()))
    period = [pl.lit(first).alias("period_start"), pl.lit(end).alias("period_end")]
    return pl.concat(parts).select("indicator_id", "org_code", *period, "numerator", "denominator")


def _units(setting: Setting, level: str, day: date) -> tuple[pl.Series, Floats]:
    """Codes and residents of the units of a level; areas that were merged carry the successor's code."""
    city = setting.city
    if level == "district":
        residents = np.bincount(city.district, weights=city.residents, minlength=len(city.districts))
        return city.districts["district_code"], residents.astype(np.float64)
    sites = np.arange(len(city.weight))
    booked = booked_to(city, sites, np.full(len(sites), day_number(day) * DAY))
    return city.stations["station_code"].gather(booked), city.residents.astype(np.float64)


def _size(name: str, residents: Floats, rng: np.random.Generator) -> Integers:
    if name in STOCKS:
        return np.maximum(np.round(residents / STOCKS[name]), 1).astype(np.int64)
    return rng.poisson(residents / 10_000 * FLOWS[name]).astype(np.int64)
