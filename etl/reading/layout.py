"""Finds the header of a table made for people: below titles and periods, of one to three rows, with merged cells.

The header is the first row that is about as wide as the table and holds words, not values. A row below belongs to it
when it only subdivides it: words under cells that the row above left empty. Merged headings are filled across.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from etl.reading.periods import find_period
from etl.reading.types import Choice, Layout, Merge, Numbered
from etl.reading.words import DATED, NOTHING, TOTALS, is_data, is_lead, squeezed, tidy_heading

SHARE_OF_WIDTH = 0.5
MOST_HEADER_ROWS = 3
UNIT = re.compile(r"(?<![报送制布计])单位\s*[:：]\s*([^\s()（）]{1,8})")
YEAR = re.compile(r"(19|20)\d\d")


def find_layout(first: Sequence[Numbered], merges: Sequence[Merge] = (), choice: Choice | None = None) -> Layout | None:
    """Where the table begins; None where the rows hold no table.

    Args:
        first: the first rows of the sheet, some dozens of them.
        merges: merged cells, rows and columns from 0.
        choice: what a person set.
    """
    chosen = choice or Choice()
    start = _header_at(first, chosen.header_row)
    if start is None:
        return None
    count = chosen.header_rows or _header_rows(first, start)
    rows = [list(cells) for _, cells in first[start : start + count]]
    width = _width(first, start, count)
    numbers = [number for number, _ in first[start : start + count]]
    columns = _columns(rows, width, [_merged(merges, number) for number in numbers])
    above = [cell for _, cells in first[:start] for cell in cells if squeezed(cell)]
    title = tidy_heading(above[0]) if above else None
    return Layout(
        header_row=first[start][0],
        header_rows=count,
        columns=columns,
        heading_cells=frozenset(squeezed(cell) for cells in rows for cell in cells if squeezed(cell)),
        written=frozenset(cell for cells in rows for cell in cells if cell is not None and squeezed(cell)),
        title=title,
        unit=next((found[1] for cell in above if (found := UNIT.search(cell or ""))), None),
        period=next((period for cell in reversed(above) if (period := find_period(cell or ""))), None),
    )


def _width(first: Sequence[Numbered], start: int, count: int) -> int:
    """Columns under the header, and those without a heading that most rows fill."""
    headed = [at + 1 for _, cells in first[start : start + count] for at, cell in enumerate(cells) if squeezed(cell)]
    below = [cells for _, cells in first[start + count :] if any(squeezed(cell) for cell in cells)]
    width = max(headed, default=1)
    widest = max((len(cells) for cells in below), default=0)
    for at in range(width, widest):
        if 2 * sum(1 for cells in below if len(cells) > at and squeezed(cells[at])) > len(below):
            width = at + 1
    return width


def _filled(cells: Sequence[str | None]) -> int:
    return sum(1 for cell in cells if squeezed(cell))


def _header_at(first: Sequence[Numbered], wanted: int | None) -> int | None:
    if wanted is not None:
        return next((at for at, (number, _) in enumerate(first) if number == wanted), None)
    width = max((_filled(cells) for _, cells in first), default=0)
    if width == 0 or (width == 1 and squeezed(first[0][1][0] if first[0][1] else "") in NOTHING):
        return None
    for at, (_, cells) in enumerate(first):
        filled = _filled(cells)
        words = sum(1 for cell in cells if squeezed(cell) and not is_data(cell))
        enough = filled >= (1 if width == 1 else max(2, SHARE_OF_WIDTH * width))
        if enough and (words * 2 > filled or _is_series(cells)) and not _is_lead(cells, filled):
            return _first_of_header(first, at)
    return None


def _first_of_header(first: Sequence[Numbered], at: int) -> int:
    """The header may begin above its first wide row, with headings that each stand over several columns."""
    for _ in range(MOST_HEADER_ROWS - 1):
        above = first[at - 1][1] if at else []
        if _filled(above) < 2 or _is_lead(above, _filled(above)) or not _subdivides(above, first[at][1]):
            break
        at -= 1
    return at


def _is_series(cells: Sequence[str | None]) -> bool:
    """Whether the values of a row are headings in truth: a word, then years, days or numbers that go on by steps."""
    values = [squeezed(cell) for cell in cells if squeezed(cell)]
    series = values[1:]
    if is_data(values[0]) or len(series) < 2 or len(set(series)) < len(series):
        return False
    if all(YEAR.fullmatch(value) for value in series) or all(DATED.fullmatch(value) for value in series):
        return True
    return series == [str(number) for number in range(1, len(series) + 1)]


def _is_lead(cells: Sequence[str | None], filled: int) -> bool:
    """Whether a row only says period, unit or database, as lines above a table do."""
    said = sum(1 for cell in cells if is_lead(squeezed(cell)))
    return said > 0 and filled <= said + 1


def _header_rows(first: Sequence[Numbered], start: int) -> int:
    count = 1
    while count < MOST_HEADER_ROWS and start + count < len(first):
        above, below = first[start + count - 1][1], first[start + count][1]
        if not _subdivides(above, below):
            break
        count += 1
    return count


def _subdivides(above: Sequence[str | None], below: Sequence[str | None]) -> bool:
    present = [column for column, cell in enumerate(below) if squeezed(cell)]
    if not present or any(is_data(below[column]) for column in present) or 0 in present:
        return False
    if any(squeezed(cell) in TOTALS for cell in below[:1]):
        return False
    return any(column >= len(above) or not squeezed(above[column]) for column in present)


def _merged(merges: Sequence[Merge], number: int) -> list[tuple[int, int]]:
    """First and last column of what is merged across in a row."""
    return [(left, right) for (top, left), (bottom, right) in merges if top <= number - 1 <= bottom and right > left]


def _columns(rows: list[list[str | None]], width: int, merged: list[list[tuple[int, int]]]) -> tuple[str, ...]:
    """One heading a column: the rows joined with `_`, merged ones filled across, doubles numbered, empty ones named."""
    grid = [([tidy_heading(cell) for cell in cells] + [""] * width)[:width] for cells in rows]
    for at, cells in enumerate(grid[:-1]):
        for column in range(1, width):
            spans = [span for span in merged[at] if span[0] < column <= span[1]]
            is_under = any(below[column] for below in grid[at + 1 :]) and not merged[at]
            if not cells[column] and (spans or is_under):
                cells[column] = cells[spans[0][0]] if spans else cells[column - 1]
    names: list[str] = []
    for column in range(width):
        parts = list(dict.fromkeys(cells[column] for cells in grid if cells[column]))
        name = "_".join(parts) or f"列{column + 1}"
        names.append(_unused(name, names))
    return tuple(names)


def _unused(name: str, taken: list[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found
