"""One door to every figure: `show` answers a question with a typed result.

Checks the question first, so that whatever is wrong with it is said in a sentence; errors of the warehouse
(a version that is no longer kept, a lake that cannot be reached) pass through as they are.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from metrics import (
    alerts,
    case_rates,
    cases,
    causes,
    changes,
    cohorts,
    components,
    contributions,
    course,
    escalation,
    funnels,
    hours,
    longer,
    rates,
    recording,
    registers,
    repeats,
    reported,
    retested,
    returns,
    scores,
    shares,
    staffing,
    training,
)
from metrics.breaks import city_event_notes
from metrics.counting import Question, day_notes
from metrics.definitions import indicator
from metrics.errors import MetricError
from metrics.integrity import figures as integrity
from metrics.parameter_table import default_parameters, parameters
from metrics.periods import YEAR_OF_WEEKS, check, compare, last_known_days, last_whole_week
from metrics.reference import reference
from metrics.suppression import is_sensitive, suppress
from metrics.targets import with_targets
from metrics.types import Note, Period, Result, Row, Scope, Warehouse

GROUPS = ("criminal", "public_order", "traffic", "dispute", "help", "tip_off", "other", "unmapped")
WITHOUT_GROUPS = ("training", "cases", "reported", "registers", "staffing")
WITHOUT_DAYS = ("training", "reported", "registers", "staffing")

KNOWN_DAYS: dict[str, Callable[[Question], Question]] = {
    "cases": cases.with_case_days,
    "returns": returns.with_returned_days,
}
"""Subjects whose known days are not those of the alerts."""
WITHOUT_BASE = ("alert_course", "alert_funnel")
"""Compared with limits, not with a period."""

ANSWERS: dict[str, Callable[[Question], list[Row]]] = {
    **alerts.ANSWERS,
    **changes.ANSWERS,
    **longer.ANSWERS,
    **contributions.ANSWERS,
    **course.ANSWERS,
    **funnels.ANSWERS,
    **rates.ANSWERS,
    **shares.ANSWERS,
    **integrity.ANSWERS,
    **repeats.ANSWERS,
    **cases.ANSWERS,
    **training.ANSWERS,
    **returns.ANSWERS,
    **case_rates.ANSWERS,
    **causes.ANSWERS,
    **cohorts.ANSWERS,
    **components.ANSWERS,
    **escalation.ANSWERS,
    **recording.ANSWERS,
    **registers.ANSWERS,
    **reported.ANSWERS,
    **staffing.ANSWERS,
    **scores.ANSWERS,
    **retested.ANSWERS,
    **hours.ANSWERS,
}


def show(lake: Warehouse, indicator_id: str, scope: Scope, **options: object) -> Result:
    """Return one indicator for a scope.

    Args:
        lake: the warehouse.
        indicator_id: id in the catalogue.
        scope: period, comparison, level, units, classes and data version.
        options: the indicator's own parameters, such as `key` and `window`; None means the default.

    Raises:
        MetricError: unknown indicator, unit, class or parameter, or a period that is none.
        warehouse.LakeError: the version is not kept, or the lake cannot be read.
    """
    question = longer.stretched(ask(lake, indicator_id, scope, options))
    rows, hidden = answered(question)
    subject = question.indicator.subject
    known = KNOWN_DAYS.get(subject)
    compared = known(question).compared if known else question.compared
    notes = [] if subject in WITHOUT_DAYS else day_notes(compared, question.reference.incomplete)
    if scope.groups and subject in WITHOUT_GROUPS:
        notes.append(Note("category_not_applicable"))
    return Result(
        indicator=indicator_id,
        definition=question.indicator.definition,
        data_version=question.version,
        period=compared.period,
        base_period=None if indicator_id in WITHOUT_BASE else compared.base,
        by=scope.by,
        rows=rows,
        notes=(*notes, *hidden, *city_event_notes(question), *parameter_notes(question)),
        provenance={
            "options": dict(question.options),
            "definition_revision": len(question.parameters.changes_of(indicator_id, subject)),
            "parameters": question.parameters.concerning(indicator_id, subject),
            "interval": dict(question.indicator.interval),
            "days_compared": compared.days,
            "base_days_compared": compared.base_days,
            "days_left_out": list(compared.left_out),
            "groups": list(scope.groups),
            "districts": list(scope.districts),
            "stations": list(scope.stations),
        },
    )


def answered(question: Question) -> tuple[tuple[Row, ...], list[Note]]:
    """Return the rows of a question, and of a sensitive one only what may be known of them."""
    answer = ANSWERS[question.indicator.id]
    rows, notes = answer(question), list[Note]()
    if is_sensitive(question):
        rows, notes = suppress(question, answer, rows)
    return tuple(with_targets(question, list(rows))), notes


def ask(lake: Warehouse, indicator_id: str, scope: Scope, options: dict[str, object]) -> Question:
    """Return a checked question with its reference tables and the days that it compares.

    Raises:
        MetricError: see `show`.
    """
    entry = indicator(indicator_id)
    check(scope)
    if scope.by not in entry.levels:
        raise MetricError("unknown_level", scope.by, ", ".join(entry.levels))
    for group in scope.groups:
        if group not in GROUPS:
            raise MetricError("unknown_group", group, ", ".join(GROUPS))
    entry.options(options)
    version = lake.version() if scope.version is None else scope.version
    known, numbers = reference(lake, version), parameters(lake, version)
    compared = compare(scope, known.days, known.week_start, chinese=known.chinese)
    chosen = entry.options(options, numbers)
    if entry.smallest_base >= default_parameters().smallest_base:  # means and counts may have a smaller one
        entry = replace(entry, smallest_base=max(entry.smallest_base, numbers.smallest_base))
    return Question(lake, version, scope, entry, chosen, known, compared, numbers)


def parameter_notes(question: Question) -> list[Note]:
    """Return the changes of parameters that a chart of the last year (or back to the base) has to mark."""
    start, end = question.compared.period
    since = min(start, end - YEAR_OF_WEEKS, *([question.compared.base[0]] if question.compared.base else []))
    entry = question.indicator
    changes = question.parameters.changes_of(entry.id, entry.subject)
    return [change.note for change in changes if since <= change.valid_from < end]


def data_span(lake: Warehouse, version: int | None = None) -> tuple[date, date] | None:
    """Return the first and last day with alerts, None in a lake without any."""
    known = reference(lake, lake.version() if version is None else version)
    return (known.first_day, known.last_day) if known.first_day and known.last_day else None


def last_complete_week(lake: Warehouse, version: int | None = None) -> Period | None:
    """Return the latest whole week in the data, half-open, None when there is none."""
    known = reference(lake, lake.version() if version is None else version)
    return last_whole_week(known.days, known.week_start)


def default_period(lake: Warehouse, version: int | None = None) -> Period | None:
    """Return the latest whole week; in data of scattered days the latest of them in a row, at most a week."""
    known = reference(lake, lake.version() if version is None else version)
    return last_whole_week(known.days, known.week_start) or last_known_days(known.days)
