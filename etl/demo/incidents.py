"""Genuine matters that people call about, before the intake desk adds duplicates and noise.

Assumes that matters arise independently of one another except for true repeat reports: some come back days later from
the same place, mostly from the same caller. Places and callers are heavy-tailed but steady, so that a busy place is
busy
in every year and no unit's total drifts. Planted falls thin every call of their district alike (`thin`).
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from .city import City, Window
from .rhythm import DAY, day_number, day_weights, seconds_in_day
from .streams import Integers, pick, rank_draw, stream
from .truths import planted

GROUPS = ("criminal", "public_order", "traffic", "dispute", "help", "tip_off", "other")
MIX = np.array([0.026, 0.088, 0.325, 0.125, 0.270, 0.050, 0.116])
MIX_SPREAD = 0.12  # how much stations differ in their mix, spread of the logarithm
COMES_BACK = np.array([0.01, 0.04, 0.0, 0.08, 0.03, 0.06, 0.05])  # share of matters that are reported again
COMES_BACK_AGAIN = 0.30
MEDIAN_GAP_DAYS, GAP_SPREAD = 7.0, 0.9
BURN_IN_DAYS = 90  # drawn before the first day and dropped, so that the first weeks have their repeats
MATTERS_PER_STATION_DAY = 4.05
PLACE_EXPONENT, CALLER_EXPONENT = 0.65, 0.55
SERVICE_PLACES, SERVICE_CALLERS = 2, 4  # the busiest places: hospital and police building; two more institutions call
SERVICE_CALLS = 0.5
PHONE_BASE = 154_00_000_000  # the range 154 was never given out
SERVICE_PHONE = 90_000
HOTLINE_PHONE = 154_99_912_345
PHONE_MISSING, BY_HOTLINE = 0.06, 0.02
MOST_CALLERS = SERVICE_PHONE - 1
NO_PLACE = -1


@dataclass(frozen=True)
class Setting:
    """What every step needs: the city, the days, the seed and the volume (1 is about 3,333 calls a station a year)."""

    city: City
    window: Window
    seed: int
    volume: float = 1.0

    def first_second(self) -> int:
        """First second of the window, counted from 1970-01-01 in local time."""
        return day_number(self.window.start) * DAY

    def end_second(self) -> int:
        """First second after the window."""
        return day_number(self.window.end) * DAY


def draw_incidents(setting: Setting) -> pl.DataFrame:
    """Draw the matters: second, site (station whose area it lies in), group, place, phone and service flags."""
    rng = stream(setting.seed, "incidents")
    roots = _roots(setting, rng)
    repeats = _repeats(roots, rng)
    calls = thin(setting, pl.concat([roots, repeats]), rng)
    inside = (pl.col("second") >= setting.first_second()) & (pl.col("second") < setting.end_second())
    return mark_service(calls.filter(inside).sort("second", maintain_order=True), rng)


def draw_times(setting: Setting, groups: Integers, names: tuple[str, ...], rng: np.random.Generator) -> Integers:
    """Draw a second for each call by the rhythm of its group, burn-in included."""
    first = setting.window.start - timedelta(days=BURN_IN_DAYS)
    days = np.arange(day_number(first), day_number(setting.window.end))
    seconds = days[pick(rng, day_weights(days, setting.seed), len(groups))] * DAY
    for position, name in enumerate(names):
        mine = np.flatnonzero(groups == position)
        seconds[mine] += seconds_in_day(rng, name, len(mine))
    return seconds


def expected_days(setting: Setting) -> float:
    """Days of the window and its burn-in, weighted by how busy they are."""
    first = setting.window.start - timedelta(days=BURN_IN_DAYS)
    days = np.arange(day_number(first), day_number(setting.window.end))
    return float(day_weights(days, setting.seed).sum())


def _roots(setting: Setting, rng: np.random.Generator) -> pl.DataFrame:
    city = setting.city
    stations = len(city.weight)
    expected = expected_days(setting) * stations * MATTERS_PER_STATION_DAY * setting.volume
    count = int(rng.poisson(expected))
    site = pick(rng, city.weight, count)
    mix = MIX * np.exp(stream(1, "mix").normal(0.0, MIX_SPREAD, (stations, len(MIX))))
    steps = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
    group = (rng.random(count)[:, None] > steps[site, :-1]).sum(axis=1)
    second = draw_times(setting, group, GROUPS, rng)
    place = rank_draw(rng, city.places[site].astype(np.float64), PLACE_EXPONENT)
    phone = draw_phones(city, site, rng)
    return pl.DataFrame({"second": second, "site": site, "group": group, "place": place, "phone": phone})


def draw_phones(city: City, site: Integers, rng: np.random.Generator) -> Integers:
    """Draw callers' numbers from the residents of each station, some calling often; 0 where none was kept."""
    pool = np.minimum(city.residents * 0.5, MOST_CALLERS)
    phone = PHONE_BASE + site * 100_000 + rank_draw(rng, pool[site], CALLER_EXPONENT)
    return np.where(rng.random(len(site)) < PHONE_MISSING, 0, phone)


def _repeats(roots: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Reports of the same matter days later: chains of geometric length with lognormal gaps."""
    back = np.flatnonzero(rng.random(len(roots)) < COMES_BACK[roots["group"].to_numpy()])
    second = roots["second"].to_numpy()[back]
    found = []
    while len(back):
        gap = MEDIAN_GAP_DAYS * DAY * np.exp(rng.normal(0.0, GAP_SPREAD, len(back)))
        second = second + np.maximum(gap, 3 * 3600).astype(np.int64)
        found.append(roots[back].with_columns(pl.Series("second", second)))
        again = rng.random(len(back)) < COMES_BACK_AGAIN
        back, second = back[again], second[again]
    repeats = pl.concat(found) if found else roots.clear()
    other_phone = rng.random(len(repeats)) < 0.3
    shifted = repeats["phone"].to_numpy().copy()
    shifted[other_phone] = np.roll(shifted[other_phone], 1)
    return repeats.with_columns(pl.Series("phone", shifted))


def thin(setting: Setting, calls: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Drop calls at random where a fall is planted."""
    keep = np.ones(len(calls))
    site, second = calls["site"].to_numpy(), calls["second"].to_numpy()
    for truth in planted("fall"):
        falls = np.isin(site, setting.city.members(truth.unit_code)) & (second >= day_number(truth.starts_on) * DAY)
        keep[falls] = 1.0 - truth.magnitude
    return calls.filter(pl.Series(rng.random(len(calls)) < keep))


def mark_service(calls: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Let institutions and the 12345 hotline make some of the calls, and flag them and their places."""
    place, site = calls["place"].to_numpy(), calls["site"].to_numpy()
    phone = calls["phone"].to_numpy().copy()
    draw = rng.random(len(calls))
    institution = (place >= 0) & (place < SERVICE_CALLERS) & (draw < SERVICE_CALLS)
    phone[institution] = (PHONE_BASE + site * 100_000 + SERVICE_PHONE + place)[institution]
    hotline = draw > 1.0 - BY_HOTLINE
    phone[hotline] = HOTLINE_PHONE
    service_place = (place >= 0) & (place < SERVICE_PLACES)
    return calls.with_columns(
        pl.Series("phone", phone),
        pl.Series("service_caller", institution | hotline),
        pl.Series("service_place", service_place),
        pl.Series("hotline", hotline),
    )
