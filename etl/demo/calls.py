"""All calls of the city in order of time, as a narrow frame of numbers: who took them, how they link, when they ended.

Assumes that a station's area stays with its places: after a merger the same places are booked to the successor. Nothing
is stamped later than the cut-off, the morning after the last day.
"""

import numpy as np
import polars as pl

from .city import City
from .coding import add_codes
from .incidents import Setting, draw_incidents
from .intake import DELETED, draw_linked, draw_noise, flag_matters
from .rhythm import DAY, day_number
from .streams import Integers, pick, stream
from .truths import planted

MOVED = 0.02  # share of matters first booked to another station of the district
CUT_OFF = 8 * 3600 + 600  # seconds after the end of the last day
RECORDED_LATE, CHANGED_LATER = 0.010, 0.15
NEVER = -1  # a time that did not come to pass


def draw_calls(setting: Setting) -> pl.DataFrame:
    """Draw every call of the window; one row a call, sorted by time, positions instead of codes."""
    matters = flag_matters(setting, add_codes(setting, draw_incidents(setting)))
    parts = [matters, draw_linked(setting, matters), draw_noise(setting)]
    columns = matters.columns
    calls = pl.concat([part.select(columns) for part in parts]).sort("second", maintain_order=True)
    rng = stream(setting.seed, "calls")
    calls = calls.with_columns(pl.Series("deleted", rng.random(len(calls)) < DELETED))
    calls = _add_stations(setting, calls, rng)
    calls = _add_numbers(setting.city, calls)
    return _add_times(setting, calls, rng)


def booked_to(city: City, site: Integers, second: Integers) -> Integers:
    """Station that answers for an area at a time."""
    station = site.copy()
    for truth in planted("merger"):
        after = (site == city.position(truth.unit_code)) & (second >= day_number(truth.starts_on) * DAY)
        station[after] = city.position(str(truth.successor_code))
    return station


def _add_stations(setting: Setting, calls: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    city = setting.city
    site, second = calls["site"].to_numpy(), calls["second"].to_numpy()
    first = site.copy()
    moved = (calls["link"].to_numpy() == 0) & (rng.random(len(calls)) < MOVED)
    for district in range(len(city.districts)):
        members = np.flatnonzero(city.district == district)
        mine = np.flatnonzero(moved & (city.district[site] == district))
        first[mine] = members[pick(rng, city.weight[members], len(mine))]
    return calls.with_columns(
        pl.Series("station", booked_to(city, site, second)), pl.Series("station_first", booked_to(city, first, second))
    )


def _add_numbers(city: City, calls: pl.DataFrame) -> pl.DataFrame:
    """Number the calls: district, day and place in the day, nineteen digits; main records by their new number."""
    day = calls["second"].to_numpy() // DAY
    order = np.arange(len(day)) - np.searchsorted(day, day, side="left") + 1
    codes = city.districts["district_code"].cast(pl.UInt64).to_numpy()
    dates = pl.Series(day.astype(np.int32)).cast(pl.Date)
    written = (dates.dt.year() * 10_000 + dates.dt.month().cast(pl.Int32) * 100 + dates.dt.day()).cast(pl.UInt64)
    district = codes[city.district[calls["station"].to_numpy()]]
    number = district * np.uint64(10**13) + written.to_numpy() * np.uint64(10**5) + order.astype(np.uint64)
    calls = calls.with_columns(pl.Series("alert_id", number))
    key = calls["key"].fill_null(-1).to_numpy()
    by_key = np.zeros(int(key.max(initial=0)) + 1, dtype=np.uint64)
    by_key[key[key >= 0]] = number[key >= 0]
    main = calls["main"].fill_null(-1).to_numpy()
    main_number = pl.Series("main_id", by_key[np.maximum(main, 0)])
    return calls.with_columns(pl.when(pl.Series(main >= 0)).then(main_number).alias("main_id")).drop("key", "main")


def _add_times(setting: Setting, calls: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    size = len(calls)
    cut_off = setting.end_second() + CUT_OFF
    sent = (calls["link"] == 0).to_numpy() & ~calls["nuisance"].to_numpy()
    sent &= ~(calls["invalid"] & (calls["group"] == 6)).to_numpy()
    answered = calls["second"].to_numpy() + 2 + np.minimum(rng.exponential(7, size), 90).astype(np.int64)
    dispatched = answered + np.exp(rng.normal(4.4, 0.5, size)).astype(np.int64)
    road = np.where(city_roads(setting.city)[calls["site"].to_numpy()], 6.2, 6.7)
    arrived = dispatched + np.exp(rng.normal(road, 0.5)).astype(np.int64)
    closed = np.where(sent, arrived + np.exp(rng.normal(7.4, 0.8, size)).astype(np.int64), answered + 120)
    # The few jobs that were still open on the last morning end at the cut-off, in the order of their steps.
    dispatched, arrived, closed = (np.minimum(times, cut_off) for times in (dispatched, arrived, closed))
    late = np.where(rng.random(size) < RECORDED_LATE, rng.integers(DAY, 3 * DAY, size), rng.integers(30, 600, size))
    recorded = np.minimum(closed + late, cut_off)
    days_later = np.exp(rng.normal(1.0, 0.8, size)) * DAY
    later = np.where(rng.random(size) < CHANGED_LATER, days_later, 0.0).astype(np.int64)
    updated = np.minimum(recorded + later, cut_off)
    return calls.with_columns(
        pl.Series("answered", answered),
        pl.Series("dispatched", np.where(sent, dispatched, NEVER)),
        pl.Series("arrived", np.where(sent, arrived, NEVER)),
        pl.Series("closed", closed),
        pl.Series("recorded", recorded),
        pl.Series("updated", updated),
    )


def city_roads(city: City) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each station lies in a municipal district, where units arrive sooner."""
    municipal = (city.districts["is_municipal_district"] == "true").to_numpy()
    roads: np.ndarray[tuple[int], np.dtype[np.bool_]] = municipal[city.district]
    return roads
