"""Rates that allow for a different mix: directly and indirectly standardised, with Dobson's and Byar's limits.

Direct: Σ w x/n ÷ Σ w over strata (age bands, kinds of place) with variance Σ w² x/n² ÷ (Σ w)²; limits by
Dobson et al. (1991), rate + √(Var ÷ X) (Byar(X) − X) (set p05). With repeats, x in the variance becomes
Σ k² f(k) of the stratum, as in PHEindicatormethods. Indirect: expected E = Σ n × reference count ÷ reference
population; ratio O ÷ E with Byar's limits ÷ E (set p06).

Assumes events independent unless the variances of repeats are given, and weights that everybody uses.
Drawback: two indirectly standardised ratios do not compare with each other, only each with the reference.
Under ten events there is no directly standardised rate.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.statistics.interval import CONFIDENCE, Interval
from metrics.statistics.poisson import PER_RESIDENTS, Rate, byar_limits, count_limits

FEWEST_EVENTS = 10


class StandardisedRatio(NamedTuple):
    """Observed and expected counts, their ratio with its interval, and the reference's own crude rate."""

    observed: float
    expected: float
    ratio: float
    interval: Interval
    reference_rate: float

    def rate(self, per: float = PER_RESIDENTS) -> Rate:
        """Return the indirectly standardised rate: ratio × reference rate, per so many residents."""
        scale = self.reference_rate * per
        low, high = self.interval
        return Rate(self.ratio * scale, Interval(low * scale, high * scale))


def directly_standardised(
    counts: ArrayLike,
    populations: ArrayLike,
    weights: ArrayLike,
    per: float = PER_RESIDENTS,
    confidence: float = CONFIDENCE,
    variances: ArrayLike | None = None,
) -> Rate | None:
    """Return the rate in a standard population; None under ten events.

    Args:
        counts: events of each stratum; NaN counts as none.
        populations: residents of each stratum, all positive.
        weights: residents of each stratum in the standard population.
        per: residents that the rate is given for.
        confidence: of the limits.
        variances: Σ k² f(k) of each stratum (`repeat_variance`) where persons or places report repeatedly.

    Raises:
        ValueError: when a population is not positive.
    """
    count, size = np.nan_to_num(np.asarray(counts, dtype=np.float64)), _positive(populations)
    weight = np.asarray(weights, dtype=np.float64)
    events = float(count.sum())
    if events < FEWEST_EVENTS:
        return None
    scatter = count if variances is None else np.asarray(variances, dtype=np.float64)
    rate = float(np.sum(weight * count / size) / weight.sum())
    variance = float(np.sum(weight**2 * scatter / size**2) / weight.sum() ** 2)
    limits = [rate + sqrt(variance / events) * (limit - events) for limit in byar_limits(events, confidence)]
    return Rate(rate * per, Interval(max(0.0, limits[0] * per), limits[1] * per))


def indirectly_standardised(
    observed: float,
    populations: ArrayLike,
    reference_counts: ArrayLike,
    reference_populations: ArrayLike,
    confidence: float = CONFIDENCE,
) -> StandardisedRatio:
    """Return observed ÷ expected with Byar's limits (exact under ten events).

    Raises:
        ValueError: when a reference population is not positive or nothing is expected.
    """
    reference, of = np.asarray(reference_counts, dtype=np.float64), _positive(reference_populations)
    expected = float(np.sum(np.asarray(populations, dtype=np.float64) * reference / of))
    if expected <= 0:
        raise ValueError("a standardised ratio needs a positive expected count")
    limits = count_limits(observed, confidence)
    interval = Interval(limits.low / expected, limits.high / expected)
    return StandardisedRatio(observed, expected, observed / expected, interval, float(reference.sum() / of.sum()))


def _positive(populations: ArrayLike) -> NDArray[np.float64]:
    size = np.asarray(populations, dtype=np.float64)
    if not size.size or not np.all(size > 0):
        raise ValueError("standardisation needs a positive population in every stratum")
    return size
