"""Each unit's own scatter, from the daily valid alerts of the year before the period, free of the calendar.

The history ends where the period begins, so the change that is being judged cannot excuse itself. It
is made of blocks of 28 days, the newest 13 that are mostly present in the data, at most three years back:
real data have gaps of months. Where the calendar factors are known (`seasons`), counts are divided by them first;
otherwise a festival inside the history would count as scatter and hide real changes. Dividing a count by a factor
under 1 makes it scatter a little more than it does, which errs on the careful side.
"""

from datetime import date, timedelta

import numpy as np

from metrics.counting import Question
from metrics.periods import DAY
from metrics.seasons import Seasons
from metrics.statistics import dispersion
from metrics.statistics.dispersion import BLOCK_DAYS
from metrics.types import Period

BLOCKS = 13
FURTHEST = timedelta(days=3 * 365)
PRESENT_DAYS = 21
"""A block with fewer known days says too little about its own level."""


def scatter(question: Question, seasonal: Seasons) -> dict[str, float | None]:
    """Return for each row its variance over the Poisson variance, at least 1; None where it is not known."""
    blocks = _blocks(question, seasonal.days[0])
    if not blocks:
        return dict.fromkeys(seasonal.rows)
    days = [first + DAY * count for first, _ in blocks for count in range(BLOCK_DAYS)]
    places = [(day - seasonal.days[0]).days for day in days]
    counts = seasonal.counts[:, places]
    if seasonal.factors is not None:
        counts = counts / seasonal.factors[:, places]
    factors = dispersion(counts, seasonal.known[places]).factor
    return {code: None if np.isnan(factors[row]) else float(factors[row]) for code, row in seasonal.rows.items()}


def _blocks(question: Question, earliest: date) -> list[Period]:
    """Return the blocks of the history, oldest first."""
    end, known = question.scope.start, question.reference.days
    found: list[Period] = []
    while len(found) < BLOCKS and question.scope.start - end < FURTHEST:
        first = end - DAY * BLOCK_DAYS
        if first < earliest:
            break
        if sum(first + DAY * count in known for count in range(BLOCK_DAYS)) >= PRESENT_DAYS:
            found.append((first, end))
        end = first
    return found[::-1]
