"""Keeps the marts in step with the facts, by adding only what a load or an undo changed.

A mart row is a signed contribution; figures are sums. A change takes rows out of a fact table (`removed`)
and puts rows in (`added`): temporary relations of the calling cursor, both with the fact table's columns.
The contribution of every alert whose repeat status can have changed is taken off as it was and added as it is:
these are the alerts that share a key with a changed one and are not older than it. So the cost follows the
change, not the lake, and the sum equals a rebuild from all facts (a property test holds that).

Definitions (shared/domain/definitions.md 2.5 and 2.6, statistics.md 4):
- valid: not deleted, not merged or linked to another record, not nuisance, not invalid; the first reason in this
  order is the one that counts, so that received = valid + exclusions;
- repeat by a key within W days: the previous valid alert with the same key lies at least the merge gap (2 hours)
  and at most W days back; closer ones are reports of the same event;
- keys: caller = number, place = address, matter = address and group. Institutions' numbers and places take no part.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from warehouse import parameters, schema

DAY_SECONDS = 86_400
WINDOWS = (7, 30, 90, 365)
LOOK_BACK_SECONDS = max(WINDOWS) * DAY_SECONDS
MERGE_GAP_SECONDS = 2 * 3600
KEYS = ("caller", "place", "matter")

# The more serious, the higher; groups without a rank cannot be compared (domain/integrity.md G2).
SERIOUSNESS = "CASE {} WHEN 'criminal' THEN 4 WHEN 'public_order' THEN 3 WHEN 'dispute' THEN 2 \
WHEN 'help' THEN 1 WHEN 'tip_off' THEN 1 WHEN 'other' THEN 1 END"

REASON = """CASE WHEN is_deleted THEN 'deleted'
    WHEN link_type = 'duplicate' OR (link_type = 'none' AND main_alert_id IS NOT NULL) THEN 'duplicate'
    WHEN link_type = 'chase_up' THEN 'chase_up' WHEN link_type = 'officer_feedback' THEN 'feedback'
    WHEN link_type = 'nuisance' OR is_nuisance THEN 'nuisance' WHEN is_invalid THEN 'invalid' ELSE 'valid' END"""

# An institution is known by the source's own flag, or by the lake's list (`institutions`).
SERVICE_SQL = """(is_service_{key} OR coalesce({key}_key IN (
        SELECT {key}_key FROM lake.service_place WHERE {key}_key IS NOT NULL), false))"""
SERVICE_CALLER, SERVICE_PLACE = SERVICE_SQL.format(key="caller"), SERVICE_SQL.format(key="place")
KEY_SQL = {
    "caller": f"CASE WHEN NOT {SERVICE_CALLER} THEN caller_key END",
    "place": f"CASE WHEN NOT {SERVICE_PLACE} THEN place_key END",
    "matter": f"""CASE WHEN place_key IS NOT NULL AND NOT {SERVICE_PLACE} AND category_group <> 'unmapped'
        THEN hash(place_key, category_group) END""",
}

# Days and units as one integer: grouping and joining by it costs a fraction of what three text columns cost.
UNIT_LIMIT = 1 << 20
GRAIN_SQL = f"datediff('day', DATE '1970-01-01', reported_at::DATE)::BIGINT * {UNIT_LIMIT} + unit_number"
UNITS = """
CREATE OR REPLACE TEMP TABLE grain_unit AS
SELECT station_code, category_group, row_number() OVER () AS unit_number FROM (
    SELECT station_code, category_group FROM added UNION SELECT station_code, category_group FROM removed
    UNION SELECT station_code, category_group FROM lake.alert)"""

# The valid alerts of a relation that have a key, in integers only.
NARROW = f"""
CREATE OR REPLACE TEMP TABLE narrow_{{name}} AS
SELECT epoch(reported_at)::BIGINT AS t, hash(alert_id) AS id, {GRAIN_SQL} AS grain,
    {", ".join(f"{sql} AS {key}" for key, sql in KEY_SQL.items())}
FROM {{relation}} JOIN grain_unit USING (station_code, category_group)
WHERE (caller_key IS NOT NULL OR place_key IS NOT NULL) AND ({REASON}) = 'valid' {{condition}}"""

# What exists already and can have to do with the change: it shares a caller or a place (and so, perhaps, a matter).
NEARBY = f"""
AND reported_at >= (SELECT make_timestamp((min(t) - {LOOK_BACK_SECONDS}) * 1000000)
    FROM (SELECT t FROM narrow_added UNION ALL SELECT t FROM narrow_removed))
AND (caller_key IN (SELECT caller FROM narrow_added UNION SELECT caller FROM narrow_removed)
    OR place_key IN (SELECT place FROM narrow_added UNION SELECT place FROM narrow_removed))"""

EXISTING = f"""
CREATE OR REPLACE TEMP TABLE gap_existing AS
WITH touched AS (
    SELECT {{key}} AS k, min(t) AS first FROM (FROM narrow_added UNION ALL FROM narrow_removed)
    WHERE {{key}} IS NOT NULL GROUP BY k),
near AS (
    SELECT k, t, id, grain, first FROM (SELECT {{key}} AS k, t, id, grain FROM narrow_existing) JOIN touched USING (k)
    WHERE t >= first - {LOOK_BACK_SECONDS})
SELECT k, t, id, grain FROM near WHERE t >= first
UNION ALL
SELECT k, max(t), arg_max(id, (t, id)), arg_max(grain, (t, id)) FROM near WHERE t < first GROUP BY k"""

FLAGGED = """
SELECT {sign} AS sign, grain, t - lag(t) OVER (PARTITION BY k ORDER BY t, id) AS gap FROM ({relation})"""

ADDED = "SELECT {key} AS k, t, id, grain FROM narrow_added WHERE {key} IS NOT NULL"
BEFORE = "SELECT * FROM gap_existing"
AFTER = f"""SELECT * FROM gap_existing
ANTI JOIN (SELECT {{key}} AS k, id FROM narrow_removed) USING (k, id) UNION ALL {ADDED}"""


def _gap_columns(key: str) -> dict[str, str]:
    columns = {f"{key}_keyed": "sum(sign)", f"{key}_duplicate": "sum(sign) FILTER (gap < $merge_gap)"}
    for days in WINDOWS:
        within = f"gap >= $merge_gap AND gap <= {days * DAY_SECONDS}"
        columns[f"{key}_repeat_{days}"] = f"sum(sign) FILTER ({within})"
    return columns


BASE_COLUMNS = {
    "received": "sum(sign)",
    "valid": "sum(sign) FILTER (reason = 'valid')",
    "excluded_deleted": "sum(sign) FILTER (reason = 'deleted')",
    "excluded_duplicate": "sum(sign) FILTER (reason = 'duplicate')",
    "excluded_chase_up": "sum(sign) FILTER (reason = 'chase_up')",
    "excluded_feedback": "sum(sign) FILTER (reason = 'feedback')",
    "excluded_nuisance": "sum(sign) FILTER (reason = 'nuisance')",
    "excluded_invalid": "sum(sign) FILTER (reason = 'invalid')",
    "recoded_down": f"sum(sign) FILTER (reason = 'valid' AND {SERIOUSNESS.format('category_group')} < "
    f"{SERIOUSNESS.format('category_group_initial')})",
    "recoded_up": f"sum(sign) FILTER (reason = 'valid' AND {SERIOUSNESS.format('category_group')} > "
    f"{SERIOUSNESS.format('category_group_initial')})",
    "moved": "sum(sign) FILTER (reason = 'valid' AND station_code_initial <> station_code)",
    "recorded_late": "sum(sign) FILTER (reason = 'valid' AND epoch(recorded_at) - epoch(reported_at) > $late)",
    "transferred": "sum(sign) FILTER (reason = 'valid' AND case_id IS NOT NULL)",
    "located": "sum(sign) FILTER (reason = 'valid' AND lon IS NOT NULL AND lat IS NOT NULL)",
}
BASE_FIELDS = """is_deleted, is_nuisance, is_invalid, link_type, main_alert_id, reported_at, recorded_at, station_code,
    station_code_initial, category_group, category_group_initial, case_id, lon, lat"""


def _selected(columns: dict[str, str]) -> str:
    return ", ".join(f"coalesce({sql}, 0)::INTEGER AS {name}" for name, sql in columns.items())


BASE_PART = f"""
CREATE OR REPLACE TEMP TABLE contribution_base AS
SELECT {GRAIN_SQL} AS grain, {_selected(BASE_COLUMNS)}
FROM (SELECT *, {REASON} AS reason FROM (
    SELECT 1 AS sign, {BASE_FIELDS} FROM added UNION ALL SELECT -1, {BASE_FIELDS} FROM removed))
JOIN grain_unit USING (station_code, category_group)
GROUP BY grain"""


def _gap_part(key: str, fresh: bool) -> str:
    after = (ADDED if fresh else AFTER).format(key=key)
    flagged = FLAGGED.format(sign=1, relation=after)
    if not fresh:
        flagged += " UNION ALL " + FLAGGED.format(sign=-1, relation=BEFORE)
    return f"""
    CREATE OR REPLACE TEMP TABLE contribution_{key} AS
    SELECT grain, {_selected(_gap_columns(key))} FROM ({flagged}) GROUP BY grain"""


def _joined(fresh: bool) -> str:
    """The parts of a change side by side, as rows of the mart; rows without any change left out."""
    names = [column.name for column in schema.system_tables()["mart_alert_day"].columns[3:]]
    joined = "contribution_base" + "".join(f" FULL JOIN contribution_{key} USING (grain)" for key in KEYS)
    values = ", ".join(f"coalesce({name}, 0) AS {name}" for name in names)
    some = "true" if fresh else " OR ".join(f"{name} <> 0" for name in names)
    return f"""
    CREATE OR REPLACE TEMP TABLE contribution AS
    SELECT DATE '1970-01-01' + ((grain - unit_number) // {UNIT_LIMIT})::INTEGER AS day, station_code, category_group,
        {", ".join(names)}
    FROM (SELECT grain, grain & {UNIT_LIMIT - 1} AS unit_number, {values} FROM {joined})
    JOIN grain_unit USING (unit_number) WHERE {some} ORDER BY grain"""


def alert_contributions(cursor: duckdb.DuckDBPyConnection, *, merge_gap: int, late: int, fresh: bool) -> None:
    """Fill the temporary table `contribution` from `added` and `removed`, before the facts are changed.

    Args:
        cursor: inside the writing transaction, with the relations `added` and `removed`.
        merge_gap: seconds below which two reports with one key are the same event.
        late: seconds after the report from which a record counts as stored late.
        fresh: whether `lake.alert` is empty, so that nothing existing needs to be looked at.
    """
    cursor.execute(UNITS)
    for relation in ("added", "removed"):
        cursor.execute(NARROW.format(name=relation, relation=relation, condition=""))
    if not fresh:
        cursor.execute(NARROW.format(name="existing", relation="lake.alert", condition=NEARBY))
    for key in KEYS:
        if not fresh:
            cursor.execute(EXISTING.format(key=key))
        cursor.execute(_gap_part(key, fresh), {"merge_gap": merge_gap})
    for leftover in ("narrow_added", "narrow_removed", "narrow_existing", "gap_existing"):
        cursor.execute(f"DROP TABLE IF EXISTS {leftover}")
    cursor.execute(BASE_PART, {"late": late})
    cursor.execute(_joined(fresh))
    for part in ("base", *KEYS):
        cursor.execute(f"DROP TABLE contribution_{part}")
    cursor.execute("DROP TABLE grain_unit")


CASE_SQL = """
CREATE OR REPLACE TEMP TABLE contribution AS
SELECT * FROM (
  SELECT day, station_code, kind, is_small_livelihood, sum(sign)::BIGINT AS filed,
    coalesce(sum(sign) FILTER (took IS NOT NULL), 0)::BIGINT AS cleared,
    coalesce(sum(sign) FILTER (took < 30), 0)::BIGINT AS cleared_30,
    coalesce(sum(sign) FILTER (took < 90), 0)::BIGINT AS cleared_90,
    coalesce(sum(sign) FILTER (cancelled_at IS NOT NULL), 0)::BIGINT AS cancelled
  FROM (SELECT *, start::DATE AS day, CASE WHEN cancelled_at IS NULL
            THEN (epoch(coalesce(cleared_at, closed_at)) - epoch(start)) / 86400 END AS took
        FROM (SELECT *, coalesce(filed_at, accepted_at) AS start
              FROM (SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM removed)))
  WHERE start IS NOT NULL AND merged_into IS NULL
  GROUP BY ALL)
WHERE filed <> 0 OR cleared <> 0 OR cleared_30 <> 0 OR cleared_90 <> 0 OR cancelled <> 0
ORDER BY day, station_code, kind, is_small_livelihood"""

TRAINING_ROUNDS = """
CREATE OR REPLACE TEMP TABLE touched_round AS
SELECT DISTINCT round, ability, event_type FROM (
    SELECT round, ability, event_type FROM added UNION ALL SELECT round, ability, event_type FROM removed)"""

TRAINING_PERSONS = """
SELECT {sign} AS sign, round, min(held_on) AS day, arg_min(station_code, (attempt, result_id)) AS station_code, ability,
    person_kind, event_type, max(score IS NOT NULL)::INT AS tested,
    coalesce(max((attempt = 1 AND score IS NOT NULL)::INT), 0) AS first_taken,
    coalesce(max((attempt = 1 AND score >= pass_mark)::INT), 0) AS first_passed,
    coalesce(max((score >= pass_mark)::INT), 0) AS final_passed,
    coalesce(sum(score) FILTER (attempt = 1), 0)::DECIMAL(18,2) AS score_sum,
    coalesce(sum(max_score) FILTER (attempt = 1 AND score IS NOT NULL), 0)::DECIMAL(18,2) AS max_sum
FROM ({relation}) SEMI JOIN touched_round USING (round, ability, event_type)
GROUP BY round, ability, person_kind, event_type, coalesce(person_key, hash(result_id))"""

TRAINING_FIELDS = """result_id, person_key, person_kind, station_code, ability, event_type, held_on, round, attempt,
    score, max_score, pass_mark"""


def _training_sql(fresh: bool) -> str:
    old = f'SELECT {TRAINING_FIELDS} FROM lake."training_result"'
    new = f"SELECT {TRAINING_FIELDS} FROM added"
    if not fresh:
        new += f" UNION ALL SELECT * FROM ({old}) ANTI JOIN removed USING (result_id)"
    persons = TRAINING_PERSONS.format(sign=1, relation=new)
    if not fresh:
        persons += " UNION ALL " + TRAINING_PERSONS.format(sign=-1, relation=old)
    return f"""
    CREATE OR REPLACE TEMP TABLE contribution AS SELECT * FROM (
    SELECT round, day, station_code, ability, person_kind, event_type, sum(sign)::BIGINT AS listed,
        sum(sign * tested)::BIGINT AS tested, sum(sign * first_taken)::BIGINT AS first_taken,
        sum(sign * first_passed)::BIGINT AS first_passed, sum(sign * final_passed)::BIGINT AS final_passed,
        sum(sign * score_sum)::DECIMAL(18,2) AS score_sum, sum(sign * max_sum)::DECIMAL(18,2) AS max_sum
    FROM ({persons}) GROUP BY ALL)
    WHERE listed <> 0 OR tested <> 0 OR first_taken <> 0 OR first_passed <> 0 OR final_passed <> 0 OR score_sum <> 0
        OR max_sum <> 0
    ORDER BY day, round, station_code, ability, person_kind, event_type"""


MART_OF = {"alert": "mart_alert_day", "case": "mart_case_day", "training_result": "mart_training"}


def contributions(
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    *,
    merge_gap: int = MERGE_GAP_SECONDS,
    late: int = DAY_SECONDS,
    fresh: bool = False,
) -> str | None:
    """Compute what a change of `table` adds to its mart, into the temporary table `contribution`.

    To be called before the facts are changed. Returns the mart's name, or None for a table without one.
    """
    if table == "alert":
        alert_contributions(cursor, merge_gap=merge_gap, late=late, fresh=fresh)
    elif table == "case":
        cursor.execute(CASE_SQL)
    elif table == "training_result":
        cursor.execute(TRAINING_ROUNDS)
        cursor.execute(_training_sql(fresh))
    return MART_OF.get(table)


def contribute(cursor: duckdb.DuckDBPyConnection, table: str, *, fresh: bool) -> str | None:
    """`contributions` under the parameters that the lake has set."""
    values = parameters.in_force(cursor)
    return contributions(
        cursor,
        table,
        merge_gap=int(values["merge_gap_minutes"] or 0) * 60,
        late=int(values["late_hours"] or 0) * 3600,
        fresh=fresh,
    )


def append(cursor: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Add the temporary table `contribution` to a mart."""
    columns = ", ".join(column.name for column in schema.system_tables()[mart].columns)
    cursor.execute(f"INSERT INTO lake.{mart} ({columns}) SELECT {columns} FROM contribution")


def fold(cursor: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Fold the rows of one grain together; no figure changes."""
    columns = schema.system_tables()[mart].columns
    counted = [c for c in columns if c.type == "BIGINT" or c.type.startswith("DECIMAL")]
    grain = ", ".join(c.name for c in columns if c not in counted)
    sums = ", ".join(f"sum({c.name})::{c.type} AS {c.name}" for c in counted)
    some = " OR ".join(f"sum({c.name}) <> 0" for c in counted)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE contribution AS SELECT {grain}, {sums} FROM lake.{mart} "
        f"GROUP BY {grain} HAVING {some} ORDER BY {grain}"
    )
    cursor.execute(f"DELETE FROM lake.{mart}")
    append(cursor, mart)


def rebuild(cursor: duckdb.DuckDBPyConnection, tables: Iterable[str] = tuple(MART_OF)) -> None:
    """Make the marts anew from all current facts; for tests and after a change of a definition."""
    for table in tables:
        names = ", ".join(f'"{name}"' for name in schema.table(table).names)
        quoted = schema.table(table).quoted
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW added AS SELECT {names} FROM {quoted}")
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW removed AS SELECT {names} FROM {quoted} LIMIT 0")
        mart = contribute(cursor, table, fresh=True)
        if mart:
            cursor.execute(f"DELETE FROM lake.{mart}")
            append(cursor, mart)
