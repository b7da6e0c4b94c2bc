"""Alerts over the last 365 days, and since New Year: the two lines that a single bad week does not move.

Both end where the period ends. The last 365 days stand against the 365 before; the year to date stands against the
comparable days of last year (`alignment`). The value is the whole count; numerator and base hold the days compared.
"""

from dataclasses import replace
from datetime import date, timedelta

from metrics.changes import change
from metrics.counting import Question, count_alerts
from metrics.periods import DAY, compare
from metrics.remembering import Memory
from metrics.rows import NO_DATA
from metrics.statistics import count_limits
from metrics.types import Row

YEAR_DAYS = 365
ROLLING, TO_DATE = "alert_rolling_year", "alert_year_to_date"
YEAR_INCOMPLETE = "year_incomplete"
MOST_MISSING = 7
"""A sum over a year of which more days are missing would be too low."""
_memory: Memory[list[Row]] = Memory(16)


def first_day(indicator: str, end: date) -> date:
    """Return the first day of the span that ends before a day."""
    return end - timedelta(days=YEAR_DAYS) if indicator == ROLLING else (end - DAY).replace(month=1, day=1)


def stretched(question: Question) -> Question:
    """Return a question of one of these figures over its own span; any other question as it is."""
    if question.indicator.id not in ANSWERS:
        return question
    scope, known = question.scope, question.reference
    comparison = scope.comparison
    if comparison != "none":
        comparison = "previous" if question.indicator.id == ROLLING else "yoy"
    scope = replace(scope, start=first_day(question.indicator.id, scope.end), comparison=comparison)
    return replace(question, scope=scope, compared=compare(scope, known.days, known.week_start, chinese=known.chinese))


def span(question: Question) -> list[Row]:
    """Return the whole count of each unit with the change of the days compared, judged as any other change."""
    # The question is stretched already, so whatever comparison a reader chose, it is the same one.
    asked = (question.indicator.id, question.version, question.scope)
    return _memory.of(question.lake, asked, lambda: _span(question))


def _span(question: Question) -> list[Row]:
    scope, known = replace(question.scope, comparison="none"), question.reference
    whole = replace(question, scope=scope, compared=compare(scope, known.days, known.week_start, chinese=known.chinese))
    counts, _ = count_alerts(whole).rows()
    missing = whole.compared.whole_days - whole.compared.days
    return [_row(row, counts.get(row.unit, {}).get("valid", 0), missing) for row in change(question)]


def _row(row: Row, count: int, missing: int) -> Row:
    """Return the row of a change as the row of a count."""
    extra = dict(row.extra) | {"change_interval": list(row.interval) if row.interval else None, "days_missing": missing}
    if missing > MOST_MISSING:
        reason = YEAR_INCOMPLETE if row.suppressed != NO_DATA else NO_DATA
        return replace(row, unit_of_value="alerts", value=None, interval=None, suppressed=reason, extra=extra)
    return replace(row, unit_of_value="alerts", value=float(count), interval=count_limits(count), extra=extra)


ANSWERS = {ROLLING: span, TO_DATE: span}
"""Functions of this module by the indicator that they answer."""
