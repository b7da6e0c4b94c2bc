"""The planted clusters are found from the files alone, and treatment of what chance made high shows no effect."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from etl.demo import planted
from metrics.repeats.clusters import Found
from metrics.repeats.history import EPOCH, arranged
from metrics.repeats.runs import Rule, clusters, states, treated_days
from metrics.repeats.treatment import _matched

RULE = Rule(3, 30, 30)
END = date(2026, 1, 1)


def found_by(small, column: str) -> tuple[Found, pl.DataFrame]:
    """The clusters of the demonstration's files by address or number, and the alerts with their keys."""
    flag = "is_service_place" if column == "address" else "is_service_caller"
    alerts = small.alerts.filter(
        "valid", pl.col(column).is_not_null(), ~pl.col(flag), pl.col("main_alert_id").is_null()
    )
    alerts = alerts.with_columns(value=pl.col(column).hash(1), second=pl.col("reported_at").dt.epoch("s"))
    past = arranged(
        alerts.select("value", "second", "station_code", category_group="group").sort("value", "second"), 7200
    )
    every = clusters(past, RULE)
    treatments = small.frame("treatment").join(alerts.select("alert_id", "value"), on="alert_id").select(
        "value", (pl.col("treated_on") - pl.lit(EPOCH)).dt.total_days().alias("day"), "measure"
    ).sort("day", "value")  # fmt: skip
    treated = treated_days(every, treatments.select("value", "day"), END)
    return Found(column, RULE, past, every, treated, treatments, None, np.zeros(len(every), dtype=np.int64)), alerts


@pytest.fixture(scope="module")
def by_place(small) -> tuple[Found, pl.DataFrame]:
    return found_by(small, "address")


def state_of(found: Found, alerts: pl.DataFrame, truth_id: str) -> tuple[str, int]:
    """State and size of the newest cluster at the planted place of a truth."""
    [truth] = [truth for truth in planted("cluster") if truth.truth_id == truth_id]
    spell = alerts.filter(
        pl.col("station_code") == truth.unit_code, pl.col("alert_id").str.slice(14, 2).is_in(["90", "91", "92"])
    )
    [value] = spell["value"].unique().to_list()
    own = np.flatnonzero((found.clusters.value == value) & found.clusters.latest)
    return str(states(found.clusters, found.treated, RULE, END)[own[0]]), int(found.clusters.size[own[0]])


@pytest.mark.parametrize(("truth_id", "state"), [("cluster-quiet", "quiet"), ("cluster-back", "back")])
def test_planted_clusters_stand_where_they_were_put(by_place, truth_id, state):
    assert state_of(*by_place, truth_id)[0] == state


def test_one_caller_makes_the_largest_cluster_of_the_quarter(small):
    found, alerts = found_by(small, "phone")
    state, size = state_of(found, alerts, "cluster-caller")
    assert (state, size >= 40) == ("open", True)
    assert size == found.clusters.size[found.clusters.found >= (date(2025, 10, 1) - EPOCH).days * 86_400].max()


def test_treatment_of_what_chance_made_high_does_nothing_beyond_regression_to_the_mean(by_place):
    found, _ = by_place
    matched = [m for m in _matched(found, (END - EPOCH).days, 60) if m.comparisons and m.before < 10]
    before, after, expected = (sum(getattr(m, name) for m in matched) for name in ("before", "after", "expected"))
    assert len(matched) >= 7
    assert after < before / 2  # what a naive comparison would call success
    assert abs(after - expected) < 3 * np.sqrt(expected)
