"""Many rows, many chances: the false discovery rate over one table.

Benjamini & Hochberg's step-up. Own ten lines, because `scipy.stats` and statsmodels must stay
unloaded on a page (docs/decisions/0020-own-poisson-comparisons.md); held against R's multtest (p13).
"""

from collections.abc import Sequence

import numpy as np

FALSE_DISCOVERY_RATE = 0.10


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values in the order given."""
    if not p_values:
        return []
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    scaled = p[order] * p.size / np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled))
    return [float(value) for value in adjusted]


def discoveries(p_values: Sequence[float], rate: float = FALSE_DISCOVERY_RATE) -> list[bool]:
    """Return for each p-value whether it stays an exception at this false discovery rate."""
    return [adjusted <= rate for adjusted in benjamini_hochberg(p_values)]
