"""Calls received, valid alerts, and their change.

A fall in valid alerts alone proves nothing: it can come from fewer calls or from taking fewer calls as
valid. So the change always carries the calls received, the split between the two, and the share recoded
as less serious; and its verdict (rule at the head of `catalogue/rules.yaml`) can say "contradicted".

Assumes that `mart_alert_day` holds received = valid + exclusions; a row where it does not says so.
"""

from typing import Any

from metrics.breaks import Alternative, alternatives, event_notes
from metrics.counting import EXCLUSIONS, Counted, Question, count_alerts, share_of, waterfall
from metrics.rows import base_notes, count_change, count_row, why_no_change
from metrics.scatter import scatter
from metrics.standing import Unit
from metrics.statistics import Interval, Split, split_change
from metrics.types import Note, Row
from metrics.units import unit_notes
from metrics.verdicts import Comparison, compare_counts, count_verdict, exceptions, same_side

Line = tuple[Unit, dict[str, int], dict[str, int], list[Note]]
"""A unit, its counts in the period and in the base, and what must be said about the unit."""


def received(question: Question) -> list[Row]:
    """Return the call records of each unit."""
    return [
        count_row(question, unit, now["received"], before["received"], notes, counter_metrics(now, before))
        for unit, now, before, notes in lines(question, count_alerts(question))
    ]


def valid(question: Question) -> list[Row]:
    """Return the valid alerts of each unit with the whole waterfall from received to valid in `extra`."""
    rows = []
    for unit, now, before, notes in lines(question, count_alerts(question)):
        extra = counter_metrics(now, before) | {"waterfall": waterfall(now)}
        if _has_base(question):
            extra["base_waterfall"] = waterfall(before)
        lost = now["received"] - now["valid"] - sum(now.get(name, 0) for name in EXCLUSIONS)
        broken = [Note("waterfall_broken", {"difference": lost})] if lost else []
        rows.append(count_row(question, unit, now["valid"], before["valid"], notes + broken, extra))
    return rows


def change(question: Question) -> list[Row]:
    """Return the change in valid alerts of each unit with its verdict and counter-metrics."""
    counted = count_alerts(question)
    factors = scatter(question, counted.units) if _has_base(question) else {}
    suspicions = alternatives(question, counted) if _has_base(question) else {}
    table = lines(question, counted)
    tests = [_test(question, now, before, factors.get(unit.code)) for unit, now, before, _ in table]
    return [
        _change_row(question, line, test, suspicions.get(line[0].code, []), exception)
        for line, test, exception in zip(table, tests, exceptions(question.rule, tests), strict=True)
    ]


def lines(question: Question, counted: Counted) -> list[Line]:
    """Return for each row its unit, its counts in both periods, and what must be said about the unit."""
    since = question.compared.base[0] if question.compared.base else question.scope.start
    now, before = counted.rows()
    zeros = dict.fromkeys(("received", "valid", "recoded_down", "caller_keyed", "transferred"), 0)
    return [
        (
            unit,
            zeros | now[unit.code],
            zeros | before[unit.code],
            unit_notes(counted.units, unit, since) + event_notes(question, counted.units, unit),
        )
        for unit in counted.units.rows
    ]


def _has_base(question: Question) -> bool:
    return question.compared.has_base


def counter_metrics(now: dict[str, int], before: dict[str, int]) -> dict[str, Any]:
    """Return calls received, the valid share and the share recoded as less serious, of both periods."""
    return {
        "received": now["received"],
        "base_received": before["received"],
        "valid_share": share_of(now["valid"], now["received"]),
        "base_valid_share": share_of(before["valid"], before["received"]),
        "recoded_down_share": share_of(now["recoded_down"], now["valid"]),
        "base_recoded_down_share": share_of(before["recoded_down"], before["valid"]),
    }


def _test(question: Question, now: dict[str, int], before: dict[str, int], factor: float | None) -> Comparison | None:
    compared = question.compared
    if not compared.has_base or why_no_change(question, now["valid"], before["valid"]):
        return None
    return compare_counts(question.rule, now["valid"], before["valid"], compared.days, compared.base_days, factor)


def _change_row(
    question: Question, line: Line, test: Comparison | None, suspicions: list[Alternative], exception: bool
) -> Row:
    unit, now, before, notes = line
    has_base, reason = _has_base(question), why_no_change(question, now["valid"], before["valid"])
    if not has_base and reason is None:
        reason = "no_base_data" if question.compared.base else "no_comparison"
    split = split_change(now["received"], now["valid"], before["received"], before["valid"]) if has_base else None
    found = test is not None and test.excludes_equality
    upsets = [s for s in suspicions if found and test and not _stands(question, test, now, before, s)]
    broken = any(note.code == "series_break" for note in notes)
    verdict = None
    if test is not None:
        verdict = count_verdict(question.rule, test, split, broken=broken, stands=not upsets, exception=exception)
    relative = count_change(question, now["valid"], before["valid"])
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=relative,
        numerator=now["valid"],
        base_numerator=before["valid"] if has_base else None,
        change=relative,
        interval=Interval(test.interval.low - 1, test.interval.high - 1) if test else None,
        p=test.p if test else None,
        verdict=verdict,
        suppressed=reason,
        notes=(*notes, *base_notes(reason), *(s.note for s in suspicions if s in upsets or s.note.code == "dark_unit")),
        extra=_change_extra(question, now, before, test, split),
    )


def _stands(
    question: Question, test: Comparison, now: dict[str, int], before: dict[str, int], suspicion: Alternative
) -> bool:
    """Return whether a change would still be found if one suspicion explained all that it can."""
    compared = question.compared
    other = (now["valid"] + suspicion.now, before["valid"] + suspicion.before)
    return same_side(test, compare_counts(question.rule, *other, compared.days, compared.base_days, test.dispersion))


def _change_extra(
    question: Question, now: dict[str, int], before: dict[str, int], test: Comparison | None, split: Split | None
) -> dict[str, Any]:
    """Return the counter-metrics of a change: received, the split, recoding, and the test behind it."""
    has_base = _has_base(question)
    return counter_metrics(now, before) | {
        "difference": now["valid"] - before["valid"] if has_base else None,
        "received_change": count_change(question, now["received"], before["received"]) if has_base else None,
        "log_change": split.valid if split else None,
        "log_received": split.received if split else None,
        "log_share": split.share if split else None,
        "share_part_of_change": split.share_of_change if split else None,
        "z": test.z if test else None,
        "p_poisson": test.p_poisson if test else None,
        "dispersion": test.dispersion if test else None,
        "test": test.name if test else None,
        "days": question.compared.days,
        "base_days": question.compared.base_days,
    }


ANSWERS = {"alerts_received": received, "alerts_valid": valid, "alert_change": change}
"""Functions of this module by the indicator that they answer."""
