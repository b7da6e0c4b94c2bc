"""A batch is named for a figure when it moved that figure's own counts: of its class, unit, days and kind; else not."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

import metrics
import warehouse
from exports import sources
from exports.revisions import revisions
from exports.sources import ANYTHING, source_of
from tests.exports.small_lake import load
from tests.exports.tiny_lake import (
    EAST,
    FOOTHILL,
    GATE,
    HARBOUR,
    MONDAY,
    SEA,
    SECOND,
    Compared,
    blamed,
    call,
    counted,
    kinds,
)
from warehouse import Lake

COUNTS = ("alerts_received", "alerts_valid")
Start = Callable[..., Compared]


@pytest.fixture
def start(tiny: Lake, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Count some indicators as they are before a test does anything."""
    return lambda *indicators: Compared(tiny, monkeypatch, indicators)


def alerts(lake: Lake, *rows: dict[str, Any]) -> int:
    batch = load(lake, "alert", rows, "more.csv").batch_id
    assert batch is not None
    return batch


def test_one_changed_class_is_exactly_the_figures_of_both_classes(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    batch = alerts(tiny, call("a", "80", category_code_initial="20", status_rank=1))
    found = before.now()
    assert blamed(found) == {
        (name, unit, group): [batch]
        for name in COUNTS
        for unit in ("city", EAST)
        for group in ("public_order", "dispute")
    }
    assert kinds(found) == [(batch, False, {"recoded": 1})]


def test_two_batches_of_one_day_and_unit_answer_for_their_own_classes(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    first = alerts(tiny, call("a", "80", status_rank=1))
    second = alerts(tiny, call("c", "40", status_rank=1))
    own = {"public_order": first, "dispute": first, "traffic": second, "help": second}
    assert blamed(before.now()) == {
        (name, unit, group): [batch] for name in COUNTS for unit in ("city", EAST) for group, batch in own.items()
    }


def test_a_recoding_is_not_named_for_the_total_that_a_late_record_changed(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    recoded = alerts(tiny, call("a", "80", status_rank=1))
    late = alerts(tiny, call("late", "80"))
    found = blamed(before.now())
    for name in COUNTS:
        assert found[name, "city", "all"] == found[name, EAST, "all"] == found[name, GATE, "all"] == [late]
        assert found[name, "city", "dispute"] == [recoded, late]
        assert found[name, "city", "public_order"] == [recoded]


def test_a_record_that_moves_changes_both_units_and_not_the_city(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    batch = alerts(tiny, call("e", "40", GATE, status_rank=1))
    found = before.now()
    touched = {(EAST, "all"), (EAST, "help"), (SEA, "all"), (SEA, "help"), (GATE, "all"), (HARBOUR, "all")}
    assert blamed(found) == {(name, unit, group): [batch] for name in COUNTS for unit, group in touched}
    assert kinds(found) == [(batch, False, {"moved": 1})]


def test_a_category_map_answers_for_the_classes_of_its_codes(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    late = alerts(tiny, call("late", "40"))
    row = {"scheme": "local", "version": "2", "code": "80", "category_group": "public_order"}
    more = {"valid_from": "1900-01-01", "is_police_matter": "true"}
    batch = load(tiny, "category_map", [row | more], "map.csv").batch_id
    found = before.now()
    by_class = {group: numbers for (name, unit, group), numbers in blamed(found).items() if unit == "city"}
    assert by_class == {"all": [late], "help": [late], "dispute": [batch], "public_order": [batch]}
    assert (batch, False, {"remapped": 1}) in kinds(found)


def test_a_flag_changes_what_is_valid_and_not_what_was_received(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS, "valid_share")
    flagged = alerts(tiny, call("c", "30", is_nuisance="true", status_rank=1))
    invalid = alerts(tiny, call("late", "30", is_invalid="true"))
    found = blamed(before.now())
    for group in ("all", "traffic"):
        assert found["alerts_valid", "city", group] == [flagged]
        assert found["alerts_received", "city", group] == [invalid]
    assert found["valid_share", "city", "all"] == [flagged, invalid]


def test_a_merger_of_alerts_is_called_one(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    batch = alerts(tiny, call("f", "40", HARBOUR, 24, main_alert_id="e", link_type="duplicate", status_rank=1))
    found = before.now()
    places = {("city", "all"), ("city", "help"), (SEA, "all"), (SEA, "help"), (HARBOUR, "all")}
    assert blamed(found) == {("alerts_valid", unit, group): [batch] for unit, group in places}
    assert kinds(found) == [(batch, False, {"merged": 1})]


def test_repeats_are_put_down_to_what_repeats(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the city of two years, because a repeat needs its whole look-back; a month earlier is a repeat, too."""
    before = Compared(lake, monkeypatch, ("repeat_share", *COUNTS))
    late = alerts(lake, call("late", "30"), call("lone", "30", SECOND, is_nuisance="true"))
    repeats = alerts(lake, call("once", "30", HARBOUR, 21, caller_key=10**9), call("again", "30", caller_key=10**9))
    found = blamed(before.now())
    assert {numbers[0] for (name, *_), numbers in found.items() if name == "repeat_share"} == {repeats}
    assert all(len(numbers) == 1 for (name, *_), numbers in found.items() if name == "repeat_share")
    assert found["alerts_valid", "city", "all"] == found["alerts_received", "city", "all"] == [late, repeats]
    assert found["alerts_received", SECOND, "all"] == [late]


def test_a_list_of_institutions_answers_for_repeats_and_for_no_other_count(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts(lake, call("once", "30", HARBOUR, 21, caller_key=10**9), call("again", "30", caller_key=10**9))
    before = Compared(lake, monkeypatch, (*COUNTS, "repeat_share"))
    entry = {"entry_id": "1", "alert_id": "once", "covers": "caller", "kind": "hotline"}
    listed = load(lake, "service_place", [entry], "institutions.csv").batch_id
    late = alerts(lake, call("late", "30"))
    found = before.now()
    own = {name: {tuple(n) for (other, *_), n in blamed(found).items() if other == name} for name in before.indicators}
    assert own == {"alerts_received": {(late,)}, "alerts_valid": {(late,)}, "repeat_share": {(listed,)}}
    assert (listed, False, {"institutions": 1}) in kinds(found)


def result(name: str, ability: str, station: str = GATE) -> dict[str, Any]:
    known = {"event_type": "test", "held_on": "2025-12-23", "round": "2025-12", "attempt": 1, "max_score": 100}
    person = {"person_key": ord(name), "person_kind": "officer", "score": 80, "pass_mark": 60}
    return {"result_id": name, "station_code": station, "ability": ability} | known | person


def test_training_is_told_apart_by_ability_and_from_alerts(tiny: Lake, start: Start) -> None:
    load(tiny, "training_result", [result(n, a) for n, a in (("a", "community_work"), ("b", "other"))], "first.csv")
    before = start("training_coverage", "alerts_valid")
    first = load(tiny, "training_result", [result("c", "community_work")], "community.csv").batch_id
    second = load(tiny, "training_result", [result("d", "other")], "other.csv").batch_id
    late = alerts(tiny, call("late", "30"))
    found = before.now()
    rows = zip(found.changed.iter_rows(named=True), found.of, strict=True)
    named = {
        (line["indicator"], line["parameters"].partition(";")[0]): numbers
        for line, numbers in rows
        if line["by"] == "city"
    }
    assert named == {
        ("training_coverage", "ability=all"): [first, second],
        ("training_coverage", "ability=community_work"): [first],
        ("training_coverage", "ability=other"): [second],
        ("alerts_valid", ""): [late],
    }


def test_returns_are_told_apart_by_indicator(tiny: Lake, start: Start) -> None:
    def returned(name: str) -> dict[str, Any]:
        days = {"period_start": "2025-11-01", "period_end": "2025-12-01"}
        return {"indicator_id": name, "org_code": GATE, "numerator": 30, "denominator": 40, "breakdown": "all"} | days

    before = start("medical_checks", "leave_taken")
    batches = {
        name: [load(tiny, "indicator_return", [returned(name)], f"{name}.csv").batch_id]
        for name in ("medical_checks", "leave_taken")
    }
    found = blamed(before.now())
    assert {name for name, _, _ in found} == set(batches)
    assert all(numbers == batches[name] for (name, _, _), numbers in found.items())


def test_a_merged_unit_takes_what_is_booked_to_the_old_one(tiny: Lake, start: Start) -> None:
    def ended() -> dict[str, Any]:
        more = {"valid_from": "1900-01-01", "valid_to": "2025-12-01", "successor_code": HARBOUR}
        return {"station_code": FOOTHILL, "district_code": SEA, "name_zh": "山下派出所", "kind": "station"} | more

    before = start(*COUNTS)
    merged = load(tiny, "station", [ended()], "units.csv").batch_id
    found = before.now()
    assert kinds(found) == [(merged, False, {"units_merged": 1})]
    assert blamed(found)["alerts_valid", HARBOUR, "all"] == [merged]

    after = Compared(tiny, before.patch, COUNTS)
    late = alerts(tiny, call("late", "30", FOOTHILL))
    touched = {("city", "all"), ("city", "traffic"), (SEA, "all"), (SEA, "traffic"), (HARBOUR, "all")}
    assert blamed(after.now()) == {(name, unit, group): [late] for name in COUNTS for unit, group in touched}


def test_an_undo_is_a_cause_and_what_came_and_went_is_none(tiny: Lake, start: Start) -> None:
    wrong = alerts(tiny, call("wrong", "30"))
    before = start(*COUNTS)
    warehouse.undo_batch(tiny, wrong, "tester")
    passing = alerts(tiny, call("passing", "30"))
    warehouse.undo_batch(tiny, passing, "tester")
    late = alerts(tiny, call("late", "40"))
    found = before.now()
    assert kinds(found) == [(wrong, True, {"taken_out": 1}), (late, False, {"late": 1})]
    assert blamed(found)["alerts_valid", "city", "traffic"] == [wrong]
    assert ("alerts_valid", "city", "all") not in blamed(found)  # one went, one came
    assert blamed(found)["alerts_valid", "city", "help"] == [late]


def test_a_batch_whose_details_are_gone_is_named_for_all_that_it_may_have_changed(
    tiny: Lake, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tiny.version()
    before = counted(tiny, old, monkeypatch, COUNTS)
    warehouse.pin(tiny, old, author="tester", reason="published")
    forgotten = alerts(tiny, call("late", "30"))
    kept = alerts(tiny, call("more", "40"))
    new = tiny.version()
    warehouse.pin(tiny, new, author="tester", reason="published")
    after = counted(tiny, new, monkeypatch, COUNTS)
    alerts(tiny, call("next", "40"))
    warehouse.maintain(tiny, keep_days=0)
    found = revisions(tiny, before, after, MONDAY)
    assert {cause.batch_id: cause.known for cause in found.causes} == {forgotten: False, kept: True}
    assert blamed(found)["alerts_valid", "city", "traffic"] == [forgotten]
    assert blamed(found)["alerts_valid", "city", "help"] == [forgotten, kept]


def test_what_figures_are_made_of_names_what_there_is() -> None:
    columns = {column.name for column in warehouse.system_tables()["mart_alert_day"].columns}
    tables = set(warehouse.tables())
    for entry in metrics.catalogue().values():
        for category in ("all", "help"):
            source = source_of({"indicator": entry.id, "parameters": "", "unit": "city", "category": category})
            assert set(source.counts) <= columns and set(source.tables) <= tables, entry.id
            assert (source == ANYTHING) == (entry.id == "integrity_signals"), entry.id
    assert {*sources.COUNTS, *sources.LONG, *sources.PEOPLE, *sources.RETURNED} <= set(metrics.catalogue())
    assert source_of({"indicator": "unknown", "parameters": ""}) == ANYTHING


def test_the_causes_of_most_figures_come_first(tiny: Lake, start: Start) -> None:
    before = start(*COUNTS)
    small = alerts(tiny, call("a", "80", status_rank=1))
    large = alerts(tiny, *(call(f"late {station}", "30", station) for station in (GATE, SECOND, HARBOUR)))
    found = before.now()
    assert [cause.batch_id for cause in found.causes] == [large, small]
    named = pl.Series(found.of).explode()
    assert [cause.figures for cause in found.causes] == [(named == batch).sum() for batch in (large, small)]
