"""Mergers, new units, dark units and events: what else could account for a change."""

from datetime import date

import pytest

from metrics import MetricError, Row, Scope, show

MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
YEAR_AGO = date(2024, 12, 23)


def rows(lake, indicator: str = "alert_change", by: str = "station", **more) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, indicator, Scope(MONDAY, END, by=by, **more)).rows}


def event(lake, kind: str, day: date, org: str | None = None, **more) -> None:
    lake.add("event", {"event_id": "e1", "starts_on": day, "org_code": org, "kind": kind, "title_zh": "事件"} | more)


def test_every_unit_has_a_row_and_the_rows_add_up(lake) -> None:
    lake.station("T1", "B", kind="other")
    for code, count in (("A1", 5), ("B1", 3), ("T1", 2), ("X9", 1)):
        lake.alerts(code, MONDAY, 7, count)
    found = rows(lake, "alerts_valid")
    assert {code: row.value for code, row in found.items()} == {"A1": 35, "A2": 0, "B1": 21, "T1": 14, "X9": 7}
    assert found["T1"].has_note("not_a_station")
    assert found["X9"].has_note("unknown_unit")
    assert sum(row.value for row in rows(lake, "alerts_valid", "district").values()) == 77
    assert rows(lake, "alerts_valid", "city")["city"].value == 77


def test_a_merged_station_counts_with_its_successor_in_both_periods(lake, history) -> None:
    lake.station("A0", "A", valid_to=date(2025, 6, 1), successor_code="A1")
    lake.alerts("A0", date(2024, 11, 4), 209, 60)
    lake.alerts("A1", date(2024, 11, 4), 209, 40)
    lake.alerts("A1", date(2025, 6, 1), 211, 100)
    found = rows(lake)
    assert "A0" not in found
    assert (found["A1"].numerator, found["A1"].base_numerator, found["A1"].change) == (700, 700, 0)
    assert found["A1"].notes[0].to_json() == {"code": "merged_from", "unit": "A0", "on": "2025-06-01"}
    assert rows(lake, stations=("A0",)).keys() == {"A1"}


def test_a_merger_still_to_come_changes_nothing(lake) -> None:
    lake.station("A0", "A", valid_to=date(2026, 6, 1), successor_code="A1")
    lake.alerts("A0", MONDAY, 7, 10)
    assert rows(lake, "alerts_valid")["A0"].value == 70


def test_a_circle_of_successors_ends(lake) -> None:
    lake.station("C1", "A", valid_to=date(2025, 1, 1), successor_code="C2")
    lake.station("C2", "A", valid_to=date(2025, 1, 1), successor_code="C1")
    lake.alerts("A1", MONDAY, 7, 10)
    assert rows(lake, "alerts_valid")["A1"].value == 70


def test_a_closed_or_future_station_is_listed_only_with_records(lake) -> None:
    lake.station("C1", "A", valid_to=date(2020, 1, 1))
    lake.station("C2", "A", valid_from=date(2030, 1, 1))
    assert rows(lake, "alerts_valid").keys() == {"A1", "A2", "B1"}


def test_names_are_those_of_the_last_day(lake) -> None:
    lake.station("A1", "B", name_zh="新名所", valid_from=date(2025, 12, 1))
    lake.alerts("A1", MONDAY, 7, 10)
    assert rows(lake, "alerts_valid")["A1"].name_zh == "新名所"
    assert rows(lake, "alerts_valid", "district")["B"].value == 70


@pytest.mark.parametrize("org", [None, "A1", "A"])
@pytest.mark.parametrize("kind", ["merger", "boundary", "definition_change"])
def test_an_event_breaks_the_series(lake, history, kind: str, org: str | None) -> None:
    history("A1", 100, 70)
    event(lake, kind, date(2025, 6, 1), org)
    row = rows(lake)["A1"]
    assert (row.verdict, row.has_note("series_break")) == ("not_established", True)


@pytest.mark.parametrize(
    ("kind", "day", "org"),
    [
        ("merger", date(2024, 12, 1), None),  # before both periods
        ("boundary", date(2026, 1, 1), None),  # after both
        ("merger", date(2025, 6, 1), "B1"),  # somewhere else
        ("campaign", date(2025, 6, 1), None),
    ],
)
def test_other_events_break_nothing(lake, history, kind: str, day: date, org: str | None) -> None:
    history("A1", 100, 70)
    event(lake, kind, day, org)
    assert rows(lake)["A1"].verdict == "confirmed"


def test_a_festival_in_one_of_the_periods_is_said(lake) -> None:
    event(lake, "festival", date(2024, 12, 25), ends_on=date(2024, 12, 26), title_en="Feast")
    result = show(lake, "alerts_valid", Scope(MONDAY, END))
    assert result.notes[-1].values["title_en"] == "Feast"


def test_a_unit_that_lies_dark_has_not_fallen(lake, history) -> None:
    history("A1", 100, 100)
    history("B1", 60, 0)
    lake.alerts("B1", MONDAY, 2, 60)
    by_station, by_district = rows(lake), rows(lake, by="district")
    assert (by_station["B1"].verdict, by_district["B"].verdict) == ("not_established", "not_established")
    assert by_station["B1"].has_note("dark_unit")
    city = rows(lake, by="city")["city"]
    assert city.change < -0.2
    assert (city.verdict, city.has_note("dark_unit")) == ("not_established", True)


def test_a_fall_that_stands_without_the_dark_unit_stands(lake, history) -> None:
    history("A1", 200, 140)
    history("A2", 10, 0)
    assert rows(lake, by="city")["city"].verdict == "confirmed"


def test_a_quiet_station_is_not_dark(lake, history) -> None:
    history("A1", 2, 0)
    lake.alerts("A2", date(2024, 11, 4), 420, 5)
    assert not rows(lake)["A1"].has_note("dark_unit")


def test_a_neighbour_that_was_cut_out_explains_a_fall(lake, history) -> None:
    """As CENTRAL and DOWNTOWN in San Antonio."""
    history("A1", 100, 50)
    lake.alerts("A2", MONDAY, 7, 50)
    history("B1", 100, 70)
    found = rows(lake)
    assert (found["A1"].verdict, found["A1"].has_note("unit_in_one_period")) == ("not_established", True)
    assert found["A2"].suppressed == "no_base"
    assert found["B1"].verdict == "confirmed"  # another district
    assert rows(lake, by="district")["A"].verdict == "not_established"  # nothing has changed there


def test_a_new_district_takes_from_any_other(lake, history) -> None:
    history("A1", 100, 50)
    lake.alerts("B1", MONDAY, 7, 50)
    assert rows(lake, by="district")["A"].verdict == "not_established"
    event(lake, "boundary", date(2025, 6, 1), "B")
    assert rows(lake, by="district")["A"].verdict == "confirmed"  # the new one is accounted for, by someone


def test_a_selection_is_named_by_what_it_holds(lake) -> None:
    lake.alerts("A1", MONDAY, 7, 5)
    lake.alerts("B1", MONDAY, 7, 3)
    assert rows(lake, "alerts_valid", "city", districts=("A",))["A"].value == 35
    assert rows(lake, "alerts_valid", "city", stations=("B1",))["B1"].value == 21
    both = rows(lake, "alerts_valid", "city", districts=("A", "B"))["selection"]
    assert (both.value, both.name_zh) == (56, "A区、B区")
    assert rows(lake, "alerts_valid", "station", districts=("B",)).keys() == {"B1"}


@pytest.mark.parametrize(
    ("indicator", "more", "code"),
    [
        ("alerts_walid", {}, "unknown_indicator"),
        ("alerts_valid", {"districts": ("Z",)}, "unknown_district"),
        ("alerts_valid", {"stations": ("Z",)}, "unknown_station"),
        ("alerts_valid", {"groups": ("murder",)}, "unknown_group"),
        ("alerts_valid", {"by": "village"}, "unknown_level"),
    ],
)
def test_what_does_not_exist_is_said_in_a_sentence(lake, indicator: str, more: dict, code: str) -> None:
    with pytest.raises(MetricError) as caught:
        show(lake, indicator, Scope(MONDAY, END, **more))
    assert caught.value.code == code


def test_parameters_are_checked(lake) -> None:
    with pytest.raises(MetricError, match="no parameter key"):
        show(lake, "alerts_valid", Scope(MONDAY, END), key="caller")
    with pytest.raises(MetricError, match="window = 31"):
        show(lake, "repeat_share", Scope(MONDAY, END), window=31)
