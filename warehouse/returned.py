"""The valid alerts that returns report, before and after a load that is being previewed.

As on the overview: the total of a unit, or where it gave none the sum of its classes; stations count only where their
district reported nothing itself. Assumes the relations `added` and `removed` of `warehouse.current`.
"""

from __future__ import annotations

from typing import Any

import duckdb

NAME = "returned"
COLUMNS = "org_code, period_start, period_end, breakdown, numerator"
KEY = "indicator_id, org_code, period_start, period_end, breakdown"
TOTALS_SQL = """
SELECT period_start, period_end, sum(numerator)::BIGINT AS total FROM (
    SELECT *, bool_or(breakdown = 'all') OVER (PARTITION BY org_code, period_start, period_end) AS has_total
    FROM {rows} AS r WHERE NOT EXISTS (
        SELECT 1 FROM lake.station AS s JOIN {rows} AS d ON d.org_code = s.district_code
        WHERE s.station_code = r.org_code AND d.period_start = r.period_start AND d.period_end = r.period_end))
WHERE breakdown = 'all' OR (NOT has_total AND breakdown IN
    ('criminal', 'public_order', 'traffic', 'dispute', 'help', 'tip_off', 'other', 'unmapped'))
GROUP BY period_start, period_end"""
FIGURES_SQL = f"""
WITH before_rows AS (SELECT {COLUMNS} FROM lake.indicator_return WHERE indicator_id = 'alerts_valid'),
after_rows AS (
    SELECT {COLUMNS} FROM lake.indicator_return ANTI JOIN removed USING ({KEY}) WHERE indicator_id = 'alerts_valid'
    UNION ALL SELECT {COLUMNS} FROM added WHERE indicator_id = 'alerts_valid'),
touched AS (SELECT DISTINCT period_start, period_end FROM added WHERE indicator_id = 'alerts_valid'),
old AS ({TOTALS_SQL.format(rows="before_rows")}),
new AS ({TOTALS_SQL.format(rows="after_rows")})
SELECT period_start, coalesce(old.total, 0), coalesce(new.total, 0)
FROM touched LEFT JOIN old USING (period_start, period_end) LEFT JOIN new USING (period_start, period_end)
ORDER BY period_start DESC, period_end DESC"""


def returned_figures(cursor: duckdb.DuckDBPyConnection, periods: int) -> tuple[list[dict[str, Any]], int]:
    """The totals of the newest periods that a load touches, by their first day, and how many it touches in all."""
    rows = cursor.execute(FIGURES_SQL).fetchall()
    found = [{"week": start, "name": NAME, "before": old, "after": new} for start, old, new in rows[:periods]]
    return found, len(rows)
