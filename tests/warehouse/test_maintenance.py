"""Maintenance loses no figure and no pinned version; a backup put elsewhere is the same lake to the last row."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import warehouse
from warehouse import Lake
from warehouse.__main__ import main

from .facts import everything, in_use, load, row, undo

DAY = 86_400


@pytest.fixture(scope="module")
def used_folder(empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed lake of three loads and an undo, with files to merge and older rows."""
    folder = shutil.copytree(empty_folder, tmp_path_factory.mktemp("used") / "lake")
    lake = warehouse.open_lake(folder)
    load(lake, "A", *[row(alert_id=f"a{n}", caller_key=str(n % 3)) for n in range(30)])
    load(lake, "B", row(alert_id="a1", station_code="s2"), *[row(alert_id=f"b{n}") for n in range(30)])
    load(lake, "C", *[row(alert_id=f"c{n}", reported_at="2024-02-01 10:00:00", caller_key="1") for n in range(30)])
    undo(lake, 2)
    warehouse.close_lake(folder)
    return folder


@pytest.fixture
def used(used_folder: Path, tmp_path: Path) -> Iterator[Lake]:
    folder = shutil.copytree(used_folder, tmp_path / "lake")
    yield warehouse.open_lake(folder)
    warehouse.close_lake(folder)


def files(lake: Lake) -> set[Path]:
    return set(lake.location.files.rglob("*.parquet"))


def test_a_pinned_version_stays_and_the_others_go(used: Lake):
    versions = range(2, used.version() + 1)
    kept = {version: in_use(used, version) for version in (3, 4)}
    for version in kept:
        warehouse.pin(used, version, author="tester", reason="weekly snapshot")
    pins = used.frame("SELECT data_version, pinned_by, reason FROM lake.pin ORDER BY 1").rows()
    assert pins == [(version, "tester", "weekly snapshot") for version in kept]
    newest = in_use(used)

    done = warehouse.maintain(used, keep_days=0)
    assert done.data_version == used.version()
    assert in_use(used) == newest
    assert {version: in_use(used, version) for version in kept} == kept
    for version in set(versions) - set(kept):
        assert not used.has_version(version)
        with pytest.raises(warehouse.VersionExpired, match=f"Data version {version} is not kept any more") as raised:
            used.frame("FROM lake.alert AT (VERSION => $version)", {"version": version})
        assert f"数据版本 {version} 已不再保留" in raised.value.sentence("zh")


def test_a_second_maintenance_and_the_loads_after_it_find_everything(used: Lake):
    warehouse.pin(used, 3, author="tester", reason="link")
    pinned = in_use(used, 3)
    for _ in range(2):
        warehouse.maintain(used, keep_days=0)
    load(used, "D", row(alert_id="a2", station_code="s3", caller_key="1"), row(alert_id="d"))
    undo(used, 1)
    warehouse.maintain(used, keep_days=0)
    assert in_use(used, 3) == pinned
    assert used.frame("SELECT station_code, count(*) FROM lake.alert GROUP BY ALL ORDER BY 1").rows() == [
        ("s1", 31),
        ("s3", 1),
    ]


def test_marts_are_folded_to_one_row_a_grain(used: Lake):
    rows = "SELECT count(*), count(DISTINCT (day, station_code, category_group)) FROM lake.mart_alert_day"
    many, grains = used.frame(rows).row(0)
    assert many > grains
    warehouse.maintain(used)
    kept, grains = used.frame(rows).row(0)
    assert kept == grains == 2


def test_versions_of_the_last_days_stay(used: Lake):
    before = in_use(used, 2)
    assert warehouse.maintain(used, keep_days=1).versions_expired == 0
    assert in_use(used, 2) == before


def test_files_of_killed_loads_go_and_files_in_use_stay(used: Lake):
    orphans = [used.location.files / "main" / "alert" / f"ducklake-{name}.parquet" for name in ("old", "new")]
    for orphan in orphans:
        shutil.copy(min(files(used)), orphan)
    old = time.time() - 3 * DAY
    os.utime(orphans[0], (old, old))
    before = in_use(used)["alert"]
    warehouse.maintain(used, keep_days=0)
    assert [orphan.exists() for orphan in orphans] == [False, True], "what is of today may belong to a load at work"
    assert in_use(used)["alert"] == before
    in_use(used, used.version())


def test_cells_past_their_day_are_deleted(lake: Lake):
    cells = [warehouse.Quarantined("f.csv", None, 2, "phone", "*****", "required")]
    load(lake, "A", row(alert_id="a"), quarantined=cells)
    assert warehouse.maintain(lake).quarantined_deleted == 0
    lake.commit(
        lambda cursor: cursor.execute("UPDATE lake.quarantine SET expires_on = DATE '2020-01-01'"),
        author="t", message="as if long ago",
    )  # fmt: skip
    assert warehouse.maintain(lake).quarantined_deleted == 1
    assert everything(lake)["quarantine"] == (0, 0)


def test_a_link_made_twice_is_pinned_once(used: Lake):
    warehouse.pin(used, 3, author="dashboard", reason="link")
    after = used.version()
    warehouse.pin(used, 3, author="dashboard", reason="link")
    assert (used.version(), used.frame("SELECT count(*) FROM lake.pin").item()) == (after, 1)


def test_a_version_that_is_gone_cannot_be_pinned(used: Lake):
    warehouse.maintain(used, keep_days=0)
    before = used.version()
    with pytest.raises(warehouse.VersionExpired, match="Data version 3 is not kept"):
        warehouse.pin(used, 3, author="dashboard", reason="link")
    assert used.version() == before


def test_a_backup_restored_elsewhere_is_the_same_lake(used: Lake, tmp_path: Path):
    warehouse.pin(used, 3, author="t", reason="link")
    (used.home / "districts.geojson").write_text("{}")
    newest = (used.version(), everything(used))
    older = {version: in_use(used, version) for version in (2, 3)}
    copied = warehouse.backup(used, tmp_path / "backup")
    load(used, "later", row(alert_id="later"))
    warehouse.close_lake(used.home)
    shutil.rmtree(used.home)

    place = warehouse.restore(copied, tmp_path / "elsewhere" / "lake").home
    shutil.rmtree(copied)
    lake = warehouse.open_lake(place)
    assert (lake.version(), everything(lake)) == newest
    assert {version: in_use(lake, version) for version in older} == older
    assert (place / "districts.geojson").read_text() == "{}"
    assert {path.parent.name for path in files(lake)} >= {"alert"}
    load(lake, "D", row(alert_id="a2", station_code="s9"))
    warehouse.close_lake(place)


def test_what_a_restore_replaces_is_kept_beside_it(used: Lake, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("JICENG_LAKE", str(used.home))
    backup, first = tmp_path / "backup", in_use(used)
    assert main(["backup", str(backup)]) == 0
    load(used, "later", row(alert_id="later"))
    later = in_use(used)
    assert main(["restore", str(backup)]) == 0
    assert in_use(warehouse.open_lake()) == first
    replaced = used.home.with_name(used.home.name + ".replaced")
    assert in_use(warehouse.open_lake(replaced)) == later
    warehouse.close_lake(replaced)
    said = capsys.readouterr().out
    assert str(backup) in said and ".replaced" in said


def test_a_second_restore_keeps_what_the_first_one_kept(used: Lake, tmp_path: Path, monkeypatch, capsys):
    backup = warehouse.backup(used, tmp_path / "backup")
    load(used, "later", row(alert_id="later"))
    later, home = in_use(used), used.home
    monkeypatch.setenv("JICENG_LAKE", str(home))
    for ending in (".replaced", ".replaced-2", ".replaced-3"):
        assert main(["restore", str(backup)]) == 0
        assert capsys.readouterr().out.endswith(f"what was there is kept as {home}{ending}.\n")
    original = home.with_name(home.name + ".replaced")
    assert in_use(warehouse.open_lake(original)) == later
    warehouse.close_lake(original)


def test_a_restore_where_nothing_was_keeps_nothing(used: Lake, tmp_path: Path, monkeypatch, capsys):
    backup = warehouse.backup(used, tmp_path / "backup")
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "new" / "lake"))
    assert main(["restore", str(backup)]) == 0
    assert capsys.readouterr().out == f"The backup is in place at {tmp_path / 'new' / 'lake'}.\n"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lake"]


def test_a_restore_that_cannot_be_put_in_place_leaves_the_lake_as_it_was(used: Lake, tmp_path: Path, monkeypatch):
    backup, before = warehouse.backup(used, tmp_path / "backup"), in_use(used)
    rename = Path.rename

    def broken(path: Path, target: Path) -> Path:
        if path.name.endswith(".restoring"):
            raise OSError(5, "Input/output error", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(warehouse.LakeError, match="Input/output error"):
        warehouse.restore(backup, used.home)
    assert in_use(warehouse.open_lake(used.home)) == before


def test_a_backup_that_cannot_be_read_replaces_nothing(used: Lake, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("JICENG_LAKE", str(used.home))
    before = in_use(used)
    half, empty, other = (tmp_path / name for name in ("half", "empty", "other"))
    warehouse.backup(used, half)
    catalogue = (half / "catalog.sqlite").read_bytes()
    (half / "catalog.sqlite").write_bytes(catalogue[: len(catalogue) // 2])
    empty.mkdir()
    other.mkdir()
    with closing(sqlite3.connect(other / "catalog.sqlite")) as database:
        database.execute("CREATE TABLE theirs (a)")
    for folder in (half, empty, other, tmp_path / "nothing"):
        assert main(["restore", str(folder)]) == 3
        assert str(folder) in capsys.readouterr().err
    assert in_use(warehouse.open_lake()) == before
    assert not used.home.with_name(used.home.name + ".replaced").exists()


def test_a_backup_without_its_data_files_replaces_nothing(used: Lake, tmp_path: Path):
    before = in_use(used)
    backup = warehouse.backup(used, tmp_path / "backup")
    lost = max((backup / "files").rglob("*.parquet"))
    lost.unlink()
    with pytest.raises(warehouse.LakeMoved, match=lost.name):
        warehouse.restore(backup, used.home)
    assert in_use(warehouse.open_lake(used.home)) == before


def test_a_backup_goes_into_an_empty_folder_whole(used: Lake, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("JICENG_LAKE", str(used.home))
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "mine.txt").touch()
    assert main(["backup", str(folder)]) == 3
    said = capsys.readouterr().err
    assert f"{folder} is not empty" in said and "Name another folder" in said
    (folder / "mine.txt").unlink()
    assert main(["backup", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["catalog.sqlite", "files"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "lake"]


@pytest.mark.parametrize("place", ["bk", "files/bk", "files/main/../bk", "."])
def test_a_backup_inside_the_lake_is_refused(used: Lake, monkeypatch, capsys, place: str):
    monkeypatch.setenv("JICENG_LAKE", str(used.home))
    before = sorted(used.home.rglob("*"))
    assert main(["backup", str(used.home / place)]) == 3
    assert "lies inside the warehouse" in capsys.readouterr().err
    assert sorted(path for path in used.home.rglob("*") if path.name != "writer.lock") == [
        path for path in before if path.name != "writer.lock"
    ]


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_folder_without_a_name_is_wrong_usage(capsys, command: str):
    with pytest.raises(SystemExit) as ended:
        main([command, ""])
    assert ended.value.code == 2 and "the name of the folder is empty" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["-1", "0", "1.5", "many"])
def test_only_a_number_of_days_can_be_kept(used: Lake, monkeypatch, capsys, days: str):
    monkeypatch.setenv("JICENG_LAKE", str(used.home))
    before = used.version()
    with pytest.raises(SystemExit) as ended:
        main(["maintain", "--keep-days", days])
    assert ended.value.code == 2 and f"{days} is not a number of days" in capsys.readouterr().err
    assert (used.version(), used.has_version(2)) == (before, True)


def test_the_command_line_maintains(used: Lake, monkeypatch, capsys):
    monkeypatch.setenv("JICENG_LAKE", str(used.home))
    assert main(["maintain", "--keep-days", "1", "--json"]) == 0
    assert f'"data_version": {used.version()}' in capsys.readouterr().out
    monkeypatch.setenv("JICENG_LAKE", str(used.home.parent / "nothing"))
    assert main(["maintain"]) == 3
    assert "python -m etl demo" in capsys.readouterr().err
