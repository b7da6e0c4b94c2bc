"""G18 too smooth, G20 a turn without an event: how a unit's weeks run.

A turn is looked for in the unit's share of the city's valid alerts, so that season, weather and festivals cancel:
the largest cumulative sum over the standard deviation that the share has from week to week, against Kolmogorov's
distribution of a Brownian bridge. A recorded event within two weeks explains it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import kolmogi, kolmogorov

from metrics.integrity.findings import below_chance
from metrics.integrity.judging import laney
from metrics.integrity.reading import Floats, Looking, first_of_week
from metrics.integrity.returned import everything
from metrics.integrity.signal import Finding
from metrics.standing import Unit
from metrics.types import Note

YEAR_WEEKS = 52
FEWEST_WEEKS = 26
SMALLEST_MEAN = 5.0
NEAR_EVENT = timedelta(days=14)
DIGITS, FEWEST_VALUES, SMALLEST_VALUE = 10, 100, 100
SMALLEST_SPREAD = 6.0
"""Last digits of a normal variable are even to a thousandth from this standard deviation on."""


def check(looked: Looking) -> Iterator[Finding]:
    """Yield the findings of both signals at every station, and of digits at every district."""
    weeks = np.flatnonzero(looked.known)[-YEAR_WEEKS:].astype(np.int64)
    valid = looked.weeks["valid"][:, weeks]
    city = valid.sum(axis=0)
    for unit, counts in zip(looked.stations, valid, strict=True):
        if len(weeks) < FEWEST_WEEKS or counts.mean() < SMALLEST_MEAN:
            for signal, measure in (("G18", "too_even"), ("G20", "turn")):
                yield Finding(signal, measure, unit.code, "station", n=int(counts.sum()), missing="not_enough")
            continue
        mean = float(counts.mean())
        squares = float(((counts - mean) ** 2).sum() / mean)
        yield below_chance("G18", "too_even", unit, "station", squares, len(counts) - 1, int(counts.sum()))
        yield _turn(looked, unit, counts, city, weeks)
    yield from _digits(looked)


def _turn(looked: Looking, unit: Unit, counts: Floats, city: Floats, weeks: NDArray[np.int64]) -> Finding:
    share = counts.sum() / city.sum()
    if not 0 < share < 1:
        return Finding("G20", "turn", unit.code, "station", n=int(counts.sum()), missing="not_enough")
    sums = np.cumsum(counts - city * share)[:-1]
    scale = float(np.sqrt(share * (1 - share) * city.sum())) * max(1.0, laney(counts, city))
    at = int(np.argmax(np.abs(sums))) + 1
    reach = float(np.abs(sums[at - 1]) / scale)
    before, after = counts[:at].sum() / city[:at].sum(), counts[at:].sum() / city[at:].sum()
    if before <= 0:
        return Finding("G20", "turn", unit.code, "station", n=int(counts.sum()), missing="not_enough")
    turned = first_of_week(looked, int(weeks[at]))
    change = float(after / before - 1)
    event = _event(looked, unit, turned)
    notes = [Note("turned_in_week", {"on": turned})]
    notes += [Note("turn_has_event", _titles(event))] if event else []
    return Finding(
        "G20",
        "turn",
        unit.code,
        "station",
        value=change,
        expected=0.0,
        n=int(counts.sum()),
        p=float(kolmogorov(reach)),
        odd=event is None,
        limit=lambda p: change * float(kolmogi(p)) / reach if reach else None,
        notes=tuple(notes),
    )


def _titles(event: dict[str, str]) -> dict[str, str]:
    return {name: event[name] for name in ("title_zh", "title_en")}


def _event(looked: Looking, unit: Unit, day: date) -> dict[str, str] | None:
    """Return a recorded event of the unit, its district or the city that began near a day."""
    for event in looked.reference.event_rows:
        org = event["org_code"] and looked.units.station_of(event["org_code"])
        if (not org or org in (unit.code, unit.district)) and abs(event["starts_on"] - day) <= NEAR_EVENT:
            return dict(event)
    return None


def _digits(looked: Looking) -> Iterator[Finding]:
    """Yield how even the last digits of each district's returns are.

    Only series that never fall under three digits (a cut through one would bend its digits), and no value that
    stands as it stood the month before: stocks do not move.
    """
    long = pl.concat(
        everything(looked).select("indicator_id", "org_code", "period_end", value=pl.col(side), side=pl.lit(side))
        for side in ("numerator", "denominator")
    ).drop_nulls("value")
    keys = ("indicator_id", "org_code", "side")
    long = long.sort(*keys, "period_end").filter(
        (pl.col("value") != pl.col("value").shift(1).over(keys).fill_null(-1))
        & (pl.col("value").min().over(keys) >= SMALLEST_VALUE)
        & (pl.col("value").std().over(keys) >= SMALLEST_SPREAD)
        & (pl.col("value") == pl.col("value").round())
    )
    home = {code: looked.units.parent_of(looked.units.station_of(code)) for code in set(long["org_code"])}
    home |= {unit.code: unit.code for unit in looked.districts}
    long = long.with_columns(
        unit=pl.col("org_code").replace_strict(home, return_dtype=pl.String),
        digit=pl.col("value").cast(pl.Int64) % DIGITS,
    )
    counted = {str(key[0]): part["digit"].to_numpy() for key, part in long.group_by("unit")}
    for unit in looked.districts:
        digits = counted.get(unit.code, np.zeros(0, dtype=np.int64))
        if long.is_empty():
            yield Finding("G18", "last_digits", unit.code, "district", missing="no_data")
        elif len(digits) < FEWEST_VALUES:
            yield Finding("G18", "last_digits", unit.code, "district", n=len(digits), missing="not_enough")
        else:
            usual = len(digits) / DIGITS
            squares = float(((np.bincount(digits, minlength=DIGITS) - usual) ** 2).sum() / usual)
            yield below_chance("G18", "last_digits", unit, "district", squares, DIGITS - 1, len(digits), high=True)
