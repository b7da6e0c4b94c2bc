"""Calendar factors: the same coefficients as statsmodels gives, and planted rhythms found again."""

from datetime import date, timedelta

import numpy as np
import pytest

from metrics.calendars import to_spring_festival
from metrics.seasons import calendar_columns
from metrics.statistics.calendar_model import fit_calendar

DAYS = [date(2023, 1, 1) + timedelta(days=number) for number in range(1096)]
WEEKDAY = np.array([1.1, 1.0, 1.0, 1.0, 1.05, 1.0, 0.85])


def design() -> tuple[np.ndarray, int]:
    plain, special = calendar_columns(DAYS, chinese=True)
    return np.column_stack([plain, special]), plain.shape[1]


def test_coefficients_are_those_of_statsmodels() -> None:
    import statsmodels.api as sm

    columns, _ = design()
    chance = np.random.default_rng(4)
    counts = np.vstack([chance.poisson(level, len(DAYS)) for level in (3, 40, 400)]).astype(float)
    found = fit_calendar(counts, columns)
    for row, own, scatter in zip(counts, found.coefficients, found.dispersion, strict=True):
        theirs = sm.GLM(row, sm.add_constant(columns), family=sm.families.Poisson()).fit(tol=1e-12)
        assert own == pytest.approx(theirs.params[1:], abs=1e-6)
        assert scatter == pytest.approx(max(1.0, theirs.pearson_chi2 / theirs.df_resid), rel=1e-6)


def test_an_offset_is_taken_as_known() -> None:
    import statsmodels.api as sm

    columns, plain = design()
    offset = 0.3 * columns[:, plain]
    counts = np.random.default_rng(5).poisson(20 * np.exp(offset)).astype(float)
    (own,) = fit_calendar(counts[None], columns[:, :plain], offset).coefficients
    theirs = sm.GLM(counts, sm.add_constant(columns[:, :plain]), family=sm.families.Poisson(), offset=offset).fit(
        tol=1e-12
    )
    assert own == pytest.approx(theirs.params[1:], abs=1e-6)


def test_weekdays_and_festival_are_found_and_the_trend_is_left_alone() -> None:
    festival = np.array(
        [0.7 if (since := to_spring_festival(day)) is not None and 0 <= since < 8 else 1 for day in DAYS]
    )
    weekday = WEEKDAY[[day.weekday() for day in DAYS]]
    trend = np.exp(-0.1 * np.arange(len(DAYS)) / 365)
    columns, _ = design()
    (own,) = fit_calendar((100 * festival * weekday * trend)[None], columns).coefficients
    factor = np.exp(columns[:, 1:] @ own[1:])
    ratio = factor / (festival * weekday)
    assert ratio / ratio.mean() == pytest.approx(np.ones(len(DAYS)), abs=0.002)
    assert own[0] == pytest.approx(-0.1, abs=0.002)


def test_columns_without_variation_are_left_out() -> None:
    columns = np.column_stack([np.arange(28) % 7 == 0, np.zeros(28)]).astype(float)
    found = fit_calendar(np.full((1, 28), 5.0), columns)
    assert found.coefficients == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    assert found.dispersion == pytest.approx([1.0])
