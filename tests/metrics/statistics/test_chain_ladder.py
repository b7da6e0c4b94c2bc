"""The chain ladder against the triangle of Taylor and Ashe (1983) and what Mack (1993) published for it."""

import numpy as np
import pytest

from metrics.statistics.chain_ladder import chain_ladder

INCREMENTS = [
    [357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948],
    [352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046],
    [290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405],
    [310608, 1108250, 776189, 1562400, 272482, 352053, 206286],
    [443160, 693190, 991983, 769488, 504851, 470639],
    [396132, 937085, 847498, 805037, 705960],
    [440832, 847631, 1131398, 1063269],
    [359480, 1061648, 1443370],
    [376686, 986608],
    [344014],
]
FACTORS = (3.4906, 1.7473, 1.4574, 1.1739, 1.1038, 1.0863, 1.0539, 1.0766, 1.0177)
OUTSTANDING = (0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811)
ERRORS = (0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155)
TOTAL, ERROR = 18680856, 2447095


def triangle() -> np.ndarray:
    cells = np.full((10, 10), np.nan)
    for row, increments in enumerate(INCREMENTS):
        cells[row, : len(increments)] = np.cumsum(increments)
    return cells


def test_factors_reserves_and_errors_are_those_that_mack_published() -> None:
    found = chain_ladder(triangle())
    assert [round(factor, 4) for factor in found.factors] == list(FACTORS)
    assert [round(value) for value in found.outstanding] == list(OUTSTANDING)
    assert [round(error) for error in found.errors] == list(ERRORS)
    assert round(found.total) == TOTAL
    assert round(found.error) == ERROR


def test_limits_hold_the_total_and_never_fall_below_zero() -> None:
    low, high = chain_ladder(triangle()).limits()
    assert 0 < low < TOTAL < high
    assert (low, high) == pytest.approx((14.32e6, 23.86e6), rel=0.02)


def test_a_triangle_that_is_whole_has_nothing_to_come() -> None:
    found = chain_ladder(np.array([[10.0, 12.0], [20.0, 21.0]]))
    assert (found.total, found.error) == (0.0, 0.0)
    assert found.limits() == (0.0, 0.0)


def test_days_without_records_are_no_trouble() -> None:
    found = chain_ladder(np.array([[0.0, 0.0], [5.0, 10.0], [0.0, np.nan]]))
    assert found.total == 0.0
