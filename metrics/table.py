"""A table in plain text whose columns line up, Chinese characters counted as two."""

from collections.abc import Sequence
from unicodedata import east_asian_width

GAP = "  "


def table_of(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return head and lines as text, every column as wide as its widest cell."""
    rows = [list(head), *(list(line) for line in lines)]
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        GAP.join(cell + " " * (widths[place] - width(cell)) for place, cell in enumerate(row)).rstrip() for row in rows
    )


def width(text: str) -> int:
    """Return how many places a text takes in a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
