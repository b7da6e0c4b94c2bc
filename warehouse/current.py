"""Which version of a record is the current one: what staged rows would change, and the moving of rows that follows.

`lake.<table>` holds the current versions, `lake.history.<table>` all others. A load or an undo is described first, by
temporary relations of the calling cursor: `removed` (what stops being current) and `added` (what becomes current).
A preview ends there; a commit goes on and moves the rows. Columns are matched by name, because a lake that an earlier
program made has its newest columns last.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse import categories, schema

LOWEST = {"TIMESTAMP": "TIMESTAMP '0001-01-01'", "SMALLINT": "0"}


@dataclass(frozen=True, slots=True)
class Staged:
    """How the staged rows stand to what is current. `fresh`: the table holds nothing yet."""

    rows: int
    updated: int
    repeated: int
    fresh: bool

    @property
    def new(self) -> int:
        """Records that the table does not hold yet."""
        return self.rows - self.updated - self.repeated


def names(table: schema.Table, prefix: str = "") -> str:
    """The table's columns for a SELECT, without `batch_id`."""
    return ", ".join(f'{prefix}"{name}"' for name in table.names)


def using(table: schema.Table) -> str:
    """The table's key for a JOIN."""
    return "(" + ", ".join(f'"{name}"' for name in table.key) + ")"


def count(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The one number that a query gives."""
    row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0


def stage(cursor: duckdb.DuckDBPyConnection, table: schema.Table, stage_sql: str) -> Staged:
    """Make the view `stage` of the rows to load, and see how they stand to what is current."""
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW stage AS SELECT {names(table)} FROM ({stage_sql})")
    rows = count(cursor, "SELECT count(*) FROM stage")
    fresh = count(cursor, f"SELECT count(*) FROM (FROM {table.quoted} LIMIT 1)") == 0
    updated, repeated = (0, 0) if fresh else _classify(cursor, table)
    return Staged(rows, updated, repeated, fresh)


def describe(cursor: duckdb.DuckDBPyConnection, table: schema.Table, staged: Staged) -> None:
    """Make `added` (what becomes current) and `removed` (what stops being current) of the view `stage`."""
    any_known = staged.updated + staged.repeated > 0
    repeated = f"ANTI JOIN (FROM known WHERE NOT is_newer) USING {using(table)}" if any_known else ""
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW added AS SELECT {names(table)} FROM stage {repeated}")
    replaced = f"SEMI JOIN (FROM known WHERE is_newer) USING {using(table)}" if any_known else "LIMIT 0"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE removed_full AS SELECT {names(table)}, batch_id FROM {table.quoted} {replaced}"
    )
    cursor.execute("CREATE OR REPLACE TEMP VIEW removed AS SELECT * EXCLUDE (batch_id) FROM removed_full")


def swap(cursor: duckdb.DuckDBPyConnection, table: schema.Table, staged: Staged, batch_id: int) -> None:
    """Move what was replaced or repeated to the history, and put in what is current now."""
    if staged.repeated:
        cursor.execute(
            f"INSERT INTO {table.history} BY NAME SELECT {names(table)}, {int(batch_id)} AS batch_id FROM stage "
            f"SEMI JOIN (FROM known WHERE NOT is_newer) USING {using(table)}"
        )
    if staged.updated:
        cursor.execute(f"INSERT INTO {table.history} BY NAME FROM removed_full")
        cursor.execute(f"DELETE FROM {table.quoted} USING removed_full AS r WHERE {_matches(table, table.quoted)}")
    cursor.execute(f"INSERT INTO {table.quoted} BY NAME SELECT {names(table)}, {int(batch_id)} AS batch_id FROM added")


def describe_undo(cursor: duckdb.DuckDBPyConnection, table: schema.Table, batch_id: int) -> tuple[int, int]:
    """Make `removed`, `restored` (with batch) and `added`: the newest other version of each record of a batch.

    A version that came along with a batch of another table counts even when that one is undone: `registered` decides
    afterwards whether anything still uses it.

    Returns how many records are removed, and for how many of them an earlier version comes back.
    """
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE removed_full AS SELECT {names(table)}, batch_id FROM {table.quoted} "
        f"WHERE batch_id = {int(batch_id)}"
    )
    cursor.execute("CREATE OR REPLACE TEMP VIEW removed AS SELECT * EXCLUDE (batch_id) FROM removed_full")
    order = [f"{_order_value(table.column(name), 'h')} DESC" for name in table.newest_by] + ["h.batch_id DESC"]
    partition = ", ".join(f'h."{name}"' for name in table.key)
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE restored AS SELECT {names(table, "h.")}, h.batch_id FROM {table.history} AS h
        SEMI JOIN removed_full AS r USING {using(table)}
        SEMI JOIN (FROM lake.batch WHERE status <> 'undone' OR table_name <> '{table.name}') AS b USING (batch_id)
        QUALIFY row_number() OVER (PARTITION BY {partition} ORDER BY {", ".join(order)}) = 1"""
    )
    if table.name == "alert":
        categories.regroup(cursor, "restored")
    cursor.execute("CREATE OR REPLACE TEMP VIEW added AS SELECT * EXCLUDE (batch_id) FROM restored")
    return count(cursor, "SELECT count(*) FROM removed_full"), count(cursor, "SELECT count(*) FROM restored")


def swap_back(cursor: duckdb.DuckDBPyConnection, table: schema.Table) -> None:
    """Move what `describe_undo` found: the batch's rows to the history, the earlier versions back."""
    cursor.execute(f"DELETE FROM {table.quoted} USING removed_full AS r WHERE {_matches(table, table.quoted)}")
    cursor.execute(
        f"DELETE FROM {table.history} AS h USING restored AS r WHERE {_matches(table, 'h')} AND h.batch_id = r.batch_id"
    )
    cursor.execute(f"INSERT INTO {table.history} BY NAME FROM removed_full")
    cursor.execute(f"INSERT INTO {table.quoted} BY NAME FROM restored")


def _matches(table: schema.Table, side: str) -> str:
    return " AND ".join(f'{side}."{name}" = r."{name}"' for name in table.key)


def _order_value(column: schema.Column, alias: str) -> str:
    return f'coalesce({alias}."{column.name}", {LOWEST[column.type]})'


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
        f"SEMI JOIN stage USING {using(table)}"
    )
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE known AS SELECT {keys}, {_is_newer(table)} AS is_newer
        FROM (SELECT * FROM stage SEMI JOIN known_key USING {using(table)}) AS s
        JOIN (SELECT * FROM {table.quoted} SEMI JOIN known_key USING {using(table)}) AS t USING {using(table)}"""
    )
    updated = count(cursor, "SELECT count(*) FROM known WHERE is_newer")
    return updated, count(cursor, "SELECT count(*) FROM known") - updated
