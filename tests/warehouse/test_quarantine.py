"""Cells set aside have a number, somebody who looks after them, a note, and a last day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

import warehouse
from warehouse import Lake, Quarantined

from .facts import load, row, undo


def cells(*names: str) -> list[Quarantined]:
    return [Quarantined(f"{name}.csv", None, 7, "电话", "999-9999", "not_a_date") for name in names]


@pytest.fixture
def two(lake: Lake) -> Lake:
    """Two batches with two cells and one cell set aside."""
    load(lake, "A", row(alert_id="a"), quarantined=cells("a", "b"), status="quarantined")
    load(lake, "B", row(alert_id="b"), quarantined=cells("c"), status="quarantined")
    return lake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """A list whose one entry is the lake's time."""
    moment = [datetime(2030, 1, 1, 9)]
    monkeypatch.setattr(Lake, "now", lambda self, time_zone=None: moment[0])
    yield moment


def listed(lake: Lake, *names: str, **chosen: Any) -> list[tuple[Any, ...]]:
    return [tuple(cell[name] for name in names) for cell in warehouse.list_quarantine(lake, **chosen)]


def test_cells_are_listed_newest_batch_first_with_their_batch(two: Lake):
    names = ("cell_id", "batch_id", "file_name", "row_number", "column_name", "masked_value", "code", "table_name")
    assert listed(two, *names) == [
        (2_000_000, 2, "c.csv", 7, "电话", "999-9999", "not_a_date", "alert"),
        (1_000_000, 1, "a.csv", 7, "电话", "999-9999", "not_a_date", "alert"),
        (1_000_001, 1, "b.csv", 7, "电话", "999-9999", "not_a_date", "alert"),
    ]
    assert listed(two, "cell_id", batch_id=2) == [(2_000_000,)]
    assert listed(two, "status", "owner", "note", "author", "batch_status", batch_id=2) == [
        ("open", None, None, "tester", "quarantined")
    ]
    assert listed(two, "cell_id", limit=1) == [(2_000_000,)]


def test_cells_are_given_to_somebody_and_closed_with_a_note(clock: list[datetime], two: Lake):
    assert warehouse.assign(two, [1_000_000, 2_000_000], "李四", "张三") == 2
    assert listed(two, "cell_id", "owner", "handled_by", "handled_at") == [
        (2_000_000, "李四", "张三", clock[0]),
        (1_000_000, "李四", "张三", clock[0]),
        (1_000_001, None, None, None),
    ]
    assert warehouse.resolve(two, [1_000_000], "  corrected at the source ", "李四") == 1
    names = ("cell_id", "owner", "note", "handled_by")
    assert listed(two, *names, status="resolved") == [(1_000_000, "李四", "corrected at the source", "李四")]
    assert listed(two, "cell_id") == [(2_000_000,), (1_000_001,)]
    assert len(listed(two, "cell_id", status=None)) == 3


def test_what_is_closed_stays_as_it_is_and_nothing_costs_no_version(two: Lake):
    warehouse.resolve(two, [1_000_000], "done", "a")
    assert warehouse.resolve(two, [1_000_000, 5], "again", "b") == 0
    assert warehouse.assign(two, [1_000_000], "c", "b") == 0
    assert listed(two, "note", "owner", status="resolved") == [("done", None)]
    version = two.version()
    assert (warehouse.assign(two, [], "c", "b"), two.version()) == (0, version)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("回电 13800138000 确认", "回电 99999999999 确认"),
        ("138 0013 8000", "9999999999999"),
        ("身份证 11010519491231002X", "身份证 999999999999999999"),
        ("接警单 33010020240101123456 已改, 2024-01-05", "接警单 33010020240101123456 已改, 2024-01-05"),
    ],
)
def test_a_mobile_or_identity_number_in_a_note_is_masked(two: Lake, typed: str, kept: str):
    warehouse.resolve(two, [1_000_000], typed, "a")
    assert listed(two, "note", status="resolved") == [(kept,)]


def test_a_number_in_the_name_of_a_file_or_in_a_heading_is_masked(lake: Lake):
    cell = Quarantined("13800138000.csv", "11010519491231002X", 1, "电话13800138000", None, "not_a_date")
    load(lake, "回访13800138000.csv", row(alert_id="a"), quarantined=[cell])
    assert warehouse.batch_history(lake)[0]["files"] == ["回访99999999999.csv"]
    names = ("file_name", "sheet", "column_name")
    assert listed(lake, *names) == [("99999999999.csv", "9" * 18, "电话99999999999")]
    messages = lake.frame("SELECT commit_message FROM ducklake_snapshots('lake')")["commit_message"].to_list()
    assert not any("13800138000" in (message or "") for message in messages)


def test_cells_are_deleted_after_their_last_day_and_their_numbers_are_not_used_again(lake: Lake, clock: list[datetime]):
    load(lake, "A", row(alert_id="a"), quarantined=cells("a"), settings={"quarantine_days": "30"})
    assert listed(lake, "expires_on") == [(date(2030, 1, 31),)]
    clock[0] = datetime(2030, 1, 31, 23, 59)
    assert warehouse.maintain(lake).quarantined_deleted == 0
    assert len(listed(lake, "cell_id")) == 1
    clock[0] += timedelta(minutes=1)
    assert listed(lake, "cell_id") == [], "past its day it is not shown, also before maintenance has run"
    assert warehouse.maintain(lake).quarantined_deleted == 1
    assert lake.frame("SELECT count(*) FROM lake.quarantine").item() == 0
    load(lake, "B", row(alert_id="b"), quarantined=cells("b"))
    assert listed(lake, "cell_id") == [(2_000_000,)]


def test_the_history_counts_the_cells_of_each_batch(two: Lake):
    warehouse.resolve(two, [1_000_000], "done", "a")
    undo(two, 2)
    newest, oldest = warehouse.batch_history(two)
    assert (newest["batch_id"], newest["cells_open"], newest["cells_resolved"]) == (2, 1, 0)
    assert (oldest["batch_id"], oldest["cells_open"], oldest["cells_resolved"]) == (1, 1, 1)
    assert (newest["status"], newest["undone_by"], newest["data_version"]) == ("undone", "tester", 3)
    assert newest["undone_version"] == two.version()
    assert listed(two, "batch_status", batch_id=2) == [("undone",)]


def test_the_history_has_lists_where_the_table_has_json(lake: Lake):
    load(
        lake, "A", row(alert_id="a"), control_totals=[{"label": "合计"}], warnings=[{"code": "blank_rows", "count": 2}]
    )
    (batch,) = warehouse.batch_history(lake)
    assert batch["control_totals"] == [{"label": "合计"}]
    assert batch["warnings"] == [{"code": "blank_rows", "count": 2}]
    assert (batch["validation"], batch["files"], batch["mapping"]) == ([], ["A"], "literal")
    assert (batch["cells_open"], batch["cells_expire_on"]) == (0, None)


def test_ten_thousand_cells_are_set_aside_at_once(lake: Lake):
    load(lake, "A", row(alert_id="a"), quarantined=cells("a") * 10_000)
    assert len(listed(lake, "cell_id")) == 10_000
