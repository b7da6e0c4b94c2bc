"""What a batch changed, or what its undo changed back: record by record, and by day and unit with the figures.

Read at the version that the load (or the undo) made: what became current from the lake's change feed, what stopped
being current from the history, where it was put at that same version. So that version alone has to be kept; after
maintenance has let it expire, `VersionExpired` is raised. Alerts that a category map puts into another group leave no
trace in the history: for them the feed tells both sides, and needs the version before it too.
Private keys never come out of here; of a difference in one only the number of such columns is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse import marts, schema
from warehouse.batches import list_batches
from warehouse.errors import UnknownBatch, VersionExpired
from warehouse.lake import Lake
from warehouse.preview import FIGURES

KINDS = ("added", "replaced", "taken_out", "came_back")
"""Of a load: new records, and newer versions. Of an undo: records gone, and earlier versions that are current again."""

TEXTS = pl.List(pl.String)
RECORDS: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "key": pl.String,
    "columns": TEXTS,
    "before": TEXTS,
    "after": TEXTS,
    "hidden": pl.Int32,
}
SUMMARY = {"day": pl.Date, "unit": pl.String} | {f"rows_{kind}": pl.Int64 for kind in KINDS}

PLACES = {
    "alert": ("reported_at::DATE", "station_code"),
    "case": ("coalesce(filed_at, accepted_at)::DATE", "station_code"),
    "training_result": ("held_on", "station_code"),
    "staff": ("as_of", "org_code"),
    "population": ("as_of", "org_code"),
    "indicator_return": ("period_start", "org_code"),
}
"""Per table: the day and the unit that a record counts for. The others have neither."""

FEED = "SELECT {columns} FROM ducklake_table_changes('lake', 'main', $table, $version, $version) WHERE change_type"
MOVED = """SELECT {columns} FROM {history} AT (VERSION => $version)
    WHERE snapshot_id = $version AND (batch_id = $batch) = $undo"""
SIDES = f"""
old AS ({{old}}),
new AS ({FEED} IN ('insert', 'update_postimage'))"""
KIND = """CASE WHEN old.{key} IS NULL THEN 'added' WHEN new.{key} IS NULL THEN 'taken_out'
    WHEN $undo THEN 'came_back' ELSE 'replaced' END"""
RECORDS_SQL = f"""
WITH {SIDES},
compared AS (
    SELECT {KIND} AS kind, concat_ws(' / ', {{using}}) AS key,
        list_filter([{{open}}], lambda x: x IS NOT NULL) AS differences, {{hidden}} AS hidden
    FROM old FULL JOIN new USING ({{using}}))
SELECT kind, key, list_transform(differences, lambda x: x['name']) AS columns,
    list_transform(differences, lambda x: x['before']) AS before,
    list_transform(differences, lambda x: x['after']) AS after, hidden
FROM compared ORDER BY kind, key LIMIT $limit"""
OPEN = """CASE WHEN old.{key} IS NOT NULL AND new.{key} IS NOT NULL AND old."{name}" IS DISTINCT FROM new."{name}"
    THEN {{'name': '{name}', 'before': old."{name}"::VARCHAR, 'after': new."{name}"::VARCHAR}} END"""
HIDDEN = """(old.{key} IS NOT NULL AND new.{key} IS NOT NULL AND old."{name}" IS DISTINCT FROM new."{name}")::INTEGER"""
COUNTED = f"""
WITH {SIDES},
moved AS (
    SELECT {KIND} AS kind, coalesce(new.day, old.day) AS day, coalesce(new.unit, old.unit) AS unit
    FROM (SELECT *, {{day}} AS day, {{unit}} AS unit FROM old) AS old
    FULL JOIN (SELECT *, {{day}} AS day, {{unit}} AS unit FROM new) AS new USING ({{using}})),
counted AS (SELECT day, unit, {{counts}} FROM moved GROUP BY day, unit)"""
SUMMARY_SQL = f"{COUNTED} FROM counted ORDER BY day, unit"
# A mart holds contributions, each with the version that wrote it; so one version tells the figures before and after.
SUMMARY_WITH_FIGURES_SQL = f"""{COUNTED},
mart AS (SELECT *, snapshot_id AS written FROM lake.{{mart}} AT (VERSION => $version)),
grain AS (SELECT day, unit FROM counted UNION SELECT day, station_code FROM mart WHERE written = $version),
figures AS (
    SELECT day, station_code AS unit, {{figures}} FROM mart
    SEMI JOIN grain ON mart.day = grain.day AND mart.station_code = grain.unit GROUP BY day, station_code)
SELECT * REPLACE ({{filled}}) FROM grain LEFT JOIN counted USING (day, unit) LEFT JOIN figures USING (day, unit)
ORDER BY day, unit"""


@dataclass(frozen=True, slots=True)
class Step:
    """A load or an undo: its batch, the version that it made, and the table whose change is asked for."""

    batch_id: int
    version: int
    table: schema.Table
    undo: bool
    by_feed: bool

    @property
    def values(self) -> dict[str, Any]:
        """What the queries take, where they take it."""
        return {"version": self.version, "table": self.table.name, "undo": self.undo} | (
            {} if self.by_feed else {"batch": self.batch_id}
        )

    @property
    def parts(self) -> dict[str, str]:
        """What both queries are made of."""
        table, columns = self.table, _columns(self.table)
        old = f"{FEED} IN ('delete', 'update_preimage')" if self.by_feed else MOVED
        return {
            "columns": columns,
            "old": old.format(columns=columns, history=table.history),
            "key": f'"{table.key[0]}"',
            "using": _columns(table, table.key),
        }


def batch_changes(lake: Lake, batch_id: int, limit: int = 1000, *, undo: bool = False) -> pl.DataFrame:
    """The records that a batch changed, or that its undo did.

    Returns:
        A frame, at most `limit` rows, ordered by kind and key: `kind` (of KINDS), `key` (parts joined by " / "),
        `columns` that differ with their values `before` and `after` as text (lists of equal length, empty unless there
        is a version on both sides), `hidden` (number of private columns that differ). Empty when there was no undo.

    Raises:
        UnknownBatch: there is no such batch.
        VersionExpired: the version that it made is not kept any more.
    """
    step = step_of(lake, batch_id, undo)
    if step is None:
        return pl.DataFrame(schema=RECORDS)
    others = [column for column in step.table.columns if column.name not in step.table.key]
    parts = step.parts
    hidden = [HIDDEN.format(name=column.name, **parts) for column in others if column.private]
    sql = RECORDS_SQL.format(
        open=", ".join(OPEN.format(name=column.name, **parts) for column in others if not column.private),
        hidden=" + ".join(hidden) or "0",
        **parts,
    )
    return lake.frame(sql, step.values | {"limit": limit})


def change_summary(lake: Lake, batch_id: int, *, undo: bool = False) -> pl.DataFrame:
    """What a batch changed, or what its undo did, by day and unit.

    Returns:
        A frame ordered by day and unit: `day`, `unit` (both null for tables that have neither), `rows_added`,
        `rows_replaced`, `rows_taken_out`, `rows_came_back`; for tables with a mart also `<figure>_before` and
        `<figure>_after`, in rows for every day and unit where a figure changed, also where no record did. A category
        map tells of the alerts that it put into another group. Empty when there was no undo.

    Raises:
        UnknownBatch: there is no such batch.
        VersionExpired: the version that it made is not kept any more.
    """
    step = step_of(lake, batch_id, undo, follow=True)
    if step is None:
        return pl.DataFrame(schema=SUMMARY)
    day, unit = PLACES.get(step.table.name, ("NULL::DATE", "NULL::VARCHAR"))
    counts = ", ".join(f"count(*) FILTER (kind = '{kind}') AS rows_{kind}" for kind in KINDS)
    parts = step.parts | {"day": day, "unit": unit, "counts": counts}
    if step.table.name not in FIGURES:
        return lake.frame(SUMMARY_SQL.format(**parts), step.values)
    return lake.frame(SUMMARY_WITH_FIGURES_SQL.format(**parts, **_figure_parts(step.table.name)), step.values)


def _figure_parts(table: str) -> dict[str, str]:
    before = [f"sum({c}) FILTER (written < $version)::BIGINT AS {name}_before" for name, c in FIGURES[table].items()]
    after = [f"sum({c})::BIGINT AS {name}_after" for name, c in FIGURES[table].items()]
    pairs = [figure for pair in zip(before, after, strict=True) for figure in pair]
    names = [f"rows_{kind}" for kind in KINDS] + [figure.rpartition(" ")[2] for figure in pairs]
    return {
        "mart": marts.MART_OF[table],
        "figures": ", ".join(pairs),
        "filled": ", ".join(f"coalesce({name}, 0) AS {name}" for name in names),
    }


def step_of(lake: Lake, batch_id: int, undo: bool, *, follow: bool = False) -> Step | None:
    """The load of a batch, or its undo; None when there was none. `follow` a category map to the alerts."""
    batch = next((row for row in list_batches(lake) if row["batch_id"] == batch_id), None)
    if batch is None:
        raise UnknownBatch(batch_id)
    version = batch["undone_version"] if undo else batch["data_version"]
    if version is None:
        return None
    if not undo and version == batch["undone_version"]:  # undone by a program that did not keep the load's version
        raise VersionExpired(f"of batch {batch_id}")
    lake.require_version(version)
    follow = follow and batch["table_name"] == "category_map"
    if follow:
        lake.require_version(version - 1)
    return Step(batch_id, version, schema.table("alert" if follow else batch["table_name"]), undo, follow)


def _columns(table: schema.Table, names: tuple[str, ...] | None = None) -> str:
    return ", ".join(f'"{name}"' for name in names or table.names)
