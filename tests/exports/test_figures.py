"""How numbers are published."""

import pytest

from exports.figures import rounded


@pytest.mark.parametrize(
    ("value", "published"),
    [
        (1 / 3, 0.333333333333),
        (2 / 3 * 1e9, 666666666.667),
        (-3.4243e-16, 0.0),  # equal scores that cancel out but for the last bits
        (-0.0, 0.0),
        (1 / 3e6, 3.33333333333e-07),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
    ],
)
def test_a_number_has_twelve_digits_and_no_noise(value: float | None, published: float | None) -> None:
    assert repr(rounded(value)) == repr(published)


def test_a_p_value_may_be_as_small_as_it_is() -> None:
    assert rounded(1.23456789012345e-40, 0.0) == 1.23456789012e-40
