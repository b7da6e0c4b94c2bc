"""What reading a file takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

Cells = list[str | None]
Numbered = tuple[int, Cells]
"""A row as text, with the number that the spreadsheet shows (the first row is 1)."""
Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell that were merged, each as row and column from 0."""


RowsRead = Callable[[int, int], None]
"""Is told how many rows of a file were read, and of about how many (0: not known)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person set; None is found out. `header_row` counts as the spreadsheet does."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    header_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these a file is refused with a sentence."""

    text_bytes: int = 8 << 30
    workbook_bytes: int = 512 << 20
    unpacked_bytes: int = 4 << 30
    ratio: int = 400
    entries: int = 1000
    columns: int = 500
    cells: int = 20_000_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table begins, and what stands above it."""

    header_row: int
    header_rows: int
    columns: tuple[str, ...]
    heading_cells: frozenset[str]
    title: str | None = None
    unit: str | None = None
    period: tuple[date, date] | None = None
    written: frozenset[str] = frozenset()
    """The cells of the header as they are written, by which a repeated one is found quickly."""


@dataclass(slots=True)
class Sheet:
    """One table-like part of a file: a text file or one sheet of a workbook."""

    name: str | None
    first: Sequence[Numbered]
    rows: Iterator[Numbered]
    merges: Sequence[Merge] = ()
    date_system: int = 1900
    hidden_rows: int = 0
    extent: int = 0
    """The last row that has a cell; 0 where that is not known beforehand."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in a file, as text.

    `source` is a Parquet file of text columns and `_row`, or (`is_parquet` False) a plain UTF-8 CSV whose first line
    is the header. `file` is what reports name: `a.csv`, or `pack.zip/a.csv`. `period` is half-open.
    """

    file: str
    sheet: str | None
    source: Path
    is_parquet: bool
    columns: tuple[str, ...]
    encoding: str
    delimiter: str | None
    layout: Layout
    date_system: int = 1900
    hidden_rows: int = 0
    other_sheets: tuple[tuple[str, str], ...] = ()
    preview: tuple[tuple[int, tuple[str, ...]], ...] = ()
    has_lost_letters: bool = False
    warnings: tuple[dict[str, Any], ...] = ()

    @property
    def header_row(self) -> int:
        """The first row of the header, as the spreadsheet numbers it."""
        return self.layout.header_row

    @property
    def header_rows(self) -> int:
        """How many rows the header has."""
        return self.layout.header_rows

    @property
    def title(self) -> str | None:
        """The first line above the table."""
        return self.layout.title

    @property
    def unit(self) -> str | None:
        """The unit of measure that stands above the table."""
        return self.layout.unit

    @property
    def period(self) -> tuple[date, date] | None:
        """The period named above the table, half-open."""
        return self.layout.period

    def context(self) -> dict[str, str]:
        """What a mapping can take from around the table: file, sheet, title, unit, period, and `line:WORD`.

        The last is what a line above the table says after a word and a colon: 指标：人口数 is the value of `line:指标`.
        """
        start, end = self.layout.period or (None, None)
        found = {"file": self.file, "sheet": self.sheet, "title": self.layout.title, "unit": self.layout.unit,
                 "period_start": start and start.isoformat(), "period_end": end and end.isoformat()}  # fmt: skip
        for row, cells in self.preview:
            for cell in cells if row < self.header_row else ():
                word, colon, told = cell.replace(":", "：", 1).partition("：")
                if colon and told.strip():
                    found.setdefault(f"line:{word.strip()}", told.strip())
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Peek:
    """The first look at a file, before all of it is read."""

    file: str
    sheets: tuple[str, ...]
    sheet: str | None
    encoding: str
    delimiter: str | None
    layout: Layout | None
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(default=())
