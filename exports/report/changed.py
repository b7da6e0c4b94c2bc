"""The section on what became of last week's published figures, and the words for a comparison of two packages."""

from collections.abc import Sequence
from typing import Any

import metrics
import warehouse
from exports.causes import Cause
from exports.figures import ALL, COUNTS, TUNED
from exports.report.model import COUNT, NUMBER, Block, Cell, Table, words
from exports.revisions import Revisions
from exports.rules import PARAMETER, SETTING, Rule
from exports.weeks import WEEK
from metrics import Indicator
from wording import DASH, Words, saying

SHOWN, PLACES = 15, 2
"""So many figures are listed in a report; shares and changes have so many decimals, one more than elsewhere, because
most revisions are small and a difference is to be that of what stands beside it."""
NAMED = ("ability", "basis", "key", "person_kind")
"""Parameters whose values have words of their own family; those of the others stand under `figure_choice`."""
DIFFERING = ("definition", "suppressed", *COUNTS, "low", "high", "change", "p", "notes", "value")
MOST_DIFFERING = 2
"""What can differ in a figure that reads the same, by weight; so many of it are named."""


def changed(say: Words, found: Revisions | None) -> tuple[Block, ...]:
    """Return the section; that nothing changed is a finding too."""
    if found is None:
        return (say("report.revisions_none_published"),)
    filled = {"period": say.period((found.week, found.week + WEEK)), "old": found.old_version}
    if found.changed.is_empty():
        return (say("report.revisions_nothing", **filled, n=say.number(found.compared)),)
    shown = say.number(min(SHOWN, len(found.changed)))
    numbers = {"n": say.number(found.compared), "changed": say.number(len(found.changed)), "shown": shown}
    return say("report.revisions_some", **filled, **numbers), through(say, found), table(say, found, SHOWN)


def through(say: Words, found: Revisions) -> str:
    """Return through which rules and batches figures changed; batches that changed none are left out."""
    told = [rule(say, one) for one in found.rules] + [cause(say, one) for one in found.causes if one.figures]
    return say("report.revisions_causes", causes=say("say.semicolon").join(told) or say("report.cause_none"))


def cause(say: Words, found: Cause) -> str:
    """Return what a batch brought, in words."""
    kinds = [say(f"cause.{kind}", n=say.number(number)) for kind, number in found.kinds.items()]
    brought = say("say.comma").join(kinds) if found.known else say("report.cause_unknown")
    return say(
        "report.cause_undone" if found.undone else "report.cause",
        batch=found.batch_id,
        table=say.of("lake_table", found.table),
        files=say("say.comma").join(found.files),
        kinds=brought or DASH,
        figures=say.number(found.figures),
    )


def rule(say: Words, found: Rule) -> str:
    """Return which rule changed, from what to what, in words."""
    return say.of("rule_changed", found.kind, name=_name(say, found), before=found.before, after=found.after)


def _name(say: Words, found: Rule) -> str:
    if found.kind == SETTING:
        return say.of("setting", found.name)
    entry = metrics.catalogue().get(found.name)
    known = warehouse.parameter_rules().get(found.name) if found.kind == PARAMETER else entry
    return say.text(known.name) if known else found.name


def table(say: Words, found: Revisions, most: int) -> Table:
    """Return the changed figures, worst first, each with what it was, what it is, and its causes."""
    return rows_of(say, found.changed.head(most).to_dicts(), found.of, found.under)


def rows_of(
    say: Words,
    lines: Sequence[dict[str, Any]],
    batches: Sequence[list[int]] = (),
    under: Sequence[list[Rule]] = (),
) -> Table:
    """Return lines of `comparison.differences` as a table; they may have neither batches nor rules."""
    heads = ("indicator", "unit", "before", "after", "difference", "cause")
    rows = tuple(
        _row(say, line, _through(say, batches[at] if batches else [], under[at] if under else []))
        for at, line in enumerate(lines)
    )
    return Table(
        "revisions", say("report_table.revisions"), tuple(say.of("report_column", head) for head in heads), rows
    )


def _through(say: Words, numbers: Sequence[int], under: Sequence[Rule]) -> str:
    """Return what changed a figure, in a few words."""
    parts = [say("report.batches", numbers=say("say.comma").join(map(str, numbers)))] if numbers else []
    parts += [say.of("through", one.kind, name=_name(say, one)) for one in under]
    return say("say.semicolon").join(parts)


def _row(say: Words, line: dict[str, Any], causes: str) -> tuple[Cell, ...]:
    entry = metrics.catalogue().get(line["indicator"])
    category = say("report.all_classes") if line["category"] == ALL else say.of("group", line["category"])
    parts = [say.of("short_comparison", line["comparison"]), category, *_choices(say, line["parameters"], entry)]
    name = say(
        "report.figure_name",
        name=say.text(entry.name) if entry else line["indicator"],
        parts=say("say.comma").join(parts),
    )
    before, after = (_figure(say, line, side) for side in ("before", "after"))
    is_class = line["unit"] in metrics.GROUPS
    unit = say.of("group", line["unit"]) if is_class else say.name(line["name_zh"], line["name_en"])
    return words(name), words(unit), before, after, _changed(say, line, before, after), words(causes)


def _changed(say: Words, line: dict[str, Any], before: Cell, after: Cell) -> Cell:
    """Return by how much a figure changed; of one that reads the same, what else is not the same."""
    verdicts = [line.get(f"verdict_{side}") or "none" for side in ("before", "after")]
    if verdicts[0] != verdicts[1]:
        was, is_now = (say.of("verdict", verdict) for verdict in verdicts)
        return words(say("report.verdict_changed", before=was, after=is_now))
    if before.text == after.text:
        named = [say.of("differs", name) for name in DIFFERING if name in line.get("fields", ())]
        return words(say("say.comma").join(list(dict.fromkeys(named))[:MOST_DIFFERING]))
    if isinstance(before.value, int | float) and isinstance(after.value, int | float) and line["unit_of_value"]:
        return _difference(say, line["unit_of_value"], after.value - before.value)
    return words("")


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
    """Return what stood in the report: the figure, else the count behind it."""
    value, unit = line[f"value_{side}"], line["unit_of_value"]
    if value is None:
        count = line[f"numerator_{side}"]
        return Cell(count, say.number(count), COUNT) if count is not None else words(DASH)
    if unit in saying.IN_PERCENT:
        return Cell(value, say.percent(value, PLACES), "share")
    if unit == "change":
        return Cell(value, say.signed(value, PLACES), "change")
    if unit == "grade":
        return words(say.of("grade", round(value)))
    digits = _digits(unit)
    return Cell(value, say.number(value, digits), NUMBER if digits else COUNT)


def _difference(say: Words, unit: str, number: float) -> Cell:
    if unit in saying.IN_PERCENT or unit == "change":
        return Cell(round(number, 10), say.points(number, PLACES), "points")
    digits = _digits(unit)
    sign = "+" if round(number, digits) > 0 else ""
    return Cell(round(number, 10), sign + say.number(number, digits), NUMBER if digits else "difference")


def _digits(unit: str) -> int:
    digits = saying.DIGITS.get(unit, int(unit == "score_change"))
    return digits + 1 if digits else 0


__all__ = ["cause", "changed", "rows_of", "rule", "table", "through"]
