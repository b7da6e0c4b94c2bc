"""Targets that somebody set, beside the figures that they are set for: value, source, distance, and a status word.

The lake's table `target` is the only place where a target comes from; the plan sets four and nothing here adds one. A
target that begins after the period is shown with its day and not judged. What the plan only encourages (50 % in
municipal districts) is a stretch line: reached or not yet, never met or missed. A figure that is not given, because
its base is too small, has no status.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from metrics.counting import Question
from metrics.periods import DAY
from metrics.types import Row

TARGETS_SQL = """
SELECT indicator_id, org_level, org_code, value, comparison, valid_from, valid_to, source
FROM lake.target AT (VERSION => $version)
"""
EVERYBODY = "*"
MET, NOT_MET, NOT_DUE, REACHED, NOT_YET = "met", "not_met", "not_due", "reached", "not_yet"
ENCOURAGED = ("station_officer_share_encouraged", "community_officer_share_encouraged")


def with_targets(question: Question, rows: list[Row]) -> list[Row]:
    """Return rows with `target`, `target_source`, `target_distance` and `target_status` in their extra."""
    mine = [row for row in question.frame(TARGETS_SQL).to_dicts() if row["indicator_id"] == question.indicator.id]
    if not mine:
        return rows
    last = question.scope.end - DAY
    return [_with_target(question, row, _target(mine, question.scope.by, row.unit, last), last) for row in rows]


def _target(targets: list[dict[str, Any]], level: str, code: str, last: date) -> dict[str, Any] | None:
    """Return the target of a unit on a day, its own before everybody's; else the next one to begin."""
    own = [t for t in targets if t["org_level"] == level and t["org_code"] in (code, EVERYBODY)]
    own = [t for t in own if t["valid_to"] is None or t["valid_to"] > last]
    due = [t for t in own if t["valid_from"] <= last]
    if due:
        return max(due, key=lambda t: (t["org_code"] == code, t["valid_from"]))
    return min(own, key=lambda t: (t["valid_from"], t["org_code"] != code), default=None)


def _with_target(question: Question, row: Row, target: dict[str, Any] | None, last: date) -> Row:
    if target is None:
        return row
    told: dict[str, Any] = {
        "target": target["value"],
        "target_comparison": target["comparison"],
        "target_source": target["source"],
        "target_from": target["valid_from"],
    }
    if row.value is not None:
        told["target_distance"] = row.value - target["value"]
        told["target_status"] = _status(question, row.value, target, last)
    return replace(row, extra=dict(row.extra) | told)


def _status(question: Question, value: float, target: dict[str, Any], last: date) -> str:
    met = {
        "at_least": value >= target["value"],
        "at_most": value <= target["value"],
        "equal": value == target["value"],
    }[target["comparison"]]
    if question.indicator.id in ENCOURAGED:
        return REACHED if met else NOT_YET
    if target["valid_from"] > last and not met:
        return NOT_DUE
    return MET if met else NOT_MET
