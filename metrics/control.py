"""The control chart of a row: its adjusted alerts week by week against limits that are frozen beforehand.

Weeks are counted back from the period's end, so the last one is whole whatever weekday the period ends on. The baseline
is the year that ends with the base period; where fewer weeks of it are known than the parameter `baseline_points` (24),
the first so many known weeks. Limits are made of it alone and then stay. A week of which fewer than four days are known
has no value. Where neighbouring weeks of the baseline resemble each other (lag-1 correlation over 0.25), blocks of four
weeks are charted instead, because the rules would give false signals.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from metrics.counting import Question
from metrics.periods import WEEK
from metrics.seasons import Seasons
from metrics.statistics import (
    CORRELATED_ABOVE,
    SMALLEST_BASELINE,
    ControlLimits,
    Rule,
    Signals,
    individuals_chart,
    lag_one_autocorrelation,
    signals,
)

YEAR_WEEKS = 52
SMALLEST_SHARE = 0.5
"""Of the days of a block, so many must be known."""
LONG_BLOCK = 4


@dataclass(frozen=True)
class Chart:
    """A row's control chart.

    Attributes:
        starts: first day of each block, oldest first; `weeks` is its length.
        limits: adjusted alerts a day with centre and limits.
        baseline: how many of the first blocks the limits rest on.
        found: the signals.
        correlation: lag-1 correlation of the weeks of the baseline.
    """

    starts: tuple[date, ...]
    weeks: int
    limits: ControlLimits
    baseline: int
    found: Signals
    correlation: float

    def shows(self, direction: int, start: date) -> bool:
        """Return whether a signal in a direction (−1 or 1) reaches into the period that begins on a day."""
        length = timedelta(weeks=self.weeks)
        side = np.sign(self.limits.values - self.limits.centre)
        for place, first in enumerate(self.starts):
            rule = self.found.rules[place]
            if place < self.baseline or first + length <= start or rule is None:
                continue
            if self.found.directions[place] == direction and (rule is not Rule.TREND or side[place] == direction):
                return True
        return False


def control_chart(question: Question, found: Seasons, row: str) -> Chart | None:
    """Return the chart of a row; None where too little is known for limits."""
    if found.factors is None:
        return None
    weekly = _chart(question, found, row, 1)
    if weekly is not None and weekly.correlation > CORRELATED_ABOVE:
        return _chart(question, found, row, LONG_BLOCK) or weekly
    return weekly


def _chart(question: Question, found: Seasons, row: str, weeks: int) -> Chart | None:
    compared, end = question.compared, question.scope.end
    turn = compared.base[1] if compared.base and compared.has_base else question.scope.start
    length = weeks * WEEK
    reach = (end - turn).days // length + YEAR_WEEKS // weeks
    count = min(len(found.days) // length, reach)
    if count < 3:
        return None
    values = _values(found, row, length, count)
    first = end - timedelta(days=length * count)
    starts = tuple(first + timedelta(days=length * place) for place in range(count))
    wanted = max(SMALLEST_BASELINE, question.parameters.baseline_points * WEEK // length)
    baseline = _baseline(values, starts, (turn, question.scope.start), length, wanted)
    if baseline is None:
        return None
    limits = individuals_chart(values, baseline)
    return Chart(starts, weeks, limits, baseline, signals(limits), lag_one_autocorrelation(values[:baseline]))


def _values(found: Seasons, row: str, length: int, count: int) -> NDArray[np.float64]:
    """Return adjusted alerts a day of the last blocks, NaN where too few days are known."""
    assert found.factors is not None
    place = found.rows[row]
    shape = (count, length)
    known = found.known[-length * count :].reshape(shape)
    counts = (found.counts[place, -length * count :].reshape(shape) * known).sum(axis=1)
    factors = (found.factors[place, -length * count :].reshape(shape) * known).sum(axis=1)
    enough = known.sum(axis=1) >= SMALLEST_SHARE * length
    return np.asarray(np.divide(counts, factors, out=np.full(count, np.nan), where=enough & (factors > 0)))


def _baseline(
    values: NDArray[np.float64], starts: tuple[date, ...], turns: tuple[date, date], length: int, wanted: int
) -> int | None:
    """Return how many of the first blocks make the baseline, None where under 13 are known.

    Args:
        values: the blocks' values, NaN where unknown.
        starts: their first days.
        turns: the day after the base period, and the first of the period itself, which is never in the baseline.
        length: days of a block.
        wanted: known blocks that the baseline should have.
    """
    known = ~np.isnan(values)
    ended = np.array([first + timedelta(days=length) for first in starts])
    upto_turn, upto_start = (int((ended <= turn).sum()) for turn in turns)
    count = upto_turn
    while count < upto_start and known[:count].sum() < wanted:
        count += 1
    two_in_a_row = bool(np.any(known[1:count] & known[: max(0, count - 1)]))
    return count if known[:count].sum() >= SMALLEST_BASELINE and two_in_a_row else None
