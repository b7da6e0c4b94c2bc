"""What child processes of these tests do to a lake without reading a file: commit, undo, each when it is told to."""

from __future__ import annotations

from pathlib import Path

import warehouse

from .children import Gate
from .facts import row

ROWS = 400


def rows(first: int, station: str, count: int = ROWS) -> str:
    """A SELECT of alerts numbered from `first`, a minute apart, each seventh from one number."""
    one = row(station_code=station)
    return f"""SELECT * EXCLUDE (i) REPLACE ('r' || i AS alert_id, (i % 7)::UBIGINT AS caller_key,
        TIMESTAMP '2024-01-01' + to_minutes(i) AS reported_at)
        FROM ({one}), range({first}, {first + count}) AS numbers(i)"""


def commit(folder: Path, gates: Path, name: str, first: int, station: str) -> None:
    """Commit alerts in one batch; say when it begins, and how it ended."""
    lake = warehouse.open_lake(folder)
    lake.version()
    cell = warehouse.Quarantined("a.csv", None, 1, "x", "9", "not_a_date")
    batch = warehouse.BatchRecord(
        "alert", (name,), name, "literal", "utf-8", name, ROWS + 1, 1, quarantined=[cell], status="quarantined"
    )
    Gate(gates).stop()
    done = warehouse.commit_batch(lake, rows(first, station), batch)
    (gates / "done").write_text(f"{done.rows_loaded} {done.rows_updated} {done.rows_repeated}")


def undo(folder: Path, gates: Path, batch_id: int) -> None:
    """Undo a batch; say when it begins, and how it ended."""
    lake = warehouse.open_lake(folder)
    lake.version()
    Gate(gates).stop()
    try:
        warehouse.undo_batch(lake, batch_id, "child")
        (gates / "done").write_text("undone")
    except warehouse.LakeError as error:
        (gates / "done").write_text(error.code)
