"""The small uploads of the demonstration city: what stations and districts report beside the monthly returns.

Assumes that a figure moves evenly from `start` to `end` over the plan, and that units differ by a few percent.
`data/demo/small_returns.csv` names every figure: who reports it and how often, what it is (share, ratio, count, rate,
mean, value, grade), and its size: `fixed` a unit and period, `res` residents for one, `res4` schools times four hours,
`pop` a month and 10,000 residents, `pop0` a stock per 10,000 residents, `stations` and `officers` and `people` for each
of these. Every figure draws from its own stream, so that another one more changes none.

A breakdown `*a|b|c` stands for the parts a, b, c and for all of them together.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from .calls import booked_to
from .city import static
from .incidents import Setting
from .rhythm import DAY, day_number
from .roster import PLAN_DAYS, PLAN_START, roster_on
from .streams import Floats, Integers, stream

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DIFFER = {"share": 0.04, "ratio": 0.06, "mean": 0.10, "value": 0.15, "rate": 0.20, "count": 0.25, "grade": 0.0}
NOISE = 0.04  # of a period, relative
LOWEST_GRADE = 4
SCHEMA = {"indicator_id": pl.String, "org_code": pl.String, "period_start": pl.Date, "period_end": pl.Date,
          "numerator": pl.Float64, "denominator": pl.Float64, "breakdown": pl.String}  # fmt: skip


@dataclass(frozen=True)
class Units:
    """The units of a level in one period: codes, residents, stations, officers, and officers with auxiliaries."""

    codes: list[str]
    residents: Floats
    stations: Floats
    officers: Floats
    people: Floats


def small_returns_table(setting: Setting) -> pl.DataFrame:
    """One row a figure, part, unit and period."""
    figures = static("small_returns.csv").to_dicts()
    parts: list[pl.DataFrame] = []
    for every, months in MONTHS.items():
        mine = [figure for figure in figures if figure["every"] == every]
        for first, end in _periods(setting, months):
            units = {level: _units(setting, level, first) for level in ("station", "district")}
            parts += [_figure(setting, figure, units[figure["org_level"]], first, end) for figure in mine]
    return pl.concat(parts)


def _periods(setting: Setting, months: int) -> list[tuple[date, date]]:
    firsts = [first for first in setting.window.months() if (first.month - 1) % months == 0]
    return list(zip(firsts, [*firsts[1:], setting.window.end], strict=True))


def _figure(setting: Setting, figure: dict[str, Any], units: Units, first: date, end: date) -> pl.DataFrame:
    name, kind = str(figure["indicator_id"]), str(figure["figure"])
    rng = stream(setting.seed, f"small-{name}-{figure['breakdown']}-{first}")
    size = _size(str(figure["size"]), float(figure["per"]), units, MONTHS[figure["every"]], rng)
    level = _level(setting, figure, units, first, rng)
    numerator, denominator = _drawn(kind, size, level, rng)
    parts = {figure["breakdown"]: numerator}
    if figure["breakdown"].startswith("*"):
        names = figure["breakdown"][1:].split("|")
        shares = rng.multinomial(1, [1 / len(names)] * len(names), len(names)).sum(axis=0) / len(names)
        split = np.floor(np.outer(np.maximum(shares, 0.1), numerator))
        parts = dict(zip(names, split, strict=True)) | {"all": split.sum(axis=0)}
    frames = [
        pl.DataFrame(
            {
                "indicator_id": [name] * len(units.codes),
                "org_code": units.codes,
                "period_start": [first] * len(units.codes),
                "period_end": [end] * len(units.codes),
                "numerator": counted.round(1),
                "denominator": denominator if denominator is not None else [None] * len(units.codes),
                "breakdown": [part] * len(units.codes),
            },
            schema=SCHEMA,
        )
        for part, counted in parts.items()
    ]
    return pl.concat(frames)


def _level(setting: Setting, figure: dict[str, Any], units: Units, first: date, rng: np.random.Generator) -> Floats:
    """The figure's own level in each unit, in this period."""
    progress = min(1.0, max(0.0, (first - PLAN_START).days / (PLAN_DAYS - 31)))
    start, end = float(figure["start"]), float(figure["end"])
    own = stream(setting.seed, f"small-{figure['indicator_id']}-units").normal(0.0, 1.0, len(units.codes))
    spread = DIFFER[figure["figure"]]
    level = start + (end - start) * progress
    if figure["figure"] == "share":
        shares: Floats = np.clip(level + spread * own * np.sqrt(max(level * (1 - level), 0.0)), 0.001, 1.0)
        return shares
    varied: Floats = level * np.clip(1 + spread * own + NOISE * rng.normal(0.0, 1.0, len(own)), 0.3, 2.0)
    return varied


def _drawn(kind: str, size: Floats, level: Floats, rng: np.random.Generator) -> tuple[Floats, Floats | None]:
    """Numerator and denominator."""
    if kind == "count":
        return rng.poisson(size * level).astype(np.float64), None
    if kind == "grade":
        grades = np.clip(np.round(level + np.linspace(-1.0, 1.0, len(level))), 1, LOWEST_GRADE)
        return grades.astype(np.float64), None
    whole = np.round(size)
    if kind == "share":
        return rng.binomial(whole.astype(np.int64), level).astype(np.float64), whole
    if kind == "rate":
        return rng.poisson(whole * level).astype(np.float64), whole
    if kind == "value":
        return np.round(level, 1), whole
    return np.round(whole * level), whole


def _size(name: str, per: float, units: Units, months: int, rng: np.random.Generator) -> Floats:
    count = len(units.codes)
    if name == "fixed":
        return np.full(count, per)
    if name in ("stations", "officers", "people"):
        counted: Floats = np.maximum(np.round(getattr(units, name) * per), 1.0)
        return counted
    if name in ("res", "res4"):
        stock: Floats = np.maximum(np.round(units.residents / per), 1.0) * (4.0 if name == "res4" else 1.0)
        return stock
    expected = units.residents / 10_000 * per * (1 if name == "pop0" else months)
    drawn: Floats = np.maximum(rng.poisson(expected), 0 if name == "pop0" else 1).astype(np.float64)
    return drawn


def _units(setting: Setting, level: str, day: date) -> Units:
    """The units of a level; areas that were merged count for the successor."""
    city, roster = setting.city, roster_on(setting, day)
    sites = np.arange(len(city.weight))
    booked: Integers = booked_to(city, sites, np.full(len(sites), day_number(day) * DAY))
    areas = pl.DataFrame(
        {
            "code": city.stations["station_code"].gather(booked)
            if level == "station"
            else city.stations["district_code"],
            "station": city.stations["station_code"].gather(booked),
            "residents": city.residents.astype(np.float64),
            "officers": roster.officers.astype(np.float64),
            "people": (roster.officers + roster.auxiliaries).astype(np.float64),
        }
    )
    summed = areas.group_by("code", maintain_order=True).agg(
        pl.col("station").n_unique().cast(pl.Float64), pl.col("residents", "officers", "people").sum()
    )
    columns = {name: summed[name].to_numpy() for name in ("residents", "station", "officers", "people")}
    return Units(
        summed["code"].to_list(), columns["residents"], columns["station"], columns["officers"], columns["people"]
    )
