"""Two processes that write at the same moment: both are done, one after the other, and nothing is done twice."""

import multiprocessing.process
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

import warehouse
from etl import Options, load_files
from warehouse import Lake

from . import children, commits
from .children import Gate, wait_for
from .conftest import alerts
from .facts import assert_marts_equal_rebuild, row


def at_once(
    processes: ForkServerContext, tmp_path: Path, *jobs: tuple[Callable[..., None], tuple[Any, ...]]
) -> list[str]:
    """Run jobs in a process each, let them go at the same moment, and give what each says that it did."""
    running: list[tuple[multiprocessing.process.BaseProcess, Path]] = []
    for number, (work, told) in enumerate(jobs):
        (gates := tmp_path / f"gates-{number}").mkdir()
        child = processes.Process(target=work, args=(told[0], gates, *told[1:]))
        child.start()
        running.append((child, gates))
    for _, gates in running:
        wait_for(Gate(gates).reached.exists, "both children")
    for _, gates in running:
        Gate(gates).open()
    for child, _ in running:
        child.join(60)
        assert child.exitcode == 0
    return [(gates / "done").read_text() for _, gates in running]


def test_two_loads_of_the_same_records_give_what_one_after_the_other_gives(
    lake: Lake, processes: ForkServerContext, tmp_path: Path
):
    job = commits.commit
    said = at_once(processes, tmp_path, (job, (lake.home, "one", 0, "s1")), (job, (lake.home, "two", 200, "s2")))
    assert sorted(said) == ["200 200 0", "400 0 0"]
    authors = [batch["author"] for batch in warehouse.list_batches(lake)]
    counts = dict(lake.frame("SELECT station_code, count(*) FROM lake.alert GROUP BY ALL").rows())
    assert counts == ({"s1": 200, "s2": 400} if authors == ["one", "two"] else {"s1": 400, "s2": 200})
    assert_marts_equal_rebuild(lake)


def test_the_same_rows_twice_at_once_are_loaded_once(lake: Lake, processes: ForkServerContext, tmp_path: Path):
    told = (lake.home, "same", 0, "s1")
    said = at_once(processes, tmp_path, (commits.commit, told), (commits.commit, told))
    assert sorted(said) == ["0 0 400", "400 0 0"]
    assert len(warehouse.list_batches(lake)) == 1


def test_one_batch_is_undone_once(lake: Lake, processes: ForkServerContext, tmp_path: Path):
    batch = warehouse.BatchRecord("alert", ("A",), "A", "literal", "utf-8", "test", 1, 0)
    warehouse.commit_batch(lake, row(alert_id="a"), batch)
    said = at_once(processes, tmp_path, (commits.undo, (lake.home, 1)), (commits.undo, (lake.home, 1)))
    assert sorted(said) == ["batch_undone", "undone"]
    assert_marts_equal_rebuild(lake)


def test_the_first_two_loads_of_a_lake_bring_one_secret(lake: Lake):
    first = warehouse.BatchRecord("alert", ("A",), "A", "m", "u", "t", 1, 0, settings={"key_fingerprint": "one"})
    other = warehouse.BatchRecord("alert", ("B",), "B", "m", "u", "t", 1, 0, settings={"key_fingerprint": "two"})
    assert warehouse.commit_batch(lake, row(alert_id="a"), first).batch_id == 1
    with pytest.raises(warehouse.WrongKey, match="two"):
        warehouse.commit_batch(lake, row(alert_id="b"), other)
    assert warehouse.commit_batch(lake, row(alert_id="a"), first).batch_id is None
    assert lake.settings()["key_fingerprint"] == "one"
    assert len(warehouse.list_batches(lake)) == 1


def test_a_file_uploaded_in_two_places_at_once_is_one_batch(
    stocked: Lake, processes: ForkServerContext, tmp_path: Path
):
    (file := tmp_path / "same.csv").write_text(alerts("same", 500), encoding="utf-8")
    batches = len(warehouse.list_batches(stocked))
    (gates := tmp_path / "gates").mkdir()
    child = processes.Process(target=children.load, args=(stocked.home, file, "read", gates))
    child.start()
    wait_for(Gate(gates).reached.exists, "the child having read the file")
    mine = load_files(stocked, "alert", [file], options=Options(author="parent"))
    Gate(gates).open()
    child.join(60)
    assert (mine.status, (gates / "status").read_text()) == ("committed", "unchanged")
    assert len(warehouse.list_batches(stocked)) == batches + 1
    assert_marts_equal_rebuild(stocked)
