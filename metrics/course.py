"""The control chart of a place as a figure: one row a week, with limits, baseline and signals.

The chart itself is `control`; here it becomes rows, so that the page, the command line and a file show the same.
"""

from datetime import date, timedelta
from math import isnan

from metrics.control import Chart, control_chart
from metrics.counting import Question, count_alerts
from metrics.seasons import Seasons, seasons
from metrics.statistics import Interval
from metrics.types import Note, Row

HISTORY_SHORT, DAYS_MISSING = "history_short", "days_missing"
DAY = timedelta(days=1)


def course(question: Question) -> list[Row]:
    """Return a row for each week of the chart, or one that says why there is none."""
    counted = count_alerts(question)
    unit = counted.units.rows[0]
    seasonal = seasons(question, counted.units)
    chart = control_chart(question, seasonal, unit.code)
    if chart is None:
        kind = question.indicator.unit
        return [Row(unit.code, unit.name_zh, unit.name_en, kind, suppressed=HISTORY_SHORT)]
    said = [Note("chart_of_four_weeks")] if chart.weeks > 1 else []
    said += [Note("trial_limits", {"points": chart.limits.points})] if chart.limits.trial else []
    return [_row(question, chart, seasonal, unit.code, place, tuple(said)) for place in range(len(chart.starts))]


def _row(question: Question, chart: Chart, seasonal: Seasons, code: str, place: int, said: tuple[Note, ...]) -> Row:
    first = chart.starts[place]
    value, limits, rule = float(chart.limits.values[place]), chart.limits, chart.found.rules[place]
    judged = place >= chart.baseline and rule is not None
    return Row(
        unit=first.isoformat(),
        name_zh=first.isoformat(),
        name_en=first.isoformat(),
        unit_of_value=question.indicator.unit,
        value=None if isnan(value) else value,
        numerator=_count(seasonal, code, first, first + DAY * 7 * chart.weeks),
        interval=Interval(float(limits.drawn_low[place]), float(limits.high[place])),
        suppressed=DAYS_MISSING if isnan(value) else None,
        notes=said,
        extra={
            "centre": limits.centre,
            "baseline": place < chart.baseline,
            "weeks": chart.weeks,
            "rule": str(rule) if judged else None,
            "direction": int(chart.found.directions[place]) if judged else 0,
            "correlation": None if isnan(chart.correlation) else chart.correlation,
        },
    )


def _count(seasonal: Seasons, code: str, first: date, after: date) -> int:
    """Return the alerts that were counted in a block, unadjusted."""
    begin, end = (first - seasonal.days[0]).days, (after - seasonal.days[0]).days
    return int(seasonal.counts[seasonal.rows[code], begin:end].sum())


ANSWERS = {"alert_course": course}
"""Functions of this module by the indicator that they answer."""
