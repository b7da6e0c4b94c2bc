"""How much units really differ: the variance τ² between them, at its estimate and as a range of what it could be.

Paule & Mandel (1982) solve for the τ² under which the units scatter as expected; DerSimonian & Laird (1986) have a
closed form. `posterior` gives every τ its chance: flat prior on τ, common mean integrated out (Gelman et al., Bayesian
Data Analysis, 5.4, the eight schools).

Assumes sampling variances that are known. Drawback: with two or three units the prior decides.
Own code, and not statsmodels' MixedLM, whose issue 10239 returns an intercept of exactly 0 where units do not differ:
docs/decisions/0022-own-between-unit-variance.md.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

GRID, FARTHEST = 200, 5.0
"""Steps of τ, up to five standard deviations of the units' own values."""

Method = Literal["paule-mandel", "dersimonian-laird"]


class Posterior(NamedTuple):
    """What the units would be for each τ of a grid, on the scale of the errors.

    Attributes:
        between: τ, rising from 0.
        chances: how likely each τ is; they add up to 1.
        mean: common mean for each τ.
        mean_error: its standard error.
        keep: τ × unit, the weight of the unit's own value.
        values: τ × unit.
        errors: τ × unit, the uncertainty of the mean included.
        spread: τ × unit, without it.
    """

    between: NDArray[np.float64]
    chances: NDArray[np.float64]
    mean: NDArray[np.float64]
    mean_error: NDArray[np.float64]
    keep: NDArray[np.float64]
    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    spread: NDArray[np.float64]


def between_units(values: ArrayLike, variances: ArrayLike, method: Method = "paule-mandel") -> float:
    """Return τ², the variance between units beyond sampling; 0 where they differ no more than by chance."""
    value, variance = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if value.size < 2 or value.shape != variance.shape or not np.all(variance > 0):
        raise ValueError("a variance between units needs at least two units, each with a positive sampling variance")
    if method == "dersimonian-laird":
        weight = 1 / variance
        excess = _heterogeneity(0.0, value, variance) - (value.size - 1)
        return max(0.0, float(excess / (weight.sum() - np.sum(weight**2) / weight.sum())))
    return _paule_mandel(value, variance)


def posterior(value: NDArray[np.float64], variance: NDArray[np.float64]) -> Posterior:
    """Return means and errors of the units for each τ, with the chance of each τ from its marginal likelihood."""
    tau = np.linspace(0, FARTHEST * max(float(value.std()), float(np.sqrt(variance.min()))), GRID)
    total = tau[:, None] ** 2 + variance
    weight = 1 / total
    mean = (weight @ value) / weight.sum(axis=1)
    scatter = np.sum(weight * (value - mean[:, None]) ** 2, axis=1)
    log_chance = 0.5 * (np.log(weight).sum(axis=1) - np.log(weight.sum(axis=1)) - scatter)
    chances = np.exp(log_chance - log_chance.max())
    mean_error = weight.sum(axis=1) ** -0.5
    keep = tau[:, None] ** 2 / total
    spread = np.sqrt(keep * variance)
    errors = np.hypot(spread, (1 - keep) * mean_error[:, None])
    values = mean[:, None] + keep * (value - mean[:, None])
    return Posterior(tau, chances / chances.sum(), mean, mean_error, keep, values, errors, spread)


def _paule_mandel(value: NDArray[np.float64], variance: NDArray[np.float64]) -> float:
    """Solve Q(τ²) = units − 1; Q falls in τ², so one root lies between 0 and a bound found by doubling."""
    from scipy.optimize import brentq

    freedom = value.size - 1
    if _heterogeneity(0.0, value, variance) <= freedom:
        return 0.0
    high = float(np.var(value, ddof=1))
    while _heterogeneity(high, value, variance) > freedom:
        high *= 2
    return float(brentq(lambda t: _heterogeneity(t, value, variance) - freedom, 0.0, high, xtol=1e-12, rtol=1e-12))


def _heterogeneity(between: float, value: NDArray[np.float64], variance: NDArray[np.float64]) -> float:
    weight = 1 / (between + variance)
    mean = np.sum(weight * value) / weight.sum()
    return float(np.sum(weight * (value - mean) ** 2))
