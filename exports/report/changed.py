"""The section on what became of last week's published figures, and the words for a comparison of two packages."""

from collections.abc import Sequence
from typing import Any

import metrics
from exports.causes import Cause
from exports.figures import ALL, TUNED
from exports.report.model import COUNT, Block, Cell, Table, words
from exports.revisions import Revisions
from exports.weeks import WEEK
from metrics import Indicator
from wording import DASH, Words

SHOWN = 15
NAMED = ("ability", "basis", "key", "person_kind")
"""Parameters whose values have words of their own family; those of the others stand under `figure_choice`."""


def changed(say: Words, found: Revisions | None) -> tuple[Block, ...]:
    """Return the section; that nothing changed is a finding too."""
    if found is None:
        return (say("report.revisions_none_published"),)
    filled = {"period": say.period((found.week, found.week + WEEK)), "old": found.old_version}
    if found.changed.is_empty():
        return (say("report.revisions_nothing", **filled, n=say.number(found.compared)),)
    shown = min(SHOWN, len(found.changed))
    opening = say(
        "report.revisions_some",
        **filled,
        n=say.number(found.compared),
        changed=say.number(len(found.changed)),
        shown=shown,
    )
    told = say("say.semicolon").join(cause(say, one) for one in found.causes) or say("report.cause_none")
    return opening, say("report.revisions_causes", causes=told), table(say, found, SHOWN)


def cause(say: Words, found: Cause) -> str:
    """Return what a batch brought, in words."""
    kinds = [say(f"cause.{kind}", n=say.number(number)) for kind, number in found.kinds.items()]
    told = say("say.comma").join(kinds) if found.known else say("report.cause_unknown")
    return say(
        "report.cause_undone" if found.undone else "report.cause",
        batch=found.batch_id,
        table=say.of("lake_table", found.table),
        files=say("say.comma").join(found.files),
        kinds=told or DASH,
    )


def table(say: Words, found: Revisions, most: int) -> Table:
    """Return the changed figures, worst first, each with what it was, what it is, and its batches."""
    return rows_of(say, found.changed.head(most).to_dicts(), found.of)


def rows_of(say: Words, lines: Sequence[dict[str, Any]], batches: Sequence[list[int]] = ()) -> Table:
    """Return lines of `comparison.differences` as a table."""
    heads = ("indicator", "unit", "before", "after", "difference", "cause")
    rows = tuple(_row(say, line, batches[at] if at < len(batches) else []) for at, line in enumerate(lines))
    return Table(
        "revisions", say("report_table.revisions"), tuple(say.of("report_column", head) for head in heads), rows
    )


def _row(say: Words, line: dict[str, Any], numbers: list[int]) -> tuple[Cell, ...]:
    entry = metrics.catalogue().get(line["indicator"])
    category = say("report.all_classes") if line["category"] == ALL else say.of("group", line["category"])
    parts = [say.of("short_comparison", line["comparison"]), category, *_choices(say, line["parameters"], entry)]
    name = say(
        "report.figure_name",
        name=say.text(entry.name) if entry else line["indicator"],
        parts=say("say.comma").join(parts),
    )
    before, after = (_figure(say, line, side) for side in ("before", "after"))
    difference = words("")
    if isinstance(before.value, int | float) and isinstance(after.value, int | float) and line["unit_of_value"]:
        difference = _difference(say, line["unit_of_value"], after.value - before.value)
    batches = say("report.batches", numbers=say("say.comma").join(map(str, numbers))) if numbers else ""
    is_class = line["unit"] in metrics.GROUPS
    unit = say.of("group", line["unit"]) if is_class else say.name(line["name_zh"], line["name_en"])
    return words(name), words(unit), before, after, difference, words(batches)


def _choices(say: Words, parameters: str, entry: Indicator | None) -> list[str]:
    """Return in words what was chosen of an indicator's parameters, where that is not the default."""
    chosen = dict(one.partition("=")[::2] for one in parameters.split(";") if one)
    known = entry.parameters if entry else {}
    return [
        say.of(name, value) if name in NAMED else say.of("figure_choice", value)
        for name, value in chosen.items()
        if name in known and name not in TUNED and value != str(known[name].default)
    ]


def _figure(say: Words, line: dict[str, Any], side: str) -> Cell:
    """Return what stood in the report: the verdict that changed, else the figure, else the count behind it."""
    value, unit = line[f"value_{side}"], line["unit_of_value"]
    if value is None:
        count = line[f"numerator_{side}"]
        return Cell(count, say.number(count), COUNT) if count is not None else words(DASH)
    if unit == "share":
        return Cell(value, say.percent(value), "share")
    if unit == "change":
        return Cell(value, say.signed(value), "change")
    return Cell(value, say.number(value, 1 if unit == "per_10000" else 0), COUNT)


def _difference(say: Words, unit: str, number: float) -> Cell:
    if unit in ("share", "change"):
        return Cell(round(number, 10), say.points(number), "points")
    return Cell(round(number, 10), say.difference(round(number)), "difference")


__all__ = ["cause", "changed", "rows_of", "table"]
