"""The figures find what was planted in the demonstration city, and call nothing else confirmed."""

from datetime import date

import polars as pl
import pytest

from benchmarks.no_change import MadeLake
from etl.demo import planted
from metrics import Scope, show

YEAR = (date(2025, 1, 1), date(2026, 1, 1))
FALLEN = {truth.unit_code for truth in planted("fall")}
(FLAGGED,), (MERGED,), (RECODED,) = map(planted, ("valid_share_fall", "merger", "recoded_down"))
SEVERITY = {"criminal": 3, "public_order": 2, "dispute": 1, "help": 0, "other": 0}


@pytest.fixture(scope="module")
def lake(small) -> MadeLake:
    """The day mart of the small city, its merged station counted with its successor as the warehouse does."""
    rank = {name: pl.col(name).replace_strict(SEVERITY, default=None) for name in ("group", "group_first")}
    rows = small.alerts.with_columns(
        station_code=pl.col("station_code").replace({MERGED.unit_code: MERGED.successor_code}),
        down=pl.col("valid") & (rank["group"] < rank["group_first"]).fill_null(value=False),
        up=pl.col("valid") & (rank["group"] > rank["group_first"]).fill_null(value=False),
    )
    counts = rows.group_by("day", "station_code", category_group="group").agg(
        received=pl.len().cast(pl.Int64),
        valid=pl.col("valid").sum().cast(pl.Int64),
        excluded_invalid=(~pl.col("valid")).sum().cast(pl.Int64),
        recoded_down=pl.col("down").sum().cast(pl.Int64),
        recoded_up=pl.col("up").sum().cast(pl.Int64),
    )
    stations = {code: code[:6] for code in counts["station_code"].unique()}
    return MadeLake(counts, stations)


def confirmed(lake: MadeLake, by: str) -> dict[str, float]:
    rows = show(lake, "alert_change", Scope(*YEAR, by=by)).rows
    return {row.unit: row.change for row in rows if row.verdict == "confirmed"}


def test_the_two_districts_that_fell_are_confirmed_and_no_other(lake) -> None:
    assert set(confirmed(lake, "district")) == FALLEN


def test_no_station_outside_them_is_confirmed(lake) -> None:
    assert {code[:6] for code in confirmed(lake, "station")} <= FALLEN


def test_alerts_flagged_invalid_are_no_confirmed_fall(lake) -> None:
    rows = {row.unit: row for row in show(lake, "alert_change", Scope(*YEAR, by="station")).rows}
    assert rows[FLAGGED.unit_code].verdict == "contradicted"
    assert rows[RECODED.unit_code].verdict != "confirmed"


def test_what_the_city_lost_is_the_sum_of_its_districts(lake) -> None:
    parts = show(lake, "alert_contributions", Scope(*YEAR, by="district")).rows
    (city,) = show(lake, "alert_change", Scope(*YEAR)).rows
    assert sum(row.extra["difference"] for row in parts) == city.extra["difference"] < 0
    assert {row.unit for row in parts[:3]} >= FALLEN
