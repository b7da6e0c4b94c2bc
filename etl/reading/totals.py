"""Checks the totals that a file states against its own rows; both numbers are told where they differ.

小计 is the sum of the rows since the total before it (or of those below it, when it stands on top), 合计 of its block,
全市 of all rows. Columns of rates, percentages and texts have no total.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from etl.reading.types import FoundTable
from etl.reading.words import SMALL_TOTALS, TOTALS, WHOLE_TOTALS, squeezed

RATE = re.compile(r"率|占比|比重|[％%]|环比|同比|增长|平均|均值")
PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
MISSING = frozenset({"", "-", "--", "—", "——", "/", "空", "无"})
SUFFIX = re.compile(r"(起|件|人次|人|次|分|元|户|名|宗)$")
LABELS = 3
MOST_TOTALS = 500


def number_of(cell: str | None) -> Decimal | None:
    """The number in a cell, thousands, width and counters aside; None for anything else."""
    text = unicodedata.normalize("NFKC", cell or "").strip().replace(",", "")
    text = SUFFIX.sub("", text)
    if not PLAIN.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def check_totals(table: FoundTable, records: pl.DataFrame, totals: pl.DataFrame) -> list[dict[str, Any]]:
    """Stated and computed totals, column by column.

    Args:
        table: for the names of its file and sheet.
        records: `_row` and the text columns of all records.
        totals: the same of the total rows.
    """
    totals = totals.sort("_row").head(MOST_TOTALS)
    names = [name for name in records.columns if name != "_row" and not RATE.search(name)]
    labels = [_label(row) for row in totals.select(pl.exclude("_row", "_why")).iter_rows()]
    found: list[dict[str, Any]] = []
    for name in names:
        values = [(row, number_of(cell), cell) for row, cell in records.select("_row", name).iter_rows()]
        if any(value is None and squeezed(cell) not in MISSING for _, value, cell in values):
            continue
        numbers = [(row, value) for row, value, _ in values if value is not None]
        stated = [number_of(cell) for cell in totals[name].to_list()]
        for at, value in enumerate(stated):
            if value is not None and labels[at]:
                computed = _computed(at, labels, totals["_row"].to_list(), numbers, value)
                found.append(
                    {"label": labels[at], "column": name, "stated": _plain(value), "computed": _plain(computed),
                     "row": totals["_row"][at], "file": table.file, "sheet": table.sheet, "agrees": computed == value}
                )  # fmt: skip
    return sorted(found, key=lambda total: total["row"])


def _label(row: tuple[str | None, ...]) -> str:
    return next((squeezed(cell) for cell in row[:LABELS] if squeezed(cell) in TOTALS), "")


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _computed(
    at: int, labels: list[str], rows: list[int], numbers: list[tuple[int, Decimal]], stated: Decimal
) -> Decimal:
    """The sum that a total may mean: of its block above, of its block below, of everything; the one that agrees."""
    peers = [row for row, label in zip(rows, labels, strict=True)
             if labels[at] in SMALL_TOTALS or label not in SMALL_TOTALS]  # fmt: skip
    before = max((row for row in peers if row < rows[at]), default=0)
    after = min((row for row in peers if row > rows[at]), default=1 << 62)
    everything = sum((value for _, value in numbers), Decimal())
    above = [value for row, value in numbers if before < row < rows[at]]
    below = [value for row, value in numbers if rows[at] < row < after]
    likely = sum(above if above else below, Decimal())
    if labels[at] in WHOLE_TOTALS:
        likely = everything
    for candidate in (likely, sum(below, Decimal()) if below else likely, everything):
        if candidate == stated:
            return candidate
    return likely
