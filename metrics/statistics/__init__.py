"""Statistics behind the figures: pure functions of numbers, without SQL and without frames.

Formulas and traps: ../shared/domain/statistics.md. Only numpy and `scipy.special` are imported;
`scipy.stats`, statsmodels and pandas stay unloaded.
"""

from metrics.statistics.comparisons import (
    RateRatio,
    e_test,
    rate_ratio,
    score_interval,
    score_test,
    square_root_z,
    widen_interval,
    widen_p,
)
from metrics.statistics.decomposition import Split, split_change
from metrics.statistics.dispersion import Dispersion, dispersion
from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile
from metrics.statistics.multiplicity import benjamini_hochberg, discoveries
from metrics.statistics.poisson import Rate, byar_limits, count_limits, exact_limits, rate_with_limits
from metrics.statistics.proportions import share_difference, share_z, wilson

__all__ = [
    "CONFIDENCE",
    "Dispersion",
    "Interval",
    "Rate",
    "RateRatio",
    "Split",
    "benjamini_hochberg",
    "byar_limits",
    "count_limits",
    "discoveries",
    "dispersion",
    "e_test",
    "exact_limits",
    "normal_quantile",
    "rate_ratio",
    "rate_with_limits",
    "score_interval",
    "score_test",
    "share_difference",
    "share_z",
    "split_change",
    "square_root_z",
    "widen_interval",
    "widen_p",
    "wilson",
]
