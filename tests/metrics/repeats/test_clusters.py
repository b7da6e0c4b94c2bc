"""Clusters: when they are found, how they stand, what became of treated ones, and that nobody can be told from them."""

from datetime import date

import pytest

from metrics import Scope, cluster_alerts, show

OPTIONS = {"key": "place"}


def on(day: int) -> date:
    return date.fromordinal(date(2025, 1, 1).toordinal() + day)


def city(lake, start: int, end: int, indicator: str = "repeat_clusters", by: str = "city", **options):
    scope = Scope(on(start), on(end), "none", by)
    return show(lake, indicator, scope, **(OPTIONS | options)).rows[0]


def states(lake, end: int) -> dict[str, int]:
    extra = city(lake, end - 7, end).extra
    return {name: extra[f"now_{name}"] for name in ("open", "treated", "quiet", "back") if extra[f"now_{name}"]}


@pytest.fixture
def daily(lake, every_day, count):
    every_day("A1", 250)
    count()
    lake.add("population", {"org_code": "A1", "as_of": date(2025, 1, 1), "basis": "actual", "persons": 50_000})
    return lake


def test_found_on_the_day_the_third_came_and_counted_once(daily, reports) -> None:
    reports(7, "A1", [100, 110, 120, 125, 140])
    assert [city(daily, day, day + 1).numerator for day in (110, 120, 125)] == [0, 1, 0]
    assert city(daily, 114, 121).value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([100, 110, 130], 1),
        ([100, 110, 131], 0),
        ([100, 100.05, 110], 0),
        ([100, 110, 120, 160, 170, 180], 2),
        ([100, 110, 120, 145, 170], 1),
    ],
)
def test_three_distinct_incidents_within_thirty_days(daily, reports, days: list[float], found: int) -> None:
    """The fourth: quiet for more than thirty days, so the next three are a cluster of their own. The fifth goes on."""
    reports(7, "A1", days)
    assert city(daily, 60, 250).numerator == found


def test_n_and_m_are_parameters(daily, reports) -> None:
    reports(7, "A1", [100, 105, 150])
    assert city(daily, 60, 250, least=2, window=7).numerator == 1
    assert city(daily, 60, 250, window=60).numerator == 1
    assert city(daily, 60, 250).numerator == 0


def test_life_of_a_cluster_without_treatment(daily, reports) -> None:
    reports(7, "A1", [100, 110, 120, 180, 185, 190])
    assert [states(daily, day) for day in (121, 150, 151, 181, 191, 221)] == [
        {"open": 1}, {"open": 1}, {"quiet": 1}, {"quiet": 1}, {"back": 1}, {"quiet": 1},
    ]  # fmt: skip


def test_life_of_a_treated_cluster(daily, reports) -> None:
    [_, second, *_] = reports(7, "A1", [100, 110, 120, 175])
    daily.add("treatment", {"alert_id": second, "treated_on": on(125), "measure": "visit"})
    assert [states(daily, day) for day in (125, 126, 150, 151, 176, 210)] == [
        {"open": 1}, {"treated": 1}, {"treated": 1}, {"quiet": 1}, {"back": 1}, {"quiet": 1},
    ]  # fmt: skip


def test_resolved_only_when_the_thirty_days_are_over_and_nothing_came(daily, reports) -> None:
    for place, after in ((7, []), (8, [140]), (9, [170])):
        [first, *_] = reports(place, "A1", [100, 110, 120, *after])
        daily.add("treatment", {"alert_id": first, "treated_on": on(125), "measure": "visit"})
    waiting, done = (city(daily, end - 7, end, "repeat_resolved") for end in (150, 200))
    assert (waiting.denominator, waiting.extra["pending"]) == (0, 3)
    assert (done.numerator, done.denominator, done.suppressed) == (2, 3, "base_under_20")
    assert done.extra["by_measure"] == {"visit": (2, 3)}


def test_a_treatment_before_the_cluster_was_found_is_of_no_cluster(daily, reports) -> None:
    [first, *_] = reports(7, "A1", [100, 110, 120])
    daily.add("treatment", {"alert_id": first, "treated_on": on(115), "measure": "visit"})
    assert states(daily, 130) == {"open": 1}
    assert city(daily, 200, 207, "repeat_resolved").denominator == 0


def test_listed_by_alert_number_and_never_by_key(daily, reports) -> None:
    numbers = reports(777_777, "A2", [100, 110, 120])
    found = city(daily, 115, 122)
    [cluster] = found.extra["clusters"]
    assert (cluster["alert_id"], cluster["station"], cluster["incidents"]) == (numbers[0], "A2", 3)
    assert "777777" not in str(found.to_json())


def test_members_have_numbers_dates_and_callers_of_this_cluster_only(daily, reports) -> None:
    for day, caller in ((100, 5), (110, 6), (120, 5), (121, None)):
        reports(7, "A1", [day], caller_key=caller)
    found = cluster_alerts(daily, "n00250", Scope(on(115), on(122), "none"), **OPTIONS)
    assert found.columns == ["alert_id", "reported_at", "station_code", "category_group", "caller"]
    assert found["caller"].to_list() == [1, 2, 1, None]
    assert cluster_alerts(daily, "nobody", Scope(on(115), on(122), "none"), **OPTIONS).is_empty()


def test_of_a_station_the_clusters_found_there(daily, reports) -> None:
    reports(7, "A1", [100, 110])
    reports(7, "A2", [120])
    rows = {r.unit: r.numerator for r in show(daily, "repeat_clusters", Scope(on(115), on(122), by="station")).rows}
    assert (rows["A1"], rows["A2"]) == (0, 1)


def test_no_look_back_no_clusters(daily, reports) -> None:
    reports(7, "A1", [5, 10, 15])
    assert city(daily, 14, 21).suppressed == "look_back_incomplete"


def test_the_largest_clusters_part_of_all(daily, reports) -> None:
    reports(7, "A1", [n * 4 for n in range(25, 33)])
    found = city(daily, 100, 130, "repeat_top_share")
    assert (found.numerator, found.denominator, found.extra["largest"]) == (8, 38, 8)
    assert found.interval is None


def test_institutions_are_left_out_and_counted(daily, reports) -> None:
    reports(7, "A1", [100, 110, 120, 121], is_service_place=True)
    reports(8, "A1", [100, 110, 120])
    daily.add("service_place", {"entry_id": "1", "covers": "place", "place_key": 8, "kind": "hospital"})
    assert city(daily, 115, 122).numerator == 0
    found = city(daily, 100, 130, "repeat_institutions")
    assert (found.numerator, found.denominator) == (7, 37)
    assert (found.extra["listed"], found.extra["by_source"], found.extra["institutions_in_top"]) == (1, 4, 2)
    assert (found.extra["top_with"][:3], max(found.extra["top_without"])) == ([4, 3, 1], 1)


def test_a_lake_from_before_the_lists_has_clusters_and_no_lists(daily, reports) -> None:
    reports(7, "A1", [100, 110, 120])
    daily.settings["schema_version"] = "4"
    daily.connection.execute("DROP TABLE lake.treatment")
    daily.connection.execute("DROP TABLE lake.service_place")
    daily.writes += 1
    assert city(daily, 115, 122).numerator == 1
    assert city(daily, 115, 122, "repeat_resolved").denominator == 0
