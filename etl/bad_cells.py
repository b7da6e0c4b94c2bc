"""Collects the bad cells of a batch: which rows have one, and each cell by name."""

from __future__ import annotations

import polars as pl

from etl.errors import Refusal, mask
from etl.plan import Plan


class BadCells:
    """Collects which rows are bad, and the first cells by name."""

    def __init__(self, raw: pl.DataFrame, file: str, plan: Plan) -> None:
        self.rows = raw["_row"]
        self.headings = raw["_heading"] if "_heading" in raw.columns else None
        self.file = file
        self.sheet = plan.sheet
        self.allowance = plan.allowance
        self.begins = bool(len(raw) and raw["_row"][0] == plan.first_row)
        self.mask: pl.Series | None = None
        self.refusals: list[Refusal] = []
        self.told: set[Refusal] = set()
        self.hidden = 0
        self.no_rates: dict[str, list[str]] = {}

    def add(self, bad: pl.Series | None, text: pl.Series | None, column: str, code: str, private: bool = False) -> None:
        """Mark the rows of a mask as bad, and name their cells as far as the load's allowance goes."""
        if bad is None or not bad.any():
            return
        bad = bad.fill_null(False)
        self.mask = bad if self.mask is None else self.mask | bad
        where = bad.arg_true()
        if self.headings is not None and not column.startswith("_"):  # one cell of the line that many figures share
            where = where.filter(self.rows.gather(where).is_first_distinct())
        where = where[: self.allowance.take(len(where))]
        cells = text.gather(where).to_list() if text is not None else [None] * len(where)
        named = [column] * len(where)
        if self.headings is not None and column.startswith("_"):
            named = self.headings.gather(where).to_list()
        for row, name, cell in zip(self.rows.gather(where).to_list(), named, cells, strict=True):
            shown = mask(cell) if private else cell
            refusal = Refusal(self.file, code, row, name, shown, self.sheet)
            if refusal not in self.told:  # two fields may be read from one cell
                self.told.add(refusal)
                self.refusals.append(refusal)

    def first(self) -> list[Refusal]:
        """The bad cells, row by row as the file has them."""
        return sorted(self.refusals, key=lambda refusal: refusal.row or 0)
