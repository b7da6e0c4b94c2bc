"""Keeps the lake small and safe: folding, merging, expiry, clean-up, backup and restore. Only under the writer's lock.

A pinned version never expires. Expired versions lose their author and message, which is why batches have a table.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from warehouse import connection as connections
from warehouse import marts
from warehouse.errors import CatalogueMissing, LakeError, from_duckdb
from warehouse.lake import Lake, locked

KEEP_DAYS = 90
EXPIRE_SQL = """SELECT snapshot_id FROM ducklake_snapshots('lake')
WHERE snapshot_time < now() - to_days($days)
AND snapshot_id NOT IN (SELECT data_version FROM lake.pin)
AND snapshot_id < (SELECT id FROM lake.current_snapshot())"""


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
    """Record that a version must never expire."""
    values = [lake.require_version(version), lake.now(), author, reason]
    with lake.writer_lock():
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
        deleted = lake.commit(_tidy, author=author, message="fold marts, clear quarantine")
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
            raise from_duckdb(error) from error
        finally:
            cursor.close()
    return Maintained(len(old), deleted, lake.version())


def _tidy(cursor: duckdb.DuckDBPyConnection) -> int:
    row = cursor.execute("SELECT count(*) FROM lake.quarantine WHERE expires_on < current_date").fetchone()
    cursor.execute("DELETE FROM lake.quarantine WHERE expires_on < current_date")
    for mart in marts.MART_OF.values():
        marts.fold(cursor, mart)
    return int(row[0]) if row else 0


def backup(lake: Lake, folder: Path) -> Path:
    """Copy the lake into an empty folder while nobody writes. The secret is not part of it.

    Raises:
        LakeError: the folder is not empty, or the catalogue is PostgreSQL (use pg_dump).
    """
    if lake.location.is_postgres:
        raise LakeError("a PostgreSQL catalogue is backed up with pg_dump, and its files by a copy of the folder")
    if folder.exists() and any(folder.iterdir()):
        raise LakeError(f"{folder} is not empty; a backup goes into an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    with lake.writer_lock():
        source = sqlite3.connect(f"file:{lake.location.catalogue_file}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(folder / "catalog.sqlite")) as target:
            source.backup(target)
        shutil.copytree(lake.location.files, folder / "files", dirs_exist_ok=True)
        for extra in lake.home.glob("*.geojson"):
            shutil.copy2(extra, folder / extra.name)
    return folder


def restore(folder: Path, location: str | Path | None = None) -> Path:
    """Put a backup in the place of a lake; what was there is kept beside it, named `.replaced`.

    Raises:
        CatalogueMissing: the folder holds no backup.
        Busy: somebody is writing to the lake that would be replaced.
    """
    if not (folder / "catalog.sqlite").is_file():
        raise CatalogueMissing(folder)
    where = connections.resolve(location)
    if where.is_postgres:
        raise LakeError("a PostgreSQL catalogue is restored with pg_restore, and its files by a copy of the folder")
    connections.forget(where)
    with locked(where.home) if where.home.exists() else nullcontext():
        _put_in_place(folder, where)
    return where.home


def _put_in_place(folder: Path, where: connections.Location) -> None:
    fresh = where.home.with_name(where.home.name + ".restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh)
    if where.home.exists():
        replaced = where.home.with_name(where.home.name + ".replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        where.home.rename(replaced)
    where.home.parent.mkdir(parents=True, exist_ok=True)
    fresh.rename(where.home)
