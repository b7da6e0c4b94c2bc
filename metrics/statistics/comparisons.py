"""Did a count change? Ratio of two Poisson counts with their exposures.

Score interval and score test as statsmodels has them (`confint_poisson_2indep(method="score")`), but
in closed form; E-test (Krishnamoorthy & Thomson 2004) for small counts. Own code on purpose: importing
statsmodels costs seconds and a cold page has one (docs/decisions/0020-own-poisson-comparisons.md);
the tests hold it against statsmodels.

Trap: Wheeler's z = 2(√current − √past) takes the past as a known mean. For two observed counts its
variance is 2, so `square_root_z` divides by √2.
"""

from math import exp, isinf, log, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import bdtr, bdtrc, gammaln, ndtr, ndtri, xlogy

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile

E_TEST_UP_TO = 100
TIE = 1e-9
"""Statistics closer than this are the same: the observed pair must count as one of its own extremes."""


class RateRatio(NamedTuple):
    """Ratio of two rates; the interval's upper limit is infinite when the base count is 0."""

    ratio: float
    interval: Interval
    p: float | None
    test: str


def rate_ratio(
    count: float,
    base_count: float,
    exposure: float = 1.0,
    base_exposure: float = 1.0,
    confidence: float = CONFIDENCE,
) -> RateRatio:
    """Compare two counts: E-test where both together are at most 100, else the score test."""
    ratio = (count / exposure) / (base_count / base_exposure) if base_count else float("inf")
    interval = score_interval(count, base_count, exposure, base_exposure, confidence)
    if count + base_count <= E_TEST_UP_TO:
        return RateRatio(ratio, interval, e_test(count, base_count, exposure, base_exposure), "e_test")
    return RateRatio(ratio, interval, score_test(count, base_count, exposure, base_exposure), "score")


def score_interval(
    count: float,
    base_count: float,
    exposure: float = 1.0,
    base_exposure: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return the ratios at which the score test is just not significant.

    They solve (y1 − y2 s)² = z² (y1 + y2) s for s = ratio × exposure ÷ base exposure.
    """
    z2 = normal_quantile(confidence) ** 2
    scale = base_exposure / exposure
    if count + base_count == 0:
        return Interval(0.0, float("inf"))
    if base_count == 0:
        return Interval(scale * count / z2, float("inf"))
    middle = 2 * count * base_count + z2 * (count + base_count)
    root = sqrt(max(0.0, middle**2 - (2 * count * base_count) ** 2))
    # The product of the roots is (y1/y2)²: dividing by the larger one avoids cancellation.
    high = (middle + root) / (2 * base_count**2)
    low = (count / base_count) ** 2 / high
    return Interval(scale * low, scale * high)


def score_statistic(count: float, base_count: float, exposure: float = 1.0, base_exposure: float = 1.0) -> float:
    """Return the score statistic of equal rates; 0 for two zero counts."""
    share = exposure / base_exposure
    if count + base_count == 0:
        return 0.0
    return (count - base_count * share) / sqrt((count + base_count) * share)


def score_test(count: float, base_count: float, exposure: float = 1.0, base_exposure: float = 1.0) -> float | None:
    """Return the two-sided p of equal rates, None when both counts are 0."""
    if count + base_count == 0:
        return None
    return float(2 * ndtr(-abs(score_statistic(count, base_count, exposure, base_exposure))))


def e_test(count: float, base_count: float, exposure: float = 1.0, base_exposure: float = 1.0) -> float | None:
    """Return the two-sided p of the E-test with the score statistic, None when both counts are 0.

    Under equal rates the sum n of the counts is Poisson and the first count is binomial given n, so
    the double sum of the textbook becomes one sum of binomial tails over n.
    """
    total = count + base_count
    if total == 0:
        return None
    share = exposure / base_exposure
    chance = share / (1 + share)
    observed = abs(score_statistic(count, base_count, exposure, base_exposure))
    sums = np.arange(0, _largest_sum(total) + 1, dtype=np.float64)
    reach = observed * np.sqrt(sums * share)
    below = np.floor((sums * share - reach) / (1 + share) + TIE)
    above = np.ceil((sums * share + reach) / (1 + share) - TIE)
    lower = np.where(below < 0, 0.0, bdtr(np.clip(below, 0, sums), sums.astype(np.int64), chance))
    upper = np.where(above > sums, 0.0, np.where(above <= 0, 1.0, bdtrc(above - 1, sums.astype(np.int64), chance)))
    extreme = np.where(below >= above, 1.0, lower + upper)
    extreme[0] = float(observed <= TIE)
    weights = np.exp(xlogy(sums, total) - total - gammaln(sums + 1))
    return float(min(1.0, np.sum(weights * extreme)))


def _largest_sum(mean: float) -> int:
    """Return a count beyond which a Poisson variable with this mean practically never lies."""
    return int(mean + 10 * sqrt(mean) + 50)


def square_root_z(count: float, base_count: float, exposure: float = 1.0, base_exposure: float = 1.0) -> float:
    """Return z of two observed counts, √2(√current − √base) for equal exposure."""
    share = exposure / base_exposure
    return 2 * (sqrt(count) - sqrt(base_count * share)) / sqrt(1 + share)


def widen_interval(ratio: float, interval: Interval, dispersion: float) -> Interval:
    """Stretch the log interval of a ratio by √dispersion; a dispersion under 1 never narrows it."""
    stretch = sqrt(max(1.0, dispersion))
    if ratio <= 0 or isinf(ratio) or stretch == 1.0:
        return interval
    low = exp(log(ratio) + stretch * (log(interval.low) - log(ratio))) if interval.low > 0 else 0.0
    high = exp(log(ratio) + stretch * (log(interval.high) - log(ratio))) if not isinf(interval.high) else interval.high
    return Interval(low, high)


def widen_p(p: float, dispersion: float) -> float:
    """Return the p that the same deviation has when the variance is `dispersion` times the Poisson one."""
    if p <= 0:
        return 0.0
    return float(2 * ndtr(ndtri(p / 2) / sqrt(max(1.0, dispersion))))
