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
from etl.reading.words import squeezed, total_kind

RATE = re.compile(r"率|占比|比重|[％%]|环比|同比|增长|平均|均值")
PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
MISSING = frozenset({"", "-", "--", "—", "——", "/", "空", "无"})
SUFFIX = re.compile(r"(起|件|人次|人|次|分|元|户|名|宗)$")
LABELS = 3
MOST_TOTALS = 500
MOST_SLIPS = 4
"""A column in which more than every fourth cell is no number is no column of numbers."""


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
    numbered = totals["_row"].to_list()
    found: list[dict[str, Any]] = []
    for name in names:
        if not _is_numeric(records[name]):
            continue
        values = ((row, number_of(cell)) for row, cell in records.select("_row", name).iter_rows())
        numbers = [(row, value) for row, value in values if value is not None]
        stated = [number_of(cell) for cell in totals[name].to_list()]
        for at, value in enumerate(stated):
            if value is not None and labels[at]:
                computed = _computed(at, labels, numbered, numbers, value)
                found.append(
                    {"label": labels[at], "column": name, "stated": _plain(value), "computed": _plain(computed),
                     "row": totals["_row"][at], "file": table.file, "sheet": table.sheet, "agrees": computed == value}
                )  # fmt: skip
    return sorted(found, key=lambda total: total["row"])


def _label(row: tuple[str | None, ...]) -> str:
    return next((text for cell in row[:LABELS] if total_kind(text := squeezed(cell))), "")


def _is_numeric(cells: pl.Series) -> bool:
    """Whether a column holds numbers; a few cells that are none are slips, and the total then tells of them."""
    for part in (cells.head(100), cells):
        given = [cell for cell in part if squeezed(cell) not in MISSING]
        if sum(number_of(cell) is None for cell in given) * MOST_SLIPS > len(given):
            return False
    return True


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _computed(
    at: int, labels: list[str], rows: list[int], numbers: list[tuple[int, Decimal]], stated: Decimal
) -> Decimal:
    """The sum that a total may mean: of its block above, of its block below, of everything; the one that agrees."""
    kinds = [total_kind(label) for label in labels]
    peers = [row for row, kind in zip(rows, kinds, strict=True) if kinds[at] == "small" or kind != "small"]
    before = max((row for row in peers if row < rows[at]), default=0)
    after = min((row for row in peers if row > rows[at]), default=1 << 62)
    everything = sum((value for _, value in numbers), Decimal())
    above = [value for row, value in numbers if before < row < rows[at]]
    below = [value for row, value in numbers if rows[at] < row < after]
    likely = sum(above if above else below, Decimal())
    if kinds[at] == "whole":
        likely = everything
    for candidate in (likely, sum(below, Decimal()) if below else likely, everything):
        if candidate == stated:
            return candidate
    return likely
