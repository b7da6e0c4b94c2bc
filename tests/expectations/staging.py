"""Stages a few literal rows as the importer would: every column of the table, cast, with `_row` and `_file`."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLES: dict[str, Any] = yaml.safe_load((ROOT / "warehouse" / "tables.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 7, 1, 12)


def stage(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> str:
    """Make the relation; rows are numbered from 2, as Excel does below a header."""
    relation = f"stage_{table}"
    columns = {name: spec[0] for name, spec in TABLES[table]["columns"].items()}
    listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f'CREATE OR REPLACE TABLE "{relation}" (_row BIGINT, _file VARCHAR, {listed})')
    places = ", ".join("?" * (len(columns) + 2))
    for number, row in enumerate(rows, start=2):
        assert set(row) <= set(columns), set(row) - set(columns)
        connection.execute(f'INSERT INTO "{relation}" VALUES ({places})', [number, "calls.csv", *map(row.get, columns)])
    return relation
