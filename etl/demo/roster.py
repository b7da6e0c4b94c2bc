"""Strength of stations and districts, quarter by quarter (table `staff`), and who is due for training.

Assumes that stations slowly gain officers and community officers over the three years of the plan, so that some
districts reach the two 40 % and others do not. Auxiliaries stay as they are.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from .calls import booked_to
from .incidents import Setting
from .rhythm import DAY, day_number
from .streams import Floats, Integers, stream

PLAN_START, PLAN_DAYS = date(2023, 1, 1), 1096
RESIDENTS_PER_OFFICER = 2_900
OFFICERS_LEAST = 6
STATION_GROWTH = 0.10  # over the plan
COMMUNITY_GROWTH = 0.06
STATION_SHARE, COMMUNITY_SHARE = (0.355, 0.465), (0.33, 0.43)  # at the start of the plan
AUXILIARIES_PER_OFFICER = (1.4, 2.0)
NOT_DUE = 0.04  # share on long leave or secondment


@dataclass(frozen=True)
class Roster:
    """Strength of every station's area on a date; one entry a station (its people move with it in a merger)."""

    officers: Integers
    community: Integers
    auxiliaries: Integers
    officers_due: Integers
    auxiliaries_due: Integers


def roster_on(setting: Setting, day: date) -> Roster:
    """Strength of every station's area on a day."""
    city, rng = setting.city, stream(setting.seed, "roster")
    size = len(city.weight)
    progress = min(1.0, max(0.0, (day - PLAN_START).days / PLAN_DAYS))
    base = np.maximum(city.residents / RESIDENTS_PER_OFFICER, OFFICERS_LEAST)
    officers = np.round(base * (1 + STATION_GROWTH * progress))
    community = officers * (rng.uniform(*COMMUNITY_SHARE, size) + COMMUNITY_GROWTH * progress)
    auxiliaries = np.round(base * rng.uniform(*AUXILIARIES_PER_OFFICER, size))
    return Roster(
        officers.astype(np.int64),
        np.round(community).astype(np.int64),
        auxiliaries.astype(np.int64),
        (officers - np.round(officers * NOT_DUE)).astype(np.int64),
        (auxiliaries - np.round(auxiliaries * NOT_DUE)).astype(np.int64),
    )


def bureau_strength(setting: Setting) -> Integers:
    """Officers of each district's bureau; they stay while stations gain."""
    rng = stream(setting.seed, "bureau")
    at_start = _by_district(setting, roster_on(setting, PLAN_START).officers)
    shares: Floats = rng.uniform(*STATION_SHARE, len(at_start))
    return np.round(at_start / shares).astype(np.int64)


def _by_district(setting: Setting, counts: Integers) -> Integers:
    sums = np.bincount(setting.city.district, weights=counts, minlength=len(setting.city.districts))
    return sums.astype(np.int64)


def staff_table(setting: Setting) -> pl.DataFrame:
    """Rows for each station and district on the first day of each quarter and on the last day of all."""
    days = [*setting.window.quarters(), date.fromordinal(setting.window.end.toordinal() - 1)]
    return pl.concat([_staff_on(setting, day) for day in days])


def _staff_on(setting: Setting, day: date) -> pl.DataFrame:
    city, roster = setting.city, roster_on(setting, day)
    sites = np.arange(len(city.weight))
    booked = booked_to(city, sites, np.full(len(sites), day_number(day) * DAY))
    areas = pl.DataFrame(
        {
            "station": city.stations["station_code"].gather(booked),
            "district": city.stations["district_code"],
            "officers_total": roster.officers,
            "officers_station": roster.officers,
            "officers_community": roster.community,
            "auxiliaries": roster.auxiliaries,
            "eligible_for_training": roster.officers_due,
            "auxiliaries_eligible": roster.auxiliaries_due,
        }
    )
    counts = pl.col(areas.columns[2:]).sum()
    stations = areas.group_by(pl.col("station").alias("org_code"), maintain_order=True).agg(counts)
    districts = areas.group_by(pl.col("district").alias("org_code"), maintain_order=True).agg(counts)
    districts = districts.with_columns(pl.Series("officers_total", bureau_strength(setting)))
    both = pl.concat([districts, stations])
    return both.select("org_code", pl.lit(day).alias("as_of"), *areas.columns[2:])
