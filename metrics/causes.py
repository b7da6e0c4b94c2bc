"""Theft and fraud, injury, picking quarrels: how many were concluded, and how long that took (row 33).

Counts the cases concluded in the period, whenever they were accepted. Cases still open are in neither figure, so a
median that falls because old cases are left lying is no success: `three_causes_within_30` follows cohorts instead.
The interval of a median is that of its order statistics (normal approximation of the binomial ranks).
"""

from collections.abc import Sequence
from math import ceil, floor, sqrt
from statistics import median

from metrics.breaks import event_notes
from metrics.cases import with_case_days
from metrics.cohorts import cause_pattern
from metrics.counting import Question
from metrics.rows import BASE_UNDER_20, NO_DATA, count_row, why_no_change
from metrics.statistics import Interval, normal_quantile
from metrics.types import Period, Row
from metrics.units import Units, resolve, unit_notes
from metrics.verdicts import Evidence, compare_counts, count_verdict

CONCLUDED_SQL = """
SELECT station_code, (epoch(closed_at) - epoch(accepted_at)) / 86400.0 AS days
FROM lake.case AT (VERSION => $version)
WHERE closed_at >= $start
    AND closed_at < $end
    AND accepted_at IS NOT NULL
    AND cancelled_at IS NULL
    AND merged_into IS NULL
    AND regexp_matches(COALESCE(cause, ''), $pattern)
"""
Days = dict[str, list[float]]


def concluded(question: Question) -> list[Row]:
    """Return the cases concluded of each unit."""
    question = with_case_days(question)
    compared = question.compared
    units, now, before = _both(question)
    rows = []
    for unit in units.rows:
        notes = unit_notes(units, unit, question.scope.start) + event_notes(question, units, unit)
        pair = len(now[unit.code]), len(before[unit.code])
        row = count_row(question, unit, *pair, notes, {})
        if row.change is not None and not why_no_change(question, *pair):
            test = compare_counts(question.rule, *pair, compared.days, compared.base_days, None)
            verdict = count_verdict(question.rule, test, None, Evidence(broken=row.has_note("series_break")))
            row = Row(**(row.__dict__ | {"p": test.p, "verdict": verdict}))
        rows.append(row)
    return rows


def days_taken(question: Question) -> list[Row]:
    """Return the median days from acceptance to conclusion of each unit, with the interval of order statistics."""
    question = with_case_days(question)
    units, now, before = _both(question)
    smallest = question.indicator.smallest_base
    rows = []
    for unit in units.rows:
        found, base = sorted(now[unit.code]), before[unit.code]
        reason = None if len(found) >= smallest else BASE_UNDER_20 if found else NO_DATA
        notes = unit_notes(units, unit, question.scope.start) + event_notes(question, units, unit)
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                value=None if reason else median(found),
                denominator=len(found),
                base_denominator=len(base) if question.compared.has_base else None,
                interval=None if reason else median_limits(found),
                suppressed=reason,
                notes=tuple(notes),
                extra={"base_value": median(base) if len(base) >= smallest else None},
            )
        )
    return rows


def median_limits(ordered: Sequence[float]) -> Interval:
    """Return the limits of a median of sorted values by the ranks n/2 ± z·√n/2, at the 95 % level."""
    count = len(ordered)
    half = normal_quantile() * sqrt(count) / 2
    low, high = max(1, floor(count / 2 - half)), min(count, ceil(count / 2 + half) + 1)
    return Interval(ordered[low - 1], ordered[high - 1])


def _both(question: Question) -> tuple[Units, Days, Days]:
    compared = question.compared
    raw_now = _read(question, compared.period)
    raw_before = _read(question, compared.base) if compared.base and compared.has_base else {}
    units = resolve(question.reference, question.scope, set(raw_now) | set(raw_before))
    return units, _by_row(units, raw_now), _by_row(units, raw_before)


def _read(question: Question, period: Period) -> Days:
    frame = question.frame(CONCLUDED_SQL, start=period[0], end=period[1], pattern=cause_pattern(question))
    days: Days = {}
    for station, taken in frame.iter_rows():
        days.setdefault(station, []).append(taken)
    return days


def _by_row(units: Units, raw: Days) -> Days:
    rows: Days = {unit.code: [] for unit in units.rows}
    for code, days in raw.items():
        row = units.row_of(units.station_of(code))
        if row is not None:
            rows[row] += days
    return rows


ANSWERS = {"three_causes_concluded": concluded, "three_causes_days": days_taken}
"""Functions of this module by the indicator that they answer."""
