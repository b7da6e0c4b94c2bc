"""When people call: season, weekdays, festivals and hours.

Assumes that the years do not differ from one another (the city has no trend) and that Spring Festival moves with the
lunar calendar, so the dip lies on other dates each year. One small shock a day, shared by the whole city, stands for
weather.
"""

from datetime import date

import numpy as np

from .streams import Floats, Integers, stream

DAY = 86_400
MONDAY_FIRST = np.array([1.02, 0.99, 0.98, 0.99, 1.03, 1.02, 0.97])
SPRING_FESTIVALS = tuple(
    map(
        date.fromisoformat,
        [
            "2016-02-08",
            "2017-01-28",
            "2018-02-16",
            "2019-02-05",
            "2020-01-25",
            "2021-02-12",
            "2022-02-01",
            "2023-01-22",
            "2024-02-10",
            "2025-01-29",
        ],
    )
)
# From four days before the first day of the year to nine days after it.
FESTIVAL_DIP = np.array([0.96, 0.92, 0.86, 0.78, 0.68, 0.70, 0.72, 0.75, 0.79, 0.84, 0.88, 0.91, 0.94, 0.97])
NATIONAL_DAY_DIP = np.array([0.90, 0.88, 0.88, 0.89, 0.90, 0.92, 0.94])
WEATHER = 0.012

# Relative weight of each hour, 0 to 23, by group of alerts.
_DAYTIME = [8, 6, 5, 4, 4, 6, 12, 26, 42, 50, 52, 48, 42, 42, 46, 48, 50, 52, 50, 48, 44, 36, 24, 14]
_TRAFFIC = [6, 4, 3, 3, 4, 8, 24, 62, 66, 46, 42, 44, 40, 40, 42, 46, 56, 72, 64, 44, 36, 28, 18, 10]
_EVENING = [26, 18, 12, 8, 6, 6, 8, 14, 22, 30, 34, 36, 36, 34, 34, 36, 40, 46, 52, 58, 62, 58, 48, 36]
HOURS = {
    "criminal": _DAYTIME,
    "public_order": _EVENING,
    "traffic": _TRAFFIC,
    "dispute": _EVENING,
    "help": _DAYTIME,
    "tip_off": _EVENING,
    "other": _EVENING,
    "noise": _DAYTIME,
}


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def day_weights(days: Integers, seed: int) -> Floats:
    """How busy each day is, around 1; `days` are consecutive numbers of days since 1970-01-01."""
    weights = 1.0 + 0.07 * np.cos(2 * np.pi * (days - day_number(date(2023, 7, 20))) / 365.2425)
    weights *= MONDAY_FIRST[(days + 3) % 7]
    for festival in SPRING_FESTIVALS:
        _apply(weights, days, day_number(festival) - 4, FESTIVAL_DIP)
        _apply(weights, days, day_number(date(festival.year, 10, 1)), NATIONAL_DAY_DIP)
    shocks = stream(seed, "weather").normal(0.0, WEATHER, len(days))
    busy: Floats = weights * np.exp(shocks)
    return busy


def _apply(weights: Floats, days: Integers, first: int, dip: Floats) -> None:
    inside = (days >= first) & (days < first + len(dip))
    weights[inside] *= dip[days[inside] - first]


def seconds_in_day(rng: np.random.Generator, group: str, size: int) -> Integers:
    """Draw times of day, seconds after midnight, by the hours of a group."""
    weights = np.array(HOURS[group], dtype=np.float64)
    hours = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(size), side="right")
    return np.minimum(hours, 23) * 3600 + rng.integers(0, 3600, size)
