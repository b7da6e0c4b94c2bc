"""The share of a day's count that the calendar explains: a quasi-Poisson model with a log link, many units at once.

log mean = level + trend + weekday + holiday class + Spring Festival window + two harmonics of the year. Only the parts
that come round again make the calendar factor; level and trend are fitted beside them and stay in the figures, so
that a real fall is never adjusted away. Adjusted count = count × mean factor ÷ factor.

Iteratively reweighted least squares for all units of a table in a few matrix products; statsmodels' GLM gives the same
coefficients and takes a hundred times as long (docs/decisions/0031-calendar-model.md, held together by a test).
Assumes known days only; a column without variation is left out and its factor is 1.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_ROUNDS = 30
AT_REST = 1e-9
RIDGE = 1e-8
"""Keeps a column without any alert from running away; far below what moves a coefficient."""
LARGEST = 3.0
"""A coefficient beyond this (a factor of 20) comes from days without any alert and means nothing."""


class CalendarModel(NamedTuple):
    """Fitted models, one a unit.

    Attributes:
        coefficients: units × columns of the design, 0 for columns without variation.
        dispersion: Pearson's χ² over its degrees of freedom, at least 1, for each unit.
    """

    coefficients: Floats
    dispersion: Floats


def fit_calendar(counts: Floats, design: Floats, offset: Floats | None = None) -> CalendarModel:
    """Fit the daily counts of units, each with at least one alert.

    Args:
        counts: units × known days.
        design: known days × columns, without a constant.
        offset: what is known of the logarithm of each day's mean, 0 where nothing is.
    """
    varying = np.ptp(design, axis=0) > 0
    known = np.column_stack([np.ones(len(design)), design[:, varying]])
    given = np.zeros(len(design)) if offset is None else offset
    mean, found = _reweighted(counts, known, given)
    coefficients = np.zeros((len(counts), design.shape[1]))
    coefficients[:, varying] = np.clip(found[:, 1:], -LARGEST, LARGEST)
    freedom = max(1, len(design) - known.shape[1])
    dispersion = np.sum((counts - mean) ** 2 / mean, axis=1) / freedom
    return CalendarModel(coefficients, np.maximum(1.0, dispersion))


def _reweighted(counts: Floats, design: Floats, offset: Floats) -> tuple[Floats, Floats]:
    """Return the fitted means and the coefficients, the constant first."""
    width = design.shape[1]
    weighted = _products(design) if len(counts) > 1 else _one_by_one(design)
    linear = np.log(counts.mean(axis=1, keepdims=True)) + np.zeros_like(counts)
    coefficients = np.zeros((len(counts), width))
    for _ in range(MOST_ROUNDS):
        mean = np.exp(linear)
        wanted = (mean * (linear - offset) + counts - mean) @ design
        weight = weighted(mean) + RIDGE * np.eye(width)
        before, coefficients = coefficients, np.linalg.solve(weight, wanted[:, :, None])[:, :, 0]
        linear = np.clip(coefficients @ design.T + offset, -30.0, 30.0)
        if np.max(np.abs(coefficients - before), initial=0.0) < AT_REST:
            break
    return np.exp(linear), coefficients


def _one_by_one(design: Floats) -> Callable[[Floats], Floats]:
    """Return what gives the information matrix of each unit by its means."""
    return lambda means: np.stack([(design.T * mean) @ design for mean in means])


def _products(design: Floats) -> Callable[[Floats], Floats]:
    """Return the same for many units at once; a matrix is symmetric, so half of it is counted."""
    rows, columns = np.triu_indices(design.shape[1])
    products = design[:, rows] * design[:, columns]

    def weighted(means: Floats) -> Floats:
        matrices = np.empty((len(means), design.shape[1], design.shape[1]))
        matrices[:, rows, columns] = matrices[:, columns, rows] = means @ products
        return matrices

    return weighted
