"""Every published figure of a week as one tidy table: one line a figure, each with what it stands on.

A figure is named by indicator, parameters, comparison, level, unit and class. All indicators of the catalogue are
asked, whatever there are, with their default parameters at every level. By class there are what is counted of alerts
and its change, for the city and its districts; with other parameters whatever says what is counted (a key, a kind, an
ability), and not the numbers that a method is tuned with. Numbers with a fraction are rounded to twelve significant
digits, because the last bits of a float differ between machines, and what lies nearer to zero than a figure can is
zero, because nothing but such bits is left where equal numbers cancel out; counts stay whole numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isfinite
from typing import Any

import polars as pl

import metrics
from exports.helping import Helper, Work
from exports.weeks import Week
from metrics import GROUPS, Indicator, MetricError, Result
from warehouse import Lake, Location, open_lake

COMPARISONS = ("previous", "yoy")
ALL = "all"
DIGITS = 12
NEAREST = 1e-12
"""No figure but a p-value lies nearer to zero: the smallest is a share of one in all alerts of years."""
KEY = ("indicator", "parameters", "comparison", "by", "unit", "category")
"""What names a figure."""
COUNTS = ("numerator", "denominator", "base_numerator", "base_denominator")
MEASURES = ("value", "change", "low", "high", "p")
SCHEMA: dict[str, Any] = {
    "indicator": pl.String,
    "definition": pl.Int64,
    "parameters": pl.String,
    "comparison": pl.String,
    "by": pl.String,
    "unit": pl.String,
    "name_zh": pl.String,
    "name_en": pl.String,
    "category": pl.String,
    "period_first": pl.Date,
    "period_last": pl.Date,
    "base_first": pl.Date,
    "base_last": pl.Date,
    "unit_of_value": pl.String,
    "value": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "base_numerator": pl.Int64,
    "base_denominator": pl.Int64,
    "change": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval_of": pl.String,
    "p": pl.Float64,
    "verdict": pl.String,
    "suppressed": pl.String,
    "notes": pl.String,
    "data_version": pl.Int64,
}
BY_CLASS = ("alerts_received", "alerts_valid", "alert_change")
"""Published by class; of every other indicator a class is asked on its page, where it is read."""
TUNED = ("window", "least", "quiet", "follow")
"""Parameters that are published with their defaults alone: lengths and thresholds, nothing else that is counted."""
SIMULATED = ("repeat_chance", "repeat_near", "repeat_treatment_effect", "repeat_concentration")
"""Made by drawing many times, and of counts that stand beside them anyway."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """One question to the metrics: an indicator with its parameters, a comparison, a level and a class."""

    indicator: str
    comparison: str
    by: str
    category: str = ALL
    option: tuple[str, Any] | None = None


Kept = dict[Asked, Result]
Counted = tuple[pl.DataFrame, list[dict[str, str]]]
"""The table of figures, and the questions without an answer."""


def figures(lake: Lake, week: Week, kept: Kept | None = None, asked_for: Iterable[Asked] | None = None) -> Counted:
    """Return the table of every figure of a week, and the questions that have no answer with the reason.

    Args:
        lake: the warehouse.
        week: the week at its data version.
        kept: answers that others have asked for already or will ask for, by question.
        asked_for: the questions; None means all that a package answers.

    Returns:
        The table, ordered by what names a figure, and the unanswered questions.
    """
    kept = {} if kept is None else kept
    lines: list[dict[str, Any]] = []
    unanswered: list[dict[str, str]] = []
    for asked in questions() if asked_for is None else asked_for:
        try:
            result = kept.get(asked) or kept.setdefault(asked, answer(lake, week, asked))
        except MetricError as error:
            unanswered.append({"indicator": asked.indicator, "by": asked.by, "reason": error.sentence()})
            continue
        lines += _lines(result, asked)
    frame = pl.DataFrame(lines, schema=SCHEMA, orient="row").sort(KEY)
    return frame, _once(unanswered)


def _once(unanswered: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return [dict(entry) for entry in dict.fromkeys(tuple(sorted(one.items())) for one in unanswered)]


def handed(lake: Lake, week: Week, helper: Helper) -> Work:
    """Start a helper on its part of the figures."""
    return helper.hand(counted_apart, lake.location, week, list(helped_questions()))


def joined(*parts: Counted) -> Counted:
    """Return parts of the figures as one table."""
    table = pl.concat([table for table, _ in parts]).sort(KEY)
    return table, _once(one for _, unanswered in parts for one in unanswered)


def counted_by_two(lake: Lake, week: Week, helper: Helper) -> Counted:
    """Return every figure, a part of them counted by a helper."""
    part = handed(lake, week, helper)
    return joined(figures(lake, week, asked_for=own_questions()), part.outcome())


def counted_apart(where: Location, week: Week, asked_for: Iterable[Asked]) -> Counted:
    """Return the figures that a helper counts, in a process that opens the lake itself."""
    return figures(open_lake(where), week, asked_for=asked_for)


def published() -> list[Indicator]:
    """Return the indicators that a package holds: all there are."""
    return list(metrics.catalogue().values())


def questions() -> Iterator[Asked]:
    """Return every question; those that read the same counts stand together, because answers are kept for a while."""
    yield from own_questions()
    yield from helped_questions()


def own_questions() -> Iterator[Asked]:
    """Return the questions that are counted beside the reports, which ask most of them as well."""
    entries = [entry for entry in published() if not _is_handed(entry)]
    yield from _with_defaults(entries)
    for comparison in COMPARISONS:
        for category in GROUPS:
            for by in ("city", "district"):
                yield from (Asked(entry.id, comparison, by, category) for entry in entries if entry.id in BY_CLASS)


def helped_questions() -> Iterator[Asked]:
    """Return what a helper can take over, about half of the work: histories of repeats, and other parameters."""
    yield from _with_defaults([entry for entry in published() if _is_handed(entry)])
    for entry in published():
        yield from _with_parameters(entry, "yoy")


def _is_handed(entry: Indicator) -> bool:
    return entry.subject == "repeats" and entry.id != "repeat_share"


def _with_defaults(entries: Sequence[Indicator]) -> Iterator[Asked]:
    for comparison in COMPARISONS:
        for by in ("city", "district", "station"):
            yield from (Asked(entry.id, comparison, by) for entry in entries if by in entry.levels)


def main_questions() -> Iterator[Asked]:
    """Return those of them that the section on revisions counts again: the week's own figures, city and districts."""
    for asked in questions():
        if asked.comparison == "previous" and asked.by != "station" and asked.indicator not in SIMULATED:
            yield asked


def _with_parameters(entry: Indicator, comparison: str) -> Iterator[Asked]:
    for name, parameter in entry.parameters.items():
        if name in TUNED:
            continue
        for value in parameter.values:
            if value != parameter.default:
                for by in ("city", "district"):
                    if by in entry.levels:
                        yield Asked(entry.id, comparison, by, option=(name, value))


def answer(lake: Lake, week: Week, asked: Asked) -> Result:
    """Ask the metrics one question about a week."""
    scope = week.scope(asked.comparison, asked.by)
    if asked.category != ALL:
        scope = replace(scope, groups=(asked.category,))
    options = dict([asked.option]) if asked.option else {}
    return metrics.show(lake, asked.indicator, scope, **options)


def _lines(result: Result, asked: Asked) -> Iterator[dict[str, Any]]:
    options = result.provenance.get("options", {})
    base = result.base_period
    common = {
        "indicator": result.indicator,
        "definition": result.definition,
        "parameters": ";".join(f"{name}={options[name]}" for name in sorted(options)),
        "comparison": asked.comparison,
        "by": asked.by,
        "category": asked.category,
        "period_first": result.period[0],
        "period_last": result.period[1] - DAY,
        "base_first": base[0] if base else None,
        "base_last": base[1] - DAY if base else None,
        "interval_of": "change" if metrics.catalogue()[result.indicator].unit == "change" else "value",
        "data_version": result.data_version,
    }
    for row in result.rows:
        low, high = row.interval if row.interval else (None, None)
        cells = {name: getattr(row, name) for name in ("unit", "name_zh", "name_en", "unit_of_value")}
        cells |= {name: _whole(getattr(row, name)) for name in COUNTS}
        yield (
            common
            | cells
            | {
                "value": rounded(row.value),
                "change": rounded(row.change),
                "low": rounded(low),
                "high": rounded(high),
                "p": rounded(row.p, 0.0),
                "verdict": row.verdict,
                "suppressed": row.suppressed,
                "notes": ";".join(sorted({note.code for note in row.notes})),
            }
        )


def _whole(count: float | None) -> int | None:
    return None if count is None else round(count)


def rounded(value: float | None, nearest: float = NEAREST) -> float | None:
    """Return a number with twelve significant digits, zero for what is nearer to it, None for what is no number."""
    if value is None or not isfinite(value):
        return None
    if abs(value) < nearest:
        return 0.0
    return float(f"{value:.{DIGITS - 1}e}") + 0.0
