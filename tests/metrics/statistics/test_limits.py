"""Limits of counts, rates and shares against figures that somebody else published."""

import csv
from pathlib import Path

import pytest

from metrics.statistics import byar_limits, count_limits, exact_limits, rate_with_limits, wilson

LEVELS = {"95%": 0.95, "99.8%": 0.998}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name / "cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_byar_and_wilson_as_published_by_phe(reference_values: Path) -> None:
    for row in rows(reference_values, "p01_byar_wilson_ci"):
        level, count = LEVELS[row["confidence"]], float(row["x"])
        got = byar_limits(count, level) if row["method"] == "Byars" else wilson(count, float(row["n"]), level)
        low = float(row["lowercl"]) if row["lowercl"] else 0.0  # upstream prints nothing for a negative limit
        assert got == pytest.approx((low, float(row["uppercl"])), rel=1e-9)


def test_shares_as_published_by_phe(reference_values: Path) -> None:
    for row in rows(reference_values, "p02_proportion_wilson"):
        count, total = float(row["Numerator"]), float(row["Denominator"])
        assert wilson(count, total) == pytest.approx((float(row["lower95_0cl"]), float(row["upper95_0cl"])), rel=1e-9)
        assert wilson(count, total, 0.998) == pytest.approx(
            (float(row["lower99_8cl"]), float(row["upper99_8cl"])), rel=1e-9
        )


def test_rates_are_exact_below_ten_and_byar_from_ten(reference_values: Path) -> None:
    for row in rows(reference_values, "p03_rate_small_sample"):
        for level, name in ((0.95, "95_0"), (0.998, "99_8")):
            rate = rate_with_limits(float(row["Numerator"]), float(row["Denominator"]), 100, level)
            expected = (float(row[f"lower{name}cl"]), float(row[f"upper{name}cl"]))
            assert rate.value == pytest.approx(float(row["value"]), rel=1e-8)
            assert rate.interval == pytest.approx(expected, rel=1e-8)


# From here on the published figures are written out, so that something is tested in a plain clone.
@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(65, 50.163187710459454, 82.84913854593984), (1045, 982.5932018073325, 1110.33121298565)],
)
def test_byar(count: int, low: float, high: float) -> None:
    assert byar_limits(count) == pytest.approx((low, high), rel=1e-9)


def test_exact_limits_of_five_events() -> None:
    assert exact_limits(5) == pytest.approx((1.62348639011842, 11.668332079322669), rel=1e-8)


def test_no_events_have_a_lower_limit_of_zero_and_an_upper_one_above_it() -> None:
    assert count_limits(0).low == 0
    assert count_limits(0).high == pytest.approx(3.6889, abs=1e-4)
    assert byar_limits(0).low == 0


def test_five_of_a_hundred() -> None:
    assert wilson(5, 100) == pytest.approx((0.02154367915436798, 0.11175046923191911), rel=1e-9)
    assert wilson(5, 100, 0.998) == pytest.approx((0.013865320725997183, 0.16458852282596442), rel=1e-9)


@pytest.mark.parametrize(("sample", "low", "high"), [(100, 82.6, 94.5), (200, 85.1, 93.4), (400, 86.7, 92.6)])
def test_an_audit_around_ninety_percent(sample: int, low: float, high: float) -> None:
    assert [100 * limit for limit in wilson(0.9 * sample, sample)] == pytest.approx([low, high], abs=0.05)


def test_the_other_formula_called_byar_is_not_ours() -> None:
    assert tuple(limit / 400 for limit in byar_limits(15)) == pytest.approx((0.02097, 0.06185), abs=5e-6)


def test_no_population_gives_no_rate() -> None:
    with pytest.raises(ValueError, match="population"):
        rate_with_limits(3, 0)


@pytest.mark.parametrize(("count", "total"), [(1, 0), (3, 2), (-1, 5)])
def test_an_impossible_share_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="share"):
        wilson(count, total)
