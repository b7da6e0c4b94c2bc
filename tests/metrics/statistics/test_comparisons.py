"""Two counts: against the published E-tests and bulletins, and against statsmodels."""

import csv
import json
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics import (
    e_test,
    rate_ratio,
    rate_with_limits,
    score_interval,
    score_test,
    split_change,
    square_root_z,
    widen_interval,
    widen_p,
)

PAIRS = [(0, 3, 1, 1), (6, 2, 1, 1), (50, 40, 6, 7), (12, 30, 3, 5), (62, 81, 7, 7), (9, 9, 7, 1), (1, 90, 1, 4)]
counts = st.integers(min_value=1, max_value=20_000)


def test_e_tests_as_published_in_ptools(reference_values: Path) -> None:
    cases = json.loads((reference_values / "p12_two_count_tests" / "cases.json").read_text(encoding="utf-8"))
    for case in cases["etest"]:
        p = e_test(case["k1"], case["k2"])
        printed = 5e-4 if case["k1"] == 0 else 5e-8
        assert p is None if case["p"] == "undefined" else p == pytest.approx(case["p"], abs=printed)


def test_published_z_takes_the_past_as_known_and_ours_does_not(reference_values: Path) -> None:
    cases = json.loads((reference_values / "p12_two_count_tests" / "cases.json").read_text(encoding="utf-8"))
    for case in cases["poisson_z_wheeler"]:
        assert square_root_z(case["current"], case["past"]) * 2**0.5 == pytest.approx(case["z"])


def test_published_bulletin_says_a_fall_of_which_half_is_the_valid_share(reference_values: Path) -> None:
    folder = reference_values / "p21_cn_weekly_bulletin"
    bulletin = json.loads((folder / "bulletin.json").read_text(encoding="utf-8"))
    last, this, derived = bulletin["last_week"], bulletin["this_week"], bulletin["derived_here_not_published"]
    split = split_change(this["received"], this["valid"], last["valid"] + last["invalid"], last["valid"])
    assert split is not None
    change = 100 * (this["valid"] / last["valid"] - 1)
    assert change == pytest.approx(bulletin["published"]["valid_huanbi_percent"], abs=0.1)
    assert split.valid == pytest.approx(derived["ln_change_valid"], abs=1e-6)
    assert split.received == pytest.approx(derived["of_which_volume"], abs=1e-5)
    assert split.share == pytest.approx(derived["of_which_valid_share"], abs=1e-5)


def test_every_printed_figure_of_the_bulletin_recomputes(reference_values: Path) -> None:
    path = reference_values / "p21_cn_weekly_bulletin" / "bulletin.json"
    bulletin = json.loads(path.read_text(encoding="utf-8"))
    published, this, last = bulletin["published"], bulletin["this_week"], bulletin["last_week"]
    weeks = (bulletin[f"{week}_week_valid_by_type"] for week in ("this", "last"))
    now, before = (dict(zip(bulletin["columns"], week, strict=True)) for week in weeks)
    assert sum(now.values()) == this["valid"] and sum(before.values()) == last["valid"]
    assert this["valid"] + this["invalid"] == this["received"]
    for kind, name in (("刑事类", "criminal"), ("治安类", "public_order")):
        change = 100 * (rate_ratio(now[kind], before[kind], 7, 7).ratio - 1)
        assert change == pytest.approx(published[f"{name}_huanbi_percent"], abs=0.1)
        assert rate_with_limits(now[kind], 7, 1).value == pytest.approx(published[f"{name}_daily_mean"], abs=0.1)
    assert 100 * this["valid"] / this["received"] == pytest.approx(published["valid_share_percent"], abs=0.1)
    for name in ("theft", "fraud"):
        part, whole, percent = published[f"{name}_of_criminal"]
        assert 100 * part / whole == pytest.approx(percent, abs=0.1)
    derived, received = bulletin["derived_here_not_published"], last["valid"] + last["invalid"]
    assert 100 * (this["received"] / received - 1) == pytest.approx(derived["received_huanbi_percent"], abs=0.1)
    assert 100 * last["valid"] / received == pytest.approx(derived["valid_share_last_week_percent"], abs=0.1)


def test_published_change_statements_are_recomputed(chinese_110_folder: Path) -> None:
    path = chinese_110_folder / "published_change_statements.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        statements = list(csv.DictReader(file))
    for row in statements:
        change = 100 * (rate_ratio(float(row["本期"]), float(row["对比期"])).ratio - 1)
        assert change == pytest.approx(float(row["按数重算百分比"]), abs=0.01)
        agrees = round(change, 1) == pytest.approx(float(row["公布百分比"]))
        assert agrees == (row["一致"] == "是"), row["指标"]


@pytest.mark.parametrize(("count", "base", "exposure", "base_exposure"), PAIRS)
def test_same_as_statsmodels(count: int, base: int, exposure: int, base_exposure: int) -> None:
    rates = pytest.importorskip("statsmodels.stats.rates")
    order = (count, exposure, base, base_exposure)
    ours = (count, base, exposure, base_exposure)
    assert e_test(*ours) == pytest.approx(rates.etest_poisson_2indep(*order)[1], abs=1e-10)
    if count and base:
        assert score_test(*ours) == pytest.approx(rates.test_poisson_2indep(*order, method="score").pvalue, rel=1e-9)
        interval = rates.confint_poisson_2indep(*order, method="score")
        assert score_interval(*ours) == pytest.approx(interval, rel=1e-6)


# From here on the published figures are written out, so that something is tested in a plain clone.
def test_more_than_half_of_the_bulletins_fall_is_the_valid_share() -> None:
    split = split_change(9654, 1593, 10374, 1858)
    assert split is not None and split.share_of_change == pytest.approx(0.53, abs=0.005)
    assert tuple(split) == pytest.approx((-0.153882, -0.07193, -0.081951), abs=1e-5)


def test_the_bulletins_fall_in_criminal_alerts_is_not_established() -> None:
    result = rate_ratio(62, 81)
    assert result.test == "score"
    assert [100 * (limit - 1) for limit in result.interval] == pytest.approx([-44.9, 6.4], abs=0.1)


@pytest.mark.parametrize(("first", "second", "p"), [(0, 3, 0.0884), (6, 2, 0.1748748), (2, 6, 0.1748748)])
def test_e_test(first: int, second: int, p: float) -> None:
    assert e_test(first, second) == pytest.approx(p, abs=5e-4)
    assert rate_ratio(first, second).test == "e_test"


@pytest.mark.parametrize(
    ("base", "current", "z"),
    [(62, 70, 0.70), (2170, 2566, 5.8), (11, 7, -0.95), (800, 923, 3.0), (200, 162, -2.00)],
)
def test_z_of_two_observed_counts(base: int, current: int, z: float) -> None:
    assert square_root_z(current, base) == pytest.approx(z, abs=0.06)


def test_two_hundred_to_one_hundred_and_sixty_two() -> None:
    assert e_test(162, 200) == pytest.approx(0.046, abs=5e-4)


def test_nothing_at_all_is_no_evidence() -> None:
    assert e_test(0, 0) is None
    assert score_test(0, 0) is None
    assert score_interval(0, 0) == (0.0, inf)
    assert rate_ratio(0, 0).p is None


def test_no_base_has_no_upper_limit_and_no_current_count_has_one() -> None:
    assert score_interval(5, 0).high == inf
    assert score_interval(5, 0).low == pytest.approx(5 / 3.8415, rel=1e-4)
    assert score_interval(0, 5).low == 0
    assert score_interval(0, 5).high == pytest.approx(3.8415 / 5, rel=1e-4)


def test_e_test_of_equal_counts_is_one() -> None:
    assert e_test(7, 7) == pytest.approx(1.0, abs=1e-9)


@settings(deadline=None)
@given(counts, counts)
def test_the_interval_and_the_test_agree(count: int, base: int) -> None:
    low, high = score_interval(count, base)
    p = score_test(count, base)
    assert p is not None
    assert low < count / base < high
    if abs(p - 0.05) > 1e-6:
        assert (low <= 1 <= high) == (p > 0.05)


@settings(deadline=None)
@given(counts, counts)
def test_turning_the_periods_round_turns_the_interval_round(count: int, base: int) -> None:
    low, high = score_interval(count, base, 7, 6)
    back = score_interval(base, count, 6, 7)
    assert (1 / high, 1 / low) == pytest.approx(back, rel=1e-9)


def test_scatter_widens_and_never_narrows() -> None:
    interval = score_interval(80, 100)
    assert widen_interval(0.8, interval, 0.5) == interval
    wide = widen_interval(0.8, interval, 4.0)
    assert wide.low < interval.low < interval.high < wide.high
    assert wide.low / 0.8 == pytest.approx((interval.low / 0.8) ** 2)
    assert widen_p(0.0455, 4.0) == pytest.approx(0.317, abs=1e-3)
    assert widen_p(0.0, 4.0) == 0.0
    assert widen_interval(0.0, score_interval(0, 5), 4.0).low == 0.0


def test_no_logarithm_of_zero() -> None:
    assert split_change(10, 0, 10, 5) is None
    same = split_change(10, 5, 10, 5)
    assert same is not None and same.share_of_change is None
