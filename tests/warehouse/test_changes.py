"""The change feed of a batch and of its undo: records, columns, days and units; never a private key."""

from datetime import date
from typing import Any

import polars as pl
import pytest

import warehouse
from warehouse import Lake
from warehouse.preview import FIGURES

from .facts import MARTS, load, row, undo

SECRET_CALLER, SECRET_PLACE = 7777777777777777777, 8888888888888888888


def records(lake: Lake, batch_id: int, *, of_undo: bool = False) -> list[tuple[Any, ...]]:
    return warehouse.batch_changes(lake, batch_id, undo=of_undo).rows()


def summary(lake: Lake, batch_id: int, *names: str, of_undo: bool = False) -> list[tuple[Any, ...]]:
    return warehouse.change_summary(lake, batch_id, undo=of_undo).select("day", "unit", *names).rows()


@pytest.fixture
def two(lake: Lake) -> Lake:
    """A lake with batch 1, and a batch 2 that moves one of its records, repeats one and adds one."""
    load(
        lake,
        "A",
        row(alert_id="a", category_group="dispute", caller_key=1),
        row(alert_id="b", reported_at="2024-01-05 10:00:00"),
    )
    secret = {"caller_key": SECRET_CALLER, "place_key": SECRET_PLACE}
    moved = row(alert_id="a", category_group="dispute", station_code="s2", is_invalid=True, **secret)
    load(lake, "B", moved, row(alert_id="b", reported_at="2024-01-05 10:00:00"), row(alert_id="c"))
    return lake


def test_a_load_adds_and_replaces(two: Lake):
    assert records(two, 1) == [("added", "a", [], [], [], 0), ("added", "b", [], [], [], 0)]
    assert records(two, 2) == [
        ("added", "c", [], [], [], 0),
        ("replaced", "a", ["station_code", "is_invalid"], ["s1", "false"], ["s2", "true"], 2),
    ]


def test_an_undo_takes_out_and_brings_back(two: Lake):
    assert records(two, 2, of_undo=True) == []
    before = records(two, 2)
    undo(two, 2)
    taken, back = sorted(records(two, 2, of_undo=True), reverse=True)
    assert taken == ("taken_out", "c", [], [], [], 0)
    assert back[:2] == ("came_back", "a")
    assert dict(zip(back[2], zip(back[3], back[4], strict=True), strict=True)) == {
        "station_code": ("s2", "s1"),
        "is_invalid": ("true", "false"),
        "category_group": ("dispute", "unmapped"),  # no code: the map has no say for it
    }
    assert records(two, 2) == before, "what the load did stays visible"


def test_no_private_key_comes_out(two: Lake):
    undo(two, 2)
    for of_undo in (False, True):
        shown = str(warehouse.batch_changes(two, 2, undo=of_undo).to_dicts())
        shown += str(warehouse.change_summary(two, 2, undo=of_undo).to_dicts())
        for secret in (str(SECRET_CALLER), str(SECRET_PLACE), "caller_key", "place_key"):
            assert secret not in shown


def test_a_summary_counts_rows_and_figures_by_day_and_unit(two: Lake):
    assert summary(two, 2, "rows_added", "rows_replaced", "received_before", "received_after") == [
        (date(2024, 1, 1), "s1", 1, 0, 1, 1),
        (date(2024, 1, 1), "s2", 0, 1, 0, 1),
    ]
    assert summary(two, 2, "valid_before", "valid_after") == [
        (date(2024, 1, 1), "s1", 1, 1),
        (date(2024, 1, 1), "s2", 0, 0),
    ]


def test_days_of_which_only_a_figure_changed_are_told(lake: Lake):
    load(lake, "A", row(alert_id="later", reported_at="2024-01-20 10:00:00", place_key=7))
    load(lake, "B", row(alert_id="earlier", reported_at="2024-01-01 10:00:00", place_key=7))
    assert summary(lake, 2, "rows_added", "repeat_place_30_before", "repeat_place_30_after") == [
        (date(2024, 1, 1), "s1", 1, 0, 0),
        (date(2024, 1, 20), "s1", 0, 0, 1),
    ]
    undo(lake, 2)
    assert summary(lake, 2, "rows_taken_out", "repeat_place_30_before", "repeat_place_30_after", of_undo=True) == [
        (date(2024, 1, 1), "s1", 1, 0, 0),
        (date(2024, 1, 20), "s1", 0, 1, 0),
    ]


@pytest.mark.parametrize("table", FIGURES)
def test_the_figures_are_those_of_the_mart_at_the_versions_before_and_after(lake: Lake, table: str):
    record = {"alert": "alert_id", "case": "case_id", "training_result": "result_id"}[table]
    filed = {"filed_at": "2024-01-02 10:00:00"} if table == "case" else {}
    load(lake, "A", *(row(table, **{record: str(n)}, **filed) for n in range(20)), table=table)
    version = lake.version()
    load(lake, "B", *(row(table, **{record: str(n)}, **filed, station_code="s2") for n in range(10, 25)), table=table)
    found = warehouse.change_summary(lake, 2)
    assert found.height
    for told in found.to_dicts():
        for name, column in FIGURES[table].items():
            for when, at in (("before", version), ("after", version + 1)):
                sql = f"""SELECT coalesce(sum({column}), 0)::BIGINT FROM lake.{MARTS[table]} AT (VERSION => {at})
                    WHERE day = $day AND station_code = $unit"""
                expected = lake.frame(sql, {"day": told["day"], "unit": told["unit"]}).item()
                assert told[f"{name}_{when}"] == expected, (told["unit"], name, when)


def test_a_category_map_tells_of_the_alerts_that_it_regrouped(lake: Lake):
    load(lake, "A", row(alert_id="a", category_code="1", category_group="unmapped", caller_key=1))
    load(lake, "M", row("category_map", code="1", category_group="dispute"), table="category_map")
    assert records(lake, 2)[0][:2] == ("added", "x / 1 / 1900-01-01")
    assert summary(lake, 2, "rows_replaced", "valid_before", "valid_after") == [(date(2024, 1, 1), "s1", 1, 1, 1)]


def test_tables_without_a_mart_are_counted(lake: Lake):
    load(lake, "P", row("population", org_code="s1", persons=3), table="population")
    load(lake, "Q", row("population", org_code="s1", persons=4), table="population")
    assert records(lake, 2) == [("replaced", "s1 / 2023-12-31 / actual", ["persons"], ["3"], ["4"], 0)]
    assert summary(lake, 2, "rows_added", "rows_replaced") == [(date(2023, 12, 31), "s1", 0, 1)]


def test_only_so_many_records_are_listed(lake: Lake):
    load(lake, "A", *(row(alert_id=f"{n:02d}") for n in range(30)))
    listed = warehouse.batch_changes(lake, 1, limit=3)
    assert listed["key"].to_list() == ["00", "01", "02"]


def test_a_pinned_version_tells_its_changes_after_maintenance_and_another_says_that_it_is_gone(lake: Lake):
    load(lake, "A", *(row(alert_id=str(n)) for n in range(50)))
    load(lake, "B", *(row(alert_id=str(n), station_code="s2") for n in range(50)))
    undo(lake, 2)
    changed, told = records(lake, 2), warehouse.change_summary(lake, 2)
    versions = {name: warehouse.list_batches(lake)[1][name] for name in ("data_version", "undone_version")}
    assert versions == {"data_version": 3, "undone_version": 4}
    warehouse.pin(lake, 3, author="test", reason="published")
    for _ in range(2):
        warehouse.maintain(lake, keep_days=0)
    lake.cursor().execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
    assert not lake.has_version(2)
    assert (len(changed), records(lake, 2)) == (50, changed)
    assert warehouse.change_summary(lake, 2).equals(told)
    assert {name: warehouse.list_batches(lake)[1][name] for name in versions} == versions
    with pytest.raises(warehouse.VersionExpired, match="4"):
        warehouse.batch_changes(lake, 2, undo=True)


def test_an_unknown_batch_is_said(lake: Lake):
    with pytest.raises(warehouse.UnknownBatch, match="7"):
        warehouse.batch_changes(lake, 7)
    with pytest.raises(warehouse.UnknownBatch, match="7"):
        warehouse.change_summary(lake, 7)


def test_empty_answers_have_the_columns_of_full_ones(two: Lake):
    assert warehouse.batch_changes(two, 2, undo=True).schema == warehouse.batch_changes(two, 2).schema
    empty = warehouse.change_summary(two, 2, undo=True)
    assert isinstance(empty, pl.DataFrame)
    assert empty.columns == warehouse.change_summary(two, 2).columns[: empty.width]
