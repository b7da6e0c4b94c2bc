"""Every count of the marts against figures counted by hand from the few rows above them."""

from typing import Any

from warehouse import Lake

from .facts import load, row, undo

CODES = [
    row("category_map", code=code, category_group=group)
    for code, group in (("c", "criminal"), ("o", "public_order"), ("d", "dispute"), ("h", "help"))
]


def sums(lake: Lake, mart: str, *columns: str, where: str = "true") -> tuple[Any, ...]:
    listed = ", ".join(f"coalesce(sum({column}), 0)::DOUBLE" for column in columns)
    return lake.frame(f"SELECT {listed} FROM lake.{mart} WHERE {where}").row(0)


REASONS = ("deleted", "duplicate", "chase_up", "feedback", "nuisance", "invalid")


def test_every_alert_is_valid_or_left_out_for_one_reason(lake: Lake):
    given: list[tuple[str, dict[str, Any]]] = [
        ("valid", {}),
        ("deleted", {"is_deleted": True}),
        ("deleted", {"is_deleted": True, "link_type": "duplicate", "is_invalid": True}),
        ("duplicate", {"link_type": "duplicate", "is_nuisance": True}),
        ("duplicate", {"main_alert_id": "0"}),
        ("chase_up", {"link_type": "chase_up", "main_alert_id": "0"}),
        ("feedback", {"link_type": "officer_feedback", "is_invalid": True}),
        ("nuisance", {"link_type": "nuisance"}),
        ("nuisance", {"is_nuisance": True, "is_invalid": True}),
        ("invalid", {"is_invalid": True}),
        ("valid", {"is_service_caller": True, "is_service_place": True}),
    ]
    load(lake, "A", *[row(alert_id=str(number), **values) for number, (_, values) in enumerate(given)])
    found = sums(lake, "mart_alert_day", "received", "valid", *(f"excluded_{reason}" for reason in REASONS))
    assert found == (11, 2, 2, 2, 1, 1, 2, 1)
    assert found[0] == sum(found[1:])


def test_what_became_of_a_valid_alert(lake: Lake):
    def coded(now: str, first: str, **more: object) -> dict[str, Any]:
        found = {"c": "criminal", "d": "dispute", "h": "help"}
        codes = {"category_code": now, "category_code_initial": first}
        return codes | {"category_group": found[now], "category_group_initial": found.get(first, "unmapped")} | more

    given: list[tuple[str, dict[str, Any]]] = [
        ("recoded_down", coded("d", "c")),
        ("recoded_up", coded("d", "h")),
        ("", coded("d", "d")),
        ("", coded("d", "q")),
        ("", coded("d", "c", is_deleted=True)),
        ("moved", {"station_code_initial": "s2"}),
        ("", {"station_code_initial": "s1"}),
        ("", {"recorded_at": "24:00:00"}),
        ("recorded_late", {"recorded_at": "24:00:01"}),
        ("transferred", {"case_id": "k"}),
        ("", {"lon": 112.5}),
        ("located", {"lon": 112.5, "lat": 31.2}),
    ]
    rows = []
    for number, (_, values) in enumerate(given, 1):
        if "recorded_at" in values:  # hours after the report
            values = values | {"recorded_at": f"2024-01-{number + 1:02d} 10:{values['recorded_at'][3:]}"}
        rows.append(row(alert_id=str(number), reported_at=f"2024-01-{number:02d} 10:00:00", **values))
    load(lake, "A", *rows)
    columns = ("recoded_down", "recoded_up", "moved", "recorded_late", "transferred", "located")
    for number, (column, _) in enumerate(given, 1):
        found = sums(lake, "mart_alert_day", *columns, where=f"day = '2024-01-{number:02d}'")
        assert dict(zip(columns, found, strict=True)) == {name: int(name == column) for name in columns}, given[
            number - 1
        ]


def test_repeats_by_caller_place_and_matter(lake: Lake):
    common = {"place_key": 7, "category_code": "d", "category_group": "dispute"}
    load(
        lake,
        "A",
        row(alert_id="1", reported_at="2024-01-01 10:00:00", caller_key=1, **common),
        row(alert_id="2", reported_at="2024-01-01 11:00:00", caller_key=2, **common),
        row(alert_id="3", reported_at="2024-01-05 10:00:00", caller_key=1, **common | {"category_group": "help"}),
        row(alert_id="4", reported_at="2024-02-20 10:00:00", caller_key=1, **common, is_invalid=True),
        row(alert_id="5", reported_at="2024-03-01 10:00:00", caller_key=1, **common, is_service_place=True),
        row(alert_id="6", reported_at="2025-02-01 10:00:00", caller_key=2, **common),
    )
    windows = ("keyed", "duplicate", "repeat_7", "repeat_30", "repeat_90", "repeat_365")

    def of(key: str) -> tuple[Any, ...]:
        return sums(lake, "mart_alert_day", *(f"{key}_{window}" for window in windows))

    # caller 1: days 0, 4, 60; caller 2: days 0 and 397. The invalid one of 20 February is nobody's.
    assert of("caller") == (5, 0, 1, 1, 2, 2)
    # place 7: 10:00, 11:00 (one hour on), day 4, then day 397; that of 1 March is an institution's.
    assert of("place") == (4, 1, 1, 1, 1, 1)
    # dispute at place 7: 10:00, 11:00, then day 397; help there once.
    assert of("matter") == (4, 1, 0, 0, 0, 0)


def test_cases_are_followed_from_the_day_they_were_filed(lake: Lake):
    filed = {"filed_at": "2024-01-01 08:00:00"}
    load(
        lake,
        "A",
        row("case", case_id="1", **filed, cleared_at="2024-01-31 07:59:59"),
        row("case", case_id="2", **filed, cleared_at="2024-01-31 08:00:00"),
        row("case", case_id="3", **filed, cleared_at="2024-03-31 08:00:00"),
        row("case", case_id="4", **filed, cleared_at="2024-01-02 08:00:00", cancelled_at="2024-01-03 08:00:00"),
        row("case", case_id="5", **filed, merged_into="1"),
        row("case", case_id="6"),
        row("case", case_id="7", **filed, is_small_livelihood=True),
        row(
            "case",
            case_id="8",
            kind="administrative",
            accepted_at="2024-01-02 08:00:00",
            closed_at="2024-01-09 08:00:00",
        ),
        table="case",
    )  # fmt: skip
    columns = ("filed", "cleared", "cleared_30", "cleared_90", "cancelled")
    assert sums(lake, "mart_case_day", *columns, where="day = '2024-01-01'") == (5, 3, 1, 2, 1)
    assert sums(lake, "mart_case_day", *columns, where="day = '2024-01-02'") == (1, 1, 1, 1, 0)
    assert sums(lake, "mart_case_day", "filed", where="is_small_livelihood") == (1,)
    assert sums(lake, "mart_case_day", "filed", where="kind = 'administrative'") == (1,)

    second = load(lake, "B", row("case", case_id="7", **filed, cleared_at="2024-02-15 08:00:00"), table="case")
    assert sums(lake, "mart_case_day", *columns) == (6, 5, 2, 4, 1)
    assert sums(lake, "mart_case_day", "filed", where="is_small_livelihood") == (0,)
    undo(lake, second.batch_id, "case")
    assert sums(lake, "mart_case_day", *columns) == (6, 4, 2, 3, 1)


def test_a_person_counts_once_a_round(lake: Lake):
    def result(number: int, person: int | None, score: str | None, **more: object) -> str:
        return row("training_result", result_id=str(number), person_key=person, score=score, **more)

    load(
        lake,
        "A",
        result(1, 1, "50"),
        result(2, 1, "70", attempt=2, held_on="2024-03-05"),
        result(3, 2, "80"),
        result(4, 3, None),
        result(5, None, "60"),
        result(6, 4, "59.99", station_code="s2", person_kind="auxiliary"),
        result(7, 1, "90", round="2024-Q2", held_on="2024-06-01"),
        table="training_result",
    )
    columns = ("listed", "tested", "first_taken", "first_passed", "final_passed", "score_sum", "max_sum")

    def found(where: str) -> tuple[Any, ...]:
        return sums(lake, "mart_training", *columns, where=where)

    assert found("round = '2024-Q1' AND station_code = 's1'") == (4, 3, 3, 2, 3, 190, 300)
    assert found("person_kind = 'auxiliary'") == (1, 1, 1, 0, 0, 59.99, 100)
    assert found("round = '2024-Q2'") == (1, 1, 1, 1, 1, 90, 100)
    assert sums(lake, "mart_training", "listed", where="day = '2024-03-05'") == (0,)

    second = load(lake, "B", result(4, 3, "90"), result(8, 4, "61", attempt=2, station_code="s2",
                  person_kind="auxiliary"), table="training_result")  # fmt: skip
    assert found("round = '2024-Q1' AND station_code = 's1'") == (4, 4, 4, 3, 4, 280, 400)
    assert found("person_kind = 'auxiliary'") == (1, 1, 1, 0, 1, 59.99, 100)
    undo(lake, second.batch_id, "training_result")
    assert found("round = '2024-Q1' AND station_code = 's1'") == (4, 3, 3, 2, 3, 190, 300)
    assert found("person_kind = 'auxiliary'") == (1, 1, 1, 0, 0, 59.99, 100)


def groups(lake: Lake) -> dict[str, int]:
    counted = lake.frame(
        "SELECT category_group, sum(received)::INT AS n FROM lake.mart_alert_day GROUP BY ALL HAVING n > 0 ORDER BY 1"
    )
    return dict(counted.rows())


def test_a_new_category_map_moves_the_alerts_and_an_undo_moves_them_back(lake: Lake):
    load(lake, "map", *CODES, table="category_map")
    day = {"d1": "2024-01-31 23:59:59", "d2": "2024-02-01 00:00:00"}
    load(
        lake,
        "A",
        row(alert_id="1", reported_at=day["d1"], category_code="d", category_group="dispute"),
        row(alert_id="2", reported_at=day["d2"], category_code="d", category_group="dispute"),
        row(alert_id="3", category_code="new", category_group="unmapped", category_code_initial="d",
            category_group_initial="dispute"),
    )  # fmt: skip
    assert groups(lake) == {"dispute": 2, "unmapped": 1}

    dated = load(
        lake,
        "dated",
        row("category_map", code="d", category_group="dispute", valid_to="2024-02-01"),
        row("category_map", code="d", category_group="public_order", valid_from="2024-02-01"),
        row("category_map", code="new", category_group="traffic"),
        table="category_map",
    )
    assert groups(lake) == {"dispute": 1, "public_order": 1, "traffic": 1}
    assert lake.frame("SELECT DISTINCT batch_id FROM lake.alert").rows() == [(2,)]
    undo(lake, dated.batch_id)
    assert groups(lake) == {"dispute": 2, "unmapped": 1}


def test_an_alert_that_an_undo_brings_back_has_the_group_of_todays_map(lake: Lake):
    load(lake, "map", *CODES, table="category_map")
    load(lake, "A", row(alert_id="1", category_code="d", category_group="dispute"))
    b = load(lake, "B", row(alert_id="1", category_code="h", category_group="help"))
    load(lake, "map 2", row("category_map", code="d", category_group="criminal"), table="category_map")
    assert groups(lake) == {"help": 1}
    undo(lake, b.batch_id)
    assert groups(lake) == {"criminal": 1}
