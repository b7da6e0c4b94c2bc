"""What a load does with rows that cannot be taken: all or nothing, or the good ones with the bad ones set aside.

Every row is judged by itself, before the newest of a record is chosen: a newer row that is refused does not take an
older one with it. A dry run gives the counts of the load that follows, and changes nothing.
"""

import dataclasses

import pytest

HEAD = "alert_id,reported_at,station_code,updated_at,arrived_at,lon,phone,result_code\n"
MINUTE = "2024-01-05 08:{:02d}:00"


def alert(
    number: str, result: str = "x", *, minute: int = 30, arrived: str = "", lon: str = "", station="990101010000"
):
    return f"{number},2024-01-05 08:30:00,{station},{MINUTE.format(minute)},{arrived},{lon},138 0013 8000,{result}\n"


EARLY = "2024-01-05 08:00:00"  # arrived before the report: the expectations refuse it
GOOD = alert("A1") + alert("A2")
BAD_CELLS = alert("B1", lon="东经112") + alert("B2", station="张三家13800138000") + alert("", "无号")
BAD_ROWS = alert("C1", arrived=EARLY) + alert("C2", lon="200")
MIXED = HEAD + GOOD + BAD_CELLS + BAD_ROWS
NAMED = [("not_a_number", 4, "lon"), ("unknown_station", 5, "station_code"), ("required", 6, "alert_id"),
         ("out_of_range", 8, "lon"), ("time_order", 7, "arrived_at")]  # fmt: skip


def named(report) -> list[tuple[str, int, str]]:
    return [(refusal.code, refusal.row, refusal.column) for refusal in report.refusals]


def results(lake) -> dict[str, str]:
    return dict(lake.frame("SELECT alert_id, result_code FROM lake.alert ORDER BY 1").rows())


def counts(report) -> tuple[int, int, int, int, int]:
    return (report.rows_read, report.rows_loaded, report.rows_updated, report.rows_repeated, report.rows_refused)


def test_reject_names_every_row_and_changes_nothing(untouched, refuse):
    report = refuse("alert", MIXED, on_error="reject")
    assert sorted(named(report)) == sorted(NAMED)
    assert counts(report) == (7, 0, 0, 0, 5)
    assert results(untouched) == {}
    assert untouched.frame("SELECT count(*) FROM lake.quarantine").item() == 0


def test_quarantine_loads_the_good_rows_and_keeps_the_bad_cells_masked(lake, load):
    report = load("alert", MIXED, on_error="quarantine")
    assert (report.status, report.exit_status) == ("quarantined", 0)
    assert counts(report) == (7, 2, 0, 0, 5)
    assert sorted(named(report)) == sorted(NAMED)
    assert results(lake) == {"A1": "x", "A2": "x"}
    columns = "code, row_number, column_name, masked_value, batch_id, file_name"
    kept = f"SELECT {columns} FROM lake.quarantine ORDER BY row_number"
    assert lake.frame(kept).rows() == [
        ("not_a_number", 4, "lon", "AA999", report.batch_id, "file-0.csv"),
        ("unknown_station", 5, "station_code", "AAA99999999999", report.batch_id, "file-0.csv"),
        ("required", 6, "alert_id", None, report.batch_id, "file-0.csv"),
        ("time_order", 7, "arrived_at", "9999-99-99 99:99:99", report.batch_id, "file-0.csv"),
        ("out_of_range", 8, "lon", "999", report.batch_id, "file-0.csv"),
    ]
    stored = b"".join(path.read_bytes() for path in lake.home.rglob("*") if path.is_file())
    for secret in ("13800138000", "138 0013 8000", "张三家"):
        assert secret.encode() not in stored


def test_a_file_with_no_good_row_is_refused_also_with_quarantine(refuse):
    assert counts(refuse("alert", HEAD + BAD_CELLS + BAD_ROWS, on_error="quarantine")) == (5, 0, 0, 0, 5)


@pytest.mark.parametrize("on_error", ["reject", "quarantine"])
def test_a_dry_run_gives_the_counts_of_the_load_and_changes_nothing(lake, load, on_error: str):
    load("alert", HEAD + alert("A1", "old") + alert("A2", "kept", minute=50) + alert("A3", "same"), name="before")
    text = (
        HEAD + alert("A1", "new", minute=40) + alert("A2", "too late") + alert("A3", "same") + alert("A4") + alert("A5")
    )
    text += alert("A5", "twice") + (BAD_CELLS + BAD_ROWS if on_error == "quarantine" else "")
    before, files = lake.version(), sorted(path for path in lake.home.rglob("*") if path.is_file())
    dry = load("alert", text, on_error=on_error, dry_run=True)
    assert (dry.status, dry.batch_id, dry.data_version, lake.version()) == ("dry-run", None, before, before)
    assert sorted(path for path in lake.home.rglob("*") if path.is_file()) == files
    assert results(lake) == {"A1": "old", "A2": "kept", "A3": "same"}
    real = load("alert", text, on_error=on_error)
    assert counts(dry) == counts(real) == ((11, 2, 1, 3, 5) if on_error == "quarantine" else (6, 2, 1, 3, 0))
    for field in ("refusals", "warnings", "validation"):
        assert getattr(dry, field) == getattr(real, field)


def test_a_dry_run_of_a_bad_file_says_what_the_load_would(refuse):
    dry, real = (dataclasses.asdict(refuse("alert", MIXED, dry_run=dry)) for dry in (True, False))
    assert {key: value for key, value in dry.items() if key != "seconds"} == {
        key: value for key, value in real.items() if key != "seconds"
    }


@pytest.mark.parametrize("order", [1, -1])
def test_a_newer_row_that_is_refused_does_not_take_the_older_one_with_it(lake, load, order: int):
    rows = [alert("A1", "older good"), alert("A1", "newer refused", minute=45, arrived=EARLY)]
    rows += [alert("A2", "oldest good", minute=1), alert("A2", "middle good", minute=20)]
    rows += [alert("A2", "newest not even a number", minute=45, lon="x"), alert("A3", "bad", arrived=EARLY)]
    report = load("alert", HEAD + "".join(rows[::order]), on_error="quarantine")
    assert results(lake) == {"A1": "older good", "A2": "middle good"}
    assert counts(report) == (6, 2, 0, 1, 3)
    rows_named = {row for _, row, _ in named(report)}
    assert rows_named == ({3, 6, 7} if order == 1 else {2, 3, 6})


def test_an_older_row_is_judged_too(refuse):
    text = HEAD + alert("A1", "older refused", arrived=EARLY) + alert("A1", "newer good", minute=45)
    assert named(refuse("alert", text)) == [("time_order", 2, "arrived_at")]


def test_all_refused_rows_are_counted_and_at_least_a_thousand_named_in_order(load):
    bad = "".join(alert(f"B{n}", lon="x", station="nowhere") for n in range(700))
    late = "".join(alert(f"C{n}", arrived=EARLY) for n in range(1300))
    report = load("alert", HEAD + bad + GOOD + late, on_error="quarantine")
    assert (report.rows_refused, report.rows_loaded) == (2000, 2)
    cells = named(report)
    assert cells[:3] == [
        ("unknown_station", 2, "station_code"),
        ("not_a_number", 2, "lon"),
        ("unknown_station", 3, "station_code"),
    ]
    assert len({row for _, row, _ in cells}) >= 1000
    assert len(cells) == len(set(cells))
