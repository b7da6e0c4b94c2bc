"""Control charts against the NHS's, Montgomery's and qicharts2's own figures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metrics.statistics import (
    Assurance,
    ControlLimits,
    Rule,
    Variation,
    assurance,
    cases_between_chart,
    days_between_chart,
    individuals_chart,
    lag_one_autocorrelation,
    members_of_signal,
    rate_chart,
    run_tests,
    share_chart,
    shift_ends,
    signals,
    still_running,
    trend_ends,
    variation,
)

EIGHTEEN = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


def three(chart: ControlLimits) -> tuple[float, float, float]:
    return chart.centre, float(chart.low[-1]), float(chart.high[-1])


def test_individuals_as_published_by_the_nhs(reference_values: Path) -> None:
    folder = reference_values / "p09_xmr_limits"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    twenty = column(table(folder / "series_20.csv"), "y")
    ten = np.where(np.arange(20) == 14, 10, twenty)
    for values, screen, name, tolerance in (
        (twenty, True, "series_20_screened", {"rel": 5e-7}),
        (ten, True, "series_20_with_point15_set_to_10_screened", {"rel": 5e-7}),
        (ten, False, "series_20_with_point15_set_to_10_unscreened", {"rel": 5e-7}),
        (twenty[:10], True, "series_20_first_ten_points", {"abs": 0.005}),
        (twenty[10:], True, "series_20_last_ten_points", {"abs": 0.005}),
        (np.array(EIGHTEEN), True, "series_18_screened", {"abs": 0.005}),
        (np.array(EIGHTEEN), False, "series_18_unscreened", {"abs": 0.005}),
    ):
        want = expected[name]
        assert three(individuals_chart(values, screen=screen)) == pytest.approx(
            (want["mean"], want["lpl"], want["upl"]), **tolerance
        ), name
    assert sum(rule is not None for rule in signals(individuals_chart(twenty)).rules) == 0


def test_rules_as_published_by_the_nhs(reference_values: Path) -> None:
    cases = json.loads((reference_values / "p10_spc_rules_runs_trends" / "cases.json").read_text(encoding="utf-8"))
    for case in cases["seven_one_side"]:
        assert np.abs(shift_ends(case["side_of_mean"])).tolist() == case["flag_at_end"]
    for case in cases["seven_point_trend"]:
        assert trend_ends(case["y"]).tolist() == case["trend"]
    for case in cases["members_of_signal"]:
        assert np.abs(members_of_signal(case["end_flag"])).tolist() == case["member"]


@pytest.mark.parametrize(
    ("name", "kind", "per"),
    [("u_example_7.4", "u", 1), ("u_example_7.5_per50", "u", 50), ("p_table_7.4", "p", 1)],
)
def test_shewhart_charts_of_montgomery(reference_values: Path, name: str, kind: str, per: float) -> None:
    rows = table(reference_values / "p11_control_charts_montgomery" / f"{name}.csv")
    count, size = column(rows, "y.sum"), column(rows, "n")
    chart = rate_chart(count, size, laney=False, per=per) if kind == "u" else share_chart(count, size, laney=False)
    assert chart.values == pytest.approx(column(rows, "y"), abs=1e-8)
    assert chart.centre == pytest.approx(float(rows[0]["cl"]), abs=1e-8)
    assert chart.drawn_low == pytest.approx(column(rows, "lcl"), abs=1e-8)
    assert chart.high == pytest.approx(column(rows, "ucl"), abs=1e-8)
    outside = [row["sigma.signal"] == "True" for row in rows]
    assert [rule is Rule.OUTSIDE for rule in signals(chart).rules] == outside
    runs, row = run_tests(chart), rows[0]
    names = ("longest.run", "longest.run.max", "n.crossings", "n.crossings.min")
    assert tuple(runs) == tuple(int(row[each]) for each in names)
    assert runs.signal == (row["runs.signal"] == "True")


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_one_outlier_is_screened_and_found() -> None:
    assert three(individuals_chart(EIGHTEEN)) == pytest.approx((1.94, -0.72, 4.6), abs=0.005)
    assert three(individuals_chart(EIGHTEEN, screen=False)) == pytest.approx((1.94, -3.06, 6.95), abs=0.005)
    found = signals(individuals_chart(EIGHTEEN))
    assert [place + 1 for place, rule in enumerate(found.rules) if rule] == [5]
    assert found.rules[4] is Rule.OUTSIDE


def test_a_u_chart_of_montgomery() -> None:
    counts = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]
    chart = rate_chart(counts, [50] * 20, laney=False)
    assert (chart.centre, chart.high[0], chart.drawn_low[0]) == pytest.approx((0.074, 0.189412304370028, 0))
    assert tuple(run_tests(chart)) == (2, 7, 15, 6)


def test_rules_have_their_order_and_direction() -> None:
    chart = ControlLimits(
        np.array([0, 0, 0, 2.5, 1, 2.5, 4, 1, 1, 1, 1.0]), 0.0, np.full(11, -3.0), np.full(11, 3.0), 24, False
    )
    found = signals(chart)
    assert found.rules[3:7] == (Rule.TWO_OF_THREE, Rule.SHIFT, Rule.TWO_OF_THREE, Rule.OUTSIDE)
    assert found.rules[:3] == (None, None, None)
    assert found.directions.tolist() == [0] * 3 + [1] * 8
    assert variation(found, "lower") is Variation.CONCERN_HIGH
    assert variation(found, "higher") is Variation.IMPROVEMENT_HIGH
    assert variation(found, "neutral") is Variation.NEUTRAL_HIGH


def test_beyond_the_limit_is_not_close_to_it() -> None:
    chart = ControlLimits(np.array([0.0, 4, 2.5, 1]), 0.0, np.full(4, -3.0), np.full(4, 3.0), 24, False)
    assert signals(chart).rules == (None, Rule.OUTSIDE, None, None)


def test_a_long_fall_is_an_improvement_where_fewer_is_better() -> None:
    values = [*([20, 21, 19, 22, 18, 20, 21] * 2), 14, 13.5, 14, 13, 14, 13.5, 13]
    chart = individuals_chart(values, baseline=14)
    assert not chart.trial
    assert variation(signals(chart), "lower") is Variation.IMPROVEMENT_LOW
    assert signals(chart).rules[-1] in {Rule.OUTSIDE, Rule.SHIFT, Rule.TWO_OF_THREE}


def test_a_trend_is_high_or_low_by_its_side_of_the_centre_as_in_the_nhs_charts() -> None:
    values = np.array([10.0, 9.8, 10.2, 12.4, 12.2, 12.0, 11.8, 11.6, 11.4, 11.2])
    chart = ControlLimits(values, 10.0, np.full(10, 5.0), np.full(10, 15.0), 24, False)
    found = signals(chart)
    assert found.rules[-1] is Rule.TREND and found.directions[-1] == -1 and found.sides[-1] == 1
    assert variation(found, "lower") is Variation.CONCERN_HIGH


def test_limits_stay_frozen_after_the_baseline() -> None:
    base = [9.0, 11, 10, 12, 8, 10, 11, 9, 10, 12, 9, 11, 10]
    before, after = individuals_chart(base), individuals_chart([*base, 30, 40, 50], baseline=13)
    assert three(after) == three(before)
    assert after.points == 13 and not after.trial
    assert individuals_chart(base[:12]).trial


def test_assurance_compares_the_limits_with_the_target() -> None:
    chart = ControlLimits(np.array([10.0]), 10.0, np.array([7.0]), np.array([13.0]), 24, False)
    assert assurance(chart, 15, "lower") is Assurance.PASS
    assert assurance(chart, 15, "higher") is Assurance.FAIL
    assert assurance(chart, 5, "higher") is Assurance.PASS
    assert assurance(chart, 5, "lower") is Assurance.FAIL
    assert assurance(chart, 12, "lower") is Assurance.INCONSISTENT
    assert assurance(chart, None, "lower") is None
    assert assurance(chart, 12, "neutral") is None


def test_laney_widens_where_periods_scatter_more_than_poisson() -> None:
    generator = np.random.default_rng(3)
    exposure = generator.uniform(5_000, 9_000, 60)
    plain = generator.poisson(0.1 * exposure)
    shaken = generator.poisson(0.1 * exposure * generator.gamma(50, 1 / 50, 60))
    assert sum(rule is Rule.OUTSIDE for rule in signals(rate_chart(shaken, exposure, laney=False)).rules) > 5
    assert sum(rule is Rule.OUTSIDE for rule in signals(rate_chart(shaken, exposure)).rules) <= 1
    widened = rate_chart(plain, exposure).high / rate_chart(plain, exposure, laney=False).high
    assert widened == pytest.approx(1, abs=0.2)


def test_laney_of_shares_stays_between_nothing_and_everything() -> None:
    chart = share_chart([98, 60, 99, 70], [100, 100, 100, 100])
    assert chart.high.max() == 1.0 and chart.drawn_low.min() >= 0


def test_a_missing_period_is_not_zero() -> None:
    known = [10.0, 12, 11, 9, 10, 12, 11, 10, 9, 11, 12, 10, 11]
    chart = individuals_chart([*known, np.nan])
    assert chart.centre == pytest.approx(np.mean(known)) and chart.points == 13
    assert signals(chart).rules[-1] is None
    counted = rate_chart([4, np.nan, 6, 5], [100, 100, 100, 100])
    assert counted.centre == pytest.approx(0.05)
    nobody = share_chart([4, 0, 6, 5], [100, 0, 100, 100])
    assert nobody.centre == pytest.approx(0.05) and np.isnan(nobody.values[1]) and nobody.points == 3
    assert set(signals(rate_chart([0] * 20, [10] * 20)).rules) == {None}
    with pytest.raises(ValueError, match="an exposure"):
        rate_chart([0], [0])
    with pytest.raises(ValueError, match="two known points"):
        individuals_chart([1.0, np.nan, 2.0])


def test_days_between_rare_events() -> None:
    chart = days_between_chart([30, 41, 12, 55, 28, 33, 47, 9, 61, 25, 38, 44, 20])
    assert 0 <= chart.low[0] < chart.centre < chart.high[0]
    assert chart.centre == pytest.approx(np.mean(chart.values ** (1 / 3.6)) ** 3.6)
    assert not still_running(chart, 60) and still_running(chart, 400)
    with pytest.raises(ValueError, match="negative"):
        days_between_chart([3, -1])


def test_days_between_finds_a_change_and_seldom_a_false_one() -> None:
    generator = np.random.default_rng(11)
    stable = [signals(days_between_chart(generator.exponential(20, 40))).rules.count(Rule.OUTSIDE) for _ in range(50)]
    assert np.mean(stable) < 0.4
    changed = np.concatenate([generator.exponential(5, 30), generator.exponential(60, 10)])
    assert Rule.OUTSIDE in signals(days_between_chart(changed, baseline=30)).rules


def test_cases_between_events() -> None:
    chart = cases_between_chart([3, 5, 4, 8, 2, 6, 5, 7])
    assert (chart.centre, chart.high[0], chart.low[0]) == pytest.approx((5, 5 + 3 * 30**0.5, 0))


def test_neighbours_that_resemble_each_other() -> None:
    assert lag_one_autocorrelation([1, -1, 1, -1, 1, -1]) == pytest.approx(-5 / 6)
    assert lag_one_autocorrelation(np.cumsum(np.random.default_rng(1).normal(size=200))) > 0.8
    assert np.isnan(lag_one_autocorrelation([1, 1, 1]))
    assert np.isnan(lag_one_autocorrelation([]))


@pytest.mark.parametrize(("correlation", "any_point", "last_point"), [(0.0, 0.186, 0.016), (0.6, 0.81, 0.19)])
def test_false_signals_are_as_many_as_we_tell_readers(correlation: float, any_point: float, last_point: float) -> None:
    """Shares of stable series of 24 points with a signal, as in the specification (6,000 runs by somebody else)."""
    generator, anywhere, last = np.random.default_rng(13), [], []
    for _ in range(1_000):
        values = generator.normal(size=60)
        for step in range(1, 60):
            values[step] += correlation * values[step - 1]
        directions = signals(individuals_chart(values[36:])).directions
        anywhere.append(directions.any())
        last.append(directions[-1] != 0)
    assert np.mean(anywhere) == pytest.approx(any_point, abs=0.04)
    assert np.mean(last) == pytest.approx(last_point, abs=0.03)


def test_the_nhs_rules_written_out() -> None:
    assert shift_ends([1] * 8 + [-1]).tolist() == [0] * 6 + [1, 1, 0]
    assert trend_ends([1, 2, 3, 3, 4, 5, 6]).tolist() == [0] * 7
    assert trend_ends([2, 7, 6, 5, 4, 3, 2, 1, 3]).tolist() == [0] * 7 + [-1, 0]
    assert members_of_signal([0] * 7 + [1, 0]).tolist() == [0] + [1] * 7 + [0]


@settings(deadline=None)
@given(arrays(float, st.integers(2, 40), elements=st.floats(0, 1e6)), st.floats(0.1, 100), st.floats(-100, 100))
def test_unit_and_zero_of_the_scale_do_not_matter(values: np.ndarray, unit: float, zero: float) -> None:
    chart, other = individuals_chart(values, screen=False), individuals_chart(unit * values + zero, screen=False)
    assert np.all(chart.low <= chart.centre + 1e-9) and np.all(chart.high >= chart.centre - 1e-9)
    assert other.high == pytest.approx(unit * chart.high + zero, rel=1e-6, abs=1e-6)
