"""How far a unit lies from its peers, from its own past, or from an even split.

- Peers: the proportion funnel of Spiegelhalter (2005) on the arcsine scale, with additive scatter between
  units (τ²) from z winsorised at 10 %; two-sided p = 2(1 − Φ(|y − target| ÷ √(s² + τ²))).
- Own past: the pooled share of the window against that of the past, its standard error widened by Laney's σz
  of the past's weeks (P′ chart).
- Even split: exact binomial (McNemar where the two sides are moves down and up).

Formulas: ../shared/domain/statistics.md sections 2 and 6. Only numpy and `scipy.special`.
"""

from dataclasses import dataclass, replace
from math import asin, exp, sin, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, ndtr, ndtri

from metrics.statistics import Interval, TooFewUnits, normal_quantile, overdispersion, share_funnel
from metrics.statistics.control_charts import SIGMA_OF_RANGE, mean_moving_range

Floats = NDArray[np.float64]
FEWEST_WEEKS = 12
DRAWN = 0.998
SMALL_EXPECTED = 5.0
"""With fewer events expected the arcsine is too rough, and the exact binomial tail is taken."""


@dataclass(frozen=True)
class Judged:
    """A value, what was expected, its two-sided p, and the value that would have another p."""

    value: float
    expected: float
    p: float
    centre: float
    spread: float
    scale: str

    def limit(self, p: float) -> float | None:
        """Return the value at a two-sided p, on the side where this value lies."""
        if not 0 < p < 1 or self.spread == 0:
            return None
        reach = -float(ndtri(p / 2)) * self.spread
        return self._back(self.centre + (reach if self.value >= self.expected else -reach))

    def band(self) -> Interval | None:
        """Return the 99.8 % limits around what is expected, for drawing."""
        if self.spread == 0:
            return None
        reach = normal_quantile(DRAWN) * self.spread
        return Interval(self._back(self.centre - reach), self._back(self.centre + reach))

    def _back(self, raw: float) -> float:
        if self.scale == "arcsine":
            return sin(min(max(raw, 0.0), asin(1.0))) ** 2
        if self.scale == "root":
            return max(raw, 0.0) ** 2
        return exp(raw) if self.scale == "log" else raw

    def exponential(self) -> "Judged":
        """Return a value judged on its logarithm as the ratio that it is."""
        return Judged(exp(self.value), exp(self.expected), self.p, self.centre, self.spread, "log")


def two_sided(z: Floats | float) -> Floats:
    """Return two-sided normal p."""
    return np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def against_peers(parts: Floats, wholes: Floats) -> list[Judged]:
    """Judge shares against the pooled share of at least ten units; every whole is positive.

    The arcsine's p is too small in its lower tail, so it is never taken below the exact binomial one.
    """
    funnel = share_funnel(parts, wholes)
    if isinstance(funnel, TooFewUnits):
        raise ValueError(f"{funnel.units} units are too few for a comparison with peers")
    centre = asin(sqrt(funnel.target))
    spread = np.sqrt(1 / (4 * wholes) + funnel.scatter.between)
    rough = wholes * funnel.target < SMALL_EXPECTED
    return [
        Judged(
            float(part / whole),
            funnel.target,
            _tail(part, whole, parts, wholes)
            if small
            else max(float(found), split_p(int(part), int(whole), funnel.target)),
            centre,
            float(wide),
            "arcsine",
        )
        for part, whole, small, found, wide in zip(parts, wholes, rough, funnel.p, spread, strict=True)
    ]


def _tail(part: float, whole: float, parts: Floats, wholes: Floats) -> float:
    """Return the doubled exact tail of a rare count, its chance taken from all other units."""
    others = float(wholes.sum() - whole)
    chance = float(parts.sum() - part) / others if others > 0 else 0.0
    if chance <= 0:  # nobody else has any: at most half an event among them all
        chance = 0.5 / others if others > 0 else 1.0
    return split_p(int(part), int(whole), chance)


def values_against_peers(values: Floats, variances: Floats) -> list[Judged]:
    """Judge values with known variances against their weighted mean, scatter between units added."""
    weight = 1 / variances
    target = float((values * weight).sum() / weight.sum())
    spread = np.sqrt(variances + overdispersion(values, target, np.sqrt(variances)).between)
    p = two_sided((values - target) / spread)
    return [
        Judged(float(value), target, float(found), target, float(wide), "plain")
        for value, found, wide in zip(values, p, spread, strict=True)
    ]


def counts_against_peers(counts: Floats, exposures: Floats) -> list[Judged]:
    """Judge counts per exposure against the pooled rate (ratio funnel on the square-root scale)."""
    target = float(counts.sum() / exposures.sum())
    centre, variance = sqrt(target), 1 / (4 * exposures)
    y = np.sqrt(counts / exposures)
    spread = np.sqrt(variance + overdispersion(y, centre, np.sqrt(variance)).between)
    p = two_sided((y - centre) / spread)
    return [
        Judged(float(count / exposure), target, float(found), centre, float(wide), "root")
        for count, exposure, found, wide in zip(counts, exposures, p, spread, strict=True)
    ]


def against_past(part: float, whole: float, past_parts: Floats, past_wholes: Floats) -> Judged | None:
    """Judge a share against the weeks of the past; None with too few weeks, or a past without any variation."""
    kept = past_wholes > 0
    past_parts, past_wholes = past_parts[kept], past_wholes[kept]
    if len(past_wholes) < FEWEST_WEEKS or whole <= 0:
        return None
    base = float(past_parts.sum() / past_wholes.sum())
    pooled = (past_parts.sum() + part) / (past_wholes.sum() + whole)
    if not 0 < base < 1 or not 0 < pooled < 1 or not 0 <= part <= whole:
        return None
    sigma = laney(past_parts, past_wholes)
    spread = sqrt(pooled * (1 - pooled) * (1 / whole + 1 / past_wholes.sum())) * max(1.0, sigma)
    p = float(two_sided((part / whole - base) / spread))
    return Judged(part / whole, base, p, base, spread, "plain")


def laney(parts: Floats, wholes: Floats) -> float:
    """Return Laney's σz: how much wider the weeks scatter than binomial; at least two weeks."""
    share = parts.sum() / wholes.sum()
    z = (parts / wholes - share) / np.sqrt(share * (1 - share) / wholes)
    return mean_moving_range(z, screen=False) / SIGMA_OF_RANGE


def split_p(part: int, whole: int, chance: float = 0.5) -> float:
    """Return the doubled exact binomial tail on the side where the count lies."""
    if whole == 0:
        return 1.0
    lower = float(bdtr(part, whole, chance))
    upper = 1.0 if part == 0 else float(bdtrc(part - 1, whole, chance))
    return min(1.0, 2 * min(lower, upper))


def at_least_split(found: Judged, part: float, whole: float) -> Judged:
    """Return a net rate with a p no smaller than that of its own moves split evenly: few moves make fat tails."""
    return replace(found, p=max(found.p, split_p(int(part), int(whole))))


def split_limit(whole: int, chance: float, p: float) -> float | None:
    """Return the smallest share above the chance whose doubled upper tail is at most p; None where none is."""
    if whole == 0 or not 0 < p < 1:
        return None
    counts = np.arange(1, whole + 1)
    few = counts[2 * bdtrc(counts - 1, whole, chance) <= p]
    return float(few[0] / whole) if len(few) else None
