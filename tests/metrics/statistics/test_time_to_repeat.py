"""Time to the next report against R's survival package (aml), and further reports against their definition."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import (
    further_reports,
    kaplan_meier,
    log_rank,
    mean_cumulative,
    median_time,
    repeat_risks,
    repeat_risks_by_place,
)

MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NONMAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])


def test_curves_as_printed_by_survival(reference_values: Path) -> None:
    folder = reference_values / "p19_kaplan_meier"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    with (folder / "aml.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    times, status = [float(row["time"]) for row in rows], [row["status"] == "1" for row in rows]
    groups = np.array([row["x"] for row in rows])
    for group, printed in expected["curves"].items():
        chosen = groups == group
        curve = kaplan_meier(np.array(times)[chosen], np.array(status)[chosen], "log")
        for place, (time, n_risk, n_event, survival, error, low, high) in enumerate(printed):
            assert (curve.times[place], curve.at_risk[place], curve.events[place]) == (time, n_risk, n_event)
            assert curve.survival[place] == pytest.approx(survival, abs=5e-4)
            if error is not None:
                assert curve.error[place] == pytest.approx(error, abs=5e-5)
                assert curve.low[place] == pytest.approx(low, abs=5e-5)
                assert curve.high[place] == pytest.approx(high, abs=5e-4)
        want = expected["median"][group]
        assert tuple(median_time(curve)) == (want["est"], *want["ci95"])
    test, want = log_rank(times, status, groups), expected["logrank"]
    assert test.statistic == pytest.approx(want["chisq"], abs=0.05)
    assert (test.degrees, test.p) == (want["df"], pytest.approx(want["p"], abs=0.005))
    assert test.expected == pytest.approx(want["expected"], abs=0.005)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_maintained_group_of_aml() -> None:
    curve = kaplan_meier(*MAINTAINED, scale="log")
    assert curve.survival[:3] == pytest.approx([0.909, 0.818, 0.716], abs=5e-4)
    assert curve.error[:3] == pytest.approx([0.0867, 0.1163, 0.1397], abs=5e-5)
    assert curve.low[:3] == pytest.approx([0.7541, 0.6192, 0.4884], abs=5e-5)
    assert tuple(median_time(curve)) == (31, 18, None)


def test_log_log_limits_of_aml_as_lifelines_and_stata_have_them() -> None:
    curve = kaplan_meier(*MAINTAINED)
    assert (curve.low[0], curve.high[0]) == pytest.approx((0.5081, 0.9867), abs=1e-4)


def test_same_curve_and_test_as_statsmodels() -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    curve, other = kaplan_meier(*NONMAINTAINED), survfunc.SurvfuncRight(*map(np.array, NONMAINTAINED))
    assert curve.survival == pytest.approx(other.surv_prob)
    assert curve.error[:-1] == pytest.approx(other.surv_prob_se[:-1])
    times, status = np.concatenate([MAINTAINED, NONMAINTAINED], axis=1)
    groups = np.repeat([0, 1], [11, 12])
    statistic, p = survfunc.survdiff(times, status, groups)
    ours = log_rank(times, status, groups)
    assert (ours.statistic, ours.p) == pytest.approx((statistic, p))
    three = np.arange(23) % 3
    assert log_rank(times, status, three).statistic == pytest.approx(survfunc.survdiff(times, status, three)[0])


def test_repeat_risk_is_given_up_to_the_longest_follow_up() -> None:
    week, month, quarter, year = repeat_risks(kaplan_meier(*NONMAINTAINED))
    assert week is not None and week.risk == pytest.approx(2 / 12) and week.followed == 10
    assert month is not None and month.risk == pytest.approx(1 - 0.2917, abs=5e-5)
    assert month.interval.low < month.risk < month.interval.high
    assert quarter is None and year is None
    early = repeat_risks(kaplan_meier([10.0, 20], [True, False]), [5])[0]
    assert early is not None and early.risk == 0 and early.interval.high == pytest.approx(0.6576, abs=1e-4)
    everyone = repeat_risks(kaplan_meier([1.0, 2], [True, True]), [2])[0]
    assert everyone is not None and everyone.risk == 1 and everyone.interval.high == 1


def test_no_one_reported_again() -> None:
    curve = kaplan_meier([400.0, 500], [False, False])
    assert curve.times.size == 0
    assert [risk.risk for risk in repeat_risks(curve) if risk] == [0] * 4
    assert median_time(curve).time is None
    with pytest.raises(ValueError, match="durations"):
        kaplan_meier([], [])


def test_copies_of_one_place_prove_nothing() -> None:
    """Ten copies of every index inflate the plain test ten times and leave the robust one where it was."""
    times, status = np.concatenate([MAINTAINED, NONMAINTAINED], axis=1)
    groups, places = np.repeat([0, 1], [11, 12]), np.arange(23)
    single = log_rank(times, status, groups, places)
    tenfold = log_rank(*(np.repeat(each, 10) for each in (times, status, groups, places)))
    assert tenfold.statistic == pytest.approx(single.statistic, rel=1e-9)
    plain = log_rank(*(np.repeat(each, 10) for each in (times, status, groups)))
    assert plain.statistic > 9 * log_rank(times, status, groups).statistic


def test_robust_log_rank_keeps_its_level_with_repeated_places() -> None:
    """Places differ in their own risk and give five indices each; there is no difference between the groups."""
    generator = np.random.default_rng(22)
    places = np.repeat(np.arange(120), 5)
    plain, robust = [], []
    for _ in range(200):
        risk = generator.gamma(1, 1, 120)[places]
        times, groups = generator.exponential(1 / risk), places % 2
        followed = np.minimum(times, 2)
        plain.append(log_rank(followed, times <= 2, groups).p < 0.05)
        robust.append(log_rank(followed, times <= 2, groups, places).p < 0.05)
    assert np.mean(plain) > 0.15  # 26 % in 1,000 runs
    assert np.mean(robust) < 0.1  # 5.7 % in 1,000 runs


def test_the_error_by_place_is_greenwoods_without_censoring_and_unmoved_by_copies() -> None:
    times, happened = np.array([3.0, 5, 9, 20, 41, 60, 80, 95, 120, 400]), np.ones(10, dtype=bool)
    single = repeat_risks_by_place(times, happened, np.arange(10))
    for one, plain in zip(single, repeat_risks(kaplan_meier(times, happened)), strict=True):
        assert one is not None and plain is not None and tuple(one.interval) == pytest.approx(tuple(plain.interval))
    copies = repeat_risks_by_place(np.repeat(times, 5), np.repeat(happened, 5), np.repeat(np.arange(10), 5))
    for one, five in zip(single, copies, strict=True):
        assert one is not None and five is not None and tuple(five.interval) == pytest.approx(tuple(one.interval))


def test_limits_by_place_hold_the_risk_about_as_often_as_they_say() -> None:
    """Places with unlike risks, five indices each: the risk of an index within 30 days is 1 − E exp(−30 × rate)."""
    generator, places = np.random.default_rng(23), np.repeat(np.arange(150), 5)
    true = 1 - (1 + 30 / 40) ** -2.0  # gamma with shape 2 and mean 1/20
    by_place = plain = 0
    for _ in range(200):
        times = generator.exponential(1 / generator.gamma(2, 1 / 40, 150)[places])
        until = generator.uniform(10, 120, places.size)
        followed, happened = np.minimum(times, until), times <= until
        robust = repeat_risks_by_place(followed, happened, places, [30])[0]
        naive = repeat_risks(kaplan_meier(followed, happened), [30])[0]
        assert robust is not None and naive is not None
        by_place += robust.interval.low <= true <= robust.interval.high
        plain += naive.interval.low <= true <= naive.interval.high
    assert by_place / 200 > 0.91 and plain < by_place


def test_mean_cumulative_function_of_five_systems_as_published_by_reliasoft() -> None:
    """Means of the ReliaWiki example, as the Python package reliability prints them too.

    Its variance adds the events up as if independent, and ours by place; they agree for the first event.
    """
    repairs = [[5.0, 10, 15], [6, 13, 17], [12, 20, 25], [13, 15], [16, 22, 25]]
    places = np.repeat(np.arange(5), [len(each) for each in repairs])
    curve = mean_cumulative(places, np.concatenate(repairs), [17, 19, 26, 24, 28])
    printed = {
        5: 0.2,
        6: 0.4,
        10: 0.6,
        12: 0.8,
        13: 1.2,
        15: 1.6,
        16: 1.8,
        17: 2,
        20: 2.33333,
        22: 2.66667,
        25: 3.66667,
    }
    assert curve.times.tolist() == list(printed)
    assert curve.mean == pytest.approx(list(printed.values()), abs=5e-6)
    assert curve.error[0] ** 2 == pytest.approx(0.032)


def test_mean_cumulative_function_by_hand() -> None:
    """Three places followed 10, 6 and 3 days: one reports on days 2 and 5, another on day 5."""
    curve = mean_cumulative([0, 0, 1], [2.0, 5, 5], [10.0, 6, 3])
    assert curve.times.tolist() == [2, 5] and curve.at_risk.tolist() == [3, 2]
    assert curve.mean == pytest.approx([1 / 3, 1 / 3 + 1])
    by_place = [(1 / 3 - 1 / 9) + (1 / 2 - 1 / 2), (0 - 1 / 9) + (1 / 2 - 1 / 2), 0 - 1 / 9]
    assert curve.error == pytest.approx([np.sqrt(np.sum(np.square(by_place)))] * 2)
    soon, later, never = further_reports(curve, [1, 7, 30])
    assert soon is not None and soon.mean == 0 and soon.interval.high == pytest.approx(3.6889 / 3, abs=1e-4)
    assert (
        later is not None
        and later.mean == pytest.approx(4 / 3)
        and later.places == 1
        and 0 < later.interval.low < 4 / 3
    )
    assert never is None
    with pytest.raises(ValueError, match="between the first report"):
        mean_cumulative([0], [11.0], [10.0])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_running_sums_equal_the_sum_by_place(seed: int) -> None:
    generator = np.random.default_rng(seed)
    until = generator.integers(0, 30, 12).astype(float)
    place = generator.integers(0, 12, 40)
    times = np.floor(generator.uniform(0, 1, 40) * (until[place] + 1))
    times = np.minimum(times, until[place])
    curve = mean_cumulative(place, times, until)
    brute = np.zeros(curve.times.size)
    events = np.diff(np.concatenate([[0.0], curve.mean])) * curve.at_risk
    for each in range(12):
        own = np.array([np.sum(times[place == each] == at) for at in curve.times])
        gap = (until[each] >= curve.times) / curve.at_risk * (own - events / curve.at_risk)
        brute += np.cumsum(gap) ** 2
    assert curve.error**2 == pytest.approx(brute, abs=1e-9)


def test_error_is_that_of_a_bootstrap_over_places() -> None:
    generator = np.random.default_rng(5)
    until = generator.uniform(50, 365, 300)
    reports = generator.poisson(generator.gamma(0.5, 4, 300))
    place = np.repeat(np.arange(300), reports)
    times = generator.uniform(0, 1, place.size) * until[place]
    curve = mean_cumulative(place, times, until)
    at_90 = further_reports(curve, [90])[0]
    means = []
    for _ in range(200):
        drawn = generator.integers(0, 300, 300)
        copies = [np.flatnonzero(place == each) for each in drawn]
        again = mean_cumulative(
            np.repeat(np.arange(300), [c.size for c in copies]), times[np.concatenate(copies)], until[drawn]
        )
        found = further_reports(again, [90])[0]
        means.append(found.mean if found else np.nan)
    step = int(np.searchsorted(curve.times, 90, side="right")) - 1
    assert at_90 is not None and curve.error[step] == pytest.approx(np.std(means), rel=0.15)
