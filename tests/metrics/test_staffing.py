"""Strength by snapshots: two 40 %, two 50 % encouraged, and who moved."""

from datetime import date

import pytest

from metrics import Row, Scope, series, show

DECEMBER = (date(2025, 12, 1), date(2026, 1, 1))


@pytest.fixture
def staffed(lake):
    lake.connection.execute("UPDATE lake.district SET is_municipal_district = (district_code = 'A')")
    for day, a, b in ((date(2024, 12, 31), 36, 30), (date(2025, 9, 30), 40, 34), (date(2025, 12, 31), 45, 38)):
        total = {"A": 100, "B": 80}
        for org, stations in (("A", a), ("B", b)):
            strength(lake, org, day, total[org], stations, stations // 2)
        strength(lake, "A1", day, 25, 25, 12)
        strength(lake, "A2", day, 10, 10, 5)
    for name, value, org in (
        ("station_officer_share", 0.4, "*"),
        ("community_officer_share", 0.4, "*"),
        ("station_officer_share_encouraged", 0.5, "A"),
    ):
        row = {"indicator_id": name, "org_level": "district", "org_code": org, "value": value, "source": "行动计划"}
        lake.add("target", row | {"comparison": "at_least", "valid_from": date(2023, 1, 1)})
    return lake


def strength(lake, org: str, day: date, total: int, station: int, community: int) -> None:
    counts = {"officers_total": total, "officers_station": station, "officers_community": community, "auxiliaries": 99}
    lake.add("staff", {"org_code": org, "as_of": day} | counts)


def rows(lake, name: str, by: str = "district", period=DECEMBER, comparison: str = "yoy") -> dict[str, Row]:
    return {row.unit: row for row in show(lake, name, Scope(*period, comparison, by)).rows}


def test_the_station_share_by_the_latest_snapshot_with_the_plans_target(staffed) -> None:
    found = rows(staffed, "station_officer_share")
    assert (found["A"].value, found["A"].change) == (0.45, pytest.approx(0.09))
    assert (found["A"].extra["target_status"], found["A"].extra["target_distance"]) == ("met", pytest.approx(0.05))
    assert found["B"].value == pytest.approx(0.475)
    assert found["A"].interval is None and found["A"].verdict is None  # a full count
    assert rows(staffed, "station_officer_share", "city")["city"].value == pytest.approx(83 / 180)


def test_a_district_under_40_percent_is_told_its_distance(staffed) -> None:
    found = rows(staffed, "station_officer_share", period=(date(2024, 12, 1), date(2025, 1, 1)))
    assert (found["A"].extra["target_status"], found["A"].extra["target_distance"]) == ("not_met", pytest.approx(-0.04))


def test_50_percent_is_a_stretch_for_municipal_districts_only(staffed) -> None:
    found = rows(staffed, "station_officer_share_encouraged")
    assert list(found) == ["A"]
    assert found["A"].extra["target_status"] == "not_yet"


def test_community_officers_of_a_station_need_a_base_of_20(staffed) -> None:
    found = rows(staffed, "community_officer_share", "station")
    assert found["A1"].value == pytest.approx(0.48)
    assert (found["A2"].value, found["A2"].numerator, found["A2"].suppressed) == (None, 5, "base_under_20")
    assert found["B1"].suppressed == "no_snapshot"


def test_officers_moved_between_two_snapshots(staffed) -> None:
    quarter = (date(2025, 10, 1), date(2026, 1, 1))
    row = rows(staffed, "officers_moved_to_stations", period=quarter)["A"]
    assert (row.numerator, row.denominator, row.value) == (5, 100, 0.05)
    assert (row.extra["base_as_of"], row.extra["as_of"]) == (date(2025, 9, 30), date(2025, 12, 31))


def test_a_merged_station_belongs_to_its_successor_until_that_is_counted_anew(staffed) -> None:
    staffed.station("A0", "A", valid_to=date(2026, 1, 1), successor_code="A1")
    strength(staffed, "A0", date(2025, 9, 30), 20, 20, 8)
    january = (date(2026, 1, 1), date(2026, 2, 1))
    assert rows(staffed, "community_officer_share", "station", january)["A1"].denominator == 45


def test_strength_over_time_has_one_point_a_snapshot(staffed) -> None:
    course = series(staffed, "station_officer_share", Scope(date(2025, 1, 1), date(2026, 1, 1)), "month")
    assert course["value"].to_list() == pytest.approx([74 / 180, 83 / 180])
