"""Which stations differ from the whole in their alerts by more than chance, and by more than stations usually do.

Observed over expected. Expected by history: a station's adjusted alerts a day of the year before the period, over the
calendar factors of the period's days, times what all stations together have over it; the funnel then shows whose
change differs from everybody's. Expected by residents: the rate of all stations together; the funnel then shows whose
level differs, which says more about places than about police work.

Exceptions are by Benjamini-Hochberg at 10 % on p-values that hold the scatter between stations; the 95 % and 99.8 %
limits are for drawing. Under ten stations there is no funnel. It is never a league table: rows stand by their code.
"""

from datetime import date, timedelta

import numpy as np

from metrics.alerts import Line, lines
from metrics.counting import Counted, Question, count_alerts
from metrics.population import residents
from metrics.seasons import seasons
from metrics.statistics import FEWEST_UNITS, Funnel, Interval, TooFewUnits, discoveries, ratio_funnel
from metrics.types import Note, Row

YEAR = timedelta(days=364)
SMALLEST_EXPECTED = 1.0
NO_EXPECTATION, TOO_FEW_UNITS = "no_expectation", "too_few_units"


def funnel(question: Question) -> list[Row]:
    """Return observed over expected of each station with the funnel's limits, or why there is none."""
    counted = count_alerts(question)
    table = lines(question, counted)
    expected = _by_residents(question, counted) if question.options["expected"] == "residents" else {}
    if question.options["expected"] == "history":
        expected = _by_history(question, counted)
    kept = [line for line in table if expected.get(line[0].code, 0.0) >= SMALLEST_EXPECTED]
    seen = np.array([line[1]["valid"] for line in kept], dtype=np.float64)
    size = np.array([expected[line[0].code] for line in kept])
    if seen.sum():
        size *= seen.sum() / size.sum()
    fewest = max(FEWEST_UNITS, question.parameters.funnel_units)
    drawn = ratio_funnel(seen, size) if len(kept) >= fewest and seen.sum() else TooFewUnits(len(kept), fewest)
    if isinstance(drawn, TooFewUnits):
        note = Note("too_few_units", {"units": drawn.units, "needed": drawn.needed})
        return [_bare(question, line, TOO_FEW_UNITS, note) for line in table]
    places = {line[0].code: place for place, line in enumerate(kept)}
    stays = discoveries([float(p) for p in drawn.p], question.rule.false_discovery_rate)
    return [
        _row(question, line, drawn, places[line[0].code], exception=stays[places[line[0].code]])
        if line[0].code in places
        else _bare(question, line, NO_EXPECTATION)
        for line in table
    ]


def _by_history(question: Question, counted: Counted) -> dict[str, float]:
    """Return what each station would have had as in the year before, the calendar taken into account."""
    seasonal, start = seasons(question, counted.units), question.scope.start
    if seasonal.factors is None:
        return {}
    begin = max(0, (start - YEAR - seasonal.days[0]).days)
    year = slice(begin, (start - seasonal.days[0]).days)
    known = seasonal.known[year]
    if known.sum() < YEAR.days / 2:
        return {}
    days: list[date] = question.compared.counted_days()
    found = {}
    for code, row in seasonal.rows.items():
        level = seasonal.counts[row, year][known].sum() / seasonal.factors[row, year][known].sum()
        found[code] = float(level * (seasonal.exposure(code, days) or 0.0))
    return found


def _by_residents(question: Question, counted: Counted) -> dict[str, float]:
    people, _ = residents(question, counted.units)
    return {code: float(found.number) for code, found in people.items()}


def _bare(question: Question, line: Line, reason: str, *said: Note) -> Row:
    unit, now, _, notes = line
    kind = question.indicator.unit
    return Row(
        unit.code, unit.name_zh, unit.name_en, kind, numerator=now["valid"], suppressed=reason, notes=(*notes, *said)
    )


def _row(question: Question, line: Line, drawn: Funnel, place: int, *, exception: bool) -> Row:
    unit, now, _, notes = line
    scatter = drawn.scatter
    spread = Note(
        "funnel_scatter",
        {"units": scatter.units, "phi": format(scatter.phi, ".2f"), "tau2": format(scatter.between, ".4f")},
    )
    limits = {
        "inner": drawn.inner,
        "outer": drawn.outer,
        "adjusted_inner": drawn.adjusted_inner,
        "adjusted_outer": drawn.adjusted_outer,
    }
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=float(drawn.values[place]),
        numerator=now["valid"],
        interval=Interval(float(drawn.adjusted_inner.low[place]), float(drawn.adjusted_inner.high[place])),
        p=float(drawn.p[place]),
        notes=(*notes, spread),
        extra={
            "expected": float(drawn.sizes[place]),
            "exception": exception,
            "flag": str(drawn.flags[place]),
            "phi": scatter.phi,
            "tau2": scatter.between,
            "units": scatter.units,
        }
        | {name: [float(pair.low[place]), float(pair.high[place])] for name, pair in limits.items()},
    )


ANSWERS = {"alert_funnel": funnel}
"""Functions of this module by the indicator that they answer."""
