"""San Antonio's 22 monthly files against a count of the raw rows in plain Python.

The files hold the first days of each month. `Time` has lost AM and PM in most rows, so the mapping reads the time from
`ResponseDate`; the local day must then be that of the column `Date`. DOWNTOWN was split from CENTRAL between April and
June 2024, which the mapping records as an event: CENTRAL has not fallen.
"""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from etl import LoadReport, load_files
from metrics import Row, Scope, default_period, show
from warehouse import Lake

from .real_city import load_city, raw_rows

OCTOBER = {"start": date(2024, 10, 1), "end": date(2024, 10, 7), "comparison": "yoy"}
DISTRICTS = {"CENTRAL", "DOWNTOWN", "EAST", "NORTH", "PRUE", "SOUTH", "WEST"}


@pytest.fixture(scope="module")
def rows(san_antonio_files: list[Path]) -> list[dict[str, str]]:
    return list(raw_rows(san_antonio_files))


@pytest.fixture(scope="module")
def loaded(san_antonio_files: list[Path], tmp_path_factory) -> tuple[Lake, LoadReport]:
    return load_city(tmp_path_factory.mktemp("san_antonio"), san_antonio_files, "san_antonio")


@pytest.fixture(scope="module")
def lake(loaded) -> Lake:
    return loaded[0]


def unit(row: dict[str, str]) -> tuple[str, str]:
    return row["Substation"] or "UNKNOWN", row["PatrolDistrict"] or "UNKNOWN"


def test_every_row_is_loaded_but_those_without_a_number_which_are_named(loaded, rows):
    _, report = loaded
    unnumbered = [(row["file"], int(row["row"])) for row in rows if not row["IncidentNumber"]]
    assert len(unnumbered) == 6
    assert [(refusal.file, refusal.row) for refusal in report.refusals] == unnumbered
    assert {(refusal.column, refusal.code) for refusal in report.refusals} == {("IncidentNumber", "required")}
    assert (report.status, report.rows_read, report.rows_loaded, report.rows_refused) == (
        "quarantined", 376_397, 376_391, 6,
    )  # fmt: skip


def test_again_changes_nothing(lake, san_antonio_files, monkeypatch):
    monkeypatch.setenv("JICENG_KEY", "0f" * 32)
    before = lake.version()
    report = load_files(lake, "alert", san_antonio_files, "san_antonio")
    assert (report.status, report.data_version, lake.version()) == ("unchanged", before, before)


def test_units_have_the_names_of_the_files_and_what_is_no_station_is_kept_apart(lake, loaded, rows):
    counted = Counter(unit(row) for row in rows)
    stations = lake.frame("SELECT station_code, district_code, name_zh, kind FROM lake.station").rows()
    assert {(code, district, name) for code, district, name, _ in stations} == {
        (f"{substation}/{patrol}", substation, f"{substation} {patrol}") for substation, patrol in counted
    }
    others = {code for code, district, _, kind in stations if kind == "other"}
    assert others == {f"{substation}/{patrol}" for substation, patrol in counted if substation not in DISTRICTS}
    [warning] = [warning for warning in loaded[1].warnings if warning["code"] == "not_a_station"]
    assert (warning["count"], warning["rows"]) == (36, 13_628)
    assert {"UNKNOWN", "SAPD OUTSIDE AREA", "AIRPORT"} <= set(warning["districts"])
    assert sum(counted[substation, patrol] for substation, patrol in counted if substation not in DISTRICTS) == 13_628


def test_the_local_day_is_the_day_that_the_file_says_in_every_row(lake, rows):
    stated = {row["IncidentNumber"]: row["Date"] for row in rows if row["IncidentNumber"]}
    found = dict(lake.frame("SELECT alert_id, strftime(reported_at, '%m/%d/%y') FROM lake.alert").rows())
    assert len(found) == 376_391
    assert found == stated


def test_where_the_clock_kept_its_am_and_pm_it_agrees_to_the_second(lake, rows):
    """In two rows the file's own two times are a second apart."""
    whole = {
        row["IncidentNumber"]: datetime.strptime(f"{row['Date']} {row['Time']}", "%m/%d/%y %I:%M:%S %p")
        for row in rows
        if row["Time"].endswith(("AM", "PM")) and row["IncidentNumber"]
    }
    found = dict(lake.frame("SELECT alert_id, reported_at FROM lake.alert").rows())
    apart = Counter(abs(found[number] - clock).total_seconds() for number, clock in whole.items())
    assert set(apart) == {0, 1}
    assert apart[1] == 2
    assert apart[0] > 80_000


def districts(lake) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, "alert_change", Scope(by="district", **OCTOBER)).rows}


def test_alert_change_compares_the_same_days_as_counted_by_hand(lake, rows):
    days = {f"10/{day:02d}" for day in range(1, 7)}
    october = [row for row in rows if row["Date"][:5] in days]
    now, base = (
        Counter(unit(row)[0] for row in october if row["Date"].endswith(y) and row["IncidentNumber"])
        for y in ("24", "23")
    )
    city = show(lake, "alert_change", Scope(**OCTOBER)).rows[0]
    assert (city.numerator, city.base_numerator) == (20_528, 20_419) == (now.total(), base.total())
    found = districts(lake)
    assert set(found) >= DISTRICTS
    assert {name: (row.numerator or 0, row.base_numerator or 0) for name, row in found.items()} == {
        name: (now[name], base[name]) for name in found
    }
    assert sum(now[name] for name in found) == now.total()


def test_central_has_not_fallen_it_was_split(lake):
    central = districts(lake)["CENTRAL"]
    assert central.change == pytest.approx(-0.51, abs=0.01)
    assert central.verdict == "not_established"
    assert central.has_note("series_break")
    assert districts(lake)["DOWNTOWN"].suppressed == "no_base"


def test_six_days_a_month_are_no_week_and_no_look_back(lake):
    start, end = default_period(lake)
    assert start == date(2024, 12, 1)
    assert (end - start).days < 7
    row = show(lake, "repeat_share", Scope(**OCTOBER)).rows[0]
    assert (row.value, row.suppressed) == (None, "look_back_incomplete")
