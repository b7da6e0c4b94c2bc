"""What a code stands for on a day: the version of a unit that is valid then, and who took over from it.

Stations and districts are kept with validity; a code may have several versions. Where none is valid on the
day, the latest that has begun is taken, so that old records keep a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

LONGEST_CHAIN = 20
"""A chain of successors longer than this is a circle in the data."""


@dataclass(frozen=True)
class Unit:
    """One row of a table: the city, a district, a station, another unit, or a selection of them."""

    code: str
    name_zh: str
    name_en: str | None
    kind: str
    district: str | None = None
    stands: bool = True
    """Whether it exists on the period's last day; one that does not is listed only if it has records."""


@dataclass(frozen=True)
class Merger:
    """One unit that is counted with its successor."""

    code: str
    successor: str
    valid_to: date


def standing(frame: pl.DataFrame, key: str, day: date) -> tuple[dict[str, str], dict[str, Unit], list[Merger]]:
    """Return for each code where it belongs on a day, what it is then, and which codes are merged away."""
    versions: dict[str, dict[str, Any]] = {}
    for row in frame.sort("valid_from", nulls_last=False).iter_rows(named=True):
        kept = versions.get(row[key])
        if kept is None or _starts(row) <= day:
            versions[row[key]] = row
    units = {
        code: Unit(
            code=code,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            kind=row.get("kind") or "district",
            district=row.get("district_code"),
            stands=_starts(row) <= day and (row["valid_to"] is None or row["valid_to"] > day),
        )
        for code, row in versions.items()
    }
    gone = {
        code: row["successor_code"]
        for code, row in versions.items()
        if row["successor_code"] in versions and row["valid_to"] is not None and row["valid_to"] <= day
    }
    home = {code: _follow(code, gone) for code in versions}
    return home, units, [Merger(code, home[code], versions[code]["valid_to"]) for code in gone]


def _starts(row: Mapping[str, Any]) -> date:
    return row["valid_from"] or date.min


def _follow(code: str, gone: Mapping[str, str]) -> str:
    """Return the last unit of a chain of successors."""
    for _ in range(LONGEST_CHAIN):
        if code not in gone:
            break
        code = gone[code]
    return code
