"""The lake as the other rooms see it: versions, frames at a version, settings, and one-commit writing.

Reading takes a cursor of its own for every call, so threads never share one. Writing takes the
writer's lock (a file beside the data), and redoes the whole transaction when it loses against
another writer. Times in the lake's own tables are local wall-clock of the lake's time zone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import filelock
import polars as pl

from warehouse import connection as connections
from warehouse import marts, parameters, schema
from warehouse.errors import (
    Busy,
    CatalogueDamaged,
    CatalogueMissing,
    Conflict,
    LakeError,
    SchemaNewer,
    VersionExpired,
    from_duckdb,
    is_retryable,
)

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]

LOCK_SECONDS = 60.0
TRIES = 6
DEFAULT_SETTINGS = {
    "city_zh": "未命名城市",
    "city_en": "Unnamed city",
    "time_zone": "Asia/Shanghai",
    "code_scheme": "GA 380",
    "week_start": "monday",
    "appraisal_year_start": "01-01",
    "is_demonstration": "false",
    "quarantine_days": "30",
    "key_fingerprint": "",
    "schema_version": str(schema.SCHEMA_VERSION),
}
# Half the bytes of the defaults and quicker to read back: delta-encoded times, dictionaries squeezed.
FILE_OPTIONS = {"parquet_version": "2", "parquet_compression": "zstd"}
VERSION_SQL = "SELECT id FROM lake.current_snapshot()"
SETTINGS_SQL = "SELECT name, value FROM lake.setting AT (VERSION => $version)"
KEPT_SQL = """SELECT count(*) FROM ducklake_snapshots('lake')
WHERE snapshot_id = $version AND schema_version > 0"""
"""The first version of a lake is from before its tables were made: it cannot be read."""


@contextmanager
def locked(home: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the one writer's lock of the lake in the folder `home`.

    Raises:
        Busy: another writer held it for longer than `seconds`.
    """
    lock = filelock.FileLock(home / "writer.lock", timeout=seconds)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise Busy(home) from error
    except OSError as error:
        raise from_duckdb(error, home) from error
    try:
        yield
    finally:
        lock.release()


class Lake:
    """A DuckLake with Jiceng's tables. Make one with `open_lake`."""

    def __init__(self, location: connections.Location, *, create: bool = False) -> None:
        """Attach; with `create`, an empty catalogue is made where there is none."""
        self.location = location
        self._connection = connections.shared(location, create=create)
        self._settings: dict[int, dict[str, str]] = {}

    @property
    def home(self) -> Path:
        """The folder of the lake, for what belongs to it besides tables (outlines, lock)."""
        return self.location.home

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for one thread; the lake's tables are `lake.<table>`."""
        return self._connection.cursor()

    def version(self) -> int:
        """The newest committed version."""
        return int(self._scalar(VERSION_SQL, {}))

    def has_version(self, version: int) -> bool:
        """Whether a version is kept and holds the tables."""
        return bool(self._scalar(KEPT_SQL, {"version": version}))

    def require_version(self, version: int | None) -> int:
        """The version to read: the one asked for, or the newest.

        Raises:
            VersionExpired: it is not kept, or never was.
        """
        if version is None:
            return self.version()
        if not self.has_version(version):
            raise VersionExpired(version)
        return version

    def frame(self, sql: str, params: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """The answer to one query, as a frame. Name parameters `$name`, tables `lake.<table>`.

        Raises:
            LakeError: with a sentence, whatever DuckDB said.
        """
        cursor = self.cursor()
        try:
            return cursor.execute(sql, dict(params or {})).pl()
        except duckdb.Error as error:
            raise self._known(error, params) from error
        finally:
            cursor.close()

    def settings(self, version: int | None = None) -> dict[str, str]:
        """All settings at a version (default: the newest), with defaults for what was never set."""
        at = self.version() if version is None else version
        if at not in self._settings:
            rows = self.frame(SETTINGS_SQL, {"version": at}).rows()
            self._settings[at] = DEFAULT_SETTINGS | dict(rows)
        return self._settings[at]

    def setting(self, name: str, default: str | None = None, version: int | None = None) -> str | None:
        """One setting at a version, or `default`."""
        return self.settings(version).get(name, default)

    def now(self, time_zone: str | None = None) -> datetime:
        """Local wall-clock time of the lake (or of a zone that it is about to get), without a zone."""
        zone = ZoneInfo(time_zone or self.settings()["time_zone"])
        return datetime.now(zone).replace(tzinfo=None, microsecond=0)

    @contextmanager
    def writer_lock(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the lake's one writer's lock.

        Raises:
            Busy: another writer held it for longer than `seconds`.
        """
        with locked(self.home, seconds):
            yield

    def commit(self, work: Work[T], *, author: str, message: str, tries: int = TRIES) -> T:
        """Run `work` on a cursor inside one transaction and commit it with author and message.

        The whole of `work` is redone when the transaction loses against another writer; after
        `tries` times that is said. Whatever else goes wrong rolls everything back.

        Raises:
            Busy, Conflict, DiskFull, LakeError: nothing was changed.
        """
        for attempt in range(1, tries + 1):
            cursor = self.cursor()
            try:
                return self._once(cursor, work, author, message)
            except duckdb.Error as error:
                if not is_retryable(error):
                    raise from_duckdb(error, self.home) from error
                if attempt == tries:
                    is_busy = isinstance(from_duckdb(error), Busy)
                    raise (Busy(self.home) if is_busy else Conflict(tries)) from error
                time.sleep(min(2.0, 0.05 * 2**attempt) * (0.5 + random.random()))
            finally:
                cursor.close()
        raise Conflict(tries)

    @staticmethod
    def _once(cursor: duckdb.DuckDBPyConnection, work: Work[T], author: str, message: str) -> T:
        cursor.execute("BEGIN TRANSACTION")
        try:
            result = work(cursor)
            cursor.execute("CALL lake.set_commit_message(?, ?)", [author, message])
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a failed COMMIT has ended the transaction already
                cursor.execute("ROLLBACK")
            raise
        return result

    def _scalar(self, sql: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one cell of any type
        cursor = self.cursor()
        try:
            row = cursor.execute(sql, dict(params)).fetchone()
        except duckdb.Error as error:
            raise self._known(error, params) from error
        finally:
            cursor.close()
        return row[0] if row else None

    def _known(self, error: duckdb.Error, params: Mapping[str, Any] | None) -> LakeError:
        known = from_duckdb(error, self.home)
        if isinstance(known, VersionExpired) and params and "version" in params:
            return VersionExpired(params["version"])
        return known


def lake_exists(location: str | Path | None = None) -> bool:
    """Whether a lake is at the location (argument, JICENG_LAKE or the default folder)."""
    return connections.resolve(location).exists()


def open_lake(location: str | Path | connections.Location | None = None, *, create: bool = False) -> Lake:
    """Open the lake at a location; with `create`, make its tables when there are none.

    Raises:
        CatalogueMissing: there is none and `create` is off.
        CatalogueDamaged, LakeMoved, ExtensionMissing, SchemaNewer: see `warehouse.errors`.
    """
    where = connections.resolve(location)
    if not where.exists() and not create:
        raise CatalogueMissing(where.named())
    try:
        lake = Lake(where, create=create)
        if not _has_tables(lake):
            if not create:
                raise CatalogueMissing(where.named())
            _create_tables(lake)
        found = int(lake.settings().get("schema_version", "1"))
        if found > schema.SCHEMA_VERSION:
            raise SchemaNewer(f"{where.named()}: {found}")
        if found < schema.SCHEMA_VERSION:
            _add_columns(lake)
    except LakeError:
        connections.forget(where)  # what is put right in the meantime is seen at the next attempt
        raise
    return lake


def folder_of(location: str | Path | None = None) -> Path:
    """The folder of the lake at a location, whether or not it is there."""
    return connections.resolve(location).home


def close_lake(location: str | Path | None = None) -> None:
    """Close this process's connection to a lake, if it is open; `open_lake` opens it anew."""
    connections.forget(connections.resolve(location))


HAS_TABLES_SQL = "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'lake' AND table_name = 'setting'"


def _has_tables(lake: Lake) -> bool:
    try:
        return bool(lake._scalar(HAS_TABLES_SQL, {}))
    except LakeError as error:
        if type(error) in (LakeError, CatalogueDamaged):  # trouble with the first question means the catalogue
            raise CatalogueDamaged(f"{lake.location.named()}: {error.detail}") from error
        raise


def _create_tables(lake: Lake) -> None:
    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        for statement in schema.creation():
            cursor.execute(statement)
        for option, value in FILE_OPTIONS.items():
            cursor.execute("CALL lake.set_option(?, ?)", [option, value])
        cursor.executemany("INSERT INTO lake.setting VALUES (?, ?)", list(DEFAULT_SETTINGS.items()))

    with lake.writer_lock():
        if not _has_tables(lake):
            lake.commit(work, author="jiceng", message="empty lake")


COLUMNS_SQL = "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE database_name = 'lake'"


def _add_columns(lake: Lake) -> None:
    """Give a lake of an earlier program the columns and figures of this one. Its older versions stay as they are."""

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        found = {(row[0], row[1], row[2]) for row in cursor.execute(COLUMNS_SQL).fetchall()}
        for statement in schema.additions(found):
            cursor.execute(statement)
        parameters.carry_over(cursor, lake.settings(), lake.now())
        marts.rebuild(cursor)
        set_settings(cursor, {"schema_version": str(schema.SCHEMA_VERSION)})

    with lake.writer_lock():
        lake.commit(work, author="jiceng", message=f"tables of schema {schema.SCHEMA_VERSION}")


def set_settings(cursor: duckdb.DuckDBPyConnection, values: Mapping[str, str]) -> None:
    """Write settings inside a transaction of `Lake.commit`."""
    for name, value in values.items():
        cursor.execute("DELETE FROM lake.setting WHERE name = ?", [name])
        cursor.execute("INSERT INTO lake.setting VALUES (?, ?)", [name, value])


def write_settings(lake: Lake, values: Mapping[str, str], *, author: str) -> int:
    """Change settings in one commit; give the new version."""
    with lake.writer_lock():
        lake.commit(
            lambda cursor: set_settings(cursor, values), author=author, message=f"settings: {', '.join(values)}"
        )
    return lake.version()
