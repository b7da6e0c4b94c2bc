"""Rows that a load brings for other tables: new units, category rules, events. They come and go with their batch."""

from __future__ import annotations

import duckdb
import polars as pl

from warehouse import schema

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


def register(cursor: duckdb.DuckDBPyConnection, registrations: dict[str, pl.DataFrame], batch_id: int) -> None:
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


def unregister(cursor: duckdb.DuckDBPyConnection) -> None:
    """Undo `register` for undone batches, as far as nothing else uses what they had registered."""
    for sql in UNREGISTER_SQL:
        cursor.execute(sql)
