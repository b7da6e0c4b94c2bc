"""What a commit would do, told without doing it: rows by kind, and the figures of four weeks before and after.

The same steps as `commit_batch` takes, up to the point where it would write, on a read cursor in a transaction that
is rolled back: temporary tables only, no lock, so nobody waits for it and it waits for nobody. It tells the truth
about the version that it names; when another batch comes in between, the commit's own counts are the true ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse import current, marts, schema
from warehouse.errors import from_duckdb
from warehouse.lake import Lake
from warehouse.returned import returned_figures

WEEKS = 4
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIGURES = {
    "alert": {
        "received": "received",
        "valid": "valid",
        "repeat_caller_30": "caller_repeat_30",
        "repeat_place_30": "place_repeat_30",
        "repeat_matter_30": "matter_repeat_30",
        "recoded_down": "recoded_down",
        "recorded_late": "recorded_late",
    },
    "case": {"filed": "filed", "cleared": "cleared", "cancelled": "cancelled"},
    "training_result": {
        "listed": "listed",
        "tested": "tested",
        "first_passed": "first_passed",
        "final_passed": "final_passed",
    },
}
"""Per table: name of a figure, and the mart's column that it is the sum of."""

VERSION_SQL = "SELECT id FROM lake.current_snapshot()"
WEEK_SQL = "(day - ((isodow(day)::INTEGER + 6 - $first_weekday) % 7)::INTEGER)::DATE"
TOUCHED_SQL = f"SELECT DISTINCT {WEEK_SQL} AS week FROM contribution"
CHANGES_SQL = f"""
WITH touched AS ({TOUCHED_SQL}),
summed AS (
    SELECT {WEEK_SQL} AS week, {{sums}}, sum({{first}}) AS all_records FROM (
        SELECT day, false AS is_change, {{columns}} FROM lake.{{mart}}
        UNION ALL SELECT day, true, {{columns}} FROM contribution)
    GROUP BY week)
SELECT summed.* EXCLUDE (all_records) FROM summed LEFT JOIN touched USING (week)
WHERE touched.week IS NOT NULL OR all_records <> 0
ORDER BY touched.week IS NULL, week DESC LIMIT $weeks"""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a commit of the same rows would do to the lake as it was at `data_version`.

    `figures` are objects {"week": its first day, "name", "before", "after"}: of the newest four weeks that the rows
    touch, filled up with the lake's newest. `weeks_touched` says how many weeks would change in all.
    """

    new: int
    updated: int
    repeated: int
    data_version: int
    figures: tuple[dict[str, Any], ...] = ()
    weeks_touched: int = 0

    @property
    def rows_loaded(self) -> int:
        """`new` under the name that reports use."""
        return self.new

    @property
    def rows_updated(self) -> int:
        """`updated` under the name that reports use."""
        return self.updated

    @property
    def rows_repeated(self) -> int:
        """`repeated` under the name that reports use; without repeats within the files."""
        return self.repeated

    @property
    def changes_nothing(self) -> bool:
        """Whether every row is there already."""
        return self.new == 0 and self.updated == 0


def preview_batch(
    lake: Lake, stage_sql: str, table_name: str, *, settings: Mapping[str, str] | None = None, figures: bool = True
) -> Preview:
    """What `commit_batch` would do with the same rows, at the version that the lake has now.

    Args:
        lake: where to look.
        stage_sql: a SELECT that gives the rows to load, one a key.
        table_name: the table that they would go to.
        settings: those that the batch would bring.
        figures: whether to work out the figures too, which costs about as much as the commit would.

    Raises:
        LakeError: the lake could not be read.
    """
    table = schema.table(table_name)
    valid = lake.settings() | dict(settings or {})
    cursor = lake.cursor()
    try:
        cursor.execute("BEGIN TRANSACTION")
        version = current.count(cursor, VERSION_SQL)
        staged = current.stage(cursor, table, stage_sql)
        found: list[dict[str, Any]] = []
        touched = 0
        if figures and table_name == "indicator_return":
            current.describe(cursor, table, staged)
            found, touched = returned_figures(cursor, WEEKS)
        elif figures and table_name in FIGURES:
            found, touched = _figures(cursor, table, staged, valid)
        return Preview(staged.new, staged.updated, staged.repeated, version, tuple(found), touched)
    except duckdb.Error as error:
        raise from_duckdb(error, lake.home) from error
    finally:
        with suppress(duckdb.Error):
            cursor.execute("ROLLBACK")
        cursor.close()


def _figures(
    cursor: duckdb.DuckDBPyConnection, table: schema.Table, staged: current.Staged, settings: Mapping[str, str]
) -> tuple[list[dict[str, Any]], int]:
    """The figures before and after, and the number of weeks that would change."""
    current.describe(cursor, table, staged)
    mart = marts.contribute(cursor, table.name, fresh=staged.fresh)
    columns, values = FIGURES[table.name], {"first_weekday": _first_weekday(settings)}
    pairs = [f"coalesce(sum({c}) FILTER (NOT is_change), 0)::BIGINT, sum({c})::BIGINT" for c in columns.values()]
    names = list(columns.values())
    sql = CHANGES_SQL.format(mart=mart, sums=", ".join(pairs), columns=", ".join(names), first=names[0])
    rows = sorted(cursor.execute(sql, values | {"weeks": WEEKS}).fetchall())
    found = [
        {"week": row[0], "name": name, "before": row[1 + 2 * place], "after": row[2 + 2 * place]}
        for row in rows
        for place, name in enumerate(columns)
    ]
    return found, len(cursor.execute(TOUCHED_SQL, values).fetchall())


def _first_weekday(settings: Mapping[str, str]) -> int:
    """Number of the weekday that weeks begin on, Monday is 0."""
    name = settings["week_start"]
    return WEEKDAYS.index(name) if name in WEEKDAYS else 0
