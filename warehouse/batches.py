"""One batch, one commit; and undo, which is a commit too.

`lake.<table>` holds the current version of every record, `lake.history.<table>` the older, repeated and undone ones,
each with the batch that brought it. The current version is the newest (by the table's `newest_by`, then by batch) of
the batches that are not undone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl

from warehouse import categories, marts, schema
from warehouse.errors import BatchUndone, UnknownBatch
from warehouse.lake import Lake, set_settings


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One cell that was set aside, its value masked."""

    file_name: str
    sheet: str | None
    row_number: int
    column_name: str | None
    masked_value: str | None
    code: str


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
LIST_SQL = """
SELECT *, snapshot_id AS data_version FROM lake.batch AT (VERSION => $version) ORDER BY batch_id"""
BATCH_SQL = "SELECT table_name, status FROM lake.batch WHERE batch_id = $batch"
MARK_UNDONE_SQL = """UPDATE lake.batch SET status = 'undone', undone_by = $author, undone_at = $now
WHERE batch_id = $batch"""


def find_loaded(lake: Lake, sha256: str, table: str, mapping: str) -> int | None:
    """The batch that loaded the same files with the same mapping and is not undone, if any."""
    rows = lake.frame(FIND_SQL, {"sha256": sha256, "table": table, "mapping": mapping}).rows()
    return int(rows[0][0]) if rows else None


def list_batches(lake: Lake, version: int | None = None) -> list[dict[str, Any]]:
    """All batches at a version, oldest first, each with the version that it was written at."""
    return lake.frame(LIST_SQL, {"version": lake.require_version(version)}).to_dicts()


def _names(table: schema.Table, prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in table.names)


def _using(table: schema.Table) -> str:
    return "(" + ", ".join(f'"{name}"' for name in table.key) + ")"


def _count(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _order_value(column: schema.Column, alias: str) -> str:
    lowest = {"TIMESTAMP": "TIMESTAMP '0001-01-01'", "SMALLINT": "0"}[column.type]
    return f'coalesce({alias}."{column.name}", {lowest})'


def _is_newer(table: schema.Table) -> str:
    """SQL: whether the staged version `s` replaces the current `t`: it differs and is not older."""
    differs = " OR ".join(f's."{n}" IS DISTINCT FROM t."{n}"' for n in table.names if n not in table.key)
    if not table.newest_by:
        return f"({differs})"
    staged = ", ".join(_order_value(table.column(name), "s") for name in table.newest_by)
    current = ", ".join(_order_value(table.column(name), "t") for name in table.newest_by)
    return f"({differs}) AND row({staged}) >= row({current})"


def _classify(cursor: duckdb.DuckDBPyConnection, table: schema.Table) -> tuple[int, int]:
    """Fill `known` with the staged keys that exist already; give the counts of updated and repeated rows."""
    keys = ", ".join(f's."{name}"' for name in table.key)
    narrow = ", ".join(f'"{name}"' for name in table.key)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE known_key AS SELECT {narrow} FROM {table.quoted} "
        f"SEMI JOIN stage USING {_using(table)}"
    )
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE known AS SELECT {keys}, {_is_newer(table)} AS is_newer
        FROM (SELECT * FROM stage SEMI JOIN known_key USING {_using(table)}) AS s
        JOIN (SELECT * FROM {table.quoted} SEMI JOIN known_key USING {_using(table)}) AS t USING {_using(table)}"""
    )
    updated = _count(cursor, "SELECT count(*) FROM known WHERE is_newer")
    return updated, _count(cursor, "SELECT count(*) FROM known") - updated


def _relations(cursor: duckdb.DuckDBPyConnection, table: schema.Table, any_known: bool) -> None:
    """Make `added` (what becomes current) and `removed` (what stops being current)."""
    repeated = f"ANTI JOIN (FROM known WHERE NOT is_newer) USING {_using(table)}" if any_known else ""
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW added AS SELECT {_names(table)} FROM stage {repeated}")
    replaced = f"SEMI JOIN (FROM known WHERE is_newer) USING {_using(table)}" if any_known else "LIMIT 0"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE removed_full AS SELECT {_names(table)}, batch_id FROM {table.quoted} {replaced}"
    )
    cursor.execute("CREATE OR REPLACE TEMP VIEW removed AS SELECT * EXCLUDE (batch_id) FROM removed_full")


def _swap(cursor: duckdb.DuckDBPyConnection, table: schema.Table, batch_id: int, any_removed: bool) -> None:
    """Move what was replaced to the history and put in what is current now."""
    if any_removed:
        cursor.execute(f"INSERT INTO {table.history} SELECT * FROM removed_full")
        matches = " AND ".join(f'{table.quoted}."{n}" = r."{n}"' for n in table.key)
        cursor.execute(f"DELETE FROM {table.quoted} USING removed_full AS r WHERE {matches}")
    cursor.execute(f"INSERT INTO {table.quoted} SELECT {_names(table)}, {batch_id} FROM added")


def _write_batch(
    cursor: duckdb.DuckDBPyConnection, batch: BatchRecord, batch_id: int, now: datetime, counts: Committed
) -> None:
    start, end = batch.period or (None, None)
    values = {
        "batch_id": batch_id,
        "table_name": batch.table,
        "file_name": "\n".join(batch.file_names),
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


QUARANTINE_SQL = """INSERT INTO lake.quarantine
SELECT ?, ?, ?, ?, ?, ?, ?, ?::DATE + CAST(? AS INTEGER)"""


def _write_quarantine(
    cursor: duckdb.DuckDBPyConnection, batch: BatchRecord, batch_id: int, now: datetime, days: int
) -> None:
    rows = [
        (batch_id, q.file_name, q.sheet, q.row_number, q.column_name, q.masked_value, q.code, now.date(), days)
        for q in batch.quarantined
    ]
    if rows:
        cursor.executemany(QUARANTINE_SQL, rows)


def _register(cursor: duckdb.DuckDBPyConnection, registrations: dict[str, pl.DataFrame], batch_id: int) -> None:
    """Add rows that a load brings for other tables (new units, category rules, events), where the key is new."""
    for name, frame in registrations.items():
        table = schema.table(name)
        cursor.register("registration", frame)
        given = [column for column in table.columns if column.name in frame.columns]
        names = ", ".join(column.name for column in given)
        values = ", ".join(f"CAST({column.name} AS {column.type})" for column in given)
        defaults = [c for c in table.columns if c.name not in frame.columns and c.default is not None]
        names += "".join(f", {column.name}" for column in defaults)
        values += "".join(f", CAST('{column.default}' AS {column.type})" for column in defaults)
        new = " AND ".join(f"o.{key} = r.{key}" for key in table.key if key in frame.columns)
        cursor.execute(
            f"INSERT INTO {table.quoted} ({names}, batch_id) SELECT {values}, {int(batch_id)} FROM registration AS r "
            f"WHERE NOT EXISTS (SELECT 1 FROM {table.quoted} AS o WHERE {new})"
        )
        cursor.unregister("registration")


# Rows that undone batches had registered and that nothing uses any more. A unit or code that a later batch relies on
# stays, and goes when the last such batch is undone.
UNDONE_SQL = "batch_id IN (SELECT batch_id FROM lake.batch WHERE status = 'undone')"
UNREGISTER_SQL = (
    f"""DELETE FROM lake.station WHERE {UNDONE_SQL}
    AND station_code NOT IN (SELECT station_code FROM lake.alert)
    AND station_code NOT IN (SELECT station_code_initial FROM lake.alert WHERE station_code_initial IS NOT NULL)
    AND station_code NOT IN (SELECT station_code FROM lake."case")
    AND station_code NOT IN (SELECT station_code FROM lake.training_result)
    AND station_code NOT IN (SELECT org_code FROM lake.population)
    AND station_code NOT IN (SELECT org_code FROM lake.staff)
    AND station_code NOT IN (SELECT org_code FROM lake.indicator_return)""",
    f"""DELETE FROM lake.district WHERE {UNDONE_SQL}
    AND district_code NOT IN (SELECT district_code FROM lake.station)
    AND district_code NOT IN (SELECT org_code FROM lake.population)
    AND district_code NOT IN (SELECT org_code FROM lake.staff)
    AND district_code NOT IN (SELECT org_code FROM lake.indicator_return)""",
    f"""DELETE FROM lake.category_map WHERE {UNDONE_SQL}
    AND (scheme, code) NOT IN (SELECT (category_scheme, category_code) FROM lake.alert
        WHERE category_code IS NOT NULL)
    AND (scheme, code) NOT IN (SELECT (category_scheme, category_code_initial) FROM lake.alert
        WHERE category_code_initial IS NOT NULL)""",
    f"""DELETE FROM lake.event WHERE {UNDONE_SQL} AND batch_id NOT IN (
        SELECT u.batch_id FROM lake.batch AS u SEMI JOIN
            (FROM lake.batch WHERE status <> 'undone') AS b USING (table_name, mapping))""",
)


def _unregister(cursor: duckdb.DuckDBPyConnection) -> None:
    """Undo `_register` for undone batches, as far as nothing else uses what they had registered."""
    for sql in UNREGISTER_SQL:
        cursor.execute(sql)


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
    settings = lake.settings() | batch.settings
    now = lake.now(settings["time_zone"])

    def work(cursor: duckdb.DuckDBPyConnection) -> Committed:
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW stage AS SELECT {_names(table)} FROM ({stage_sql})")
        staged = _count(cursor, "SELECT count(*) FROM stage")
        fresh = _count(cursor, f"SELECT count(*) FROM (FROM {table.quoted} LIMIT 1)") == 0
        updated, repeated = (0, 0) if fresh else _classify(cursor, table)
        if staged == repeated and not batch.settings:
            raise _Unchanged
        _relations(cursor, table, any_known=updated + repeated > 0)
        mart = _contribute(cursor, batch.table, settings, fresh=fresh)
        batch_id = _count(cursor, NEXT_SQL)
        if repeated:
            cursor.execute(
                f"INSERT INTO {table.history} SELECT {_names(table)}, {batch_id} FROM stage "
                f"SEMI JOIN (FROM known WHERE NOT is_newer) USING {_using(table)}"
            )
        _swap(cursor, table, batch_id, any_removed=updated > 0)
        if mart:
            marts.append(cursor, mart)
        if batch.table == "category_map":
            categories.remap(cursor, settings)
        counts = Committed(batch_id, 0, staged - updated - repeated, updated, repeated + batch.rows_repeated_in_file)
        _write_batch(cursor, batch, batch_id, now, counts)
        _write_quarantine(cursor, batch, batch_id, now, int(settings["quarantine_days"]))
        set_settings(cursor, batch.settings)
        _register(cursor, batch.registrations, batch_id)
        return counts

    try:
        with lake.writer_lock():
            done = lake.commit(
                work, author=batch.author, message=f"load {batch.table}: {', '.join(batch.file_names)[:200]}"
            )
            return Committed(done.batch_id, lake.version(), done.rows_loaded, done.rows_updated, done.rows_repeated)
    except _Unchanged:
        return Committed(None, lake.version(), 0, 0, batch.rows_read - batch.rows_refused)


def _contribute(cursor: duckdb.DuckDBPyConnection, table: str, settings: dict[str, str], *, fresh: bool) -> str | None:
    return marts.contributions(
        cursor,
        table,
        merge_gap=int(settings["merge_gap_minutes"]) * 60,
        late=int(settings["late_hours"]) * 3600,
        fresh=fresh,
    )


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
    settings = lake.settings()
    now = lake.now()

    def work(cursor: duckdb.DuckDBPyConnection) -> Undone:
        row = cursor.execute(BATCH_SQL, {"batch": batch_id}).fetchone()
        if row is None:
            raise UnknownBatch(batch_id)
        if row[1] == "undone":
            raise BatchUndone(batch_id)
        table = schema.table(str(row[0]))
        cursor.execute(MARK_UNDONE_SQL, {"author": author, "now": now, "batch": batch_id})
        _restore(cursor, table, batch_id)
        mart = _contribute(cursor, table.name, settings, fresh=False)
        removed = _count(cursor, "SELECT count(*) FROM removed_full")
        restored = _count(cursor, "SELECT count(*) FROM restored")
        _swap_back(cursor, table)
        if mart:
            marts.append(cursor, mart)
        if table.name == "category_map":
            categories.remap(cursor, settings)
        elif table.name == "alert":
            _unregister(cursor)
        return Undone(batch_id, 0, removed, restored)

    with lake.writer_lock():
        done = lake.commit(work, author=author, message=f"undo batch {batch_id}")
        return Undone(batch_id, lake.version(), done.rows_removed, done.rows_restored)


def _restore(cursor: duckdb.DuckDBPyConnection, table: schema.Table, batch_id: int) -> None:
    """Make `removed`, `restored` (with batch) and `added`: the newest other version of each removed record."""
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE removed_full AS SELECT {_names(table)}, batch_id FROM {table.quoted} "
        f"WHERE batch_id = {int(batch_id)}"
    )
    cursor.execute("CREATE OR REPLACE TEMP VIEW removed AS SELECT * EXCLUDE (batch_id) FROM removed_full")
    order = [f"{_order_value(table.column(name), 'h')} DESC" for name in table.newest_by] + ["h.batch_id DESC"]
    partition = ", ".join(f'h."{name}"' for name in table.key)
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE restored AS SELECT {_names(table, "h.")}, h.batch_id FROM {table.history} AS h
        SEMI JOIN removed_full AS r USING {_using(table)}
        SEMI JOIN (FROM lake.batch WHERE status <> 'undone') AS b USING (batch_id)
        QUALIFY row_number() OVER (PARTITION BY {partition} ORDER BY {", ".join(order)}) = 1"""
    )
    if table.name == "alert":
        categories.regroup(cursor, "restored")
    cursor.execute("CREATE OR REPLACE TEMP VIEW added AS SELECT * EXCLUDE (batch_id) FROM restored")


def _swap_back(cursor: duckdb.DuckDBPyConnection, table: schema.Table) -> None:
    matches = " AND ".join(f'{{0}}."{n}" = r."{n}"' for n in table.key)
    cursor.execute(f"DELETE FROM {table.quoted} USING removed_full AS r WHERE {matches.format(table.quoted)}")
    cursor.execute(
        f"DELETE FROM {table.history} AS h USING restored AS r WHERE {matches.format('h')} AND h.batch_id = r.batch_id"
    )
    cursor.execute(f"INSERT INTO {table.history} SELECT * FROM removed_full")
    cursor.execute(f"INSERT INTO {table.quoted} SELECT * FROM restored")
