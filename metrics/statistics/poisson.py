"""Limits of a count and of a rate per 10,000 residents.

Below ten events the limits are exact (chi-square); from ten on they are Byar's, as in the
guidance of Public Health England that the sets p01 and p03 come from. Both assume that events are
independent. Repeat reports are not: where f(k) places have k alerts each, the variance of the count is
V = Σ k² f(k) and not Σ k f(k), and `dependent_limits` widens Byar's by √(V ÷ count), which is PHE's
correction for several events a person (a directly standardised rate with one stratum).
"""

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

from scipy.special import gammaincinv

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile

EXACT_BELOW = 10
PER_RESIDENTS = 10_000


class Rate(NamedTuple):
    """A rate with its interval, both per the same number of residents."""

    value: float
    interval: Interval


def byar_limits(count: float, confidence: float = CONFIDENCE) -> Interval:
    """Return Byar's limits of a count (Breslow & Day 1987); a negative lower limit becomes 0."""
    z = normal_quantile(confidence)
    above = count + 1
    high = above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3
    if count <= 0:
        return Interval(0.0, high)
    low = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    return Interval(max(0.0, low), high)


def exact_limits(count: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact Poisson limits of a count, chi2(a/2, 2O)/2 and chi2(1-a/2, 2O+2)/2."""
    tail = (1 - confidence) / 2
    low = float(gammaincinv(count, tail)) if count > 0 else 0.0
    return Interval(low, float(gammaincinv(count + 1, 1 - tail)))


def count_limits(count: float, confidence: float = CONFIDENCE) -> Interval:
    """Return exact limits below ten events and Byar's from ten on."""
    return exact_limits(count, confidence) if count < EXACT_BELOW else byar_limits(count, confidence)


def rate_with_limits(
    count: float, population: float, per: float = PER_RESIDENTS, confidence: float = CONFIDENCE
) -> Rate:
    """Return the rate of a count in a population, per 10,000 unless `per` says otherwise.

    Raises:
        ValueError: when the population is not positive; there is no rate then, and never infinity.
    """
    if population <= 0:
        raise ValueError("a rate needs a positive population")
    limits = count_limits(count, confidence)
    scale = per / population
    return Rate(count * scale, Interval(limits.low * scale, limits.high * scale))


def repeat_variance(counts_by_place: Iterable[float]) -> float:
    """Return V = Σ k² over the places (or persons) behind a count; V equals the count where none repeats."""
    return float(sum(each * each for each in counts_by_place))


def dependent_limits(count: float, variance: float, confidence: float = CONFIDENCE) -> Interval:
    """Return O + √(V ÷ O) (limit − O); never narrower than the limits of independent events.

    Assumes that places are independent of each other and each place's number of alerts is its own.
    """
    low, high = count_limits(count, confidence)
    stretch = sqrt(max(1.0, variance / count)) if count > 0 else 1.0
    return Interval(max(0.0, count + stretch * (low - count)), count + stretch * (high - count))


def rate_with_dependent_limits(
    count: float, variance: float, population: float, per: float = PER_RESIDENTS, confidence: float = CONFIDENCE
) -> Rate:
    """Return the rate of `rate_with_limits` with the interval widened for repeats; the rate is the same.

    Raises:
        ValueError: when the population is not positive.
    """
    rate = rate_with_limits(count, population, per, confidence)
    low, high = dependent_limits(count, variance, confidence)
    scale = per / population
    return Rate(rate.value, Interval(low * scale, high * scale))
