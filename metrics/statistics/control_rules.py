"""Which points of a control chart are more than common variation, and what the chart says as a whole.

Rules of NHS Making Data Count in their order: outside the limits; seven points rising or falling; two of
three close to a limit; seven on one side (set p10). Anhøj's two run tests stand beside them (set p11).
A tie ends a trend, a point exactly on the centre ends a run, a missing point ends both.

Drawback: every rule costs false signals, and the seven-point trend finds little: it fires in 0.5 % of
stable series of 24 points. The icon speaks of the last point only. None of this knows a cause.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.control_charts import ControlLimits, longest_run_and_crossings

RUN = 7
CLOSE = 2 / 3
"""Share of the way from the centre to the limit beyond which a point is close to it."""

Better = Literal["lower", "higher", "neutral"]


class Rule(StrEnum):
    """Why a point is a signal; the first that applies is named."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    SHIFT = "shift"


class Variation(StrEnum):
    """What the last point says: the direction first, then whether it is wanted."""

    COMMON = "common_cause"
    IMPROVEMENT_LOW = "improvement_low"
    IMPROVEMENT_HIGH = "improvement_high"
    CONCERN_LOW = "concern_low"
    CONCERN_HIGH = "concern_high"
    NEUTRAL_LOW = "neutral_low"
    NEUTRAL_HIGH = "neutral_high"


class Assurance(StrEnum):
    """Whether a stable process meets a target by itself."""

    PASS = "pass"
    FAIL = "fail"
    INCONSISTENT = "inconsistent"


class Signals(NamedTuple):
    """What each point shows.

    Attributes:
        rules: the rule that it breaks, None for common variation.
        directions: −1, 0 or 1: which way it deviates; for a trend, which way the trend goes.
        sides: −1, 0 or 1: below, on or above the centre, of all points.
    """

    rules: tuple[Rule | None, ...]
    directions: NDArray[np.int64]
    sides: NDArray[np.int64]


class RunTests(NamedTuple):
    """Anhøj's tests: an unusually long run, or unusually few crossings of the centre."""

    longest_run: int
    longest_expected: int
    crossings: int
    crossings_expected: int

    @property
    def signal(self) -> bool:
        """Return whether either test finds the series not random."""
        return self.longest_run > self.longest_expected or self.crossings < self.crossings_expected


def signals(chart: ControlLimits) -> Signals:
    """Name for each point the first rule that it breaks, with the direction of the deviation."""
    side = _sides(chart.values - chart.centre)
    outside = ((chart.values > chart.high) | (chart.values < chart.low)).astype(np.int64) * side
    reach = np.where(side > 0, chart.high - chart.centre, chart.centre - chart.low)
    close = (outside == 0) & (np.abs(chart.values - chart.centre) > CLOSE * reach)
    found = [
        (Rule.OUTSIDE, outside),
        (Rule.TREND, members_of_signal(trend_ends(chart.values))),
        (Rule.TWO_OF_THREE, _two_of_three(close, side)),
        (Rule.SHIFT, members_of_signal(shift_ends(side))),
    ]
    rules: list[Rule | None] = [None] * chart.values.size
    directions = np.zeros(chart.values.size, dtype=np.int64)
    for rule, members in reversed(found):
        for place in np.flatnonzero(members):
            rules[place], directions[place] = rule, members[place]
    return Signals(tuple(rules), directions, side)


def shift_ends(sides: ArrayLike) -> NDArray[np.int64]:
    """Return the side at each point that ends seven in a row on it, else 0."""
    return _ends(np.asarray(sides, dtype=np.int64), RUN)


def trend_ends(values: ArrayLike) -> NDArray[np.int64]:
    """Return 1 or −1 at each point that ends seven rising or falling ones, else 0."""
    points = np.asarray(values, dtype=np.float64)
    steps = np.concatenate([[0], _sides(np.diff(points))]) if points.size else np.zeros(0)
    return _ends(steps.astype(np.int64), RUN - 1)


def members_of_signal(ends: ArrayLike) -> NDArray[np.int64]:
    """Carry a signal from its last point back to the other six that make it."""
    end = np.asarray(ends, dtype=np.int64)
    members = np.zeros_like(end)
    for place in np.flatnonzero(end):
        members[max(0, place - RUN + 1) : place + 1] = end[place]
    return members


def variation(found: Signals, better: Better) -> Variation:
    """Return the icon of the last point: high or low and, where one is wanted, whether it is that.

    As in the NHS charts the side of the centre decides, so a falling trend that is still above it is not yet "low".
    """
    if not found.rules or found.rules[-1] is None:
        return Variation.COMMON
    direction = int(found.sides[-1]) or int(found.directions[-1])
    if better == "neutral":
        return Variation.NEUTRAL_HIGH if direction > 0 else Variation.NEUTRAL_LOW
    if direction > 0:
        return Variation.IMPROVEMENT_HIGH if better == "higher" else Variation.CONCERN_HIGH
    return Variation.IMPROVEMENT_LOW if better == "lower" else Variation.CONCERN_LOW


def assurance(chart: ControlLimits, target: float | None, better: Better) -> Assurance | None:
    """Compare the last limits with a target; None without target or wanted direction."""
    if target is None or better == "neutral" or not chart.values.size:
        return None
    low, high = float(chart.low[-1]), float(chart.high[-1])
    if low <= target <= high:
        return Assurance.INCONSISTENT
    return Assurance.PASS if (target < low) == (better == "higher") else Assurance.FAIL


def run_tests(chart: ControlLimits) -> RunTests:
    """Return Anhøj's tests: longest run over round(log2 n) + 3, crossings under the 5 % binomial quantile."""
    longest, crossings, useful = longest_run_and_crossings(chart.values, chart.centre)
    if useful < 2:
        return RunTests(longest, useful, crossings, 0)
    return RunTests(longest, round(float(np.log2(useful))) + 3, crossings, _fewest_crossings(useful - 1))


def _fewest_crossings(chances: int) -> int:
    """Return the smallest k with P(Binomial(chances, 1/2) ≤ k) ≥ 5 %."""
    from scipy.special import bdtr

    return int(np.argmax(bdtr(np.arange(chances + 1, dtype=np.float64), chances, 0.5) >= 0.05))


def _sides(differences: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the sign; 0 for a missing point too."""
    return np.sign(np.nan_to_num(differences)).astype(np.int64)


def _ends(signs: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    sums = np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), signs]))
    ends = np.zeros_like(signs)
    ends[length - 1 :] = (sums[length:] - sums[:-length]) // length if signs.size >= length else 0
    whole = np.abs(sums[length:] - sums[:-length]) == length if signs.size >= length else np.zeros(0, dtype=bool)
    ends[length - 1 :] *= whole
    return ends


def _two_of_three(close: NDArray[np.bool_], side: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mark the close points of every three neighbours on one side of which at least two are close."""
    members = np.zeros_like(side)
    for first in range(side.size - 2):
        three = slice(first, first + 3)
        if close[three].sum() >= 2 and abs(int(side[three].sum())) == 3:
            members[three] = np.where(close[three], side[three], members[three])
    return members
