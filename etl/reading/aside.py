"""Sets apart the rows of a table that are no records: blank, headers again, totals, footers, lines of a pasted page.

Vectorised over a batch of text rows, so that it costs next to nothing on a clean file: a few looks at a few columns.
"""

from __future__ import annotations

import polars as pl

from etl.reading.types import Layout
from etl.reading.words import FOOTERS, LEADS, TOTALS, squeezed

WHY = ("blank", "repeated_header", "total", "footer", "lead")
LABEL_COLUMNS = 3
SPACES = r"[\s\x{3000}\x{200b}\x{feff}]+"
SHORTEST, LONGEST = 2, 12
MOST_IN_FOOTER = 3


def set_aside(batch: pl.DataFrame, layout: Layout | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records of a batch, and the other rows with `_why`.

    Args:
        batch: `_row` and text columns.
        layout: of the table, for headers that are repeated; None: the names of the columns.
    """
    cells = [column for column in batch.columns if column != "_row"]
    suspects = _suspects(batch, cells, layout)
    if not suspects.any():
        return batch, batch.clear().with_columns(_why=pl.lit(None, pl.String))
    rows = batch.filter(suspects)
    headings = layout.heading_cells if layout else frozenset(squeezed(cell) for cell in cells)
    title = squeezed(layout.title) if layout else ""
    why = [_why(cells_of, headings, title) for cells_of in rows.select(cells).iter_rows()]
    judged = rows.with_columns(pl.Series("_why", why, dtype=pl.String)).filter(pl.col("_why").is_not_null())
    if judged.is_empty():
        return batch, judged
    return batch.filter(~pl.Series(batch["_row"]).is_in(judged["_row"].implode())), judged


def _suspects(batch: pl.DataFrame, cells: list[str], layout: Layout | None) -> pl.Series:
    """Rows worth a closer look: a label that is a total or a heading, or hardly a cell filled."""
    labels = cells[:LABEL_COLUMNS]
    tidy = [pl.col(name).str.replace_all(SPACES, "").str.to_lowercase() for name in labels]
    short = [pl.col(name).str.len_chars().is_between(SHORTEST, LONGEST) for name in labels]
    words = list(TOTALS | (layout.heading_cells if layout else frozenset(squeezed(cell) for cell in cells)))
    found = pl.any_horizontal(
        [pl.when(is_short).then(text.is_in(words)).otherwise(False) for is_short, text in zip(short, tidy, strict=True)]
    ).fill_null(False)
    suspects = batch.select(found.alias("s"))["s"]
    if all(batch[name].null_count() > 0 for name in cells[-2:]) or len(cells) == 1:
        filled = batch.select(pl.sum_horizontal(pl.col(cells).is_not_null()).alias("n"))["n"]
        suspects = suspects | (filled <= min(MOST_IN_FOOTER, max(len(cells) - 1, 0)))
    return suspects


def _why(cells: tuple[str | None, ...], headings: frozenset[str], title: str) -> str | None:
    filled = [text for cell in cells if (text := squeezed(cell))]
    if not filled:
        return "blank"
    if sum(1 for text in filled if text in headings) * 2 > len(filled) and len(filled) > 1:
        return "repeated_header"
    if any(squeezed(cell) in TOTALS for cell in cells[:LABEL_COLUMNS]):
        return "total"
    first = filled[0]
    if len(filled) <= MOST_IN_FOOTER and len(cells) > 1:
        if first.startswith(FOOTERS):
            return "footer"
        if first.startswith(LEADS) or (len(filled) == 1 and (first == title or first in headings)):
            return "lead"
    return None
