"""What a report is made of, before it becomes a workbook, a page or paper: sections of sentences, tables and pictures.

Every number stands as itself and as the text that is printed, so that all three show the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

import plotly.graph_objects as go

Value = str | int | float | None
TEXT, COUNT, SHARE, CHANGE, POINTS, NUMBER, DIFFERENCE = (
    "text",
    "count",
    "share",
    "change",
    "points",
    "number",
    "difference",
)
"""Forms of a cell: they decide the number format in a workbook and the alignment everywhere."""


@dataclass(frozen=True)
class Cell:
    """One cell: the value for a spreadsheet, the text for a reader."""

    value: Value
    text: str
    form: str = TEXT


@dataclass(frozen=True)
class Columns:
    """A chart that a spreadsheet can draw of a table itself.

    Attributes:
        kind: `column`, `bar` or `line`.
        names: column with the names along the axis.
        series: columns that are drawn.
        skip: so many rows at the top and at the bottom that are totals and not drawn.
    """

    kind: str
    names: int
    series: tuple[int, ...]
    skip: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Table:
    """A table; `strong` are the rows with totals, `printed` whether it goes on paper, `most` how many rows of it."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: tuple[int, ...] = ()
    native: Columns | None = None
    printed: bool = True
    most: int | None = None

    @property
    def is_blank(self) -> bool:
        """Whether no figure is known, so that nothing but dashes and reasons would be shown."""
        return not any(isinstance(cell.value, int | float) for row in self.rows for cell in row)


@dataclass(frozen=True)
class Picture:
    """A chart with its title and its text alternative; width and height in pixels for paper."""

    key: str
    title: str
    figure: go.Figure
    alt: str
    size: tuple[int, int] = (760, 300)


Block = str | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, in reading order."""

    key: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()

    def each(self) -> Iterator[Block]:
        """Return every block of the section and of its parts."""
        yield from self.blocks
        for part in self.parts:
            yield from part.each()


@dataclass(frozen=True)
class Report:
    """The report in one language."""

    language: str
    title: str
    lines: tuple[str, ...]
    """What stands under the title: week, data version, demonstration."""
    sections: tuple[Section, ...]
    foot: str
    definitions: tuple[str, ...] = ()
    """What every indicator means."""
    printed_definitions: tuple[str, ...] = ()
    """The same for the indicators that have a section of their own, because paper is short."""

    def pictures(self) -> list[Picture]:
        """Return every chart in reading order."""
        return [block for section in self.sections for block in section.each() if isinstance(block, Picture)]

    def tables(self) -> list[Table]:
        """Return every table in reading order."""
        return [block for section in self.sections for block in section.each() if isinstance(block, Table)]


def words(text: str) -> Cell:
    """Return a cell of text."""
    return Cell(text, text)


def places(text: str) -> int:
    """Return how wide a text is, in narrow letters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def without_pictures(report: Report) -> Report:
    """Return a report without its charts, which a workbook does not hold: Excel draws its own."""
    return replace(report, sections=tuple(_bare(section) for section in report.sections))


def _bare(section: Section) -> Section:
    blocks = tuple(block for block in section.blocks if not isinstance(block, Picture))
    return replace(section, blocks=blocks, parts=tuple(_bare(part) for part in section.parts))
