"""Recomputes the changes that a file states in words beside the two numbers they come from.

A mapping names the columns:

    checks:
      - {published: 公布变化, current: 本期, base: 对比期}

A stated percentage is right when the recomputed one rounds to it; a stated difference must be equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from etl.mapping import CheckRule
from etl.rates import Change, read_change
from etl.reading import FoundTable
from etl.reading.totals import number_of

HALF = Decimal("0.5")
SHOWN = Decimal("0.01")


Periods = Mapping[int, tuple[date, date]]


def periods_of(parts: Sequence[Path], number: int) -> Periods:
    """The period that each row of a table speaks of, by its number; rows whose days are not told have none.

    Args:
        parts: the staged rows.
        number: of the table in the load.
    """
    staged = pl.scan_parquet(list(parts))
    if not {"period_start", "period_end"} <= set(staged.collect_schema().names()):
        return {}
    rows = staged.filter(pl.col("_part") == number).group_by("_row")
    found = rows.agg(pl.col("period_start").min(), pl.col("period_end").max()).drop_nulls().collect()
    return {row: (start, end) for row, start, end in found.iter_rows()}


def check_published(
    table: FoundTable, records: pl.DataFrame, checks: tuple[CheckRule, ...], periods: Periods
) -> list[dict[str, Any]]:
    """Every row whose stated change is not that of its numbers, as warnings with both.

    Args:
        table: for the names of its file and sheet.
        records: `_row` and text columns.
        checks: of the mapping.
        periods: what each row speaks of, which its warning keeps, so that no later week takes it for its own.
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
                told = {"code": "published_change_differs", "file": table.file, "sheet": table.sheet, "row": row,
                        "column": check.published, "stated": said, "computed": computed, "current": f"{current:f}",
                        "base": f"{base:f}"}  # fmt: skip
                days = [day.isoformat() for day in periods.get(row, ())]
                found.append(told | dict(zip(("period_start", "period_end"), days, strict=False)))
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
