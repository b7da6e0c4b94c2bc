"""Season taken out of a series: STL (Cleveland et al. 1990), by statsmodels, on the logarithm.

STL on logarithms makes seasonal factors, so that a station with few alerts can borrow the city's: divide its
counts by the city's factors. Daily city totals have two seasons, the week and the year (MSTL). Needs three
full years; under that there is `NotEnoughHistory` and the reader sees the unadjusted figure with that word.

Assumes values per day (a month of 31 days is not larger for that) and a season that changes slowly.
Drawback: Spring Festival moves by weeks and is no season to STL; robust weights keep it out of the factors, so
those weeks stay unadjusted. Zeros have no logarithm: borrow factors instead.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FULL_YEARS = 3
WEEK, YEAR = 7, 365
ROBUST_ROUNDS = 5
"""Robustness iterations of daily series: Cleveland's 5 to 10, for 15 take four times as long."""


class NotEnoughHistory(NamedTuple):
    """Why there is no answer: so many periods are known, and so many would be needed."""

    periods: int
    needed: int


class Decomposition(NamedTuple):
    """STL's parts, in the unit of the values given; weights are 1 for ordinary and 0 for outlying periods."""

    trend: NDArray[np.float64]
    seasonal: NDArray[np.float64]
    remainder: NDArray[np.float64]
    weights: NDArray[np.float64]


class Adjusted(NamedTuple):
    """A series without its season.

    Attributes:
        values: the values divided by the factors.
        factors: seasonal factors, about 1 on average.
        trend: level without season and remainder, in the unit of the values.
        weights: robustness weights; near 0 where a period is not used (festivals, outages).
    """

    values: NDArray[np.float64]
    factors: NDArray[np.float64]
    trend: NDArray[np.float64]
    weights: NDArray[np.float64]


def stl(
    values: ArrayLike, period: int, inner: int | None = None, outer: int | None = None, **settings: int
) -> Decomposition | NotEnoughHistory:
    """Return statsmodels' STL of a series without gaps, robust unless the settings say otherwise (set p14).

    Args:
        values: one value a period.
        period: periods in a year: 12, 52.
        inner: inner iterations; statsmodels' default when None.
        outer: robustness iterations; statsmodels' default when None.
        **settings: what `statsmodels.tsa.seasonal.STL` takes: seasonal, trend, low_pass and their degrees and jumps.

    Raises:
        ValueError: when a value is missing.
    """
    series = _complete(values)
    if series.size < FULL_YEARS * period:
        return NotEnoughHistory(series.size, FULL_YEARS * period)
    from statsmodels.tsa.seasonal import STL

    fit = STL(series, period=period, **{"robust": True, **settings}).fit(inner_iter=inner, outer_iter=outer)
    return Decomposition(*(np.asarray(part) for part in (fit.trend, fit.seasonal, fit.resid, fit.weights)))


def seasonally_adjusted(values: ArrayLike, period: int) -> Adjusted | NotEnoughHistory:
    """Return a positive series (a mean per day of each month or week) without its season.

    Raises:
        ValueError: when a value is missing or not positive.
    """
    series = _positive(values)
    found = stl(np.log(series), period)
    if isinstance(found, NotEnoughHistory):
        return found
    factors = np.exp(found.seasonal)
    return Adjusted(series / factors, factors, np.exp(found.trend), found.weights)


def daily_adjusted(values: ArrayLike) -> Adjusted | NotEnoughHistory:
    """Return daily city totals without weekday and season: MSTL with periods 7 and 365 (some seconds).

    With three years every day of the year rests on three values, so single daily factors are rough; sums of
    weeks are what to read.

    Raises:
        ValueError: when a day is missing or has no alerts.
    """
    series = _positive(values)
    if series.size < FULL_YEARS * YEAR:
        return NotEnoughHistory(series.size, FULL_YEARS * YEAR)
    from statsmodels.tsa.seasonal import MSTL

    fit = MSTL(np.log(series), periods=(WEEK, YEAR), stl_kwargs={"robust": True, "outer_iter": ROBUST_ROUNDS}).fit()
    factors = np.exp(np.asarray(fit.seasonal).sum(axis=1))
    return Adjusted(series / factors, factors, np.exp(np.asarray(fit.trend)), np.asarray(fit.weights))


def _complete(values: ArrayLike) -> NDArray[np.float64]:
    series = np.asarray(values, dtype=np.float64)
    if not np.isfinite(series).all():
        raise ValueError("a season needs a value for every period: fill or cut periods that are missing")
    return series


def _positive(values: ArrayLike) -> NDArray[np.float64]:
    series = _complete(values)
    if np.any(series <= 0):
        raise ValueError("seasonal factors need positive values: divide this series by the city's factors instead")
    return series
