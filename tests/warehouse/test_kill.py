"""`kill -9` at any moment of a load leaves the lake as it was, and the next load finds nothing in its way."""

from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

import warehouse
from etl import Options, load_files
from warehouse import Lake

from .children import Gate, kill, load, wait_for
from .conftest import alerts
from .facts import assert_marts_equal_rebuild, everything

ROWS = 3000
State = tuple[int, dict[str, tuple[int, int]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "second.csv"
    path.write_text(alerts("second", ROWS), encoding="gb18030")
    return path


def scratch_of(lake: Lake) -> list[Path]:
    return sorted((lake.home / "scratch").glob("jiceng-*"))


def size_of(path: Path) -> int:
    """Its bytes; SQLite removes its log when the last connection closes."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


@pytest.mark.parametrize("moment", ["read", "facts", "before commit"])
def test_a_killed_load_leaves_the_lake_as_it_was(
    stocked: Lake, stocked_state: State, processes: ForkServerContext, file: Path, gates: Path, moment: str
):
    child = processes.Process(target=load, args=(stocked.home, file, moment, gates))
    child.start()
    wait_for(Gate(gates).reached.exists, f"the child at «{moment}»")
    assert scratch_of(stocked), "the child works in a folder of its own"
    kill(child)
    warehouse.close_lake(stocked.home)

    lake = warehouse.open_lake(stocked.home)
    assert (lake.version(), everything(lake)) == stocked_state
    report = load_files(lake, "alert", [file], options=Options(author="next"))
    assert (report.status, report.rows_loaded, report.data_version) == ("committed", ROWS, stocked_state[0] + 1)
    assert scratch_of(lake) == []
    assert_marts_equal_rebuild(lake)


def test_a_load_killed_while_it_commits_is_there_whole_or_not_at_all(
    stocked: Lake, stocked_state: State, processes: ForkServerContext, file: Path, gates: Path
):
    version, before = stocked_state
    wal = stocked.location.catalogue_file.with_name("catalog.sqlite-wal")
    child = processes.Process(target=load, args=(stocked.home, file, "commit", gates))
    child.start()
    wait_for(Gate(gates).reached.exists, "the child before its COMMIT")
    size = size_of(wal)
    wait_for(lambda: size_of(wal) != size or not child.is_alive(), "the catalogue being written")
    child.kill()
    child.join()
    warehouse.close_lake(stocked.home)

    lake = warehouse.open_lake(stocked.home)
    is_there = lake.version() != version
    if not is_there:
        assert everything(lake) == before
    assert lake.version() == version + is_there
    assert lake.frame("SELECT count(*) FROM lake.alert").item() == before["alert"][0] + is_there * ROWS
    assert_marts_equal_rebuild(lake)
    report = load_files(lake, "alert", [file], options=Options(author="next"))
    assert report.status == ("unchanged" if is_there else "committed")
    assert lake.frame("SELECT count(*) FROM lake.alert").item() == before["alert"][0] + ROWS
