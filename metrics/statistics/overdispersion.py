"""How much more units differ than chance allows: φ and the additive τ² of Spiegelhalter (2005, 2012).

Each unit's value is put on a scale where its sampling error s is known: √(O/E) with s = 1/(2√E) for a
ratio, ln(O/E) with s = 1/√E where the SHMI's own figures are to be met (set p08), arcsin √p with
s = 1/(2√n) for a share. Outlying z-scores are first pulled to the 10 % quantiles (type 7), or the outer
tenths dropped as the SHMI does, so that the outliers do not hide themselves. φ = mean z²; τ² is DerSimonian & Laird's.

Assumes units independent of each other. Requires ten units, and even then τ² is rough. Drawback: a wide
τ² says that units differ for reasons that are not in the model, and says nothing about which.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST_UNITS = 10
TAIL = 0.1

Tails = Literal["winsorise", "truncate", "keep"]


class TooFewUnits(NamedTuple):
    """Why there is no funnel: this many units, and so many would be needed."""

    units: int
    needed: int = FEWEST_UNITS


class Overdispersion(NamedTuple):
    """Scatter between units.

    Attributes:
        units: how many z-scores were used.
        phi: mean squared z; 1 where units differ by chance only.
        between: τ² on the scale of the z-scores' values, 0 where φ allows none.
    """

    units: int
    phi: float
    between: float


def overdispersion(values: ArrayLike, target: float, errors: ArrayLike, tails: Tails = "winsorise") -> Overdispersion:
    """Return φ and τ² of values against their target, both on the scale on which `errors` holds.

    Raises:
        ValueError: with fewer than ten units; `metrics.statistics.funnel` answers with `TooFewUnits` instead.
    """
    value, error = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if value.size < FEWEST_UNITS:
        raise ValueError(f"overdispersion needs at least {FEWEST_UNITS} units and has {value.size}")
    z = (value - target) / error
    if tails == "truncate":
        dropped = int(TAIL * z.size)
        kept = np.argsort(z, kind="stable")[dropped : z.size - dropped]
        z, error = z[kept], error[kept]
    elif tails == "winsorise":
        z = np.clip(z, *np.quantile(z, [TAIL, 1 - TAIL]))
    phi = float(np.mean(z**2))
    return Overdispersion(z.size, phi, _between(z.size, phi, 1 / error**2))


def _between(units: int, phi: float, weights: NDArray[np.float64]) -> float:
    total = weights.sum()
    return max(0.0, float((units * phi - (units - 1)) / (total - np.sum(weights**2) / total)))
