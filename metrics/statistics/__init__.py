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
from metrics.statistics.concentration import (
    Concentration,
    Lorenz,
    RandomBand,
    concentration,
    gini,
    herfindahl,
    lorenz,
    lorenz_asymmetry,
    random_band,
    rosenbluth,
)
from metrics.statistics.control_charts import (
    CORRELATED_ABOVE,
    SMALLEST_BASELINE,
    SPARSE_BELOW,
    ControlLimits,
    individuals_chart,
    lag_one_autocorrelation,
    rate_chart,
    share_chart,
)
from metrics.statistics.control_rules import (
    Assurance,
    Rule,
    RunTests,
    Signals,
    Variation,
    assurance,
    members_of_signal,
    run_tests,
    shift_ends,
    signals,
    trend_ends,
    variation,
)
from metrics.statistics.days_between import cases_between_chart, days_between_chart, still_running
from metrics.statistics.decomposition import Split, split_change
from metrics.statistics.dispersion import Dispersion, dispersion
from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile
from metrics.statistics.multiplicity import benjamini_hochberg, discoveries
from metrics.statistics.poisson import Rate, byar_limits, count_limits, exact_limits, rate_with_limits
from metrics.statistics.proportions import share_difference, share_z, wilson

__all__ = [
    "CONFIDENCE",
    "CORRELATED_ABOVE",
    "SMALLEST_BASELINE",
    "SPARSE_BELOW",
    "Assurance",
    "Concentration",
    "ControlLimits",
    "Dispersion",
    "Interval",
    "Lorenz",
    "RandomBand",
    "Rate",
    "RateRatio",
    "Rule",
    "RunTests",
    "Signals",
    "Split",
    "Variation",
    "assurance",
    "benjamini_hochberg",
    "byar_limits",
    "cases_between_chart",
    "concentration",
    "count_limits",
    "days_between_chart",
    "discoveries",
    "dispersion",
    "e_test",
    "exact_limits",
    "gini",
    "herfindahl",
    "individuals_chart",
    "lag_one_autocorrelation",
    "lorenz",
    "lorenz_asymmetry",
    "members_of_signal",
    "normal_quantile",
    "random_band",
    "rate_chart",
    "rate_ratio",
    "rate_with_limits",
    "rosenbluth",
    "run_tests",
    "score_interval",
    "score_test",
    "share_chart",
    "share_difference",
    "share_z",
    "shift_ends",
    "signals",
    "split_change",
    "square_root_z",
    "still_running",
    "trend_ends",
    "variation",
    "widen_interval",
    "widen_p",
    "wilson",
]
