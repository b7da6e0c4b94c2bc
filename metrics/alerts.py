"""Calls received and valid alerts, with the whole way from the one to the other.

A fall in valid alerts alone proves nothing: it can come from fewer calls or from taking fewer calls as
valid. So every figure carries the calls received and the share recoded as less serious beside it.

Assumes that `mart_alert_day` holds received = valid + exclusions; a row where it does not says so.
"""

from typing import Any

from metrics.breaks import event_notes
from metrics.counting import EXCLUSIONS, Counted, Question, count_alerts, share_of, waterfall
from metrics.rows import count_row
from metrics.standing import Unit
from metrics.types import Note, Row
from metrics.units import unit_notes

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


def excluded(question: Question) -> list[Row]:
    """Return the calls of each unit that are not valid, with the reasons for which they were left out in `extra`."""
    return [
        count_row(
            question,
            unit,
            now["received"] - now["valid"],
            before["received"] - before["valid"],
            notes,
            counter_metrics(now, before) | {"reasons": reasons(now), "base_reasons": reasons(before)},
        )
        for unit, now, before, notes in lines(question, count_alerts(question))
    ]


def reasons(counts: dict[str, int]) -> dict[str, int]:
    """Return how many calls were left out for each reason, in the order of the waterfall."""
    return {name: counts.get(name, 0) for name in EXCLUSIONS}


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


ANSWERS = {"alerts_received": received, "alerts_valid": valid, "alerts_excluded": excluded}
"""Functions of this module by the indicator that they answer."""
