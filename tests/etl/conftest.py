"""A small lake to load into: one city of three stations in two districts, made once and copied for each test.

All of it is invented; district codes beginning with 99 do not exist.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from etl import LoadReport, Options, load_files
from warehouse import Lake, close_lake, open_lake

settings.register_profile("importer", max_examples=60, deadline=None)  # a busy machine is no bug
settings.load_profile("importer")

DISTRICTS = "district_code,name_zh\n990101,东城区\n990102,西城区\n"
STATIONS = (
    "station_code,district_code,name_zh,aliases\n"
    "990101010000,990101,㵲水派出所,㵲水所|Wushui\n"
    "990101020000,990101,北门派出所,\n"
    "990102010000,990102,西门派出所,\n"
)
Load = Callable[..., LoadReport]


@pytest.fixture(scope="session")
def stocked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed lake with the districts and stations above."""
    folder = tmp_path_factory.mktemp("stocked")
    lake = open_lake(folder / "lake", create=True)
    for table, text in (("district", DISTRICTS), ("station", STATIONS)):
        file = folder / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        assert load_files(lake, table, [file], options=Options(author="fixture")).status == "committed"
    close_lake(folder / "lake")
    return folder / "lake"


@pytest.fixture
def lake(stocked_folder: Path, tmp_path: Path) -> Iterator[Lake]:
    """A lake of the test's own; JICENG_LAKE does not name it."""
    folder = shutil.copytree(stocked_folder, tmp_path / "lake")
    yield open_lake(folder)
    close_lake(folder)


def _writer(lake: Lake, folder: Path) -> Load:
    def run(table: str, *contents: str | bytes, mapping: str = "plain", name: str = "file", **options: object):
        files = []
        for number, content in enumerate(contents):
            file = folder / f"{name}-{number}.csv"
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            files.append(file)
        return load_files(lake, table, files, mapping, Options(author="tester", **options))

    return run


@pytest.fixture
def load(lake: Lake, tmp_path: Path) -> Load:
    """Write texts (or bytes) into files and load them: `load("alert", text, on_error="quarantine")`."""
    return _writer(lake, tmp_path)


@pytest.fixture(scope="session")
def untouched(stocked_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake for all that changes none."""
    folder = shutil.copytree(stocked_folder, tmp_path_factory.mktemp("untouched") / "lake")
    yield open_lake(folder)
    close_lake(folder)


@pytest.fixture
def refuse(untouched: Lake, tmp_path: Path) -> Load:
    """As `load`, for what must be refused; makes sure that it is, and that the lake stays at its version."""
    run = _writer(untouched, tmp_path)

    def refused(*arguments: str | bytes, **options: object) -> LoadReport:
        before = untouched.version()
        report = run(*arguments, **options)
        assert (report.status, report.exit_status, report.batch_id) == ("refused", 1, None)
        assert report.refusals
        assert untouched.version() == before
        return report

    return refused
