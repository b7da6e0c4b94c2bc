"""An empty lake, made once and copied for each test, and child processes that start with the importer at hand."""

import multiprocessing
import shutil
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

import warehouse
from etl import Options, load_files
from warehouse import Lake

from .facts import everything

DISTRICTS = "district_code,name_zh\n990101,东城区\n"
STATIONS = "station_code,district_code,name_zh\n990101010000,990101,东门派出所\n990101020000,990101,北门派出所\n"


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed lake without a row."""
    folder = tmp_path_factory.mktemp("empty") / "lake"
    warehouse.open_lake(folder, create=True)
    warehouse.close_lake(folder)
    return folder


@pytest.fixture(scope="session")
def stocked_folder(empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed lake of one district and two stations, with a batch of alerts that came through the importer."""
    folder = tmp_path_factory.mktemp("stocked")
    lake = warehouse.open_lake(shutil.copytree(empty_folder, folder / "lake"))
    for table, text in (("district", DISTRICTS), ("station", STATIONS), ("alert", alerts("first", 40))):
        file = folder / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        assert load_files(lake, table, [file], options=Options(author="fixture")).status == "committed"
    warehouse.close_lake(folder / "lake")
    return folder / "lake"


def alerts(name: str, rows: int, station: str = "990101010000") -> str:
    """A file of alerts, one every ten minutes, each fifth from one number."""
    lines = ["alert_id,reported_at,station_code,phone,address"]
    for number in range(rows):
        day, minute = divmod(number * 10, 24 * 60)
        when = f"2024-{1 + day // 28:02d}-{1 + day % 28:02d} {minute // 60:02d}:{minute % 60:02d}:00"
        caller = 19000000000 if number % 5 == 0 else 19000000001 + number
        lines.append(f"{name}-{number},{when},{station},{caller},解放路{number % 7}号")
    return "\n".join(lines) + "\n"


@pytest.fixture
def lake(empty_folder: Path, tmp_path: Path) -> Iterator[Lake]:
    """An empty lake of the test's own."""
    folder = shutil.copytree(empty_folder, tmp_path / "lake")
    yield warehouse.open_lake(folder)
    warehouse.close_lake(folder)


@pytest.fixture
def stocked(stocked_folder: Path, tmp_path: Path) -> Iterator[Lake]:
    """A lake of the test's own with some alerts."""
    folder = shutil.copytree(stocked_folder, tmp_path / "lake")
    yield warehouse.open_lake(folder)
    warehouse.close_lake(folder)


@pytest.fixture(scope="session")
def stocked_state(stocked_folder: Path) -> tuple[int, dict[str, tuple[int, int]]]:
    """Version and content of the lake that `stocked` is a copy of."""
    lake = warehouse.open_lake(stocked_folder)
    try:
        return lake.version(), everything(lake)
    finally:
        warehouse.close_lake(stocked_folder)


@pytest.fixture
def gates(tmp_path: Path) -> Path:
    """The folder where a child and its parent leave signs for each other."""
    folder = tmp_path / "gates"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Makes child processes out of one that has imported all that is slow and opened no lake."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["etl", "etl.validate", "etl.gx_duckdb", "tests.warehouse.children"])
    return context
