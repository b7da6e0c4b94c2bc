"""The one shape in which every interval of this room is handed on.

Assumes two-sided intervals; 95 % unless a caller says otherwise.
"""

from typing import NamedTuple

from scipy.special import ndtri

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Lower and upper limit, in the unit of the estimate that they belong to."""

    low: float
    high: float


def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """Return the two-sided normal quantile, 1.96 for 0.95."""
    return float(ndtri(0.5 + confidence / 2))
