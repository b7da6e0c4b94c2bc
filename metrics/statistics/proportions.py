"""Limits of a share and of the difference of two shares.

Wilson's interval for one share, Newcombe's (method 10, without continuity correction) for a
difference. Both assume independent units: people in a test are, repeat alerts are not.
"""

from math import sqrt

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile


def wilson(successes: float, total: float, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's score interval of successes ÷ total.

    Raises:
        ValueError: when the total is not positive or the successes lie outside it.
    """
    if total <= 0 or not 0 <= successes <= total:
        raise ValueError("a share needs 0 <= successes <= total and a positive total")
    z = normal_quantile(confidence)
    share = successes / total
    centre = share + z * z / (2 * total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return Interval(max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale))


def share_difference(
    successes: float, total: float, base_successes: float, base_total: float, confidence: float = CONFIDENCE
) -> Interval:
    """Return Newcombe's interval of share minus base share, as fractions (Newcombe 1998)."""
    share, base = successes / total, base_successes / base_total
    low, high = wilson(successes, total, confidence)
    base_low, base_high = wilson(base_successes, base_total, confidence)
    return Interval(
        share - base - sqrt((share - low) ** 2 + (base_high - base) ** 2),
        share - base + sqrt((high - share) ** 2 + (base - base_low) ** 2),
    )


def share_z(successes: float, total: float, base_successes: float, base_total: float) -> float:
    """Return the pooled z of two shares; 0 when neither share leaves room for a difference."""
    pooled = (successes + base_successes) / (total + base_total)
    spread = pooled * (1 - pooled) * (1 / total + 1 / base_total)
    if spread <= 0:
        return 0.0
    return (successes / total - base_successes / base_total) / sqrt(spread)
