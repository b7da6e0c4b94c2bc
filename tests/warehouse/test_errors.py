"""Every trouble of the lake, really made: its sentence in both languages, and a lake that is as it was."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import duckdb
import pytest

import warehouse
from etl import Options, load_files
from warehouse import Lake, connection
from warehouse.errors import MESSAGES
from warehouse.lake import TRIES

from .children import Gate, lock_the_catalogue, wait_for
from .conftest import alerts
from .facts import IN_USE, in_use, load, row

ROOT = Path(__file__).resolve().parents[2]
CHINESE = range(0x4E00, 0xA000)


def said(kind: type[warehouse.LakeError], attempt: Callable[[], object], *words: str) -> None:
    """An attempt fails with this kind, and its sentence says the words in both languages."""
    with pytest.raises(kind) as raised:
        attempt()
    assert type(raised.value) is kind
    for language in ("en", "zh"):
        sentence = raised.value.sentence(language)
        assert [word for word in words if word not in sentence] == []
        assert "{" not in sentence and "Traceback" not in sentence and "\n" not in sentence
        assert any(ord(letter) in CHINESE for letter in sentence) == (language == "zh")


def test_every_error_has_its_sentence_and_a_title():
    def kinds(of: type[warehouse.LakeError]) -> set[type[warehouse.LakeError]]:
        return {of}.union(*(kinds(kind) for kind in of.__subclasses__()))

    found = kinds(warehouse.LakeError)
    assert {kind.code for kind in found} == MESSAGES.keys()
    assert all(kind("x").title for kind in found)
    assert {kind.__name__ for kind in found} <= set(warehouse.__all__)


OPENED = """
import sys
import warehouse
try:
    warehouse.open_lake(sys.argv[1])
    warehouse.write_settings(warehouse.open_lake(sys.argv[1]), {"city_en": "X"}, author="t")
except warehouse.LakeError as error:
    print(error.code, error.sentence())
"""


@pytest.mark.parametrize("closed", ["everything", "the folder alone"])
def test_a_lake_that_this_account_may_not_write_is_named_so(stocked_folder: Path, tmp_path: Path, closed: str):
    home = Path(shutil.copytree(stocked_folder, tmp_path / "lake"))
    (home / "writer.lock").unlink(missing_ok=True)
    for path in [home, *(home.rglob("*") if closed == "everything" else [])]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-c", OPENED, str(home)]
    if os.geteuid() == 0:  # who may do everything gives that up
        if shutil.which("setpriv") is None:
            pytest.skip("the tests run as root, and there is no setpriv to give its rights up")
        command = ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search", *command]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    home.chmod(0o755)
    assert told.stdout.startswith(f"read_only This account may not write in the warehouse at {home}"), told


def test_what_a_read_only_catalogue_says_is_known():
    text = 'Failed to execute query "PRAGMA journal_mode=WAL": attempt to write a readonly database'
    said(warehouse.ReadOnly, lambda: raised(text, Path("/srv/lake")), "/srv/lake")
    denied = PermissionError(13, "Permission denied", "/backups/lake/catalog.sqlite")
    assert type(warehouse.from_duckdb(denied, Path("/srv/lake"))) is warehouse.LakeError, "of another folder"


def raised(text: str, home: Path) -> None:
    raise warehouse.from_duckdb(duckdb.IOException(text), home)


def test_a_catalogue_locked_by_another_program_is_busy(
    stocked_folder: Path, tmp_path: Path, processes: ForkServerContext, gates: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "BUSY_MILLISECONDS", 20)
    lake = warehouse.open_lake(shutil.copytree(stocked_folder, tmp_path / "lake"))
    child = processes.Process(target=lock_the_catalogue, args=(lake.location.catalogue_file, gates))
    child.start()
    wait_for(Gate(gates).reached.exists, "the catalogue being locked")
    before = (lake.version(), in_use(lake))

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("INSERT INTO lake.setting VALUES ('x', 'y')")

    said(warehouse.Busy, lambda: lake.commit(work, author="t", message="m", tries=2), str(lake.home))
    Gate(gates).open()
    child.join(60)
    assert (lake.version(), in_use(lake)) == before
    assert warehouse.write_settings(lake, {"city_en": "X"}, author="t") == before[0] + 1
    warehouse.close_lake(lake.home)


@pytest.mark.parametrize("others", [1, TRIES - 1, TRIES])
def test_a_writer_that_loses_does_it_all_again_but_not_for_ever(lake: Lake, others: int, monkeypatch):
    monkeypatch.setattr("warehouse.lake.time.sleep", lambda _seconds: None)
    tried: list[int] = []

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        tried.append(1)
        cursor.execute("UPDATE lake.setting SET value = 'mine' WHERE name = 'city_en'")
        if len(tried) <= others:
            warehouse.write_settings(lake, {"city_en": "theirs"}, author="other")

    before = lake.version()
    if others < TRIES:
        lake.commit(work, author="t", message="m")
        assert (len(tried), lake.version()) == (others + 1, before + others + 1)
        assert lake.setting("city_en") == "mine"
    else:
        said(warehouse.Busy, lambda: lake.commit(work, author="t", message="m"), str(lake.home))
        assert (len(tried), lake.version(), lake.setting("city_en")) == (TRIES, before + TRIES, "theirs")


def test_a_conflict_that_stays_is_said_with_the_number_of_tries(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("warehouse.lake.time.sleep", lambda _seconds: None)
    before = lake.version()

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("INSERT INTO lake.setting VALUES ('x', 'y')")
        raise duckdb.TransactionException("Transaction conflict - as PostgreSQL's catalogue words it")

    said(warehouse.Conflict, lambda: lake.commit(work, author="t", message="m"), f" {TRIES} ")
    assert (lake.version(), lake.setting("x")) == (before, None)


def is_as_it_was(lake: Lake, state: tuple[int, dict[str, tuple[int, int]]]) -> bool:
    """Whether a copy of the stocked lake has its version and its rows."""
    return (lake.version(), in_use(lake)) == (state[0], {name: state[1][name] for name in IN_USE})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    warehouse.close_lake(folder / "lake")
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, left: int) -> Path:
    """A file that takes all of a disk but some bytes."""
    file = folder / "fill"
    file.write_bytes(b"x" * (shutil.disk_usage(folder).free - left))
    return file


@pytest.mark.parametrize("left", [1_000, 500_000, 900_000])
def test_a_disk_that_fills_up_during_a_load(
    small_disk: Path, stocked_folder: Path, stocked_state, tmp_path: Path, left: int
):
    lake = warehouse.open_lake(shutil.copytree(stocked_folder, small_disk / "lake"))
    file = tmp_path / "many.csv"
    file.write_text(alerts("many", 20_000), encoding="utf-8")
    filling = fill(small_disk, left)
    said(warehouse.DiskFull, lambda: load_files(lake, "alert", [file]), str(small_disk), "python -m warehouse maintain")
    assert list((lake.home / "scratch").glob("jiceng-*")) == []
    filling.unlink()
    assert is_as_it_was(lake, stocked_state)
    assert load_files(lake, "alert", [file]).status == "committed"


def test_a_disk_without_a_byte_left(small_disk: Path, stocked_folder: Path, stocked_state):
    lake = warehouse.open_lake(shutil.copytree(stocked_folder, small_disk / "lake"))
    filling = fill(small_disk, left=0)
    said(warehouse.DiskFull, lambda: warehouse.write_settings(lake, {"city_en": "X"}, author="t"), str(lake.home))
    said(warehouse.DiskFull, lambda: load(lake, "A", row(alert_id="a")), str(lake.home))
    said(warehouse.DiskFull, lambda: warehouse.backup(lake, small_disk / "backup"), str(small_disk))
    assert sorted(path.name for path in small_disk.iterdir()) == ["fill", "lake"]
    warehouse.close_lake(lake.home)
    said(warehouse.DiskFull, lambda: warehouse.open_lake(lake.home), str(lake.home))
    filling.unlink()
    lake = warehouse.open_lake(lake.home)
    assert is_as_it_was(lake, stocked_state)


def test_no_warehouse_is_made_by_looking_for_one(tmp_path: Path):
    for name in ("nothing", "empty", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "empty" / "catalog.sqlite").touch()
    other = tmp_path / "other" / "catalog.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE theirs (a)")
    database.close()
    for name in ("nothing", "empty", "other"):
        where = tmp_path / name / "catalog.sqlite"
        said(warehouse.CatalogueMissing, lambda: warehouse.open_lake(where.parent), str(where), "python -m etl demo")  # noqa: B023
    with sqlite3.connect(other) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    database.close()
    assert not (tmp_path / "nothing" / "catalog.sqlite").exists()


def spoil(content: bytes, how: str) -> bytes:
    return {
        "words": b"this is not a catalogue" * 100,
        "cut in half": content[: len(content) // 2],
        "scribbled": content[:4096] + b"\xab" * 40_960 + content[45_056:],
    }[how]


@pytest.mark.parametrize("how", ["words", "cut in half", "scribbled", "a table lost"])
def test_a_damaged_catalogue_is_named_and_left_alone(stocked_folder: Path, tmp_path: Path, how: str):
    folder = shutil.copytree(stocked_folder, tmp_path / "lake")
    catalogue = folder / "catalog.sqlite"
    whole = catalogue.read_bytes()
    if how == "a table lost":
        with sqlite3.connect(catalogue) as database:
            database.execute("DROP TABLE ducklake_snapshot")
        database.close()
    else:
        catalogue.write_bytes(spoil(whole, how))
    spoilt = catalogue.read_bytes()
    said(
        warehouse.CatalogueDamaged,
        lambda: warehouse.open_lake(folder),
        str(catalogue),
        "python -m warehouse restore DIR",
    )
    assert catalogue.read_bytes() == spoilt
    for leftover in folder.glob("catalog.sqlite-*"):
        leftover.unlink()
    catalogue.write_bytes(whole)
    assert warehouse.open_lake(folder).frame("SELECT count(*) FROM lake.alert").item() == 40
    warehouse.close_lake(folder)


def alert_file(folder: Path) -> Path:
    return max((folder / "files").rglob("alert/*.parquet"), key=lambda path: path.stat().st_size)


READ_SQL = "SELECT count(DISTINCT alert_id), max(station_code) FROM lake.alert"


@pytest.fixture
def on_disk(empty_folder: Path, tmp_path: Path) -> Path:
    """A closed lake of its own whose alerts lie in a data file."""
    folder = shutil.copytree(empty_folder, tmp_path / "made here")
    load(warehouse.open_lake(folder), "A", *[row(alert_id=f"a{number}") for number in range(30)])
    warehouse.close_lake(folder)
    return folder


def test_a_lake_that_moved_as_a_whole_reads_its_new_place(on_disk: Path, tmp_path: Path):
    new = on_disk.rename(tmp_path / "carried there")
    lake = warehouse.open_lake(new)
    assert lake.frame(READ_SQL).row(0) == (30, "s1")
    load(lake, "B", *[row(alert_id=f"b{number}") for number in range(30)])
    assert lake.frame(READ_SQL).row(0) == (60, "s1")
    assert not on_disk.exists()
    warehouse.close_lake(new)


def test_a_catalogue_that_moved_without_its_files_does_not_read_the_old_place(on_disk: Path, tmp_path: Path):
    new = tmp_path / "catalogue only"
    new.mkdir()
    shutil.copy(on_disk / "catalog.sqlite", new)
    lake = warehouse.open_lake(new)
    said(warehouse.LakeMoved, lambda: lake.frame(READ_SQL), str(new), "files")
    said(warehouse.LakeMoved, lambda: load(lake, "B", row(alert_id="a1", station_code="s2")), str(new), "files")
    assert lake.version() == 2
    warehouse.close_lake(new)


@pytest.mark.parametrize(
    ("kept", "kind"), [(100, warehouse.FileDamaged), (4, warehouse.FileDamaged), (None, warehouse.LakeMoved)]
)
def test_a_data_file_that_is_cut_or_gone_is_named(on_disk: Path, kept: int | None, kind: type[warehouse.LakeError]):
    file = alert_file(on_disk)
    whole = file.read_bytes()
    file.unlink() if kept is None else file.write_bytes(whole[:kept])
    lake = warehouse.open_lake(on_disk)
    said(kind, lambda: lake.frame(READ_SQL), file.name, str(on_disk))
    before = lake.version()
    said(kind, lambda: load(lake, "B", row(alert_id="a1", station_code="s2")), file.name, str(on_disk))
    assert lake.version() == before
    warehouse.close_lake(on_disk)
    file.write_bytes(whole)
    assert warehouse.open_lake(on_disk).frame(READ_SQL).row(0) == (30, "s1")
    warehouse.close_lake(on_disk)


def test_a_version_that_never_was(lake: Lake):
    newest = lake.version()
    at = "SELECT count(*) FROM lake.alert AT (VERSION => $version)"
    for attempt in (
        lambda: lake.require_version(999),
        lambda: lake.frame(at, {"version": 999}),
        lambda: lake.settings(999),
        lambda: lake.frame("FROM lake.alert AT (VERSION => 999)"),
        lambda: warehouse.pin(lake, 999, author="t", reason="link"),
    ):
        said(warehouse.VersionExpired, attempt, " 999 ")
    assert lake.version() == newest


def test_another_secret_is_refused_before_anything_is_read(
    stocked: Lake, stocked_state, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "more.csv"
    file.write_text(alerts("more", 5), encoding="utf-8")
    for secret, word in (("ab" * 32, str(stocked.setting("key_fingerprint"))), ("ab" * 16, "16"), ("secret", "")):
        monkeypatch.setenv("JICENG_KEY", secret)
        said(warehouse.WrongKey, lambda: load_files(stocked, "alert", [file], options=Options()), word, "JICENG_KEY")
    assert is_as_it_was(stocked, stocked_state)


def test_an_extension_that_is_not_installed(stocked_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = shutil.copytree(stocked_folder, tmp_path / "lake")
    before = (folder / "catalog.sqlite").read_bytes()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "duckdb_extension_sqlite_scanner", None)
        said(
            warehouse.ExtensionMissing, lambda: warehouse.open_lake(folder),
            "duckdb-extension-sqlite-scanner", "pip install -r requirements.txt",
        )  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(duckdb, "__version__", "9.9.9")
        said(warehouse.ExtensionMissing, lambda: warehouse.open_lake(folder), "duckdb-extension-ducklake", "9.9.9")
    assert (folder / "catalog.sqlite").read_bytes() == before


def test_a_lake_of_a_newer_program_is_not_touched(stocked: Lake):
    own = str(stocked.setting("schema_version"))
    version = warehouse.write_settings(stocked, {"schema_version": "99"}, author="t")
    warehouse.close_lake(stocked.home)
    said(warehouse.SchemaNewer, lambda: warehouse.open_lake(stocked.home), "99", str(stocked.home))
    lake = Lake(stocked.location)
    assert lake.version() == version
    warehouse.write_settings(lake, {"schema_version": own}, author="t")
    warehouse.close_lake(stocked.home)
    assert warehouse.open_lake(stocked.home).version() == version + 1


def test_a_place_where_no_lake_can_be_made(tmp_path: Path):
    file = tmp_path / "a file"
    file.write_text("mine")
    said(warehouse.LakeError, lambda: warehouse.open_lake(file, create=True), str(file))
    assert file.read_text() == "mine"
    said(warehouse.CatalogueMissing, lambda: warehouse.open_lake(file), str(file))
