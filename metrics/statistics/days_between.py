"""Charts for what happens fewer than about five times a month: time, or cases, between events.

T chart: days between events to the power 1/3.6, which makes exponential waiting nearly normal (Nelson
1994), then an XmR chart, then back. G chart: cases between events, geometric, centre ± 3 √(m (m + 1)).
High points are good news where the event is bad: it has become rarer.

Assumes at most a few events on one day (a gap of 0 is allowed). Drawback: the running gap since the last
event is not on the chart until it ends; `still_running` says whether it is already above the upper limit.
"""

import numpy as np
from numpy.typing import ArrayLike

from metrics.statistics.control_charts import SMALLEST_BASELINE, ControlLimits, individuals_chart

NELSON_POWER = 3.6


def days_between_chart(days: ArrayLike, baseline: int | None = None) -> ControlLimits:
    """Return the T chart of gaps in days; limits in days, the lower one not below 0.

    Raises:
        ValueError: when there are fewer than two gaps, or a negative one.
    """
    gaps = np.asarray(days, dtype=np.float64)
    if np.any(gaps < 0):
        raise ValueError("days between events cannot be negative: sort the events by time")
    bent = individuals_chart(gaps ** (1 / NELSON_POWER), baseline, screen=False)
    return bent._replace(
        values=gaps,
        centre=bent.centre**NELSON_POWER,
        low=bent.drawn_low**NELSON_POWER,
        high=bent.high**NELSON_POWER,
    )


def cases_between_chart(cases: ArrayLike, baseline: int | None = None) -> ControlLimits:
    """Return the G chart of cases between events; the lower limit is 0 as the formula gives less."""
    gaps = np.asarray(cases, dtype=np.float64)
    base = gaps[:baseline]
    centre = float(np.nanmean(base))
    reach = np.full(gaps.shape, 3 * np.sqrt(centre * (centre + 1)))
    known = int(np.sum(~np.isnan(base)))
    low = np.maximum(0.0, centre - reach)
    return ControlLimits(gaps, centre, low, centre + reach, known, known < SMALLEST_BASELINE)


def still_running(chart: ControlLimits, days_since_last: float) -> bool:
    """Return whether the gap that has not ended yet is already longer than the chart allows."""
    return bool(chart.high.size) and days_since_last > float(chart.high[-1])
