"""Season and interruption: statsmodels through our door, against the Fortran program and R."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from metrics.statistics import (
    Adjusted,
    Decomposition,
    Interruption,
    NotEnoughHistory,
    TooFewEvents,
    daily_adjusted,
    interrupted_series,
    seasonally_adjusted,
    stl,
)

# fmt: off
SICILY = [
    728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858, 887, 766, 851, 769, 781, 756, 766, 752, 765, 831,
    879, 928, 914, 808, 937, 840, 916, 828, 845, 818, 860, 839, 887, 886, 831, 796, 833, 820, 877, 758, 767, 738,
    781, 843, 850, 908, 1021, 859, 976, 888, 962, 838, 810, 876, 843, 936, 912,
]
SICILY_PEOPLE = [
    379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5, 374653.2, 378485.6, 375955.5,
    378349.7, 376762.4, 379032.3, 379360.4, 376162.0, 377972.4, 381830.7, 379888.6, 380872.2, 380966.9, 381240.4,
    382104.9, 381802.7, 381656.3, 383680.0, 383504.2, 386462.9, 383783.1, 380836.8, 383483.0, 380906.2, 382926.8,
    384052.4, 384449.6, 383428.4, 388153.2, 388373.2, 386470.1, 386033.2, 383686.4, 385509.3, 385901.9, 386516.6,
    388436.5, 383255.2, 390148.7, 385874.9, 391613.6, 391750.4, 394005.6, 391364.9, 391664.6, 389022.3, 391878.5,
    388575.3, 392989.0, 390018.8, 390712.3,
]
# fmt: on


def column(path: Path, name: str) -> np.ndarray:
    with path.open(encoding="utf-8", newline="") as file:
        return np.array([float(row[name]) for row in csv.DictReader(file)])


def months(years: int, seed: int, effect: float = 1.0, begins: int = 0) -> np.ndarray:
    month = np.arange(12 * years)
    level = 400 * np.exp(0.002 * month + 0.15 * np.sin(2 * np.pi * month / 12))
    return np.random.default_rng(seed).poisson(level * np.where(month >= begins, effect, 1.0)).astype(float)


def fitted(found: Interruption | NotEnoughHistory | TooFewEvents) -> Interruption:
    assert isinstance(found, Interruption)
    return found


def test_stl_as_the_fortran_program_has_it(reference_values: Path) -> None:
    folder = reference_values / "p14_stl"
    settings = {"seasonal": 35, "trend": 19, "low_pass": 13, "seasonal_jump": 4, "trend_jump": 2, "low_pass_jump": 2}
    found = stl(column(folder / "series.csv", "y"), 12, 1, 2, **settings)
    assert isinstance(found, Decomposition)
    for part, name in ((found.trend, "trend"), (found.seasonal, "season"), (found.weights, "rw")):
        expected = column(folder / "baseline.csv", name)
        assert part == pytest.approx(expected, rel=1e-7, abs=1e-7 * np.abs(expected).max())


def test_step_of_the_sicilian_smoking_ban_as_in_r(reference_values: Path) -> None:
    folder = reference_values / "p15_its_step"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    counts, exposure = (column(folder / "series.csv", name) for name in ("aces", "stdpop"))
    begins = int(np.argmax(column(folder / "series.csv", "smokban")))
    fit = fitted(interrupted_series(counts, exposure, begins, slope=False)).main
    poisson, quasi = expected["poisson"], expected["quasipoisson"]
    assert fit.step.coefficient == pytest.approx(poisson["smokban"]["est"], abs=1e-6)
    assert fit.step.ratio == pytest.approx(poisson["smokban"]["rr"], abs=1e-6)
    assert fit.trend.coefficient == pytest.approx(poisson["time"]["est"], abs=1e-6)
    assert fit.dispersion == pytest.approx(quasi["dispersion"], abs=1e-5)
    plain = fit.quasi_error / fit.dispersion**0.5
    assert plain == pytest.approx(poisson["smokban"]["se"], abs=1e-6)
    limits = np.exp(fit.step.coefficient + 1.959963985 * plain * np.array([-1, 1]))
    assert limits == pytest.approx(poisson["smokban"]["ci95"], abs=1e-6)
    assert fit.quasi_error == pytest.approx(quasi["smokban"]["se"], abs=1e-6)
    limits = np.exp(fit.step.coefficient + 1.959963985 * fit.quasi_error * np.array([-1, 1]))
    assert limits == pytest.approx(quasi["smokban"]["ci95"], abs=1e-6)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_under_three_years_there_is_no_season() -> None:
    assert seasonally_adjusted(np.full(35, 9.0), 12) == NotEnoughHistory(35, 36)
    assert daily_adjusted(np.full(700, 9.0)) == NotEnoughHistory(700, 1095)
    with pytest.raises(ValueError, match="every period"):
        stl([1.0, np.nan], 12)
    with pytest.raises(ValueError, match="the city's factors"):
        seasonally_adjusted([0.0] * 40, 12)


def test_a_known_season_is_taken_out_and_one_outage_does_not_bend_it() -> None:
    month = np.arange(60)
    season = np.exp(0.2 * np.sin(2 * np.pi * month / 12))
    values = 50 * season
    values[30] = 5
    found = seasonally_adjusted(values, 12)
    assert isinstance(found, Adjusted)
    assert found.factors == pytest.approx(season, rel=0.02)
    assert found.weights[30] < 0.01
    assert found.values[30] == pytest.approx(5 / season[30], rel=0.02)


def test_weekday_and_year_are_taken_out_of_days() -> None:
    day = np.arange(1_100)
    season = np.exp(0.15 * np.sin(2 * np.pi * day / 365) + np.where(day % 7 > 4, 0.1, -0.04))
    found = daily_adjusted(300 * season)
    assert isinstance(found, Adjusted)
    assert np.std(found.values) < 0.1 * np.std(300 * season)


def test_a_fall_of_a_fifth_is_found_by_both_models() -> None:
    found = fitted(interrupted_series(months(5, 1, 0.8, 36), np.full(60, 30.0), 36, period=12))
    assert found.main.step.interval.low < 0.8 < found.main.step.interval.high < 1
    assert found.agree and found.main.slope is not None and found.main.slope.p > 0.01
    assert found.main.without[-1] > found.main.expected[-1]
    assert found.main.without[:36] == pytest.approx(found.main.expected[:36])


def test_what_happens_everywhere_is_not_the_measure() -> None:
    treated, control = months(5, 2, 0.8, 36), months(5, 3, 0.8, 36)
    days = np.full(60, 30.0)
    found = fitted(interrupted_series(treated, days, 36, period=12, control=(control, days)))
    assert found.main.step.interval.high < 1
    assert found.beyond_control is not None
    assert found.beyond_control.interval.low < 1 < found.beyond_control.interval.high


def test_neighbours_that_resemble_each_other_widen_the_interval() -> None:
    generator = np.random.default_rng(61)
    wave = np.zeros(120)
    for step in range(1, 120):
        wave[step] = 0.8 * wave[step - 1] + generator.normal(0, 0.06)
    found = fitted(interrupted_series(generator.poisson(400 * np.exp(wave)), np.ones(120), 80)).main
    assert found.serial_p < 0.05 and found.correlation > 0.25 and found.allows_correlation
    assert found.step.error > 1.3 * found.quasi_error
    calm = fitted(interrupted_series(months(5, 4), np.ones(60), 36, period=12)).main
    assert calm.serial_p > 0.05 and calm.step.error < 1.3 * calm.quasi_error


def test_calendar_terms_take_the_blame() -> None:
    festival = np.zeros((60, 1))
    festival[[1, 13, 25, 37, 49]] = 1
    counts = months(5, 5) * np.where(festival[:, 0] > 0, 0.5, 1)
    plain = fitted(interrupted_series(counts, np.ones(60), 36)).main
    allowed = fitted(interrupted_series(counts, np.ones(60), 36, period=12, calendar=festival)).main
    assert allowed.dispersion < 2 < plain.dispersion


def test_a_short_series_gets_no_verdict() -> None:
    assert interrupted_series([9.0] * 20, [30.0] * 20, 8) == NotEnoughHistory(20, 18)
    assert interrupted_series([9.0] * 20, [30.0] * 20, 17) == NotEnoughHistory(20, 18)
    assert interrupted_series([9.0] * 20 + [1.0] * 8, [30.0] * 28, 20) == TooFewEvents(180, 8, 10)
    with pytest.raises(ValueError, match="positive exposure"):
        interrupted_series([9.0] * 30, [0.0] * 30, 20)


def test_the_sicilian_ban_written_out_and_what_a_curved_trend_makes_of_it() -> None:
    found = fitted(interrupted_series(SICILY, SICILY_PEOPLE, 36, slope=False))
    assert found.main.step.coefficient == pytest.approx(-0.11162844255886, abs=1e-6)
    assert found.main.dispersion == pytest.approx(3.55919463201, abs=1e-5)
    assert found.main.quasi_error == pytest.approx(0.032495945360595, abs=1e-6)
    assert found.main.step.interval.high < 1
    assert found.sensitivity.step.error > found.main.step.error
