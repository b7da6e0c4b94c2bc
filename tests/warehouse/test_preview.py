"""A preview tells what the commit that follows does: same counts, same figures; and nobody waits for it."""

import random
from datetime import date, timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

import warehouse
from warehouse import Lake, Preview
from warehouse.preview import FIGURES

from .children import Gate, hold_the_lock, kill, load, wait_for
from .conftest import alerts
from .facts import MARTS, everything, row
from .facts import load as load_rows

RECORD = {"alert": "alert_id", "case": "case_id", "training_result": "result_id"}


def random_row(table: str, record: str, chance: random.Random) -> str:
    day = date(2024, 1, 1) + timedelta(days=chance.randrange(70))
    at = f"{day} {chance.randrange(24):02d}:{chance.randrange(60):02d}:00"
    station = chance.choice(["s1", "s2", "s3"])
    given: dict[str, dict[str, Any]] = {
        "alert": {
            "reported_at": at,
            "category_group": chance.choice(["criminal", "dispute", "unmapped"]),
            "category_group_initial": chance.choice(["criminal", "dispute", None]),
            "caller_key": chance.choice([None, 1, 2, 3]),
            "place_key": chance.choice([None, 7, 8]),
            "is_invalid": chance.random() < 0.1,
            "link_type": chance.choice(["none", "none", "none", "duplicate"]),
            "recorded_at": chance.choice([None, f"{day + timedelta(days=3)} 00:00:00"]),
            "updated_at": chance.choice([None, "2024-04-01 00:00:00", "2024-05-01 00:00:00"]),
        },
        "case": {"filed_at": chance.choice([at, None]), "accepted_at": at, "cleared_at": chance.choice([None, at])},
        "training_result": {
            "held_on": str(day),
            "person_key": chance.randrange(1, 5),
            "attempt": chance.choice([1, 2]),
            "score": chance.choice([None, 40, 80]),
        },
    }
    return row(table, **{RECORD[table]: record, "station_code": station}, **given[table])


def random_batch(table: str, chance: random.Random) -> list[str]:
    records = chance.sample(range(40), chance.randrange(1, 25))
    return [random_row(table, str(record), chance) for record in records]


def weekly_sum(lake: Lake, table: str, name: str, week: date) -> int:
    figure = f"coalesce(sum({FIGURES[table][name]}), 0)::BIGINT"
    sql = f"SELECT {figure} FROM lake.{MARTS[table]} WHERE day >= $a AND day < $b"
    return int(lake.frame(sql, {"a": week, "b": week + timedelta(days=7)}).item())


def assert_foretold(lake: Lake, table: str, rows: list[str]) -> Preview:
    version = lake.version()
    told = warehouse.preview_batch(lake, " UNION ALL ".join(rows), table)
    assert told.data_version == version == lake.version()
    for figure in told.figures:
        assert figure["before"] == weekly_sum(lake, table, figure["name"], figure["week"]), figure
    done = load_rows(lake, f"{table} {version}", *rows, table=table)
    assert (told.new, told.updated, told.repeated) == (done.rows_loaded, done.rows_updated, done.rows_repeated)
    assert told.changes_nothing == (done.batch_id is None)
    for figure in told.figures:
        assert figure["after"] == weekly_sum(lake, table, figure["name"], figure["week"]), figure
    return told


@pytest.mark.parametrize(
    ("table", "seed"), [("alert", 0), ("alert", 1), ("alert", 2), ("case", 0), ("training_result", 0)]
)
def test_a_preview_equals_the_commit_that_follows(lake: Lake, table: str, seed: int):
    chance = random.Random(f"{table} {seed}")
    first = ("monday", "sunday")[seed % 2]
    warehouse.write_settings(lake, {"week_start": first}, author="test")
    for _ in range(3):
        rows = random_batch(table, chance)
        told = assert_foretold(lake, table, rows)
        assert {f"{figure['week']:%A}".lower() for figure in told.figures} == {first}
    assert assert_foretold(lake, table, rows).changes_nothing
    warehouse.undo_batch(lake, 2, "test")
    assert_foretold(lake, table, random_batch(table, chance))


def test_a_preview_leaves_the_lake_as_it_is(stocked: Lake):
    before = (stocked.version(), everything(stocked))
    warehouse.preview_batch(stocked, row(alert_id="first-1") + " UNION ALL " + row(alert_id="new"), "alert")
    assert (stocked.version(), everything(stocked)) == before


def test_alerts_without_a_place_do_not_repeat_a_matter(lake: Lake):
    first = row(alert_id="a", reported_at="2024-01-01 10:00:00", caller_key=1)
    load_rows(lake, "A", first, row(alert_id="b", reported_at="2024-01-03 10:00:00", caller_key=2))
    assert lake.frame("SELECT sum(matter_keyed)::INT, sum(matter_repeat_30)::INT FROM lake.mart_alert_day").row(0) == (
        0,
        0,
    )


def weeks(told: Preview) -> list[str]:
    return list(dict.fromkeys(str(figure["week"]) for figure in told.figures))


def test_the_newest_weeks_touched_are_shown_filled_up_with_the_newest_of_the_lake(lake: Lake):
    days = ["2024-01-03", "2024-01-10", "2024-01-17", "2024-01-24", "2024-01-31"]
    load_rows(lake, "A", *(row(alert_id=day, reported_at=f"{day} 10:00:00") for day in days))
    one = warehouse.preview_batch(lake, row(alert_id="late", reported_at="2024-01-02 10:00:00"), "alert")
    assert weeks(one) == ["2024-01-01", "2024-01-15", "2024-01-22", "2024-01-29"]
    assert one.weeks_touched == 1
    received = [(f["before"], f["after"]) for f in one.figures if f["name"] == "received"]
    assert received == [(1, 2), (1, 1), (1, 1), (1, 1)]
    all_moved = " UNION ALL ".join(row(alert_id=d, reported_at=f"{d} 10:00:00", station_code="s2") for d in days)
    five = warehouse.preview_batch(lake, all_moved, "alert")
    assert (weeks(five)[0], five.weeks_touched, five.updated) == ("2024-01-08", 5, 5)


def test_tables_without_a_mart_are_counted_only(lake: Lake):
    told = assert_foretold(lake, "population", [row("population", org_code="s1", persons=7)])
    assert (told.new, told.figures) == (1, ())


def test_the_figures_can_be_left_out(lake: Lake):
    told = warehouse.preview_batch(lake, row(alert_id="a"), "alert", figures=False)
    assert (told.new, told.figures, told.weeks_touched) == (1, (), 0)


def test_a_preview_waits_for_no_writer_and_sees_the_lake_before_it(
    stocked: Lake, processes: ForkServerContext, tmp_path: Path
):
    (gates := tmp_path / "gates").mkdir()
    (file := tmp_path / "second.csv").write_text(alerts("second", 50), encoding="utf-8")
    child = processes.Process(target=load, args=(stocked.home, file, "before commit", gates))
    child.start()
    try:
        wait_for(Gate(gates).reached.exists, "the child before its COMMIT")
        told = warehouse.preview_batch(stocked, row(alert_id="second-1"), "alert")
        assert (told.new, told.updated, told.data_version) == (1, 0, stocked.version())
        Gate(gates).open()
        child.join(60)
        assert warehouse.preview_batch(stocked, row(alert_id="second-1"), "alert").updated == 1
    finally:
        child.kill()
        child.join()


def test_a_preview_takes_no_lock(stocked: Lake, processes: ForkServerContext, tmp_path: Path):
    child = processes.Process(target=hold_the_lock, args=(stocked.home, tmp_path))
    child.start()
    wait_for(Gate(tmp_path).reached.exists, "the child with the lock")
    try:
        assert warehouse.preview_batch(stocked, row(alert_id="new"), "alert").new == 1
    finally:
        kill(child)
