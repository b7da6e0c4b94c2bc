"""Units, codes and events that a load brings along: there with it, gone with it, kept while anything uses them."""

from typing import Any

import polars as pl
import pytest

from warehouse import BatchRecord, Lake, commit_batch

from .facts import load, row, undo

STATION = {"station_code": "s1", "district_code": "d1", "name_zh": "东所"}
UNITS = {
    "district": pl.DataFrame([{"district_code": "d1", "name_zh": "东区"}]),
    "station": pl.DataFrame([STATION]),
}
CODE = {"category_map": pl.DataFrame([{"scheme": "x", "code": "c1", "category_group": "dispute"}])}
EVENT = {"event": pl.DataFrame([{"event_id": "e1", "starts_on": "2024-01-01", "kind": "merger", "title_zh": "合并"}])}
ALL = UNITS | CODE | EVENT


def registered(lake: Lake) -> dict[str, list[str]]:
    keys = {"district": "district_code", "station": "station_code", "category_map": "code", "event": "event_id"}
    found = {name: lake.frame(f"SELECT {key} AS k FROM lake.{name}")["k"].to_list() for name, key in keys.items()}
    return {name: codes for name, codes in found.items() if codes}


def alert(alert_id: str, **more: Any) -> str:
    return row(alert_id=alert_id, category_code="c1", category_group="dispute", **more)


EVERYTHING = {"district": ["d1"], "station": ["s1"], "category_map": ["c1"], "event": ["e1"]}


def test_what_nothing_else_uses_goes_with_its_batch(lake: Lake):
    a = load(lake, "A", alert("a"), registrations=ALL)
    assert registered(lake) == EVERYTHING
    undo(lake, a.batch_id)
    assert registered(lake) == {}
    load(lake, "A again", alert("a"), registrations=ALL)
    assert registered(lake) == EVERYTHING


def test_what_a_later_batch_uses_stays_until_that_one_goes(lake: Lake):
    a = load(lake, "A", alert("a"), registrations=ALL)
    b = load(lake, "B", alert("b"), registrations=ALL)
    undo(lake, a.batch_id)
    assert registered(lake) == EVERYTHING
    undo(lake, b.batch_id)
    assert registered(lake) == {}


BOTH = {"district": ["d1"], "station": ["s1"]}


@pytest.mark.parametrize(
    ("table", "values", "kept"),
    [
        ("alert", {"alert_id": "b", "station_code": "s9", "station_code_initial": "s1"}, BOTH),
        ("case", {"case_id": "k"}, BOTH),
        ("training_result", {"result_id": "r"}, BOTH),
        ("population", {"org_code": "s1", "persons": 10}, BOTH),
        ("population", {"org_code": "d1", "persons": 10}, {"district": ["d1"]}),
        ("population", {"org_code": "s9", "persons": 10}, {}),
    ],
)
def test_a_unit_in_use_stays(lake: Lake, table: str, values: dict[str, Any], kept: dict[str, list[str]]):
    a = load(lake, "A", alert("a"), registrations=UNITS)
    load(lake, "B", row(table, **values), table=table)
    undo(lake, a.batch_id)
    assert registered(lake) == kept


def test_a_code_that_an_alert_had_at_first_stays(lake: Lake):
    a = load(lake, "A", alert("a"), registrations=CODE)
    load(lake, "B", row(alert_id="b", category_code_initial="c1", category_group_initial="dispute"))
    undo(lake, a.batch_id)
    assert registered(lake) == {"category_map": ["c1"]}


def test_what_was_there_before_is_not_registered_again(lake: Lake):
    station = row("station", **STATION)
    load(lake, "stations", station, table="station")
    a = load(lake, "A", alert("a"), registrations=UNITS | {"station": pl.DataFrame([STATION | {"name_zh": "别名"}])})
    assert lake.frame("SELECT name_zh FROM lake.station").to_series().to_list() == ["东所"]
    undo(lake, a.batch_id)
    assert registered(lake) == BOTH


def test_units_that_a_batch_of_cases_brought_go_with_it(lake: Lake):
    case = row("case", case_id="k", filed_at="2024-01-01 10:00:00")
    a = load(lake, "A", case, table="case", registrations=UNITS)
    undo(lake, a.batch_id, "case")
    assert registered(lake) == {}


def test_a_unit_goes_when_the_last_batch_of_another_table_goes(lake: Lake):
    a = load(lake, "A", alert("a"), registrations=UNITS)
    b = load(lake, "B", row("case", case_id="k", filed_at="2024-01-01 10:00:00"), table="case")
    undo(lake, a.batch_id)
    undo(lake, b.batch_id, "case")
    assert registered(lake) == {}


def test_a_unit_in_use_outlives_the_undo_of_its_correction(lake: Lake):
    a = load(lake, "A", alert("a"), registrations=UNITS)
    load(lake, "B", alert("b"))
    correction = row("station", **STATION | {"name_zh": "东城所"})
    c = load(lake, "C", correction, table="station")
    undo(lake, a.batch_id)
    undo(lake, c.batch_id)
    assert registered(lake) == BOTH


def test_events_of_a_mapping_stay_while_a_batch_of_it_stands(lake: Lake):
    def batch(name: str, mapping: str) -> int:
        record = BatchRecord("alert", (name,), name, mapping, "utf-8", "t", 1, 0, registrations=EVENT)
        done = commit_batch(lake, alert(name), record)
        assert done.batch_id is not None
        return done.batch_id

    first, second = batch("A", "m@1"), batch("B", "m@1")
    batch("C", "other")
    undo(lake, first)
    assert registered(lake) == {"event": ["e1"]}
    undo(lake, second)
    assert registered(lake) == {}
