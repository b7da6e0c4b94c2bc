"""The word that stands beside a change: confirmed, possible, not established or contradicted.

The rule is written out at the head of `catalogue/rules.yaml`. It speaks of rises and falls alike; the sign of
the change says which. No verdict is given where no percentage is (base under 20).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from metrics.definitions import VerdictRule
from metrics.statistics import (
    Interval,
    Split,
    discoveries,
    rate_ratio,
    share_difference,
    share_z,
    square_root_z,
    widen_interval,
    widen_p,
)

CONFIRMED, POSSIBLE, NOT_ESTABLISHED, CONTRADICTED = "confirmed", "possible", "not_established", "contradicted"


@dataclass(frozen=True)
class Comparison:
    """Two counts compared: what the interval, the p-value and z are."""

    ratio: float
    interval: Interval
    p: float | None
    p_poisson: float | None
    z: float
    dispersion: float | None
    name: str

    @property
    def excludes_equality(self) -> bool:
        """Return whether the interval of the ratio lies wholly on one side of 1."""
        return self.interval.high < 1 or self.interval.low > 1


@dataclass(frozen=True)
class Evidence:
    """What else the verdict on a change rests on.

    Attributes:
        broken: whether an event breaks the series.
        stands: whether the change stands under every alternative explanation.
        exception: whether the row is an exception among the rows of its table.
        signal: whether the control chart of the adjusted series, its baseline frozen, shows the same direction.
        adjusted: whether the comparison is free of weekday, holidays and season.
        flagged: signals of data integrity that point in the direction of the change.
    """

    broken: bool = False
    stands: bool = True
    exception: bool = False
    signal: bool = False
    adjusted: bool = False
    flagged: frozenset[str] = frozenset()


def compare_counts(
    rule: VerdictRule, now: int, before: int, days: float, base_days: float, scatter: float | None
) -> Comparison:
    """Compare two counts over their days, or their days' calendar factors, widened for the unit's own scatter."""
    found = rate_ratio(now, before, days, base_days, rule.confidence)
    factor = scatter or 1.0
    p = None if found.p is None else widen_p(found.p, factor)
    interval = widen_interval(found.ratio, found.interval, factor)
    z = square_root_z(now, before, days, base_days)
    return Comparison(found.ratio, interval, p, found.p, z, scatter, found.test)


def exceptions(rule: VerdictRule, tests: Sequence[Comparison | None]) -> list[bool]:
    """Return which tests of one table may be called confirmed at the rate for that; one table, one family."""
    p_values = [test.p for test in tests if test is not None and test.p is not None]
    stays = iter(discoveries(p_values, rule.confirmation_rate))
    return [next(stays) if test is not None and test.p is not None else False for test in tests]


def count_verdict(rule: VerdictRule, test: Comparison, split: Split | None, evidence: Evidence) -> str:
    """Judge a change in valid alerts.

    Args:
        rule: the numbers of the rule.
        test: the comparison of valid alerts, adjusted for the calendar where that can be done.
        split: where the change comes from; None where a count is 0.
        evidence: what else is known.
    """
    if evidence.broken or not evidence.stands or not test.excludes_equality:
        return NOT_ESTABLISHED
    if split is not None and _contradicts(split, rule.largest_share_part):
        return CONTRADICTED
    strong = abs(test.z) >= rule.z and test.dispersion is not None and split is not None
    borne_out = evidence.adjusted and evidence.exception and evidence.signal and not evidence.flagged
    return CONFIRMED if strong and borne_out else POSSIBLE


def _contradicts(split: Split, largest: float) -> bool:
    part = split.share_of_change
    return split.received * split.valid <= 0 or (part is not None and part > largest)


def same_side(test: Comparison, other: Comparison) -> bool:
    """Return whether another test finds a change in the same direction that its interval does not deny."""
    if isnan(other.ratio) or not other.excludes_equality:
        return False
    return (test.ratio < 1) == (other.ratio < 1)


def share_verdict(
    rule: VerdictRule,
    part: float,
    whole: float,
    base_part: float,
    base_whole: float,
    *,
    highest: str = CONFIRMED,
    broken: bool = False,
) -> str:
    """Judge the difference of two shares; `highest` caps it where units are not independent."""
    low, high = share_difference(part, whole, base_part, base_whole, rule.confidence)
    if broken or low <= 0 <= high or highest == NOT_ESTABLISHED:
        return NOT_ESTABLISHED
    if highest == CONFIRMED and abs(share_z(part, whole, base_part, base_whole)) >= rule.z:
        return CONFIRMED
    return POSSIBLE
