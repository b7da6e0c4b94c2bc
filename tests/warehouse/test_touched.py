"""Which days, units and classes a batch touched, on both sides of a change; and by how much the counts moved."""

from datetime import date
from typing import Any

import pytest

import warehouse
from warehouse import Lake

from .facts import load, row, undo

MONDAY = date(2024, 1, 1)


def records(lake: Lake, batch_id: int, *, of_undo: bool = False) -> list[tuple[Any, ...]]:
    return warehouse.touched(lake, batch_id, undo=of_undo).rows()


def moved(lake: Lake, version: int, *names: str) -> list[tuple[Any, ...]]:
    return warehouse.count_changes(lake, version).select("day", "unit", "part", *names).rows()


def mapped(code: str, group: str) -> str:
    return row("category_map", code=code, category_group=group)


def test_a_change_of_class_is_told_on_both_sides(lake: Lake):
    load(lake, "A", row(alert_id="a", category_group="traffic"), row(alert_id="b", category_group="traffic"))
    load(lake, "B", row(alert_id="a", category_group="help", caller_key=7))
    assert records(lake, 1) == [("added", [], MONDAY, "s1", "traffic", None, None, None, 2)]
    assert records(lake, 2) == [
        ("replaced", ["category_group"], MONDAY, "s1", "help", MONDAY, "s1", "traffic", 1),
    ]
    assert moved(lake, lake.version(), "received", "valid") == [
        (MONDAY, "s1", "help", 1, 1),
        (MONDAY, "s1", "traffic", -1, -1),
    ]


def test_a_record_that_moves_is_told_in_both_places_and_the_undo_turns_it_round(lake: Lake):
    load(lake, "A", row(alert_id="a", category_group="help"))
    load(lake, "B", row(alert_id="a", category_group="help", station_code="s2", reported_at="2024-01-03 10:00:00"))
    there, here = (date(2024, 1, 3), "s2", "help"), (MONDAY, "s1", "help")
    assert records(lake, 2) == [("replaced", ["reported_at", "station_code"], *there, *here, 1)]
    assert records(lake, 2, of_undo=True) == []
    undo(lake, 2)
    # the class came without a code, so the map has no say for it when it comes back
    back = ("came_back", ["reported_at", "station_code", "category_group"])
    assert records(lake, 2, of_undo=True) == [(*back, MONDAY, "s1", "unmapped", *there, 1)]


def test_a_category_map_tells_of_the_alerts_that_it_put_into_another_class(lake: Lake):
    load(lake, "map", mapped("1", "traffic"), table="category_map")
    load(lake, "A", row(alert_id="a", category_code="1", category_group="traffic"), row(alert_id="b"))
    load(lake, "map again", mapped("1", "dispute"), table="category_map")
    assert records(lake, 3) == [
        ("replaced", ["category_group"], MONDAY, "s1", "dispute", MONDAY, "s1", "traffic", 1),
    ]
    assert moved(lake, lake.version(), "valid") == [(MONDAY, "s1", "dispute", 1), (MONDAY, "s1", "traffic", -1)]


def test_a_flag_moves_only_the_counts_that_it_concerns(lake: Lake):
    load(lake, "A", row(alert_id="a", category_group="help"))
    load(lake, "B", row(alert_id="a", category_group="help", is_invalid=True))
    counts = ("received", "valid", "excluded_invalid", "excluded_duplicate")
    assert moved(lake, lake.version(), *counts) == [(MONDAY, "s1", "help", 0, -1, 1, 0)]


def test_a_mart_made_anew_moves_only_what_differs(lake: Lake):
    """A list of institutions takes a place out of repeats; everything else is counted anew and stays."""
    load(
        lake,
        "A",
        row(alert_id="a", place_key=7),
        row(alert_id="b", place_key=7, reported_at="2024-01-05 10:00:00"),
        row(alert_id="c", place_key=8, reported_at="2024-01-06 10:00:00"),
    )
    load(lake, "list", row("service_place", alert_id="a"), table="service_place")
    names = ("received", "place_keyed", "place_repeat_30")
    assert moved(lake, lake.version(), *names) == [
        (MONDAY, "s1", "unmapped", 0, -1, 0),
        (date(2024, 1, 5), "s1", "unmapped", 0, -1, -1),
    ]


def test_what_is_not_kept_is_not_guessed(lake: Lake):
    load(lake, "A", row(alert_id="a", place_key=7), row(alert_id="b", place_key=7, reported_at="2024-01-05 10:00:00"))
    load(lake, "list", row("service_place", alert_id="a"), table="service_place")
    version = lake.version()
    warehouse.pin(lake, version, author="tester", reason="published")
    load(lake, "C", row(alert_id="c"))
    warehouse.maintain(lake, keep_days=0)
    with pytest.raises(warehouse.VersionExpired):
        warehouse.count_changes(lake, version)  # made anew, and the version before it is gone
    with pytest.raises(warehouse.VersionExpired):
        warehouse.count_changes(lake, version - 1)
    with pytest.raises(warehouse.VersionExpired):
        warehouse.touched(lake, 1)


@pytest.mark.parametrize(
    ("table", "given", "part"),
    [
        ("case", {"case_id": "1", "filed_at": "2024-01-01 09:00:00", "kind": "administrative"}, "administrative"),
        ("training_result", {"result_id": "1", "held_on": "2024-01-01", "ability": "community_work"}, "community_work"),
    ],
)
def test_records_of_other_tables_tell_their_kind(lake: Lake, table: str, given: dict[str, object], part: str):
    load(lake, "A", row(table, **given), table=table)
    assert records(lake, 1) == [("added", [], MONDAY, "s1", part, None, None, None, 1)]


def test_a_unit_counts_for_its_district_and_for_the_unit_that_took_over(lake: Lake):
    load(
        lake,
        "units",
        row("station", station_code="s1", name_zh="一", district_code="d1", successor_code="s2"),
        row("station", station_code="s2", name_zh="二", district_code="d2"),
        table="station",
    )
    found = warehouse.counts_for(lake, lake.version())
    assert found == {"s1": {"s1", "s2", "d1", "d2"}, "s2": {"s2", "d2"}}
    assert [line[:2] + line[3:4] for line in records(lake, 1)] == [("added", [], "s1"), ("added", [], "s2")]
