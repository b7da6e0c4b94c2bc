"""The same figures step by step, for spark lines and trend charts.

A step that is not wholly inside the scope is left out; one of which the lake does not know every day has no
value, never a low one. Weeks are keyed by their first day. `alert_change` has the valid alerts themselves as
its series. Training has one point a round, on the round's first day; returns have one where a return is of exactly
the step.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import accumulate

import polars as pl

from metrics import (
    case_rates,
    causes,
    cohorts,
    components,
    escalation,
    longer,
    recording,
    registers,
    reported,
    returns,
    staffing,
)
from metrics.cases import known_case_days
from metrics.counting import Question
from metrics.errors import MetricError
from metrics.periods import DAY, days_of, step_start, whole_steps
from metrics.population import residents
from metrics.repeats import incidents, missing_look_back
from metrics.reported import returned_steps
from metrics.rounds import pooled, read, tallies
from metrics.showing import ask, show
from metrics.statistics.poisson import PER_RESIDENTS
from metrics.suppression import is_sensitive
from metrics.types import Period, Scope, Step, Warehouse
from metrics.units import resolve

SCHEMA = {"period_start": pl.Date, "value": pl.Float64, "numerator": pl.Int64, "denominator": pl.Int64}
Point = tuple[date, float | None, int | None, int | None]
COURSES: dict[str, Callable[[Question], Iterable[Point]]] = {
    **reported.COURSES,
    **registers.COURSES,
    **staffing.COURSES,
}
"""Figures that run by their own returns or snapshots instead of by days."""

DAILY_SQL = """
SELECT
    day,
    category_group,
    SUM(received)::BIGINT AS received,
    SUM(valid)::BIGINT AS valid,
    SUM(recoded_down)::BIGINT AS recoded_down,
    SUM(recoded_up)::BIGINT AS recoded_up,
    SUM(moved)::BIGINT AS moved,
    SUM(recorded_late)::BIGINT AS recorded_late,
    SUM(received - valid)::BIGINT AS excluded,
    SUM(excluded_duplicate)::BIGINT AS merged,
    SUM(excluded_invalid + excluded_nuisance)::BIGINT AS invalid,
    SUM(received - excluded_invalid - excluded_nuisance)::BIGINT AS not_invalid,
    SUM(caller_keyed)::BIGINT AS caller_keyed,
    SUM(CASE $key WHEN 'caller' THEN caller_keyed WHEN 'place' THEN place_keyed
        ELSE matter_keyed END)::BIGINT AS key_keyed,
    SUM(CASE $key WHEN 'caller' THEN caller_duplicate WHEN 'place' THEN place_duplicate
        ELSE matter_duplicate END)::BIGINT AS key_duplicate,
    SUM(CASE $key || $window
        WHEN 'caller7' THEN caller_repeat_7 WHEN 'caller30' THEN caller_repeat_30
        WHEN 'caller90' THEN caller_repeat_90 WHEN 'caller365' THEN caller_repeat_365
        WHEN 'place7' THEN place_repeat_7 WHEN 'place30' THEN place_repeat_30
        WHEN 'place90' THEN place_repeat_90 WHEN 'place365' THEN place_repeat_365
        WHEN 'matter7' THEN matter_repeat_7 WHEN 'matter30' THEN matter_repeat_30
        WHEN 'matter90' THEN matter_repeat_90 ELSE matter_repeat_365 END)::BIGINT AS key_repeat
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND (len($stations::VARCHAR[]) = 0 OR list_contains($stations::VARCHAR[], station_code))
GROUP BY day, category_group
"""
"""Every class at once, because whoever asks for one class mostly asks for the others as well."""
CASES_SQL = """
SELECT day, SUM(filed)::BIGINT AS filed
FROM lake.mart_case_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND ($kind = 'all' OR kind = $kind)
    AND (len($stations::VARCHAR[]) = 0 OR list_contains($stations::VARCHAR[], station_code))
GROUP BY day
"""
COUNTS = {
    "alerts_received": "received",
    "alerts_valid": "valid",
    "alerts_excluded": "excluded",
    "alert_change": "valid",
    "alert_rate": "valid",
} | dict.fromkeys(("alert_contributions", "alert_course"), "valid")
ROUNDS = {
    "training_coverage": ("tested", "due"),
    "training_first_pass": ("first_passed", "first_taken"),
    "training_final_pass": ("final_passed", "tested"),
}
"""Figures of training that add up over rounds; the others are asked round by round."""
SHARES = {
    "valid_share": ("valid", "received"),
    "invalid_share": ("invalid", "received"),
    "merged_share": ("merged", "not_invalid"),
    "recoded_down_share": ("recoded_down", "valid"),
    "recoded_up_share": ("recoded_up", "valid"),
    "moved_share": ("moved", "valid"),
    "recorded_late_share": ("recorded_late", "valid"),
}
DAILY = {*COUNTS, *SHARES, "repeat_share", "missing_caller_share", "net_downgrade_rate"}
"""Figures that are sums over days; one that is none of these, and nothing else above, has no course."""
WITHOUT_SERIES = (
    "integrity_signals",
    *case_rates.ANSWERS,
    *causes.ANSWERS,
    *cohorts.ANSWERS,
    *components.ANSWERS,
    *escalation.ANSWERS,
    *recording.ANSWERS,
)
"""Look back over half a year, follow cohorts or take a period as a whole: weeks of them would mean something else."""


def series(lake: Warehouse, indicator_id: str, scope: Scope, step: Step = "week", **options: object) -> pl.DataFrame:
    """Return one line a step for the whole scope: period_start, value, numerator, denominator.

    Raises:
        MetricError: as `show`, and for an unknown step.
    """
    if step not in ("day", "week", "month"):
        raise MetricError("unknown_step", step)
    question = ask(lake, indicator_id, replace(scope, by="city", comparison="none"), options)
    points: Iterable[Point] = ()
    if indicator_id in WITHOUT_SERIES:
        points = ()
    elif is_sensitive(question):
        steps = returned_steps(question) if indicator_id in COURSES else _steps(question, step)
        points = _as_shown(question, steps)
    elif indicator_id in COURSES:
        points = COURSES[indicator_id](question)
    elif question.indicator.subject == "training":
        points = _by_round(question)
    elif indicator_id == "cases_filed":
        points = _by_step(question, step, _cases(question), known_case_days(question))
    elif question.indicator.subject == "returns":
        points = _by_return(question, step)
    elif indicator_id in longer.ANSWERS:
        points = _running(question, step)
    elif indicator_id in DAILY:
        points = _by_step(question, step, _daily(question), question.reference.days)
    return pl.DataFrame(list(points), schema=SCHEMA, orient="row")


Days = dict[date, dict[str, int]]


def _steps(question: Question, step: Step) -> list[Period]:
    return whole_steps(question.scope.start, question.scope.end, step, question.reference.week_start)


def _as_shown(question: Question, steps: Iterable[Period]) -> Iterable[Point]:
    """Yield the steps of a sensitive indicator one by one as `show` gives them, small counts left out."""
    for start, end in steps:
        scope = replace(question.scope, start=start, end=end, version=question.version)
        row = show(question.lake, question.indicator.id, scope, **question.options).rows[0]
        yield start, row.value, row.numerator, row.denominator


def _daily(question: Question) -> Days:
    key = str(question.options.get("key", "auto"))
    parameters = {
        "key": "caller" if key == "auto" else key,
        "window": str(question.options.get("window", 30)),
    }
    days = _read(question, DAILY_SQL, parameters)
    if key == "auto" and "key" in question.options and not any(day["caller_keyed"] for day in days.values()):
        return _read(question, DAILY_SQL, parameters | {"key": "place"})
    return days


def _cases(question: Question) -> Days:
    return _read(question, CASES_SQL, {"kind": str(question.options["kind"])})


def _read(question: Question, sql: str, parameters: Mapping[str, object]) -> Days:
    scope = question.scope
    common = {"start": scope.start, "end": scope.end, "stations": _stations(question)}
    frame = question.frame(sql, **(common | dict(parameters)))
    if "category_group" in frame.columns:
        frame = frame.filter(pl.col("category_group").is_in(list(scope.groups)) | (not scope.groups))
        frame = frame.drop("category_group").group_by("day").sum()
    return {row.pop("day"): row for row in frame.iter_rows(named=True)}


def _stations(question: Question) -> list[str]:
    """Return the raw station codes of the scope, merged ones included; empty means all."""
    units = resolve(question.reference, question.scope, set())
    if units.selected is None:
        return []
    return sorted(code for code, home in units.home.items() if home in units.selected) or ["-"]


def _by_step(question: Question, step: Step, days: Days, known: frozenset[date]) -> Iterable[Point]:
    people = _people(question)
    grouped: dict[date, list[dict[str, int]]] = {}
    for day, counts in days.items():
        grouped.setdefault(step_start(day, step, question.reference.week_start), []).append(counts)
    for start, end in whole_steps(question.scope.start, question.scope.end, step, question.reference.week_start):
        if not all(day in known for day in days_of((start, end))) or _look_back_missing(question, start):
            yield start, None, None, None
        else:
            numerator, denominator = _pair(question, grouped.get(start, []))
            yield start, _value(question, numerator, denominator or people), numerator, denominator or people


def _by_return(question: Question, step: Step) -> Iterable[Point]:
    for start, end in whole_steps(question.scope.start, question.scope.end, step, question.reference.week_start):
        figure = returns.total(question, (start, end))
        yield start, None if figure is None else float(figure), figure, None


def _running(question: Question, step: Step) -> Iterable[Point]:
    """Yield for each step the sum of the span that ends with it; no value where a day of the span is unknown."""
    scope, name = question.scope, question.indicator.id
    steps = whole_steps(scope.start, scope.end, step, question.reference.week_start)
    if not steps:
        return
    first = min(longer.first_day(name, end) for _, end in steps)
    days = days_of((first, scope.end))
    counts = _daily(replace(question, scope=replace(scope, start=first)))
    sums = [0, *accumulate(counts.get(day, {}).get("valid", 0) for day in days)]
    known = [0, *accumulate(day in question.reference.days for day in days)]
    for start, end in steps:
        begin = (longer.first_day(name, end) - first).days
        stop = (end - first).days
        total = sums[stop] - sums[begin] if known[stop] - known[begin] == stop - begin else None
        yield start, None if total is None else float(total), total, None


def _look_back_missing(question: Question, start: date) -> bool:
    return (
        question.indicator.subject == "repeats"
        and missing_look_back(question, start) > question.parameters.look_back_gap
    )


def _pair(question: Question, parts: list[dict[str, int]]) -> tuple[int, int | None]:
    """Return numerator and denominator of a step; the denominator of a plain count is None."""

    def total(name: str) -> int:
        return sum(part[name] for part in parts)

    name = question.indicator.id
    if name == "repeat_share":
        return incidents({key: total(key) for key in ("key_repeat", "key_keyed", "key_duplicate")}, "key")
    if name == "missing_caller_share":
        return total("valid") - total("caller_keyed"), total("valid")
    if name == "net_downgrade_rate":
        return total("recoded_down") - total("recoded_up"), total("valid")
    if name in SHARES:
        return total(SHARES[name][0]), total(SHARES[name][1])
    return total(COUNTS.get(name, "filed")), None


def _people(question: Question) -> int | None:
    if question.indicator.id != "alert_rate":
        return None
    units = resolve(question.reference, question.scope, set())
    found = residents(question, units)[0].get(units.rows[0].code)
    return found.number if found else 0


def _value(question: Question, numerator: int, denominator: int | None) -> float | None:
    unit = question.indicator.unit
    if unit in ("share", "per_10000"):
        scale = PER_RESIDENTS if unit == "per_10000" else 1
        return scale * numerator / denominator if denominator else None
    return float(numerator)


def _by_round(question: Question) -> Iterable[Point]:
    training, name = read(question), question.indicator.id
    for found in training.rounds:
        if question.scope.start <= found.day < question.scope.end:
            if name in ROUNDS:
                total = pooled(tallies(training, [found])[training.units.rows[0].code])
                part, whole = (getattr(total, count) for count in ROUNDS[name])
                yield found.day, part / whole if whole else None, part, whole
            else:
                scope = replace(question.scope, start=found.day, end=found.day + DAY, version=question.version)
                row = show(question.lake, name, scope, **question.options).rows[0]
                yield found.day, row.value, row.numerator, row.denominator
