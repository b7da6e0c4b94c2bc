"""Recomputes the changes that a file states in words beside the two numbers they come from.

A mapping names the columns:

    checks:
      - {published: 公布变化, current: 本期, base: 对比期}

A stated percentage is right when the recomputed one rounds to it; a stated difference must be equal.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from etl.mapping import CheckRule
from etl.rates import Change, read_change
from etl.reading import FoundTable
from etl.reading.totals import number_of

HALF = Decimal("0.5")
SHOWN = Decimal("0.01")


def check_published(table: FoundTable, records: pl.DataFrame, checks: tuple[CheckRule, ...]) -> list[dict[str, Any]]:
    """Every row whose stated change is not that of its numbers, as warnings with both.

    Args:
        table: for the names of its file and sheet.
        records: `_row` and text columns.
        checks: of the mapping.
    """
    found: list[dict[str, Any]] = []
    for check in checks:
        for row, said, now, before in records.select("_row", check.published, check.current, check.base).iter_rows():
            current, base = number_of(now), number_of(before)
            if current is None or base is None or not (said or "").strip():
                continue
            change = read_change(said, bare_is_percent=check.percent)
            computed = _difference(change, current, base)
            if computed:
                found.append(
                    {"code": "published_change_differs", "file": table.file, "sheet": table.sheet, "row": row,
                     "column": check.published, "stated": said, "computed": computed, "current": f"{current:f}",
                     "base": f"{base:f}"}
                )  # fmt: skip
    return found


def _difference(change: Change, current: Decimal, base: Decimal) -> str | None:
    """What the numbers really give, where the statement is wrong; None where it holds or states nothing."""
    if change.count is not None and change.count != current - base:
        return f"{current - base:+f}"
    if change.rate is None or base == 0:
        return None
    exact = (current - base) / base * 100
    if abs(exact - change.rate * 100) <= HALF.scaleb(-change.places):
        return None
    return f"{exact.quantize(SHOWN, ROUND_HALF_UP):+f}%"
