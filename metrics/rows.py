"""How a count and a share become a row, and when a figure is not given.

No percentage stands on a base under the catalogue's smallest base (20), and none on a base of 0: the
difference in counts is given instead. A share needs as many in its denominator.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metrics.counting import Question
from metrics.standing import Unit
from metrics.statistics import count_limits, wilson
from metrics.types import Note, Row
from metrics.verdicts import CONFIRMED, Evidence, compare_counts, count_verdict, share_verdict

NO_DATA, NO_BASE, BASE_UNDER_20 = "no_data", "no_base", "base_under_20"
Pair = tuple[int, int]


def why_no_change(question: Question, now: int, before: int) -> str | None:
    """Return why the change of a count is not given as a percentage, None when it can be or none is asked for."""
    if question.compared.days == 0:
        return NO_DATA
    if not question.compared.has_base:
        return None
    if before == 0 and now > 0:
        return NO_BASE
    return BASE_UNDER_20 if before < question.indicator.smallest_base else None


def count_change(question: Question, now: int, before: int) -> float | None:
    """Return the relative change of a daily mean, None where no percentage may be given."""
    compared = question.compared
    if not compared.has_base or why_no_change(question, now, before):
        return None
    return (now / compared.days) / (before / compared.base_days) - 1


def count_row(
    question: Question,
    unit: Unit,
    now: int,
    before: int,
    notes: list[Note],
    extra: Mapping[str, Any],
) -> Row:
    """Return the row of a count: its value with limits, and its change where there is a base."""
    reason = why_no_change(question, now, before)
    nothing = reason == NO_DATA
    has_base = question.compared.has_base
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=None if nothing else float(now),
        numerator=None if nothing else now,
        base_numerator=before if has_base else None,
        change=count_change(question, now, before),
        interval=None if nothing else count_limits(now),
        suppressed=reason,
        notes=(*notes, *base_notes(reason)),
        extra={"difference": now - before if has_base else None} | dict(extra),
    )


def judged_count(question: Question, row: Row) -> Row:
    """Return the row of a count with test and verdict where a percentage is given; no more than possible."""
    compared = question.compared
    now, before = row.numerator or 0, row.base_numerator or 0
    if not compared.has_base or why_no_change(question, now, before):
        return row
    test = compare_counts(question.rule, now, before, compared.days, compared.base_days, None)
    verdict = count_verdict(question.rule, test, None, Evidence(broken=row.has_note("series_break")))
    return replace(row, p=test.p, verdict=verdict, extra=dict(row.extra) | {"z": test.z})


def base_notes(reason: str | None) -> list[Note]:
    """Return the note for a base of zero; a merely small base is said by the row's reason alone."""
    return [Note(NO_BASE)] if reason == NO_BASE else []


def share_row(
    question: Question,
    unit: Unit,
    now: Pair,
    before: Pair | None,
    notes: list[Note],
    extra: Mapping[str, Any],
    *,
    highest: str = CONFIRMED,
    broken: bool = False,
    reason: str | None = None,
    each: int = 1,
) -> Row:
    """Return the row of a share: Wilson's limits, and its change in points against the base.

    Args:
        question: the question.
        unit: the unit.
        now: part and whole of the period.
        before: part and whole of the base, None where there is none to compare with.
        notes: what must be said.
        extra: counter-metrics.
        highest: the strongest verdict that the figure can carry.
        broken: whether an event breaks the series.
        reason: why the value is not known, when the caller says so already; its numerator is not shown then.
        each: how many of the counts one person brings; as they stand or fall together, intervals and verdict are made
            from the counts divided by it, as if each person counted once.
    """
    smallest, unknown = question.indicator.smallest_base, reason is not None
    reason = reason or (NO_DATA if now[1] == 0 else BASE_UNDER_20 if now[1] < smallest else None)
    comparable = reason is None and before is not None and before[1] >= smallest
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=None if reason else now[0] / now[1],
        numerator=None if unknown else now[0],
        denominator=now[1],
        base_numerator=before[0] if before else None,
        base_denominator=before[1] if before else None,
        change=now[0] / now[1] - before[0] / before[1] if comparable and before else None,
        interval=None if reason else wilson(now[0] / each, now[1] / each),
        verdict=_verdict(question, now, before, each, highest, broken) if comparable and before else None,
        suppressed=reason,
        notes=tuple(notes if before is None or comparable or reason else [*notes, Note("base_share_under_20")]),
        extra=extra,
    )


def _verdict(question: Question, now: Pair, before: Pair, each: int, highest: str, broken: bool) -> str:
    counts = [count / each for count in (*now, *before)]
    return share_verdict(question.rule, *counts, highest=highest, broken=broken)
