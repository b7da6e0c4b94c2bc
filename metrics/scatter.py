"""Each unit's own scatter, from the daily valid alerts of the year before the period.

The history ends where the period begins, so the change that is being judged cannot excuse itself. It
is made of blocks of 28 days, the newest 13 that are mostly present in the data, at most three years back:
real data have gaps of months.
"""

from datetime import date, timedelta

import numpy as np

from metrics.counting import Question
from metrics.periods import DAY
from metrics.statistics import dispersion
from metrics.statistics.dispersion import BLOCK_DAYS
from metrics.types import Period
from metrics.units import Units

BLOCKS = 13
FURTHEST = timedelta(days=3 * 365)
PRESENT_DAYS = 21
"""A block with fewer known days says too little about its own level."""

HISTORY_SQL = """
SELECT station_code, day, SUM(valid)::BIGINT AS valid
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code, day
"""


def scatter(question: Question, units: Units) -> dict[str, float | None]:
    """Return for each row its variance over the Poisson variance, at least 1; None where it is not known."""
    blocks = _blocks(question)
    rows = {unit.code: place for place, unit in enumerate(units.rows)}
    if not blocks:
        return dict.fromkeys(rows)
    days = [first + DAY * count for first, _ in blocks for count in range(BLOCK_DAYS)]
    counts = _counts(question, units, rows, days)
    present = np.array([day in question.reference.days for day in days])
    factors = dispersion(counts, present).factor
    return {code: None if np.isnan(factors[place]) else float(factors[place]) for code, place in rows.items()}


def _blocks(question: Question) -> list[Period]:
    """Return the blocks of the history, oldest first."""
    end, known = question.scope.start, question.reference.days
    found: list[Period] = []
    while len(found) < BLOCKS and question.scope.start - end < FURTHEST:
        first = end - DAY * BLOCK_DAYS
        if sum(first + DAY * count in known for count in range(BLOCK_DAYS)) >= PRESENT_DAYS:
            found.append((first, end))
        end = first
    return found[::-1]


def _counts(
    question: Question, units: Units, rows: dict[str, int], days: list[date]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return rows × days of valid alerts."""
    groups, end = list(question.scope.groups), question.scope.start
    frame = question.frame(HISTORY_SQL, start=days[0], end=end, groups=groups)
    place = {code: rows.get(units.row_of(units.station_of(code)) or "", -1) for code in set(frame["station_code"])}
    column = np.full((question.scope.start - days[0]).days, -1)
    column[[(day - days[0]).days for day in days]] = np.arange(len(days))
    counts = np.zeros((len(rows), len(days)))
    at_row = np.array([place[code] for code in frame["station_code"]], dtype=np.int64)
    at_day = column[(frame["day"] - days[0]).dt.total_days().to_numpy()] if frame.height else at_row
    kept = (at_row >= 0) & (at_day >= 0)
    np.add.at(counts, (at_row[kept], at_day[kept]), frame["valid"].to_numpy()[kept])
    return counts
