"""Keeps the lake small and safe: folding, merging, expiry, clean-up, backup and restore. Only under the writer's lock.

A pinned version never expires. Expired versions lose their author and message, which is why batches have a table.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

import duckdb

from warehouse import connection as connections
from warehouse import marts, quarantine
from warehouse.errors import (
    CatalogueDamaged,
    CatalogueElsewhere,
    CatalogueMissing,
    InsideLake,
    LakeMoved,
    NotEmpty,
    from_duckdb,
)
from warehouse.lake import Lake, locked

KEEP_DAYS = 90
CATALOGUE = "catalog.sqlite"
FILES_SQL = "SELECT path FROM ducklake_data_file UNION SELECT path FROM ducklake_delete_file"
EXPIRE_SQL = """SELECT snapshot_id FROM ducklake_snapshots('lake')
WHERE snapshot_time < now() - to_days($days)
AND snapshot_id NOT IN (SELECT data_version FROM lake.pin)
AND snapshot_id < (SELECT id FROM lake.current_snapshot())"""

PINNED_SQL = "SELECT count(*) > 0 FROM lake.pin WHERE data_version = $version AND reason = $reason"


@dataclass(frozen=True, slots=True)
class Maintained:
    """What maintenance did."""

    versions_expired: int
    quarantined_deleted: int
    data_version: int

    def to_json(self) -> dict[str, int]:
        """As a JSON object."""
        return asdict(self)


def pin(lake: Lake, version: int, *, author: str, reason: str) -> None:
    """Record that a version must never expire; once for each reason, a second time changes nothing.

    Raises:
        VersionExpired: it is not kept any more.
    """
    with lake.writer_lock():
        lake.require_version(version)
        if lake.frame(PINNED_SQL, {"version": version, "reason": reason}).item():
            return
        values = [version, lake.now(), author, reason]
        lake.commit(
            lambda cursor: cursor.execute("INSERT INTO lake.pin VALUES (?, ?, ?, ?)", values),
            author=author,
            message=f"pin version {version}",
        )


def maintain(lake: Lake, *, keep_days: int = KEEP_DAYS, author: str = "maintenance") -> Maintained:
    """Fold marts, delete quarantine past its date, expire old versions, merge and clean up files.

    Raises:
        Busy: another writer is at work.
    """
    with lake.writer_lock():
        today = lake.now().date()
        deleted = lake.commit(
            lambda cursor: _tidy(cursor, today), author=author, message="fold marts, clear quarantine"
        )
        cursor = lake.cursor()
        try:
            old = [row[0] for row in cursor.execute(EXPIRE_SQL, {"days": keep_days}).fetchall()]
            if old:
                listed = ", ".join(str(int(version)) for version in old)
                cursor.execute(f"CALL ducklake_expire_snapshots('lake', versions => [{listed}])")
            cursor.execute("CALL ducklake_merge_adjacent_files('lake')")
            cursor.execute("CALL ducklake_cleanup_old_files('lake', older_than => now() - INTERVAL 1 DAY)")
            cursor.execute("CALL ducklake_delete_orphaned_files('lake', older_than => now() - INTERVAL 1 DAY)")
        except duckdb.Error as error:
            raise from_duckdb(error, lake.home) from error
        finally:
            cursor.close()
    return Maintained(len(old), deleted, lake.version())


def _tidy(cursor: duckdb.DuckDBPyConnection, today: date) -> int:
    deleted = quarantine.expire(cursor, today)
    for mart in marts.MART_OF.values():
        marts.fold(cursor, mart)
    return deleted


def backup(lake: Lake, folder: Path) -> Path:
    """Copy the lake into an empty folder while nobody writes, whole or not at all. The secret is not part of it.

    Raises:
        CatalogueElsewhere: the catalogue is PostgreSQL.
        InsideLake, NotEmpty: the folder lies in the lake, or holds something.
        DiskFull, Busy, LakeError: there is no backup.
    """
    if lake.location.is_postgres:
        raise CatalogueElsewhere("backup")
    place = folder.resolve()
    if any(place.is_relative_to(own.resolve()) for own in (lake.home, lake.location.files)):
        raise InsideLake(folder)
    partial = place.parent / f"{place.name}.partial"
    try:
        if place.exists() and any(place.iterdir()):
            raise NotEmpty(folder)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with lake.writer_lock():
            _copy(lake, partial)
        partial.rename(place)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise from_duckdb(error, lake.home) from error
    return folder


def _copy(lake: Lake, folder: Path) -> None:
    source = sqlite3.connect(f"file:{quote(str(lake.location.catalogue_file))}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(folder / CATALOGUE)) as target:
        source.backup(target)
    shutil.copytree(lake.location.files, folder / "files")
    for extra in lake.home.glob("*.geojson"):
        shutil.copy2(extra, folder / extra.name)


@dataclass(frozen=True, slots=True)
class Restored:
    """Where a backup was put, and where what was there before is kept; None where nothing was."""

    home: Path
    replaced: Path | None


def restore(folder: Path, location: str | Path | None = None) -> Restored:
    """Put a backup in the place of a lake; what was there is kept beside it: `.replaced`, `.replaced-2` and so on.

    Raises:
        CatalogueElsewhere: the catalogue is PostgreSQL.
        CatalogueMissing, CatalogueDamaged, LakeMoved: the folder holds no backup, or not a whole one.
        DiskFull, Busy, LakeError: the lake is as it was.
    """
    where = connections.resolve(location)
    if where.is_postgres:
        raise CatalogueElsewhere("restore")
    if not (folder / CATALOGUE).is_file():
        raise CatalogueMissing(folder)
    _require_whole(folder)
    connections.forget(where)
    try:
        with locked(where.home) if where.home.exists() else nullcontext():
            replaced = _put_in_place(folder, where)
    except OSError as error:
        raise from_duckdb(error) from error
    return Restored(where.home, replaced)


def _require_whole(folder: Path) -> None:
    """A backup can be read, and every data file that its catalogue names is there."""
    catalogue = folder / CATALOGUE
    try:
        with closing(sqlite3.connect(f"file:{quote(str(catalogue))}?immutable=1", uri=True)) as source:
            found = source.execute("PRAGMA quick_check").fetchone()[0]
            named = [Path(row[0]).name for row in source.execute(FILES_SQL).fetchall()]
    except sqlite3.Error as error:
        raise CatalogueDamaged(f"{catalogue}: {error}") from error
    if found != "ok":
        raise CatalogueDamaged(f"{catalogue}: {found}")
    there = {path.name for path in (folder / "files").rglob("*.parquet")}
    if missing := sorted(set(named) - there):
        raise LakeMoved(f"{folder / 'files'}: {missing[0]}")


def _put_in_place(folder: Path, where: connections.Location) -> Path | None:
    fresh = where.home.with_name(where.home.name + ".restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        shutil.copytree(folder, fresh)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    replaced = None
    if where.home.exists():
        replaced = _free_name(where.home)
        where.home.rename(replaced)
    try:
        fresh.rename(where.home)
    except OSError:
        if replaced is not None:
            replaced.rename(where.home)
        raise
    return replaced


def _free_name(home: Path) -> Path:
    """Return the first name beside the lake that nothing has: what an earlier restore replaced is never deleted."""
    endings = chain([".replaced"], (f".replaced-{number}" for number in count(2)))
    beside = (home.with_name(home.name + ending) for ending in endings)
    return next(path for path in beside if not os.path.lexists(path))
