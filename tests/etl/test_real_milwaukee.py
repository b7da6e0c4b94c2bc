"""Milwaukee's 170 daily files: one row a status, the last one wins; repeats by place, counted again in plain Python.

1,372 rows have American 12-hour dates among ISO ones, 2,186 calls stand in two daily files, 379 change district.
"""

from bisect import bisect_left
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from etl import LoadReport, load_mapping
from metrics import Scope, cluster_alerts, show
from warehouse import BatchRecord, Lake, commit_batch

from .real_city import load_city, raw_rows

WINTER = {"start": date(2018, 12, 1), "end": date(2019, 2, 1)}
SERVICE = set(load_mapping("milwaukee", "alert").service_places)
TWO_HOURS, THIRTY_DAYS = timedelta(hours=2), timedelta(days=30)


@pytest.fixture(scope="module")
def calls(milwaukee_files: list[Path]) -> dict[str, dict[str, str]]:
    """The last row of every call: an outcome beats «Service in Progress», then the later file and row."""
    last: dict[str, dict[str, str]] = {}
    for row in raw_rows(milwaukee_files):
        known = last.get(row["Call Number"])
        if known is None or rank(row) >= rank(known):
            last[row["Call Number"]] = row
    return last


def rank(row: dict[str, str]) -> int:
    return int(row["Status"] != "Service in Progress")


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if "/" in text else datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def loaded(milwaukee_files: list[Path], tmp_path_factory) -> tuple[Lake, LoadReport]:
    return load_city(tmp_path_factory.mktemp("milwaukee"), milwaukee_files, "milwaukee")


@pytest.fixture(scope="module")
def lake(loaded) -> Lake:
    return loaded[0]


def test_calls_are_counted_and_not_their_rows(loaded, milwaukee_files):
    _, report = loaded
    assert len(milwaukee_files) == 170
    assert (report.status, report.rows_read, report.rows_loaded) == ("committed", 400_907, 297_463)
    assert (report.rows_repeated, report.rows_refused) == (103_444, 0)


def test_the_last_status_of_every_call_is_the_one_counted_by_hand(lake, calls):
    sql = "SELECT alert_id, result_code, reported_at, station_code, category_code FROM lake.alert"
    found = {row[0]: row[1:] for row in lake.frame(sql).iter_rows()}
    expected = {
        number: (row["Status"], moment(row["Date/Time"]), row["Police District"] or "UNKNOWN", row["Nature of Call"])
        for number, row in calls.items()
    }
    assert len(found) == 297_463
    assert found == expected


def test_codes_that_are_no_district_are_kept_apart(lake, loaded):
    [warning] = [warning for warning in loaded[1].warnings if warning["code"] == "not_a_station"]
    assert {"CITY", "SPD", "OCOE", "?", "OUT", "SCD"} <= set(warning["districts"])
    units = lake.frame("SELECT kind, station_code FROM lake.station ORDER BY 2").rows()
    assert [code for kind, code in units if kind == "station"] == list("1234567")
    assert sum(kind == "other" for kind, _ in units) == warning["count"] == 16


def test_hardly_a_call_is_in_no_group(lake):
    unmapped = lake.frame("SELECT count(*) FROM lake.alert WHERE category_group = 'unmapped'").item()
    assert 0 < unmapped < 300  # what nobody can read stays unmapped


def test_repeats_by_place_are_those_counted_by_hand(lake, calls):
    places: dict[str, list[datetime]] = defaultdict(list)
    for row in calls.values():
        if row["place_token"] and row["place_token"] not in SERVICE:
            places[row["place_token"]].append(moment(row["Date/Time"]))
    first, end = (datetime.combine(WINTER[name], datetime.min.time()) for name in ("start", "end"))
    incidents = repeats = 0
    for times in map(sorted, places.values()):
        for at in range(bisect_left(times, first), bisect_left(times, end)):
            gap = times[at] - times[at - 1] if at else None
            incidents += gap is None or gap >= TWO_HOURS
            repeats += gap is not None and TWO_HOURS <= gap < THIRTY_DAYS
    row = show(lake, "repeat_share", Scope(comparison="none", **WINTER)).rows[0]
    assert (row.numerator, row.denominator) == (repeats, incidents)
    assert row.value == pytest.approx(repeats / incidents)
    assert repeats > 50_000


def test_without_the_list_the_busiest_places_are_institutions(lake, calls):
    """README of the data, point 5: the top repeat places are hospitals and police buildings."""
    first, end = (datetime.combine(WINTER[name], datetime.min.time()) for name in ("start", "end"))
    counted: dict[str, int] = defaultdict(int)
    for row in calls.values():
        if row["place_token"] and first <= moment(row["Date/Time"]) < end:
            counted[row["place_token"]] += 1
    busiest = sorted(counted.items(), key=lambda pair: -pair[1])
    found = show(lake, "repeat_institutions", Scope(comparison="none", **WINTER)).rows[0]
    assert found.extra["top_with"] == [number for _, number in busiest[:10]]
    assert found.extra["top_without"] == [number for place, number in busiest if place not in SERVICE][:10]
    assert found.extra["institutions_in_top"] == sum(place in SERVICE for place, _ in busiest[:10]) >= 5
    assert found.numerator == sum(number for place, number in counted.items() if place in SERVICE)
    assert found.denominator == sum(counted.values())


def test_an_analyst_lists_one_more_place_by_the_number_of_an_alert(lake, calls):
    first, end = (datetime.combine(WINTER[name], datetime.min.time()) for name in ("start", "end"))
    winter = [r for r in calls.values() if r["place_token"] and first <= moment(r["Date/Time"]) < end]
    counted: dict[str, int] = defaultdict(int)
    for row in winter:
        counted[row["place_token"]] += row["place_token"] not in SERVICE
    place, number = max(counted.items(), key=lambda pair: pair[1])
    alert = next(r["Call Number"] for r in winter if r["place_token"] == place)
    before = show(lake, "repeat_institutions", Scope(comparison="none", **WINTER)).rows[0]
    listed = BatchRecord("service_place", ("list",), "list", "literal", "utf-8", "tester", 1, 0)
    sql = f"SELECT '1' AS entry_id, '{alert}' AS alert_id, 'place' AS covers, NULL::UBIGINT AS place_key, "
    commit_batch(lake, sql + "NULL::UBIGINT AS caller_key, 'other' AS kind", listed)
    after = show(lake, "repeat_institutions", Scope(comparison="none", **WINTER)).rows[0]
    assert after.numerator - before.numerator == number
    assert after.extra["top_without"][0] == before.extra["top_without"][1]
    share = show(lake, "repeat_share", Scope(comparison="none", **WINTER)).rows[0]
    assert share.extra["keyed"] == after.denominator - after.numerator


def test_a_cluster_is_made_of_calls_and_never_of_their_rows(lake, calls):
    """One call has up to several rows; none of them alone can make a cluster, because a record is one call."""
    scope = Scope(date(2019, 1, 21), date(2019, 1, 28), "none")
    [row] = show(lake, "repeat_clusters", scope, key="place").rows
    cluster = row.extra["clusters"][0]
    members = cluster_alerts(lake, cluster["alert_id"], scope, key="place")
    assert members["alert_id"].n_unique() == len(members)
    assert set(members["alert_id"]) <= set(calls)
    assert cluster["incidents"] <= len(members)
