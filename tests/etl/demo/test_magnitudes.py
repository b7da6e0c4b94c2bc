"""The city is plausible: volumes, mix, rhythm, repeats, strength and returns lie where published figures lie."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest


def share(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return rows.select(condition.mean()).item()


def test_calls_and_valid_share(small):
    assert len(small.alerts) == pytest.approx(24 * 2 * 3_333, rel=0.04)
    assert 0.42 < share(small.alerts, pl.col("valid")) < 0.48
    stations = (
        small.alerts.filter(pl.col("day") < date(2025, 1, 1)).group_by("station_code").agg(pl.col("valid").mean())
    )
    assert stations["valid"].min() > 0.36 and stations["valid"].max() < 0.56


@pytest.mark.parametrize(
    ("group", "low", "high"),
    [
        ("criminal", 0.014, 0.044),
        ("public_order", 0.06, 0.13),
        ("traffic", 0.25, 0.40),
        ("dispute", 0.09, 0.18),
        ("help", 0.20, 0.33),
        ("tip_off", 0.03, 0.08),
        ("other", 0.08, 0.16),
        ("unmapped", 0.0005, 0.003),
    ],
)
def test_mix_of_valid_alerts(small, group, low, high):
    valid = small.alerts.filter(pl.col("valid"))
    assert low < share(valid, pl.col("group") == group) < high


def test_nights_are_quiet_and_traffic_peaks_twice(small):
    hours = small.alerts.group_by(pl.col("reported_at").dt.hour().alias("hour")).len().sort("hour")["len"]
    assert hours[3] < hours[18] / 4
    traffic = (
        small.alerts.filter(pl.col("group") == "traffic")["reported_at"].dt.hour().value_counts().sort("reported_at")
    )
    assert set(traffic.top_k(4, by="count")["reported_at"]) <= {7, 8, 17, 18}


@pytest.mark.parametrize("festival", [date(2024, 2, 10), date(2025, 1, 29)])
def test_spring_festival_dips_on_its_own_dates(small, festival):
    around = small.alerts.filter(pl.col("day").is_between(festival, festival + timedelta(days=3)))
    before = small.alerts.filter(pl.col("day").is_between(festival - timedelta(days=32), festival - timedelta(days=5)))
    assert 0.6 < (len(around) / 4) / (len(before) / 28) < 0.85


def test_the_year_has_a_season(small):
    months = small.alerts.group_by(pl.col("day").dt.month().alias("month")).len().sort("month")["len"]
    assert months[6] > months[11] > months[1]


@pytest.mark.parametrize(("key", "low", "high"), [("address", 0.07, 0.15), ("phone", 0.03, 0.09)])
def test_places_and_callers_repeat_within_30_days(small, key, low, high):
    known = pl.col(key).is_not_null() & pl.col("valid") & ~pl.col("is_service_caller") & ~pl.col("is_service_place")
    rows = small.alerts.filter(known).sort("reported_at")
    rows = rows.with_columns(gap=pl.col("reported_at").diff().over(key).dt.total_seconds())
    later = rows.filter(pl.col("day") >= date(2024, 2, 1))
    assert low < share(later, pl.col("gap").is_between(7_200, 30 * 86_400).fill_null(False)) < high
    counts = rows.group_by(key).len()["len"].sort(descending=True)
    top = counts.head(max(1, len(counts) // 100)).sum() / counts.sum()
    assert top > 0.03  # one place in a hundred makes more than three in a hundred calls


def test_institutions_phones_missing_and_coordinates(small):
    assert 0.02 < share(small.alerts, pl.col("is_service_caller")) < 0.08
    assert 0.005 < share(small.alerts, pl.col("is_service_place")) < 0.05
    assert 0.04 < share(small.alerts, pl.col("phone").is_null()) < 0.08
    assert 0.85 < share(small.alerts.filter("valid"), pl.col("lon").is_not_null()) < 0.99


def test_recorded_late_and_moved_are_rare(small):
    late = (pl.col("recorded_at") - pl.col("reported_at")).dt.total_hours() >= 24
    assert 0.004 < share(small.alerts, late) < 0.02
    moved = pl.col("station_code") != pl.col("station_code_initial")
    assert 0.004 < share(small.alerts.filter("valid"), moved) < 0.03


def test_cases_come_from_alerts_and_are_cleared_later(small):
    cases = small.frame("case")
    assert 0.02 < share(small.alerts.filter("valid"), pl.col("case_id").is_not_null()) < 0.06
    old = cases.filter(pl.col("accepted_at").dt.year() == 2024)
    for kind, low, high in (("criminal", 0.35, 0.55), ("administrative", 0.65, 0.90)):
        assert low < share(old.filter(kind=kind), pl.col("cleared_at").is_not_null()) < high
    assert 0.01 < share(cases, pl.col("cancelled_at").is_not_null()) < 0.04
    assert 0.1 < share(cases, pl.col("is_small_livelihood")) < 0.5


def test_staff_figures_lie_around_the_two_40_percent(small):
    staff = small.frame("staff")
    last = staff.filter((pl.col("as_of") == date(2025, 12, 31)) & (pl.col("org_code").str.len_chars() == 6))
    station = (last["officers_station"] / last["officers_total"]).to_numpy()
    community = (last["officers_community"] / last["officers_station"]).to_numpy()
    assert 0.35 < station.min() < 0.42 < station.max() < 0.56
    assert community.min() > 0.35 and community.max() < 0.56
    assert (staff["eligible_for_training"] <= staff["officers_station"]).all()
    assert (staff["auxiliaries_eligible"] <= staff["auxiliaries"]).all()


def test_districts_are_the_sums_of_their_stations(small):
    for table, column, when in (("staff", "officers_station", "as_of"), ("staff", "eligible_for_training", "as_of")):
        rows = small.frame(table)
        is_district = pl.col("org_code").str.len_chars() == 6
        districts = rows.filter(is_district).select("org_code", when, column)
        sums = rows.filter(~is_district).group_by(pl.col("org_code").str.head(6), when).agg(pl.col(column).sum())
        assert districts.sort("org_code", when).equals(sums.sort("org_code", when))


def test_training_has_rounds_resits_and_absences(small):
    results = small.frame("training_result")
    assert results["round"].n_unique() == 8
    assert set(results["attempt"]) == {1, 2, 3}
    assert results.filter(pl.col("score").is_null() != pl.col("absent_reason").is_not_null()).is_empty()
    first = results.filter((pl.col("attempt") == 1) & pl.col("score").is_not_null())
    assert 0.75 < share(first, pl.col("score") >= pl.col("pass_mark")) < 0.92
    again = results.filter(pl.col("attempt") > 1).join(first, on=["person", "round", "ability"], how="left")
    assert (again["score_right"] < again["pass_mark_right"]).all()
    assert (again["held_on"] > again["held_on_right"]).all()
    quarter = pl.format("{}-Q{}", pl.col("held_on").dt.year(), pl.col("held_on").dt.quarter())
    assert results.filter(quarter != pl.col("round")).is_empty()


def test_returns_count_parts_of_wholes_and_villages_are_nearly_covered_at_the_end(small):
    returns = small.frame("indicator_return")
    amounts = pl.col("indicator_id").str.contains("_(hours|minutes|days|points|median|p90|ratio)$")
    parts = returns.filter(~amounts & pl.col("denominator").is_not_null())
    assert (parts["numerator"] <= parts["denominator"]).all()
    assert (returns["period_start"] < returns["period_end"]).all()
    villages = returns.filter((pl.col("indicator_id") == "village_officer_coverage") & (pl.col("breakdown") == "all"))
    by_month = villages.group_by("period_start").agg(pl.col("numerator", "denominator").sum()).sort("period_start")
    covered = (by_month["numerator"] / by_month["denominator"]).to_numpy()
    assert covered[-1] > 0.93 and np.all(np.diff(covered) > -0.01) and covered[0] < covered[-1]
