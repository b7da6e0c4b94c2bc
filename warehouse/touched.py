"""What a batch, or its undo, touched: where, of which class or kind, in which columns; and by how much counts moved.

Records come from the same two sides as in `changes`, counted instead of listed, so that a batch of a million rows is a
short frame. The counts of alerts come from the change feed of their day mart, which follows everything that moves them:
new and changed records, category maps, institutions, parameters. Private columns are told by no name.
"""

from __future__ import annotations

import polars as pl

from warehouse import schema
from warehouse.changes import FEED, KIND, PLACES, TEXTS, Step, step_of
from warehouse.errors import VersionExpired
from warehouse.lake import Lake

ORGANISATION = {"station": "station_code", "district": "district_code", "event": "org_code"}
PARTS = {
    "alert": "category_group",
    "case": "kind",
    "training_result": "ability",
    "indicator_return": "indicator_id",
}
"""Per table: the class, kind or name that a record counts under; the others have none."""
TOUCHED: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "columns": TEXTS,
    "day": pl.Date,
    "unit": pl.String,
    "part": pl.String,
    "day_before": pl.Date,
    "unit_before": pl.String,
    "part_before": pl.String,
    "rows": pl.Int64,
}
PLACED = "SELECT *, {day} AS day_of, {unit} AS unit_of, {part} AS part_of FROM {side}"
TOUCHED_SQL = f"""
WITH old AS ({{old}}),
new AS ({FEED} IN ('insert', 'update_postimage')),
was AS ({PLACED.replace("{side}", "old")}),
is_now AS ({PLACED.replace("{side}", "new")})
SELECT {KIND} AS kind, list_filter([{{open}}], lambda x: x IS NOT NULL) AS columns,
    new.day_of AS day, new.unit_of AS unit, new.part_of AS part,
    old.day_of AS day_before, old.unit_of AS unit_before, old.part_of AS part_before, count(*) AS rows
FROM was AS old FULL JOIN is_now AS new USING ({{using}})
GROUP BY ALL ORDER BY ALL"""
DIFFERS = """CASE WHEN old.{key} IS NOT NULL AND new.{key} IS NOT NULL AND old."{name}" IS DISTINCT FROM new."{name}"
    THEN '{name}' END"""

MART = "mart_alert_day"
NET = "sum(CASE WHEN change_type IN ('insert', 'update_postimage') THEN {name} ELSE -{name} END)::BIGINT"
COUNTS_SQL = f"""
SELECT day, station_code AS unit, category_group AS part, {{sums}}
FROM ducklake_table_changes('lake', 'main', '{MART}', $version, $version)
GROUP BY ALL HAVING {{some}} ORDER BY ALL"""
KEPT_ROWS_SQL = f"""
SELECT count(*) FROM (FROM (SELECT *, snapshot_id AS written FROM lake.{MART} AT (VERSION => $version))
WHERE written < $version LIMIT 1)"""
UNITS_SQL = """
SELECT station_code AS unit, district_code AS above, successor_code AS after FROM lake.station AT (VERSION => $version)
UNION SELECT district_code, NULL, successor_code FROM lake.district AT (VERSION => $version)"""


def touched(lake: Lake, batch_id: int, *, undo: bool = False) -> pl.DataFrame:
    """Where a batch, or its undo, touched records.

    Returns:
        A frame as `TOUCHED`: `kind` (of `changes.KINDS`), the open `columns` that differ between two versions of a
        record, day, unit and part (`PARTS`) that the record counts for now and counted for before (null where there is
        no such side or the table has none), and the number of `rows`. A category map tells of the alerts that it put
        into another class. Empty when there was no undo.

    Raises:
        UnknownBatch: there is no such batch.
        VersionExpired: the version that it made is not kept any more.
    """
    step = step_of(lake, batch_id, undo, follow=True)
    if step is None:
        return pl.DataFrame(schema=TOUCHED)
    return lake.frame(_touched_sql(step), step.values)


def _touched_sql(step: Step) -> str:
    name, parts = step.table.name, step.parts
    day, unit = PLACES.get(name, ("NULL::DATE", ORGANISATION.get(name, "NULL::VARCHAR")))
    others = [column for column in step.table.columns if column.name not in step.table.key and not column.private]
    differs = ", ".join(DIFFERS.format(name=column.name, **parts) for column in others)
    return TOUCHED_SQL.format(day=day, unit=unit, part=PARTS.get(name, "NULL::VARCHAR"), open=differs, **parts)


def count_changes(lake: Lake, version: int) -> pl.DataFrame:
    """By how much a version moved the counts of alerts.

    Returns:
        A frame ordered by `day`, `unit` and `part` (class), with one signed column for each count of the day mart; rows
        where no count moved are left out.

    Raises:
        VersionExpired: the version is not kept any more, or the one before it is not and the mart was made anew.
    """
    lake.require_version(version)
    if not lake.has_version(version - 1) and lake.frame(KEPT_ROWS_SQL, {"version": version}).item() == 0:
        raise VersionExpired(f"{version - 1}")
    names = [column.name for column in schema.system_tables()[MART].columns[3:]]
    sums = ", ".join(f"{NET.format(name=name)} AS {name}" for name in names)
    some = " OR ".join(f"{NET.format(name=name)} <> 0" for name in names)
    return lake.frame(COUNTS_SQL.format(sums=sums, some=some), {"version": version})


def counts_for(lake: Lake, version: int) -> dict[str, frozenset[str]]:
    """For each unit of a version every unit that its records count for: itself, successors, and their districts."""
    above: dict[str, set[str]] = {}
    for unit, district, after in lake.frame(UNITS_SQL, {"version": lake.require_version(version)}).iter_rows():
        above.setdefault(unit, set()).update(code for code in (district, after) if code)
    return {unit: frozenset(_reached(unit, above)) for unit in above}


def _reached(unit: str, above: dict[str, set[str]]) -> set[str]:
    found, waiting = {unit}, [unit]
    while waiting:
        more = above.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found
