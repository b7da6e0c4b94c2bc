"""What the calendar alone makes of a series: weekday, holidays, Spring Festival and season, by quasi-Poisson.

log μ = log exposure + level + trend + weekday + harmonics of the year + the terms given, by statsmodels.
`factors` are the calendar's part without the trend, 1 on average: counts ÷ factors is the adjusted series in
which a real fall stays visible. A station with fewer than 20 alerts a week borrows the city's factors.

Assumes a calendar that multiplies and is the same every year. The terms carry what moves: one column for
each holiday class, for adjusted working days (调休), and for days around Spring Festival (−14 … +15).
Drawback: a holiday that occurs once in the data explains itself completely. Missing days are NaN, not zero.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.control_charts import lag_one_autocorrelation
from metrics.statistics.seasonal import NotEnoughHistory

DAYS_OF_YEAR = 365.25
HARMONICS = 2
BORROW_BELOW = 20.0
"""Alerts a week under which a station's own factors would be noise."""


class CalendarModel(NamedTuple):
    """The fitted calendar; arrays over all periods, those without a count too.

    Attributes:
        expected: fitted counts, level and trend included.
        factors: the calendar's part of them, 1 on average over the periods.
        adjusted: counts ÷ factors; NaN where there is no count.
        residuals: Pearson's, over √dispersion: about standard normal, for a control chart.
        dispersion: Pearson's χ² over its degrees of freedom.
        autocorrelation: of the residuals at lag 1; above 0.25 a chart of days misleads.
    """

    expected: NDArray[np.float64]
    factors: NDArray[np.float64]
    adjusted: NDArray[np.float64]
    residuals: NDArray[np.float64]
    dispersion: float
    autocorrelation: float


def calendar_model(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    weekdays: ArrayLike | None = None,
    terms: ArrayLike | None = None,
    period: float = DAYS_OF_YEAR,
    harmonics: int = HARMONICS,
) -> CalendarModel | NotEnoughHistory:
    """Fit the calendar to a series; at least one full year of it must be known.

    Args:
        counts: events of each period in order, NaN where the data have none.
        exposure: residents or days of each period, all positive; 1 when None.
        weekdays: 0 … 6 of each day, None for weeks and months.
        terms: further columns, periods × terms.
        period: periods in a year: 365.25, 52.18, 12.
        harmonics: pairs of sine and cosine a year.

    Raises:
        ValueError: when an exposure is not positive, or all counts are 0.
    """
    count = np.asarray(counts, dtype=np.float64)
    size = np.ones(count.size) if exposure is None else np.asarray(exposure, dtype=np.float64)
    known = ~np.isnan(count)
    if known.sum() < period:
        return NotEnoughHistory(int(known.sum()), int(np.ceil(period)))
    if not np.all(size > 0) or count[known].sum() <= 0:
        raise ValueError("a calendar model needs positive exposures and at least one event")
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    calendar = _calendar(count.size, weekdays, terms, period, harmonics)
    calendar = calendar - calendar[known].mean(axis=0)
    time = np.arange(count.size) / period
    design = np.column_stack([np.ones(count.size), time, calendar])
    fit = GLM(count[known], design[known], family=Poisson(), offset=np.log(size[known])).fit(tol=1e-10)
    expected = size * np.exp(design @ fit.params)
    factors = np.exp(calendar @ fit.params[2:])
    factors /= factors.mean()
    freedom = int(known.sum()) - int(np.linalg.matrix_rank(design[known]))
    pearson = (count - expected) / np.sqrt(expected)
    dispersion = float(np.nansum(pearson**2) / freedom)
    residuals = pearson / np.sqrt(dispersion) if dispersion > 0 else pearson
    return CalendarModel(expected, factors, count / factors, residuals, dispersion, lag_one_autocorrelation(residuals))


def _calendar(
    size: int, weekdays: ArrayLike | None, terms: ArrayLike | None, period: float, harmonics: int
) -> NDArray[np.float64]:
    """Return the columns of the calendar: six weekdays against the first, harmonics, then the terms given."""
    angle = 2 * np.pi * np.arange(size)[:, None] * np.arange(1, harmonics + 1)[None, :] / period
    columns = [np.sin(angle), np.cos(angle)]
    if weekdays is not None:
        columns.insert(0, (np.asarray(weekdays)[:, None] == np.arange(1, 7)[None, :]).astype(np.float64))
    if terms is not None:
        columns.append(np.asarray(terms, dtype=np.float64).reshape(size, -1))
    return np.column_stack(columns)
