"""Cells under 5 of sensitive figures are not shown, and neither is a second one that would give them away.

A cell is small when its numerator, or what its denominator lacks to it, is 1 to 4. Where exactly one row of a table
is hidden, the smallest of the others is hidden too, because the total of the city would tell the first.
"""

from collections.abc import Sequence
from dataclasses import replace

from metrics.types import Row

SMALLEST_SHOWN = 5
SUPPRESSED = "small_cell"


def is_small(number: int | None) -> bool:
    """Return whether a count may not be shown."""
    return number is not None and 0 < number < SMALLEST_SHOWN


def hidden(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of one table with small cells and, where one alone is hidden, a second one suppressed."""
    small = {place for place, row in enumerate(rows) if _small(row)}
    if len(small) == 1 and len(rows) > 1:
        rest = [(row.numerator, place) for place, row in enumerate(rows) if place not in small and row.numerator]
        small |= {min(rest)[1]} if rest else set()
    return [_without_figures(row) if place in small else row for place, row in enumerate(rows)]


def _small(row: Row) -> bool:
    missing = None if row.numerator is None or row.denominator is None else row.denominator - row.numerator
    return any(map(is_small, (row.numerator, row.base_numerator, missing)))


def _without_figures(row: Row) -> Row:
    return replace(
        row,
        value=None,
        numerator=None,
        denominator=None,
        base_numerator=None,
        base_denominator=None,
        change=None,
        interval=None,
        p=None,
        verdict=None,
        suppressed=SUPPRESSED,
        extra={key: value for key, value in row.extra.items() if key in ("periods", "base_periods", "reporters")},
    )
