"""What a commit would do, told without doing it: for a dry run.

Reads only. Another writer may come between a dry run and the load; then the load's own counts are the true ones.
"""

from __future__ import annotations

from warehouse import schema
from warehouse.batches import Committed, _is_newer
from warehouse.lake import Lake

COUNT_SQL = """
SELECT count(*) AS staged, count(t.batch_id) AS known, count(t.batch_id) FILTER ({newer}) AS newer
FROM ({stage}) AS s LEFT JOIN {table} AS t USING ({key})"""


def preview_batch(lake: Lake, stage_sql: str, table_name: str) -> Committed:
    """The counts that `commit_batch` would give for the same rows, at the version that the lake has now."""
    table = schema.table(table_name)
    key = ", ".join(f'"{name}"' for name in table.key)
    sql = COUNT_SQL.format(newer=_is_newer(table), stage=stage_sql, table=table.quoted, key=key)
    version = lake.version()
    staged, known, newer = lake.frame(sql).row(0)
    return Committed(None, version, staged - known, newer, known - newer)
