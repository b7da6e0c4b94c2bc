"""`kill -9` at random moments of a commit or an undo: the lake is exactly as before or exactly as after."""

import os
import random
import shutil
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

import warehouse
from warehouse import Lake

from . import commits
from .children import PATIENCE, Gate, wait_for
from .facts import assert_marts_equal_rebuild, everything, row

SEED = int(os.environ.get("JICENG_KILL_SEED", time.time_ns() % 1_000_000))
KILLS, UNDO_KILLS = 10, 4
TIMES = ("loaded_at", "undone_at", "handled_at")
Content = dict[str, Any]


@pytest.fixture(scope="module")
def folder(empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed lake with a batch that the one to be killed updates half of."""
    folder = shutil.copytree(empty_folder, tmp_path_factory.mktemp("kill") / "lake")
    lake = warehouse.open_lake(folder)
    batch = warehouse.BatchRecord("alert", ("A",), "A", "literal", "utf-8", "test", commits.ROWS, 0)
    warehouse.commit_batch(lake, commits.rows(0, "s1"), batch)
    warehouse.close_lake(folder)
    return folder


def content(lake: Lake) -> Content:
    """Everything in the lake, the times of writing left out."""
    found: Content = dict(everything(lake))
    for name in ("batch", "quarantine"):
        columns = ", ".join(TIMES[:2] if name == "batch" else TIMES[2:])
        found[name] = lake.frame(f"SELECT * EXCLUDE ({columns}) FROM lake.{name} ORDER BY ALL").rows()
    return found


def run(
    processes: ForkServerContext, work: Callable[..., None], folder: Path, gates: Path, *told: Any, seconds: float
) -> float:
    """Let a child work on a lake and kill it after some seconds; give the seconds that it took when it was done."""
    gates.mkdir()
    child = processes.Process(target=work, args=(folder, gates, *told))
    child.start()
    wait_for(Gate(gates).reached.exists, "the child")
    Gate(gates).open()
    child.join(seconds)
    child.kill()
    child.join(PATIENCE)
    done = gates / "done"
    return done.stat().st_mtime - Gate(gates).opened.stat().st_mtime if done.exists() else seconds


def look(folder: Path) -> Content:
    """What a new process would find, after holding the marts against a rebuild."""
    lake = warehouse.open_lake(folder)
    assert_marts_equal_rebuild(lake)
    found = content(lake)
    warehouse.close_lake(folder)
    return found


def hold(
    processes: ForkServerContext,
    start: Path,
    tmp_path: Path,
    work: Callable[..., None],
    told: tuple[Any, ...],
    kills: int,
) -> None:
    """Kill the work at so many moments, each on a copy of the lake; what is left is one of two states."""
    chance = random.Random(SEED)
    before = look(shutil.copytree(start, tmp_path / "before"))
    whole = shutil.copytree(start, tmp_path / "whole")
    took = run(processes, work, whole, tmp_path / "gates", *told, seconds=PATIENCE)
    after = look(whole)
    assert before != after
    ended = []
    for number in range(kills):
        copy = shutil.copytree(start, tmp_path / f"lake-{number}")
        seconds = chance.uniform(0, took * 1.05)
        run(processes, work, copy, tmp_path / f"gates-{number}", *told, seconds=seconds)
        found = look(copy)
        print(f"seed {SEED}, kill {number} after {seconds:.4f} s of {took:.4f} s: after={found == after}")
        assert found in (before, after), f"seed {SEED}, kill {number} after {seconds:.4f} s of {took:.4f} s"
        if (tmp_path / f"gates-{number}" / "done").exists():
            assert found == after
        ended.append(found == after)
        goes_on(copy)
    print(f"seed {SEED}: {ended.count(True)} of {kills} were committed")


def goes_on(folder: Path) -> None:
    """The next load finds nothing in its way."""
    lake = warehouse.open_lake(folder)
    batch = warehouse.BatchRecord("alert", ("next",), "next", "literal", "utf-8", "test", 1, 0)
    assert warehouse.commit_batch(lake, row(alert_id="next"), batch).rows_loaded == 1
    warehouse.close_lake(folder)


def test_a_commit_killed_at_ten_moments(processes: ForkServerContext, folder: Path, tmp_path: Path):
    hold(processes, folder, tmp_path, commits.commit, ("B", commits.ROWS // 2, "s2"), KILLS)


def test_an_undo_killed_at_some_moments(processes: ForkServerContext, folder: Path, tmp_path: Path):
    start = shutil.copytree(folder, tmp_path / "start")
    run(processes, commits.commit, start, tmp_path / "gates-of-b", "B", commits.ROWS // 2, "s2", seconds=PATIENCE)
    hold(processes, start, tmp_path, commits.undo, (2,), UNDO_KILLS)
