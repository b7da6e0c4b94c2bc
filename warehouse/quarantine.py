"""Cells that a load set aside: who looks after them, what was done, and when they go.

A load that keeps its good rows puts every refused cell here, its value masked. Somebody takes it over (`assign`) and
closes it with a note (`resolve`). Whatever its status, it is deleted after its last day: `maintain` calls `expire`.
Owners and notes are words of the office; what looks like a mobile or an identity number in them is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from warehouse.lake import Lake

CELLS_OF_A_BATCH = 1_000_000
"""So many cells of a batch are kept at most; a cell's number is the batch's times this, plus its place."""
LONGEST_NOTE = 500
PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d(?:[ -]?\d{4}){2}|\d{17}[\dXx])(?!\d)")
SET_ASIDE_SQL = """
INSERT INTO lake.quarantine BY NAME
SELECT *, $batch AS batch_id, $expires AS expires_on, 'open' AS status FROM cells_set_aside"""
LIST_SQL = """
SELECT q.*, b.table_name, b.author, b.loaded_at, b.status AS batch_status
FROM lake.quarantine AS q LEFT JOIN lake.batch AS b USING (batch_id)
WHERE ($batch IS NULL OR batch_id = $batch) AND ($status IS NULL OR q.status = $status) AND q.expires_on >= $today
ORDER BY batch_id DESC, cell_id LIMIT $limit"""
ASSIGN_SQL = """
UPDATE lake.quarantine SET owner = $owner, handled_by = $by, handled_at = $now
WHERE list_contains($cells, cell_id) AND status = 'open'"""
RESOLVE_SQL = """
UPDATE lake.quarantine SET status = 'resolved', note = $note, handled_by = $by, handled_at = $now
WHERE list_contains($cells, cell_id) AND status = 'open'"""
EXPIRE_SQL = "DELETE FROM lake.quarantine WHERE expires_on < $today"
TEXT = ("file_name", "sheet", "column_name", "masked_value", "code")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One cell that was set aside, its value masked."""

    file_name: str
    sheet: str | None
    row_number: int
    column_name: str | None
    masked_value: str | None
    code: str


def list_quarantine(
    lake: Lake, batch_id: int | None = None, status: str | None = "open", limit: int = 10_000
) -> list[dict[str, Any]]:
    """The cells set aside that have not expired, newest batch first, in the order of the file.

    Args:
        lake: where to look.
        batch_id: of one batch only.
        status: `open`, `resolved`, or None for both.
        limit: how many at most.

    Returns:
        Objects with the table's columns (`cell_id` addresses a cell) and `table_name`, `author`, `loaded_at` and
        `batch_status` of the batch.
    """
    values = {"batch": batch_id, "status": status, "today": lake.now().date(), "limit": limit}
    return lake.frame(LIST_SQL, values).to_dicts()


def assign(lake: Lake, cell_ids: Iterable[int], owner: str, by: str) -> int:
    """Give open cells to somebody, in one commit; give the number of cells that were still open.

    Raises:
        LakeError: nothing was changed.
    """
    values = {"owner": _tidy(owner), "by": by, "now": lake.now(), "cells": list(cell_ids)}
    return _change(lake, ASSIGN_SQL, values, f"quarantine: assigned to {values['owner']}")


def resolve(lake: Lake, cell_ids: Iterable[int], note: str, by: str) -> int:
    """Close open cells with a note on what was done; give the number of cells that were still open.

    Raises:
        LakeError: nothing was changed.
    """
    values = {"note": _tidy(note), "by": by, "now": lake.now(), "cells": list(cell_ids)}
    return _change(lake, RESOLVE_SQL, values, "quarantine: resolved")


def set_aside(
    cursor: duckdb.DuckDBPyConnection, cells: Sequence[Quarantined], batch_id: int, today: date, days: int
) -> None:
    """Keep cells of a batch for some days; inside a transaction of `Lake.commit`."""
    kept = [asdict(cell) for cell in cells[:CELLS_OF_A_BATCH]]
    if not kept:
        return
    for cell in kept:
        cell |= {name: masked(cell[name]) for name in ("file_name", "sheet", "column_name") if cell[name]}
    types = dict.fromkeys(TEXT, pl.String) | {"row_number": pl.Int64}
    first = batch_id * CELLS_OF_A_BATCH
    frame = pl.DataFrame(kept, schema_overrides=types).with_columns(
        pl.int_range(first, first + len(kept), dtype=pl.Int64).alias("cell_id")
    )
    cursor.register("cells_set_aside", frame)
    cursor.execute(SET_ASIDE_SQL, {"batch": batch_id, "expires": today + timedelta(days=days)})
    cursor.unregister("cells_set_aside")


def expire(cursor: duckdb.DuckDBPyConnection, today: date) -> int:
    """Delete what is past its last day; give the number of cells. Inside a transaction of `Lake.commit`."""
    return _rows(cursor, EXPIRE_SQL, {"today": today})


def _change(lake: Lake, sql: str, values: dict[str, Any], message: str) -> int:
    if not values["cells"]:
        return 0
    with lake.writer_lock():
        return lake.commit(lambda cursor: _rows(cursor, sql, values), author=values["by"], message=message)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> int:
    row = cursor.execute(sql, values).fetchone()
    return int(row[0]) if row else 0


def masked(text: str) -> str:
    """A text in which what looks like a mobile or an identity number is nines: for notes, names of files, headings."""
    return PERSONAL.sub(lambda found: "9" * len(found[0]), text)


def _tidy(text: str) -> str:
    return masked(text.strip())[:LONGEST_NOTE]
