"""The files conform to `tables.yaml`, are the same for the same seed, and hold together."""

import hashlib
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from etl.demo import generate
from metrics import catalogue

ORDER = [  # of loading
    "district", "station", "category_map", "population", "target", "event", "staff",
    "service_place", "alert", "case", "training_result", "indicator_return", "treatment",
]  # fmt: skip
PRIVATE = {"caller_key": "phone", "place_key": "address", "officer_key": "officer", "person_key": "person"}
STEPS = ["reported_at", "answered_at", "dispatched_at", "arrived_at", "closed_at", "recorded_at", "updated_at"]


def checksums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_same_seed_same_bytes_other_seed_other_records_on_the_same_map(tmp_path):
    for folder, seed in (("a", 7), ("b", 7), ("c", 8)):
        generate(tmp_path / folder, seed=seed, years=1, stations=24, volume=0.2)
    first, again, other = (checksums(tmp_path / folder) for folder in "abc")
    assert first == again
    same = {name for name in first if first[name] == other[name]}
    assert {"districts.geojson", "station.csv"} <= same
    assert not same & {"alert_2025.csv", "case.csv", "training_result.csv", "indicator_return.csv"}


def test_tables_come_in_loading_order_and_alerts_by_year(small):
    assert list(small.files.tables) == ORDER
    assert [path.name for path in small.files.tables["alert"]] == ["alert_2024.csv", "alert_2025.csv"]


@pytest.mark.parametrize("table", ORDER)
def test_headers_required_cells_enums_bounds_and_keys(small, table):
    columns = small.fields[table]["columns"]
    rows = small.frame(table)
    allowed = {PRIVATE.get(name, name) for name, parts in columns.items() if not (parts[3:] or [{}])[0].get("derived")}
    assert set(rows.columns) <= allowed
    assert len(rows) > 0
    for name, (_, _, _, *rest) in columns.items():
        options = rest[0] if rest else {}
        if options.get("required") and not options.get("private"):
            assert rows[name].null_count() == 0, name
        if name in rows.columns and "enum" in options:
            assert set(rows[name].drop_nulls()) <= set(options["enum"]), name
        if name in rows.columns and "min" in options:
            assert rows[name].drop_nulls().min() >= options["min"], name
    key = [name for name in small.fields[table]["key"] if name in rows.columns]
    assert rows.select(key).is_duplicated().sum() == 0


def test_no_key_column_of_a_private_field_is_written(small):
    assert {"phone", "address"} <= set(small.raw("alert").columns)
    assert "person" in small.raw("training_result").columns
    assert "officer" in small.raw("case").columns


def test_people_are_plainly_synthetic(small):
    assert small.raw("alert")["phone"].drop_nulls().str.contains(r"^154\d{8}$").all()  # a range never given out
    assert small.raw("alert")["address"].drop_nulls().str.starts_with("演示").all()
    assert small.raw("training_result")["person"].str.contains(r"^demo-person-\d{6}$").all()
    assert small.raw("case")["officer"].str.contains(r"^demo-officer-\d{6}$").all()


def test_steps_of_an_alert_come_in_order(small):
    for earlier, later in pairwise(STEPS):
        assert small.alerts.filter(pl.col(earlier) > pl.col(later)).is_empty(), (earlier, later)
    assert small.alerts.filter(pl.col("recorded_at") < pl.col("closed_at")).is_empty()


def test_dates_stay_in_the_window(small):
    reported = small.alerts["reported_at"]
    assert reported.min() < datetime(2024, 1, 1, 1)
    assert datetime(2025, 12, 31, 23) < reported.max() < datetime(2026, 1, 1)
    assert small.alerts["updated_at"].max() <= datetime(2026, 1, 1, 8, 10)
    assert small.alerts["day"].n_unique() == 731


def test_references_between_files_hold(small):
    alerts, cases = small.alerts, small.frame("case")
    stations = set(small.frame("station")["station_code"])
    assert set(alerts["station_code"]) | set(alerts["station_code_initial"]) <= stations
    assert set(cases["station_code"]) | set(small.frame("training_result")["station_code"]) <= stations
    assert set(alerts["main_alert_id"].drop_nulls()) <= set(alerts["alert_id"])
    linked = alerts.filter(pl.col("case_id").is_not_null()).select("alert_id", "case_id").sort("case_id")
    back = cases.filter(pl.col("alert_id").is_not_null()).select("alert_id", "case_id").sort("case_id")
    assert linked.equals(back)
    assert set(cases["merged_into"].drop_nulls()) <= set(cases["case_id"])
    units = stations | set(small.frame("district")["district_code"])
    for table in ("population", "staff", "indicator_return"):
        assert set(small.frame(table)["org_code"]) <= units


def test_duplicates_follow_their_main_record_within_minutes(small):
    main = small.alerts.select(main_alert_id="alert_id", main_at="reported_at", main_place="address")
    linked = small.alerts.filter(pl.col("link_type") == "duplicate").join(main, on="main_alert_id", how="left")
    gap = (linked["reported_at"] - linked["main_at"]).dt.total_minutes()
    assert linked["main_at"].null_count() == 0
    assert gap.min() >= 0 and gap.max() < 120 and 3 < gap.median() < 15
    assert linked["address"].eq_missing(linked["main_place"]).all()


def test_codes_are_used_only_while_they_are_valid(small):
    codes = small.frame("category_map").select("code", "valid_from", "valid_to")
    used = small.alerts.join(codes, left_on="category_code", right_on="code", how="inner")
    outside = (pl.col("day") < pl.col("valid_from")) | (pl.col("day") >= pl.col("valid_to"))
    assert used.filter(outside.fill_null(False)).is_empty()
    split = small.alerts.filter(pl.col("category_code") == "080300")["day"]
    assert date(2024, 1, 1) <= split.min() and split.max() < date(2024, 3, 1)


def test_case_steps_come_in_order_and_follow_their_kind(small):
    cases = small.frame("case")
    for earlier, later in (
        ("occurred_from", "occurred_to"),
        ("occurred_to", "reported_at"),
        ("reported_at", "accepted_at"),
        ("accepted_at", "filed_at"),
        ("filed_at", "cleared_at"),
        ("accepted_at", "cleared_at"),
        ("cleared_at", "closed_at"),
        ("accepted_at", "cancelled_at"),
    ):
        assert cases.filter(pl.col(earlier) > pl.col(later)).is_empty(), (earlier, later)
    assert cases.filter(pl.col("kind") == "administrative")["filed_at"].null_count() == (
        (cases["kind"] == "administrative").sum()
    )
    assert cases.filter(pl.col("cancelled_at").is_null() != pl.col("cancel_reason").is_null()).is_empty()


def test_only_the_four_targets_of_the_plan(small):
    targets = small.frame("target")
    assert targets["source"].str.contains("两个40%以上|两个50%以上|一村（格）一警").all()
    assert set(targets["value"]) == {0.4, 0.5, 1.0}
    municipal = small.frame("district").filter(pl.col("is_municipal_district"))["district_code"]
    encouraged = targets.filter(pl.col("value") == 0.5)
    assert set(encouraged["org_code"]) == set(municipal)


def test_every_small_upload_of_the_catalogue_has_returns(small):
    returns = small.frame("indicator_return")
    held = set(returns.select("indicator_id", "breakdown").unique().rows())
    for entry in catalogue().values():
        if entry.upload and entry.upload.table == "indicator_return":
            parts = entry.parameters["part"].values if "part" in entry.parameters else (entry.upload.breakdown,)
            assert {(entry.upload.indicator_id or entry.id, part) for part in parts} <= held, entry.id
    covered = returns.filter(pl.col("indicator_id") == "village_officer_coverage")
    sums = covered.pivot("breakdown", index=["org_code", "period_start"], values="numerator")
    assert (sums["officer"] + sums["auxiliary"] == sums["all"]).all()


@pytest.mark.parametrize("wrong", [{"stations": 23}, {"stations": 301}, {"years": 0}, {"years": 11}, {"volume": 0}])
def test_sizes_outside_the_range_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="demonstration city"):
        generate(tmp_path, **wrong)


def test_progress_rises_to_one(tmp_path):
    told = []
    generate(tmp_path, years=1, stations=24, volume=0.05, progress=lambda step, share: told.append(share))
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1
