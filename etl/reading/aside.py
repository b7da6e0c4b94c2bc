"""Sets apart the rows of a table that are no records: blank, headers again, totals, footers, lines of a pasted page.

Vectorised over a batch of text rows, so that it costs next to nothing on a clean file: a few looks at a few columns
choose the suspects, and only these are judged one by one.
"""

from __future__ import annotations

import polars as pl

from etl.reading.types import Layout
from etl.reading.words import FOOTERS, MAY_BE_TOTAL, NOTE, NOTHING, is_lead, squeezed, total_kind

WHY = ("blank", "repeated_header", "total", "footer", "lead")
LABEL_COLUMNS = 3
WHITE = r"^[\s\x{200b}\x{feff}]*$"
LONGEST_LABEL_BYTES = 48
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
    why: list[str | None] = []
    for row in rows.select(cells).iter_rows():
        why.append(_why(row, headings, title, why[-1] if why else None))
    judged = rows.with_columns(pl.Series("_why", why, dtype=pl.String)).filter(pl.col("_why").is_not_null())
    if judged.is_empty():
        return batch, judged
    return batch.filter(~pl.Series(batch["_row"]).is_in(judged["_row"].implode())), judged


def _suspects(batch: pl.DataFrame, cells: list[str], layout: Layout | None) -> pl.Series:
    """Rows worth a closer look: a label that may be a total or a heading, or hardly a cell filled."""
    written = list(layout.written if layout else cells)
    suspects = pl.repeat(False, batch.height, dtype=pl.Boolean, eager=True)
    for name in cells[:LABEL_COLUMNS]:
        column = batch[name]
        is_short = column.str.len_bytes() <= LONGEST_LABEL_BYTES
        short = column.filter(is_short)
        found = short.str.contains(MAY_BE_TOTAL) | short.is_in(written)
        if found.any():
            suspects = suspects | pl.Series(is_short.fill_null(False)).scatter(is_short.arg_true(), found)
    subdivided = next((name for name in cells[LABEL_COLUMNS:] if "_" in name), None)
    if subdivided is not None:
        suspects = suspects | batch[subdivided].is_in(written).fill_null(False)
    return suspects | _nearly_empty(batch, cells)


def _nearly_empty(batch: pl.DataFrame, cells: list[str]) -> pl.Series:
    """Rows of so few filled cells that they may be a footer; none where too few columns have an empty cell at all."""
    most = min(MOST_IN_FOOTER, max(len(cells) - 1, 0))
    holes: list[str] = []
    for number, name in enumerate(cells, start=1):
        if _has_hole(batch[name]):
            holes.append(name)
        elif number - len(holes) > most:
            return pl.repeat(False, batch.height, dtype=pl.Boolean, eager=True)
    empty = [pl.col(name).fill_null("").str.contains(WHITE) for name in holes]
    full = len(cells) - len(holes)
    return batch.select((full + pl.sum_horizontal([~blank for blank in empty]) <= most).alias("few"))["few"]


def _has_hole(column: pl.Series) -> bool:
    """Whether a cell of a column is empty, or holds white space only."""
    if column.null_count():
        return True
    short = column.filter(column.str.len_bytes() <= LONGEST_LABEL_BYTES)
    return bool(short.str.contains(WHITE).any())


def _why(cells: tuple[str | None, ...], headings: frozenset[str], title: str, before: str | None) -> str | None:
    filled = [text for cell in cells if (text := squeezed(cell))]
    if not filled:
        return "blank"
    if sum(1 for text in filled if text in headings) * 2 > len(filled) and len(filled) > 1:
        return "repeated_header"
    if any(total_kind(squeezed(cell)) for cell in cells[:LABEL_COLUMNS]):
        return "total"
    first = filled[0]
    if len(filled) > MOST_IN_FOOTER or len(cells) == 1:
        return None
    if first.startswith(FOOTERS) or (len(filled) == 1 and first in NOTHING):
        return "footer"
    if before == "footer" and len(filled) == 1 and len(cells) > 2 and NOTE.match(first):
        return "footer"
    if is_lead(first) or (len(filled) == 1 and (first == title or first in headings)):
        return "lead"
    return None
