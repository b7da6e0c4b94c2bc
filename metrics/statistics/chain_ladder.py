"""How many records of recent days are still to come, from how late those of earlier days came: the chain ladder.

Rows are origins (days or years), columns are delays, cells are cumulative counts, not-a-number where the delay has not
been reached. Development factors and the standard error, with its part for the factors' own error and for their being
shared by all rows, are those of Mack (1993), "Distribution-free calculation of the standard error of chain ladder
reserve estimates", ASTIN Bulletin 23. statsmodels and scipy have none; the packages that do (chainladder) bring pandas.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.interval import Interval

Matrix = NDArray[np.float64]
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Ladder:
    """What is still to come.

    Attributes:
        factors: growth from each delay to the next.
        outstanding: expected further count of each origin.
        errors: standard error of each.
        total: expected further count of the origins asked for, and its standard error.
    """

    factors: tuple[float, ...]
    outstanding: tuple[float, ...]
    errors: tuple[float, ...]
    total: float
    error: float

    def limits(self) -> Interval:
        """Return 95 % limits of the total, log-normal as Mack proposes, so that they never fall below zero."""
        if self.total <= 0:
            return Interval(0.0, Z95 * self.error)
        spread = sqrt(log(1 + (self.error / self.total) ** 2))
        middle = log(self.total) - spread**2 / 2
        return Interval(exp(middle - Z95 * spread), exp(middle + Z95 * spread))


def chain_ladder(cumulative: Matrix, origins: slice = slice(None)) -> Ladder:
    """Return the chain ladder of a triangle; `origins` are the rows that the total is of."""
    factors, variances, weights = _develop(cumulative)
    ultimate, errors, latest = [], [], []
    for row in cumulative:
        known = int(np.flatnonzero(~np.isnan(row))[-1])
        end, square = float(row[known]), 0.0
        for step in range(known, len(factors)):
            if end > 0 and weights[step] > 0:
                square += variances[step] / factors[step] ** 2 * (1 / end + 1 / weights[step])
            end *= factors[step]
        ultimate.append(end)
        latest.append(known)
        errors.append(end * sqrt(square))
    outstanding = [end - float(row[known]) for end, row, known in zip(ultimate, cumulative, latest, strict=True)]
    chosen = range(*origins.indices(len(cumulative)))
    square = sum(errors[i] ** 2 for i in chosen)
    for place, i in enumerate(chosen):
        for j in chosen[place + 1 :]:
            start = max(latest[i], latest[j])
            shared = sum(
                variances[step] / factors[step] ** 2 / weights[step]
                for step in range(start, len(factors))
                if weights[step] > 0
            )
            square += 2 * ultimate[i] * ultimate[j] * shared
    total = sum(outstanding[i] for i in chosen)
    return Ladder(tuple(factors), tuple(outstanding), tuple(errors), total, sqrt(square))


def _develop(cumulative: Matrix) -> tuple[list[float], list[float], list[float]]:
    """Return for each step its factor, Mack's variance, and the sum that the factor stands on."""
    factors: list[float] = []
    variances: list[float] = []
    weights: list[float] = []
    for step in range(cumulative.shape[1] - 1):
        both = ~np.isnan(cumulative[:, step + 1]) & ~np.isnan(cumulative[:, step])
        before, after = cumulative[both, step], cumulative[both, step + 1]
        weight = float(before.sum())
        factor = float(after.sum()) / weight if weight > 0 else 1.0
        seen = before > 0
        if seen.sum() > 1:
            scatter = before[seen] * (after[seen] / before[seen] - factor) ** 2
            variance = float(scatter.sum()) / (int(seen.sum()) - 1)
        else:
            variance = _last_variance(variances)
        factors.append(factor)
        variances.append(variance)
        weights.append(weight)
    return factors, variances, weights


def _last_variance(variances: list[float]) -> float:
    """Return Mack's choice for a step with one row: what the two steps before lead one to expect."""
    if len(variances) < 2 or variances[-2] == 0:
        return variances[-1] if variances else 0.0
    return min(variances[-1] ** 2 / variances[-2], variances[-2], variances[-1])
