"""Which units' changes can be told from chance, and of the others how many were tested at all.

A row without a verdict was never tested: to say of it that it may be chance would claim a test that nobody made.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from exports.report import cells
from exports.report.desk import Desk
from metrics import Result, Row
from wording import saying

CHANCE, SMALL, MISSING, OTHER = "chance", "small", "missing", "other"
UNTESTED = {"base_under_20": SMALL, "no_base": SMALL, "no_base_data": MISSING, "no_data": MISSING}
"""By why a row has no verdict; a base of zero is under 20 as well."""


def judged(desk: Desk, result: Result, units: str) -> str:
    """Return what may be said of the changes of `units`, which are `district` or `station`."""
    say, rows = desk.words, result.rows
    if not rows:
        return ""
    if not any(row.verdict for row in rows):
        return say.of("report_unable", units, why=_why(desk, rows))
    loud = cells.apart(desk, result)
    if loud:
        return cells.joined(desk, [loud, rest(desk, rows)])
    if all(row.verdict for row in rows):
        return say.of("report_none_apart", units)
    return say.of("report_others", units, told=_counted(desk, rows))


def rest(desk: Desk, rows: Iterable[Row]) -> str:
    """Return how many of the rows that are not named cannot be told from chance, and how many were not judged."""
    told = _counted(desk, rows)
    return desk.words("report_others.rest", told=told) if told else ""


def _counted(desk: Desk, rows: Iterable[Row]) -> str:
    say, counts = desk.words, Counter(_kind(row) for row in rows if row.verdict not in cells.LOUD)
    told = [say.of("report_rest", kind, n=counts[kind]) for kind in (CHANCE, SMALL, MISSING, OTHER) if counts[kind]]
    return say("report.clause").join(told)


def _kind(row: Row) -> str:
    return CHANCE if row.verdict else UNTESTED.get(row.suppressed or "", OTHER)


def _why(desk: Desk, rows: Sequence[Row]) -> str:
    """Return why no row has a verdict: the reason that they share, or how many have which."""
    kinds = {_kind(row) for row in rows}
    if kinds == {SMALL}:
        return desk.words("reason.base_under_20").rstrip("。.")
    reasons = {saying.why(desk.words, row).rstrip("。.") for row in rows}
    return reasons.pop() if len(reasons) == 1 and "" not in reasons else _counted(desk, rows)
