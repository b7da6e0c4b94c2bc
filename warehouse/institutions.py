"""The list of institutions (`service_place`): whose places and numbers take no part in repeat measures.

An entry may name an alert instead of an address or number, because that is what an analyst sees. The key is taken
from the alert when the list is loaded, or when the alert comes later. Every change of the list makes the alerts' mart
anew: a place that leaves it or comes back changes which reports are repeats, in all of its past.
"""

from __future__ import annotations

import duckdb

from warehouse import marts

LIST, ALERTS = "service_place", "alert"
UNRESOLVED_SQL = """SELECT count(*) FROM lake.service_place AS s JOIN lake.alert AS a USING (alert_id)
WHERE (s.covers = 'place' AND s.place_key IS NULL AND a.place_key IS NOT NULL)
    OR (s.covers = 'caller' AND s.caller_key IS NULL AND a.caller_key IS NOT NULL)"""
ANY_SQL = "SELECT count(*) FROM (FROM lake.service_place WHERE alert_id IS NOT NULL LIMIT 1)"
RESOLVE_SQL = """UPDATE lake.service_place SET {key} =
    (SELECT max(a.{key}) FROM lake.alert AS a WHERE a.alert_id = service_place.alert_id)
WHERE covers = '{covers}' AND {key} IS NULL AND alert_id IN (SELECT alert_id FROM lake.alert)"""


def follow(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """After a change of the list or of the alerts: find the keys of entries that name alerts, and follow in the mart.

    To be called inside the writing transaction, when the facts and marts of `table` itself are done.
    """
    if table not in (LIST, ALERTS):
        return
    found = _resolve(cursor)
    if table == LIST or found:
        marts.rebuild(cursor, (ALERTS,))


def _resolve(cursor: duckdb.DuckDBPyConnection) -> int:
    """Give entries the key of the alert that they name; return how many got one."""
    if not _number(cursor, ANY_SQL) or not (count := _number(cursor, UNRESOLVED_SQL)):
        return 0
    for covers in ("place", "caller"):
        cursor.execute(RESOLVE_SQL.format(covers=covers, key=f"{covers}_key"))
    return count


def _number(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0
