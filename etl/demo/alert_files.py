"""Write the calls as the alert files of the plain layout, one a year.

Assumes the columns of `tables.yaml`; the private keys leave as `phone` and `address` text, which the importer hashes.
Channel, level and result are written as a source system might write them.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from .calls import NEVER
from .city import City
from .coding import code_list
from .incidents import GROUPS, NO_PLACE, Setting
from .intake import LINKS
from .rhythm import DAY, day_number
from .streams import Integers, pick, stream
from .writing import write_table

SCHEME = "demo"
LOCATED = 0.94  # share of calls with a place that have coordinates
CHANNELS = ("110", "122", "walk-in", "self-received", "app", "12345")
CHANNEL_MIX = np.array([0.90, 0.0, 0.045, 0.02, 0.035, 0.0])
BY_122 = 0.30  # share of traffic calls that come in on 122
LEVELS = ("1", "2", "3")
URGENT = {"criminal": 0.35, "public_order": 0.10, "help": 0.06}
RESULTS = ("01", "02", "03", "04", "09")  # handled, settled, became a case, handed over, no action
ONCE = {
    "answered_at": "answered",
    "dispatched_at": "dispatched",
    "arrived_at": "arrived",
    "closed_at": "closed",
    "recorded_at": "recorded",
    "updated_at": "updated",
}


def write_alerts(
    setting: Setting,
    calls: pl.DataFrame,
    case_id: pl.Series,
    added: pl.DataFrame,
    folder: Path,
    progress: Callable[[float], None],
) -> tuple[Path, ...]:
    """Write `alert_<year>.csv` for each year; `case_id` has one entry a call, `added` calls stand at the end."""
    calls = calls.with_columns(case_id.alias("case_id"), (pl.col("second") // DAY).alias("day"))
    added = added.with_columns(pl.lit(None, case_id.dtype).alias("case_id"), (pl.col("second") // DAY).alias("day"))
    years = range(setting.window.start.year, setting.window.end.year)
    paths = []
    for done, year in enumerate(years):
        first, end = (day_number(setting.window.start.replace(year=y)) for y in (year, year + 1))
        inside = (pl.col("day") >= first) & (pl.col("day") < end)
        path = folder / f"alert_{year}.csv"
        parts = [_rows(setting, calls.filter(inside), f"alert-{year}")]
        parts.append(_rows(setting, added.filter(inside), f"added-{year}"))
        write_table(pl.concat(parts), path)
        paths.append(path)
        progress((done + 1) / len(years))
    return tuple(paths)


def _rows(setting: Setting, calls: pl.DataFrame, purpose: str) -> pl.DataFrame:
    rng = stream(setting.seed, purpose)
    size, city = len(calls), setting.city
    codes, stations = pl.Series(code_list()), city.stations["station_code"]
    return calls.select(
        pl.col("alert_id"),
        pl.col("main_id").alias("main_alert_id"),
        pl.Series("link_type", pl.Series(LINKS).gather(calls["link"])),
        pl.Series("channel", pl.Series(CHANNELS).gather(_channels(calls, rng))),
        _time("second").alias("reported_at"),
        *(_time(column).alias(name) for name, column in ONCE.items()),
        stations.gather(calls["station"]).alias("station_code"),
        stations.gather(calls["station_first"]).alias("station_code_initial"),
        pl.lit(SCHEME).alias("category_scheme"),
        codes.gather(calls["code"]).alias("category_code"),
        codes.gather(calls["code_first"]).alias("category_code_initial"),
        pl.Series(LEVELS).gather(_levels(calls, rng)).alias("level"),
        pl.col("invalid").alias("is_invalid"),
        pl.col("nuisance").alias("is_nuisance"),
        pl.col("deleted").alias("is_deleted"),
        pl.when(pl.col("phone") > 0).then(pl.col("phone")).alias("phone"),
        pl.when(pl.col("place") != NO_PLACE)
        .then(pl.format("演示{}街区{}号", pl.col("site") + 1, pl.col("place") + 1))
        .alias("address"),
        pl.col("service_caller").alias("is_service_caller"),
        pl.col("service_place").alias("is_service_place"),
        *_coordinates(city, calls, rng.random(size) < LOCATED),
        pl.Series(RESULTS).gather(_results(calls, rng)).alias("result_code"),
        pl.col("case_id"),
        pl.lit(0).alias("status_rank"),
    )


def _time(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != NEVER).then(pl.from_epoch(pl.col(column), time_unit="s"))


def _channels(calls: pl.DataFrame, rng: np.random.Generator) -> Integers:
    channel = pick(rng, CHANNEL_MIX, len(calls))
    traffic = (calls["group"] == GROUPS.index("traffic")).to_numpy()
    channel[traffic & (rng.random(len(calls)) < BY_122)] = CHANNELS.index("122")
    channel[calls["hotline"].to_numpy()] = CHANNELS.index("12345")
    return channel


def _levels(calls: pl.DataFrame, rng: np.random.Generator) -> Integers:
    urgent = np.array([URGENT.get(name, 0.02) for name in GROUPS])[calls["group"].to_numpy()]
    draw = rng.random(len(calls))
    return np.where(draw < urgent, 0, np.where(draw < urgent + 0.4, 1, 2))


def _results(calls: pl.DataFrame, rng: np.random.Generator) -> Integers:
    disputes = (calls["group"] == GROUPS.index("dispute")).to_numpy()
    draw = rng.random(len(calls))
    result = np.where(disputes & (draw < 0.7), 1, np.where(draw > 0.92, 3, 0))
    result[calls["case_id"].is_not_null().to_numpy()] = 2
    result[(calls["nuisance"] | calls["invalid"]).to_numpy()] = 4
    return result


def _coordinates(
    city: City, calls: pl.DataFrame, located: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> list[pl.Series]:
    place, site = calls["place"].to_numpy(), calls["site"].to_numpy()
    points = city.place_points[city.first_place[site] + np.maximum(place, 0)]
    points[(place == NO_PLACE) | ~located] = np.nan
    return [pl.Series(name, points[:, axis]).fill_nan(None) for axis, name in enumerate(("lon", "lat"))]
