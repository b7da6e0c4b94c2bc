"""What the intake desk adds: duplicates of one event, callers chasing it up, officers reporting back, and noise.

Assumes that these follow the genuine matters of a station at a fixed rate, so that its valid share holds still; only
the planted `valid_share_fall` flags genuine matters as invalid. Link types are positions in `LINKS`.
"""

import numpy as np
import polars as pl

from .coding import code_list, happens
from .incidents import (
    MATTERS_PER_STATION_DAY,
    NO_PLACE,
    PHONE_BASE,
    Setting,
    draw_phones,
    draw_times,
    expected_days,
    mark_service,
    thin,
)
from .rhythm import day_number
from .streams import Floats, Integers, pick, rank_draw, stream
from .truths import planted

LINKS = ("none", "duplicate", "chase_up", "officer_feedback", "nuisance")
DUPLICATED = np.array([0.05, 0.10, 0.17, 0.07, 0.09, 0.05, 0.13])  # share of matters that others report too
ONE_MORE = 0.40  # chance of each further duplicate
UNLINKED = 0.04  # share of duplicates that the desk did not notice
CHASED, FED_BACK = 0.05, 0.025
OFFICER_PHONE = 99_000
VALID_SHARE, VALID_SPREAD = 0.455, 0.03  # target of each station and how stations differ
ADDED_PER_MATTER = 0.25  # linked calls for each genuine matter, about
REPEATED_PER_MATTER = 0.048
NOISE_KINDS = ("enquiry", "silent", "nuisance")
NOISE_MIX = np.array([0.42, 0.34, 0.24])
NOISE_CODES = ("990100", "990200", "990300")
NOISE_WITH_PLACE = 0.3
DELETED = 0.006


def flag_matters(setting: Setting, matters: pl.DataFrame) -> pl.DataFrame:
    """Number the matters and flag as invalid what the planted truth says."""
    rng = stream(setting.seed, "flags")
    invalid = np.zeros(len(matters), dtype=bool)
    for truth in planted("valid_share_fall"):
        chosen = rng.random(len(matters)) < truth.magnitude
        invalid |= chosen & happens(setting.city, matters, truth.unit_code, day_number(truth.starts_on))
    return matters.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("key"),
        pl.lit(None, dtype=pl.Int64).alias("main"),
        pl.lit(0, dtype=pl.Int64).alias("link"),
        pl.Series("invalid", invalid),
        pl.lit(False).alias("nuisance"),
    )


def draw_linked(setting: Setting, matters: pl.DataFrame) -> pl.DataFrame:
    """Calls about a matter that is already recorded, minutes after it."""
    rng = stream(setting.seed, "linked")
    count = np.where(rng.random(len(matters)) < DUPLICATED[matters["group"].to_numpy()], 1, 0)
    count[count > 0] += rng.geometric(1 - ONE_MORE, int(count.sum())) - 1
    parts = [
        _follow(setting, matters[np.repeat(np.arange(len(matters)), count)], "duplicate", 7, rng),
        _follow(setting, matters.filter(pl.Series(rng.random(len(matters)) < CHASED)), "chase_up", 35, rng),
        _follow(setting, matters.filter(pl.Series(rng.random(len(matters)) < FED_BACK)), "officer_feedback", 50, rng),
    ]
    return pl.concat(parts).filter(pl.col("second") < setting.end_second())


def _follow(
    setting: Setting, parents: pl.DataFrame, link: str, mean_minutes: float, rng: np.random.Generator
) -> pl.DataFrame:
    size = len(parents)
    delay = np.minimum(20 + rng.exponential(mean_minutes * 60, size), 115 * 60).astype(np.int64)
    site, phone = parents["site"].to_numpy(), parents["phone"].to_numpy()
    service = parents["service_caller"].to_numpy()
    unnoticed = np.zeros(size, dtype=bool)
    if link == "duplicate":
        others = rng.random(size) < 0.8
        phone, service = np.where(others, draw_phones(setting.city, site, rng), phone), service & ~others
        unnoticed = rng.random(size) < UNLINKED
    if link == "officer_feedback":
        phone, service = PHONE_BASE + site * 100_000 + OFFICER_PHONE, np.ones(size, dtype=bool)
    return parents.with_columns(
        pl.col("second") + pl.Series(delay),
        pl.Series("phone", phone),
        pl.Series("service_caller", service),
        pl.when(pl.Series(unnoticed)).then(None).otherwise(pl.col("key")).alias("main"),
        pl.Series("link", np.where(unnoticed, 0, LINKS.index(link))),
        pl.lit(None, dtype=pl.Int64).alias("key"),
        pl.lit(False).alias("hotline"),
    )


def draw_noise(setting: Setting) -> pl.DataFrame:
    """Enquiries, silent or misdialled calls and nuisance: no business of the station's."""
    rng = stream(setting.seed, "noise")
    city = setting.city
    share = stream(1, "valid-share").normal(VALID_SHARE, VALID_SPREAD, len(city.weight)).clip(0.40, 0.52)
    ratio = 1 / share - 1 - ADDED_PER_MATTER
    weight: Floats = city.weight * ratio
    matters = expected_days(setting) * len(city.weight) * MATTERS_PER_STATION_DAY * setting.volume
    count = int(rng.poisson(float(weight.sum()) * matters * (1 + REPEATED_PER_MATTER)))
    site = pick(rng, weight, count)
    kind = pick(rng, NOISE_MIX, count)
    second = draw_times(setting, np.zeros(count, dtype=np.int64), ("noise",), rng)
    calls = pl.DataFrame(
        {
            "second": second,
            "site": site,
            "group": kind,
            "place": _noise_places(setting, site, rng),
            "phone": _noise_phones(setting, site, kind, rng),
        }
    )
    inside = pl.col("second") >= setting.first_second()
    calls = mark_service(thin(setting, calls, rng).filter(inside), rng)
    return _noise_flags(calls, rng)


def _noise_places(setting: Setting, site: Integers, rng: np.random.Generator) -> Integers:
    place = rank_draw(rng, setting.city.places[site].astype(np.float64), 0.3)
    return np.where(rng.random(len(site)) < NOISE_WITH_PLACE, place, NO_PLACE)


def _noise_phones(setting: Setting, site: Integers, kind: Integers, rng: np.random.Generator) -> Integers:
    """Nuisance comes from a few numbers, the rest from anyone."""
    phone = draw_phones(setting.city, site, rng)
    few = PHONE_BASE + site * 100_000 + 80_000 + rank_draw(rng, np.full(len(site), 60.0), 0.8)
    return np.where(kind == NOISE_KINDS.index("nuisance"), few, phone)


def _noise_flags(calls: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    kind = calls["group"].to_numpy()
    codes = np.array([code_list().index(code) for code in NOISE_CODES])[kind]
    enquiry, pest = kind == 0, kind == NOISE_KINDS.index("nuisance")
    link = np.where(pest & (rng.random(len(kind)) < 0.5), LINKS.index("nuisance"), 0)
    return calls.with_columns(
        pl.lit(6, dtype=pl.Int64).alias("group"),
        pl.Series("code", codes),
        pl.Series("code_first", codes),
        pl.lit(None, dtype=pl.Int64).alias("key"),
        pl.lit(None, dtype=pl.Int64).alias("main"),
        pl.Series("link", link),
        pl.Series("invalid", enquiry),
        pl.Series("nuisance", ~enquiry),
    )
