"""Did an area change more than its neighbours: Wheeler & Ratcliffe's (2018) weighted displacement difference.

(treated after − before) − (control after − before), plus the same for the areas around, to which trouble may
have moved. Each count is Poisson, so the variance is the sum of the counts. Counts over unequal lengths are
divided by their `weights` (periods), and then each variance by the square.

Assumes that treated and control areas would have changed by the same number, not by the same percentage:
choose a control with about as many reports. Drawback: repeats make the counts scatter more than Poisson, so
the interval is too narrow where few places report often; give `dispersion` then.
"""

from math import sqrt
from typing import NamedTuple

from scipy.special import ndtr

from metrics.statistics.interval import CONFIDENCE, Interval, normal_quantile

NOWHERE = (0.0, 0.0)


class DisplacementDifference(NamedTuple):
    """Change beyond the control's in reports (a period), with its variance, interval, z and two-sided p."""

    change: float
    variance: float
    interval: Interval
    z: float | None
    p: float | None


def displacement_difference(
    treated: tuple[float, float],
    control: tuple[float, float],
    displacement: tuple[float, float] = NOWHERE,
    displacement_control: tuple[float, float] = NOWHERE,
    weights: tuple[float, float] = (1.0, 1.0),
    confidence: float = CONFIDENCE,
    dispersion: float = 1.0,
) -> DisplacementDifference:
    """Return the weighted displacement difference of (before, after) counts.

    Args:
        treated: counts where something was done.
        control: counts of comparable areas.
        displacement: counts of the areas around the treated ones.
        displacement_control: counts of the areas around the control.
        weights: lengths of the two periods, in a unit of choice; the change is per unit.
        confidence: of the interval.
        dispersion: variance over the Poisson variance; under 1 counts as 1.
    """
    before, after = weights
    pairs = (treated, displacement, control, displacement_control)
    change = sum(sign * (pair[1] / after - pair[0] / before) for sign, pair in zip((1, 1, -1, -1), pairs, strict=True))
    poisson = sum(pair[0] / before**2 + pair[1] / after**2 for pair in pairs)
    variance = poisson * max(1.0, dispersion)
    reach = normal_quantile(confidence) * sqrt(variance)
    z = change / sqrt(variance) if variance > 0 else None
    p = float(2 * ndtr(-abs(z))) if z is not None else None
    return DisplacementDifference(change, variance, Interval(change - reach, change + reach), z, p)
