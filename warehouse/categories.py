"""Derives the standard group of an alert from `category_map`, and again when the map changes.

A code belongs to the group of the row that is valid on the day of the report; what no row maps is `unmapped`. An alert
without a category now has the group of its category at first, as etl/clean.py gives it.
"""

from __future__ import annotations

import duckdb

from warehouse import marts, schema

UNMAPPED = "unmapped"
GROUP_SQL = """coalesce((SELECT max(m.category_group) FROM lake.category_map AS m
    WHERE m.scheme = a.category_scheme AND m.code = {code} AND a.reported_at >= m.valid_from
    AND (m.valid_to IS NULL OR a.reported_at < m.valid_to)), 'unmapped')"""
REGROUP_SQL = """CREATE OR REPLACE TEMP TABLE {relation} AS SELECT a.* REPLACE (
    {now} AS category_group,
    CASE WHEN a.category_code_initial IS NULL THEN NULL ELSE {initial} END AS category_group_initial)
FROM {relation} AS a"""
CHANGED_SQL = """CREATE OR REPLACE TEMP TABLE changed AS
WITH code AS (SELECT DISTINCT category_scheme, category_code, category_code_initial, reported_at::DATE AS reported_at,
        category_group, category_group_initial FROM lake.alert),
stale AS (SELECT * FROM code AS a WHERE category_group <> {now}
    OR category_group_initial IS DISTINCT FROM CASE WHEN category_code_initial IS NULL THEN NULL ELSE {initial} END)
SELECT l.* FROM lake.alert AS l SEMI JOIN stale AS s ON l.category_scheme = s.category_scheme
    AND l.category_code IS NOT DISTINCT FROM s.category_code
    AND l.category_code_initial IS NOT DISTINCT FROM s.category_code_initial
    AND l.reported_at::DATE = s.reported_at"""


def _filled(sql: str, **more: str) -> str:
    return sql.format(
        now=GROUP_SQL.format(code="coalesce(a.category_code, a.category_code_initial)"),
        initial=GROUP_SQL.format(code="a.category_code_initial"),
        **more,
    )


def regroup(cursor: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Derive the groups anew in a temporary table that has the columns of `alert`."""
    cursor.execute(_filled(REGROUP_SQL, relation=relation))


def remap(cursor: duckdb.DuckDBPyConnection) -> int:
    """After a change of `category_map`: give the alerts concerned their new groups and follow in the mart.

    Returns the number of alerts that changed group. Their batch stays the same.
    """
    cursor.execute(_filled(CHANGED_SQL))
    row = cursor.execute("SELECT count(*) FROM changed").fetchone()
    if row is None or row[0] == 0:
        return 0
    cursor.execute("CREATE OR REPLACE TEMP TABLE regrouped AS FROM changed")
    regroup(cursor, "regrouped")
    cursor.execute("CREATE OR REPLACE TEMP VIEW removed AS SELECT * EXCLUDE (batch_id) FROM changed")
    cursor.execute("CREATE OR REPLACE TEMP VIEW added AS SELECT * EXCLUDE (batch_id) FROM regrouped")
    mart = marts.contribute(cursor, "alert", fresh=False)
    alert = schema.table("alert")
    cursor.execute(f"DELETE FROM {alert.quoted} USING changed AS c WHERE {alert.quoted}.alert_id = c.alert_id")
    cursor.execute(f"INSERT INTO {alert.quoted} BY NAME FROM regrouped")
    if mart:
        marts.append(cursor, mart)
    return int(row[0])
