"""Writes rows as text columns beside their numbers: the form in which every table made for people goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from etl.errors import FileRefused, Refusal
from etl.reading.types import Layout, Limits, Numbered, RowsRead
from etl.reading.words import squeezed

PREVIEW = 25
CHUNK = 50_000
TOLD_EVERY = 5_000


def telling(rows: Iterator[Numbered], extent: int, tell: RowsRead | None) -> Iterator[Numbered]:
    """The rows as they are; on the way it is told how many of them were read."""
    if tell is None:
        yield from rows
        return
    for number, cells in rows:
        if number % TOLD_EVERY == 0:
            tell(number, extent)
        yield number, cells


def check_width(layout: Layout, name: str, limits: Limits) -> None:
    """Refuse a table of more columns than anybody maps.

    Raises:
        FileRefused: with the number.
    """
    if len(layout.columns) > limits.columns:
        raise FileRefused(Refusal(name, "too_wide", detail=str(len(layout.columns))))


def preview(first: Sequence[Numbered]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The first rows as they are, with their numbers."""
    return tuple((number, tuple(cell or "" for cell in cells)) for number, cells in first[:PREVIEW])


def write_table(
    rows: Iterator[Numbered], layout: Layout, target: Path, name: str, sheet: str | None = None, reach: int = 1 << 14
) -> list[dict[str, Any]]:
    """Write the rows below the header as text columns and `_row`.

    Args:
        rows: all rows of the table.
        layout: where it begins, and its columns.
        target: the Parquet file.
        name: of the file, for refusals.
        sheet: of a workbook.
        reach: how many cells the record of the header has; a record that has more is torn.

    Returns:
        Warnings: cells under no heading are notes beside the table, left out and counted.

    Raises:
        FileRefused: no rows, or a record with more cells than the header: its delimiters are not to be trusted.
    """
    width = len(layout.columns)
    start = layout.header_row + layout.header_rows
    below = ((number, cells) for number, cells in rows if number >= start)
    frames: list[pl.DataFrame] = []
    beyond: list[int] = []
    while chunk := list(islice(below, CHUNK)):
        for number, cells in chunk:
            if len(cells) > width and (extra := [at for at in range(width, len(cells)) if squeezed(cells[at])]):
                beyond.append(number)
                if extra[-1] >= reach:
                    value, detail = cells[extra[0]], f"{width} headings"
                    raise FileRefused(Refusal(name, "too_many_cells", number, value=value, detail=detail))
        columns = {
            heading: pl.Series([cells[at] if at < len(cells) else None for _, cells in chunk], dtype=pl.String)
            for at, heading in enumerate(layout.columns)
        }
        frames.append(pl.DataFrame({"_row": pl.Series([number for number, _ in chunk], dtype=pl.Int64), **columns}))
    if not frames:
        raise FileRefused(Refusal(name, "empty_file", sheet=sheet))
    pl.concat(frames).write_parquet(target, compression="lz4", statistics=False)
    if not beyond:
        return []
    return [{"code": "cells_beyond", "count": len(beyond), "row": beyond[0], "file": name, "sheet": sheet}]
