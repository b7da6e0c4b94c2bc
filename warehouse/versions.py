"""When a data version was made, which version holds the newest data, and which versions are pinned.

A pin and maintenance are commits too, but they change no figure. Whoever publishes asks for the newest version that
brought data, so that publishing twice without a load in between gives the same version.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from warehouse import schema
from warehouse.errors import LakeError
from warehouse.lake import Lake

HOUSEKEEPING = ("pin version ", "fold marts, clear quarantine")
"""How the messages of commits begin that change no figure; DuckLake's own, of merged files, have none."""
MOMENT_SQL = "SELECT epoch_us(snapshot_time) FROM ducklake_snapshots('lake') WHERE snapshot_id = $version"
MESSAGES_SQL = """SELECT snapshot_id, coalesce(commit_message, '') AS message FROM ducklake_snapshots('lake')
ORDER BY snapshot_id DESC"""
ROWS_SQL = 'SELECT count(*) FROM lake."{table}" AT (VERSION => $version)'
PINS_SQL = """SELECT data_version, pinned_at, pinned_by, reason FROM lake.pin AT (VERSION => $version)
ORDER BY pinned_at, data_version, reason"""


def moment_of(lake: Lake, version: int) -> datetime:
    """When a version was committed, in the lake's own local time.

    Raises:
        VersionExpired: it is not kept any more.
    """
    lake.require_version(version)
    micros = int(lake.frame(MOMENT_SQL, {"version": version}).item())
    zone = ZoneInfo(lake.setting("time_zone", "Asia/Shanghai", version) or "Asia/Shanghai")
    return datetime.fromtimestamp(micros // 1_000_000, zone).replace(tzinfo=None)


def settled_version(lake: Lake) -> int:
    """The newest version that brought data: pins and maintenance that came after it are passed over."""
    rows = lake.frame(MESSAGES_SQL).rows()
    found = next((number for number, message in rows if message and not message.startswith(HOUSEKEEPING)), None)
    return int(rows[0][0] if found is None else found)


def pins(lake: Lake, version: int | None = None) -> list[dict[str, Any]]:
    """The pins that a version knows, oldest first: `data_version`, `pinned_at`, `pinned_by`, `reason`."""
    return lake.frame(PINS_SQL, {"version": lake.require_version(version)}).to_dicts()


def row_counts(lake: Lake, version: int | None = None) -> dict[str, int]:
    """How many current records each table holds at a version."""
    at = lake.require_version(version)
    found = {}
    for table in schema.tables().values():
        with suppress(LakeError):  # a version from before the table
            found[table.name] = int(lake.frame(ROWS_SQL.format(table=table.name), {"version": at}).item())
    return found
