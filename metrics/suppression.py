"""Small counts on domestic violence and minors are not shown, nor anything that they could be worked out from.

A count from 1 to under the threshold (a parameter, 5) is hidden; 0 may be shown. A share hides when its part, its
whole or the rest of the two is that small. Then complementary cells hide, the smallest first, until no hidden one
follows from what is left: station, district and city totals add up, so wherever a total is shown, at least two of its
parts are hidden, and they may not all be 1 (whoever knows that a hidden count is at least 1 would have them). Where
that cannot be had, the total hides as well. Everything made from a hidden count (value, interval, change, p, verdict,
extra) goes with it.

What hides depends on the whole city's table of a period alone, never on what was asked, so two questions cannot be
played off against each other; a selection of units is shown only when each of them is. Not covered, and said in
docs/decisions/0037: periods that overlap, and counts that two sensitive indicators share.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from metrics.counting import Question
from metrics.types import Level, Note, Row
from metrics.units import CITY, SELECTION, Units, resolve

SMALL_CELL = "small_cell"
SENSITIVE_CLASSES = frozenset({"domestic_violence", "minors", "juvenile", "juveniles"})
"""A class of alerts, or a choice of the reader, that singles out what is sensitive."""
FINEST_FIRST: tuple[Level, ...] = ("station", "district", "city")

Answer = Callable[[Question], list[Row]]


@dataclass(frozen=True)
class Cell:
    """One unit's counts in one period and the unit that they add up into; `whole` is None for plain counts."""

    code: str
    parent: str | None
    part: int
    whole: int | None = None

    def is_small(self, threshold: int) -> bool:
        """Return whether a count of it may not be shown."""
        counts = [self.part] if self.whole is None else [self.part, self.whole, self.whole - self.part]
        return any(0 < count < threshold for count in counts)

    @property
    def size(self) -> int:
        """Return the count that it is ordered by among the cells that could hide beside it."""
        return self.part if self.whole is None else self.whole


def is_sensitive(question: Question) -> bool:
    """Return whether a question is about domestic violence or minors."""
    chosen = {str(value) for value in question.options.values()} | set(question.scope.groups)
    return question.indicator.sensitive or bool(chosen & SENSITIVE_CLASSES)


def suppress(question: Question, answer: Answer, rows: list[Row]) -> tuple[list[Row], list[Note]]:
    """Return the rows of a sensitive question with what must not be known taken out, and the note that says so."""
    threshold = question.parameters.suppression_threshold
    units = resolve(question.reference, replace(question.scope, by="station", districts=(), stations=()), set())
    tables = {
        level: answer(_whole_city(question, level)) for level in FINEST_FIRST if level in question.indicator.levels
    }
    now = hidden_cells(_cells(tables, units, "numerator", "denominator"), threshold)
    before = hidden_cells(_cells(tables, units, "base_numerator", "base_denominator"), threshold)
    veiled = []
    for row in rows:
        parts = _parts(question, row, units)
        veiled.append(_veiled(row, now=bool(parts & now), base=bool(parts & before)))
    found = any(row.suppressed == SMALL_CELL or row.has_note("base_small_cell") for row in veiled)
    return veiled, [Note("small_cells", {"threshold": threshold})] if found else []


def _whole_city(question: Question, level: Level) -> Question:
    return replace(question, scope=replace(question.scope, by=level, districts=(), stations=()))


def _cells(tables: Mapping[Level, list[Row]], units: Units, part: str, whole: str) -> dict[str, Cell]:
    """Return the cells of one period at every level; rows without a count have nothing to hide."""
    parents: dict[str, Callable[[str], str | None]] = {
        "station": units.parent_of if "district" in tables else lambda _: CITY,
        "district": lambda _: CITY,
        "city": lambda _: None,
    }
    return {
        row.unit: Cell(row.unit, parents[level](row.unit), getattr(row, part), getattr(row, whole))
        for level in FINEST_FIRST
        for row in tables.get(level, [])
        if getattr(row, part) is not None
    }


def _parts(question: Question, row: Row, units: Units) -> set[str]:
    """Return the cells that a row is made of: itself, or what was selected for it."""
    scope = question.scope
    if scope.by != "station" and scope.stations:
        return {units.station_of(code) for code in scope.stations}
    if row.unit == SELECTION:
        chosen = resolve(question.reference, scope, set()).selected or ()
        return {units.parent_of(station) for station in chosen} | set(scope.districts)
    return {row.unit}


def hidden_cells(cells: Mapping[str, Cell], threshold: int) -> frozenset[str]:
    """Return the codes of the cells that may not be shown: the small ones and their complements.

    Args:
        cells: every cell of one period, by code, parents among them.
        threshold: counts from 1 to below it are small.
    """
    children: dict[str, list[Cell]] = {}
    for cell in cells.values():
        if cell.parent is not None and cell.parent in cells:
            children.setdefault(cell.parent, []).append(cell)
    hiding = _Hiding(children, {code for code, cell in cells.items() if cell.is_small(threshold)})
    totals = _parents_last(cells, children)
    for total in totals:
        if total.code in hiding.hidden:
            hiding.hide(total)
    for total in totals:
        hiding.protect(total)
    return frozenset(hiding.hidden)


def _parents_last(cells: Mapping[str, Cell], children: Mapping[str, list[Cell]]) -> list[Cell]:
    """Return the cells that have parts, those deepest in the tree first."""

    def depth(cell: Cell) -> int:
        return 0 if cell.parent is None or cell.parent not in cells else 1 + depth(cells[cell.parent])

    return sorted((cells[code] for code in children), key=lambda cell: (-depth(cell), cell.code))


class _Hiding:
    """The cells hidden so far, and how a total is kept from giving its hidden parts away."""

    def __init__(self, children: Mapping[str, list[Cell]], hidden: set[str]) -> None:
        self.children = children
        self.hidden = hidden

    def hide(self, cell: Cell) -> None:
        """Hide a cell; a total that is hidden needs a hidden part, or one could add it up."""
        self.hidden.add(cell.code)
        parts = self.children.get(cell.code, [])
        if not any(part.code in self.hidden for part in parts) and (smallest := self._smallest_shown(parts)):
            self.hide(smallest)

    def protect(self, total: Cell) -> None:
        """Hide further parts of a total that is shown, or the total, until the hidden ones do not follow from it."""
        parts = self.children[total.code]
        while total.code not in self.hidden and self._gives_away(parts):
            self.hide(self._smallest_shown(parts) or total)

    def _gives_away(self, parts: Iterable[Cell]) -> bool:
        hidden = [part for part in parts if part.code in self.hidden]
        leaves = [leaf for part in hidden for leaf in self._hidden_leaves(part)]
        return bool(hidden) and (len(hidden) == 1 or sum(leaf.size for leaf in leaves) <= len(leaves))

    def _hidden_leaves(self, cell: Cell) -> list[Cell]:
        below = [part for part in self.children.get(cell.code, []) if part.code in self.hidden]
        return [leaf for part in below for leaf in self._hidden_leaves(part)] or [cell]

    def _smallest_shown(self, parts: Iterable[Cell]) -> Cell | None:
        shown = [part for part in parts if part.code not in self.hidden and part.size > 0]
        return min(shown, key=lambda part: (part.size, part.code), default=None)


def _veiled(row: Row, *, now: bool, base: bool) -> Row:
    """Return a row without the counts of either period that may not be shown, and without what is made from them."""
    extra = {} if now or base or "difference" not in row.extra else {"difference": row.extra["difference"]}
    row = replace(row, extra=extra, notes=tuple(note for note in row.notes if not _counts(note)))
    if base:
        row = replace(row, base_numerator=None, base_denominator=None, notes=(*row.notes, Note("base_small_cell")))
    if now or base:
        row = replace(row, change=None, p=None, verdict=None)
    if base and row.unit_of_value == "change":
        row = replace(row, value=None, interval=None)
    if now:
        row = replace(row, value=None, numerator=None, denominator=None, interval=None, suppressed=SMALL_CELL)
    return row


def _counts(note: Note) -> bool:
    """Return whether a note tells a count."""
    return any(isinstance(value, int) and not isinstance(value, bool) for value in note.values.values())
