"""Rows of results as cells and as half sentences: change with interval and verdict, or why there is none."""

from collections.abc import Iterable

import metrics
from exports.report.desk import Desk
from exports.report.model import CHANGE, COUNT, DIFFERENCE, NUMBER, POINTS, SHARE, TEXT, Cell, words
from metrics import Result, Row
from wording import DASH, saying

FORMS = {"share": SHARE, "change": CHANGE}
COUNTED = ("alerts", "cases")
NO_DATA = "no_data"
LOUD = ("confirmed", "possible", "contradicted")


def count(desk: Desk, number: int | float | None) -> Cell:
    """Return a count."""
    return Cell(number, desk.words.number(number), COUNT)


def counted(desk: Desk, row: Row) -> Cell:
    """Return the count of a row; a dash where its period has no data, because nobody knows that it was zero."""
    return count(desk, None if row.suppressed == NO_DATA else row.numerator)


def value(desk: Desk, row: Row) -> Cell:
    """Return the figure of a row."""
    if row.value is None:
        return words(DASH)
    form = FORMS.get(row.unit_of_value, COUNT if row.unit_of_value in COUNTED else NUMBER)
    return Cell(round(row.value, 10), saying.value(desk.words, row), form)


def interval(desk: Desk, row: Row) -> Cell:
    """Return the interval of a row as text without brackets."""
    return words(saying.interval(desk.words, row).strip(" （）()"))


def share(desk: Desk, part: int | None, whole: int | None) -> Cell:
    """Return a share; nothing where the base is too small."""
    smallest = metrics.parameters(desk.answers.lake, desk.week.version).smallest_base
    if part is None or not whole or whole < smallest:
        return words(DASH)
    return Cell(round(part / whole, 10), desk.words.percent(part / whole), SHARE)


def change(desk: Desk, row: Row) -> Cell:
    """Return the change of a row: percent, points, or a difference of counts where the base is small."""
    text = saying.change(desk.words, row)
    if row.change is not None:
        return Cell(round(row.change, 10), text, POINTS if row.unit_of_value == "share" else CHANGE)
    difference = row.extra.get("difference")
    return Cell(difference, text, DIFFERENCE) if difference is not None else words(text)


def difference(desk: Desk, row: Row) -> Cell:
    """Return by how many a count differs from its base; nothing where the two periods are not of the same days."""
    if row.numerator is None or row.base_numerator is None or row.has_note("unequal_days"):
        return words(DASH)
    if row.suppressed == NO_DATA:
        return words(DASH)
    return more(desk, row.numerator, row.base_numerator)


def more(desk: Desk, now: int, before: int) -> Cell:
    """Return a difference of two counts."""
    return Cell(now - before, desk.words.difference(now - before), DIFFERENCE)


def verdict(desk: Desk, row: Row) -> Cell:
    """Return the verdict, or why there is no percentage to judge."""
    return words(saying.verdict(desk.words, row) or saying.why(desk.words, row) or DASH)


def told(desk: Desk, row: Row) -> str:
    """Return a change as half a sentence: with interval and verdict, or why there is none."""
    sentence, changed = desk.words, saying.change(desk.words, row)
    reason = saying.why(sentence, row).rstrip("。.")
    if row.change is None and row.extra.get("difference") is None:
        return sentence("report.no_change", why=reason or DASH)
    if row.verdict is None:
        if not reason:
            return sentence("report.change_only", change=changed)
        return sentence("report.change_why", change=changed, why=reason)
    return sentence("report.change", change=changed, interval=saying.interval(sentence, row), verdict=spoken(desk, row))


def spoken(desk: Desk, row: Row) -> str:
    """Return the verdict without its shape, as it stands in a sentence."""
    return saying.verdict(desk.words, row).lstrip("".join(saying.SHAPES.values())).strip()


def apart(desk: Desk, result: Result) -> str:
    """Return which units' changes can be told from chance, by verdict and direction."""
    groups: dict[str, list[str]] = {}
    for row in result.rows:
        if row.verdict in LOUD:
            direction = "rise" if (row.change or 0) > 0 else "fall"
            groups.setdefault(f"{row.verdict}_{direction}", []).append(desk.name(row))
    said = [desk.words(f"take.{key}", names=saying.listed(desk, names)) for key, names in sorted(groups.items())]
    return " ".join(said) if desk.words.short == "en" else "".join(said)


def joined(desk: Desk, sentences: Iterable[str]) -> str:
    """Return sentences as one paragraph, as each language sets them side by side."""
    return (" " if desk.words.short == "en" else "").join(sentence for sentence in sentences if sentence)


__all__ = [
    "TEXT",
    "apart",
    "change",
    "count",
    "counted",
    "difference",
    "interval",
    "joined",
    "more",
    "share",
    "spoken",
    "told",
    "value",
    "verdict",
]
