"""One batch, one commit; and undo, which is a commit too.

`lake.<table>` holds the current version of every record, `lake.history.<table>` the older, repeated and undone ones,
each with the batch that brought it. The current version is the newest (by the table's `newest_by`, then by batch) of
the batches that are not undone. Which rows that concerns is worked out in `current`, their figures in `marts`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl

from warehouse import categories, current, institutions, marts, registered, schema
from warehouse.errors import BatchUndone, UnknownBatch, WrongKey
from warehouse.lake import DEFAULT_SETTINGS, Lake, set_settings
from warehouse.quarantine import Quarantined, masked, set_aside


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What the lake keeps about a load besides its rows."""

    table: str
    file_names: tuple[str, ...]
    sha256: str
    mapping: str
    encoding: str
    author: str
    rows_read: int
    rows_refused: int
    rows_repeated_in_file: int = 0
    control_totals: Sequence[dict[str, Any]] = ()
    validation: Sequence[dict[str, Any]] = ()
    warnings: Sequence[dict[str, Any]] = ()
    status: str = "committed"
    period: tuple[date, date] | None = None
    quarantined: Sequence[Quarantined] = ()
    settings: dict[str, str] = field(default_factory=dict)
    registrations: dict[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did. `batch_id` is None when nothing had changed and nothing was written."""

    batch_id: int | None
    data_version: int
    rows_loaded: int
    rows_updated: int
    rows_repeated: int


class _Unchanged(Exception):
    """Every row was there already."""


FIND_SQL = """SELECT batch_id FROM lake.batch WHERE sha256 = $sha256 AND table_name = $table AND mapping = $mapping
AND status <> 'undone' ORDER BY batch_id DESC LIMIT 1"""
NEXT_SQL = "SELECT coalesce(max(batch_id), 0) + 1 FROM lake.batch"
LIST_SQL = "SELECT *, snapshot_id FROM lake.batch AT (VERSION => $version) ORDER BY batch_id"
CELLS_SQL = """
SELECT batch_id, count(*) FILTER (status = 'open') AS cells_open,
    count(*) FILTER (status = 'resolved') AS cells_resolved, min(expires_on) AS cells_expire_on
FROM lake.quarantine GROUP BY batch_id"""
BATCH_SQL = "SELECT table_name, status FROM lake.batch WHERE batch_id = $batch"
MARK_UNDONE_SQL = """UPDATE lake.batch
SET status = 'undone', undone_by = $author, undone_at = $now, loaded_version = snapshot_id
WHERE batch_id = $batch"""
JSON_COLUMNS = ("control_totals", "validation", "warnings")


def find_loaded(lake: Lake, sha256: str, table: str, mapping: str) -> int | None:
    """The batch that loaded the same files with the same mapping and is not undone, if any."""
    rows = lake.frame(FIND_SQL, {"sha256": sha256, "table": table, "mapping": mapping}).rows()
    return int(rows[0][0]) if rows else None


def list_batches(lake: Lake, version: int | None = None) -> list[dict[str, Any]]:
    """All batches at a version, oldest first, as the table has them, each with the versions that it made.

    `data_version` is that of the load, `undone_version` that of the undo or None. An undo rewrites the row of its
    batch, and with it the row's own version; the load's is kept in `loaded_version` from then on.
    """
    rows = lake.frame(LIST_SQL, {"version": lake.require_version(version)}).to_dicts()
    for row in rows:
        own = row.pop("snapshot_id")
        row["data_version"] = row.pop("loaded_version", None) or own
        row["undone_version"] = own if row["status"] == "undone" else None
    return rows


def batch_history(lake: Lake, version: int | None = None) -> list[dict[str, Any]]:
    """All batches at a version, newest first, as a page shows them.

    As `list_batches`, with `files` as a list, `control_totals`, `validation` and `warnings` as lists of objects, and
    `mapping` without its digest. The quarantined cells are counted as they stand now: `cells_open`, `cells_resolved`,
    `cells_expire_on`.
    """
    cells = {row["batch_id"]: row for row in lake.frame(CELLS_SQL).to_dicts()}
    none = {"cells_open": 0, "cells_resolved": 0, "cells_expire_on": None}
    rows = list_batches(lake, version)[::-1]
    for row in rows:
        row["files"] = str(row["file_name"] or "").split("\n")
        row["mapping"], _, row["mapping_digest"] = str(row["mapping"] or "").partition("@")
        row |= {name: json.loads(row[name] or "[]") for name in JSON_COLUMNS}
        row |= cells.get(row["batch_id"], none)
    return rows


def warning_period(warning: Mapping[str, Any], batch: Mapping[str, Any]) -> tuple[date, date] | None:
    """The days that a warning speaks of: its own or, where it names none, those of its batch; None without both."""
    if warning.get("period_start") and warning.get("period_end"):
        return date.fromisoformat(warning["period_start"]), date.fromisoformat(warning["period_end"])
    start, end = batch["period_start"], batch["period_end"]
    return (start, end) if start and end else None


def _write_batch(
    cursor: duckdb.DuckDBPyConnection, batch: BatchRecord, batch_id: int, now: datetime, counts: Committed
) -> None:
    start, end = batch.period or (None, None)
    values = {
        "batch_id": batch_id,
        "table_name": batch.table,
        "file_name": masked("\n".join(batch.file_names)),
        "sha256": batch.sha256,
        "mapping": batch.mapping,
        "encoding": batch.encoding,
        "author": batch.author,
        "loaded_at": now,
        "period_start": start,
        "period_end": end,
        "rows_read": batch.rows_read,
        "rows_loaded": counts.rows_loaded,
        "rows_updated": counts.rows_updated,
        "rows_repeated": counts.rows_repeated,
        "rows_refused": batch.rows_refused,
        "control_totals": _json(batch.control_totals),
        "validation": _json(batch.validation),
        "warnings": _json(batch.warnings),
        "status": batch.status,
    }
    slots = ", ".join(f"${name}" for name in values)
    cursor.execute(f"INSERT INTO lake.batch ({', '.join(values)}) VALUES ({slots})", values)


def _json(value: Any) -> str:  # noqa: ANN401 - anything that JSON holds
    return json.dumps(list(value), ensure_ascii=False, default=str)


def commit_batch(lake: Lake, stage_sql: str, batch: BatchRecord) -> Committed:
    """Write one batch: facts, marts, batch row, quarantine and settings, in one commit.

    Args:
        lake: where to.
        stage_sql: a SELECT that gives the rows to load, one a key, with exactly the table's columns.
        batch: what to keep about the load.

    Raises:
        LakeError: nothing was changed.
    """
    table = schema.table(batch.table)

    def work(cursor: duckdb.DuckDBPyConnection) -> Committed:
        settings, brought = _settings(cursor, batch)
        now = lake.now(settings["time_zone"])
        staged = current.stage(cursor, table, stage_sql)
        if staged.rows == staged.repeated and not brought:
            raise _Unchanged
        current.describe(cursor, table, staged)
        mart = marts.contribute(cursor, table.name, fresh=staged.fresh)
        batch_id = current.count(cursor, NEXT_SQL)
        current.swap(cursor, table, staged, batch_id)
        _follow(cursor, table, mart)
        repeated = staged.repeated + batch.rows_repeated_in_file
        counts = Committed(batch_id, 0, staged.new, staged.updated, repeated)
        _write_batch(cursor, batch, batch_id, now, counts)
        set_aside(cursor, batch.quarantined, batch_id, now.date(), int(settings["quarantine_days"]))
        set_settings(cursor, brought)
        registered.register(cursor, batch.registrations, batch_id)
        return counts

    try:
        with lake.writer_lock():
            done = lake.commit(
                work, author=batch.author, message=f"load {batch.table}: {masked(', '.join(batch.file_names))[:200]}"
            )
            return Committed(done.batch_id, lake.version(), done.rows_loaded, done.rows_updated, done.rows_repeated)
    except _Unchanged:
        return Committed(None, lake.version(), 0, 0, batch.rows_read - batch.rows_refused)


def _settings(cursor: duckdb.DuckDBPyConnection, batch: BatchRecord) -> tuple[dict[str, str], dict[str, str]]:
    """The settings that hold for a batch, and those that it brings, as they stand now that nobody else writes."""
    there = DEFAULT_SETTINGS | dict(cursor.execute("SELECT name, value FROM lake.setting").fetchall())
    brought = {name: value for name, value in batch.settings.items() if there.get(name) != value}
    if "key_fingerprint" in brought and there["key_fingerprint"]:
        raise WrongKey(f"fingerprint {brought['key_fingerprint']}, the warehouse has {there['key_fingerprint']}")
    return there | brought, brought


def _follow(cursor: duckdb.DuckDBPyConnection, table: schema.Table, mart: str | None) -> None:
    """Let the mart follow a change of its facts, and the alerts a change of the category map or of the institutions."""
    if mart:
        marts.append(cursor, mart)
    if table.name == "category_map":
        categories.remap(cursor)
    institutions.follow(cursor, table.name)


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: rows taken out, and rows that came back from earlier batches."""

    batch_id: int
    data_version: int
    rows_removed: int
    rows_restored: int


def undo_batch(lake: Lake, batch_id: int, author: str) -> Undone:
    """Take a batch back: its rows stop being current, what they had replaced comes back, marts follow.

    Raises:
        UnknownBatch, BatchUndone, LakeError: nothing was changed.
    """
    now = lake.now()

    def work(cursor: duckdb.DuckDBPyConnection) -> Undone:
        row = cursor.execute(BATCH_SQL, {"batch": batch_id}).fetchone()
        if row is None:
            raise UnknownBatch(batch_id)
        if row[1] == "undone":
            raise BatchUndone(batch_id)
        table = schema.table(str(row[0]))
        cursor.execute(MARK_UNDONE_SQL, {"author": author, "now": now, "batch": batch_id})
        removed, restored = current.describe_undo(cursor, table, batch_id)
        mart = marts.contribute(cursor, table.name, fresh=False)
        current.swap_back(cursor, table)
        _follow(cursor, table, mart)
        registered.unregister(cursor)
        return Undone(batch_id, 0, removed, restored)

    with lake.writer_lock():
        done = lake.commit(work, author=author, message=f"undo batch {batch_id}")
        return Undone(batch_id, lake.version(), done.rows_removed, done.rows_restored)
