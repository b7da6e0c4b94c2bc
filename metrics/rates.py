"""Valid alerts per 10,000 residents, always with the basis and the date of the residents.

The rate is of the period itself; `extra` also has it for a whole year of 365 days. Without residents there
is no rate. No change is given but that of the counts, because both periods share one denominator.
"""

from metrics.alerts import Line, counter_metrics, lines
from metrics.counting import Question, count_alerts
from metrics.population import People, residents
from metrics.rows import NO_DATA, count_change
from metrics.statistics import rate_with_limits
from metrics.types import Note, Row

YEAR_DAYS = 365
NO_POPULATION = "no_population"


def rate(question: Question) -> list[Row]:
    """Return the rate of each unit; rows without residents are suppressed."""
    counted = count_alerts(question)
    people, basis = residents(question, counted.units)
    return [_row(question, line, people.get(line[0].code), basis) for line in lines(question, counted)]


def _row(question: Question, line: Line, people: People | None, basis: str | None) -> Row:
    unit, now, before, notes = line
    has_base, days = question.compared.has_base, question.compared.days
    reason = NO_DATA if days == 0 else NO_POPULATION if people is None else None
    extra = counter_metrics(now, before) | {"days": days, "basis": basis}
    value = None
    if people is not None and days:
        value = rate_with_limits(now["valid"], people.number)
        notes = [*notes, Note("residents", {"basis": basis, "as_of": people.as_of})]
        extra |= {"as_of": people.as_of, "annualised": value.value * YEAR_DAYS / days}
        extra["annualised_interval"] = [limit * YEAR_DAYS / days for limit in value.interval]
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=value.value if value else None,
        numerator=now["valid"],
        denominator=people.number if people else None,
        base_numerator=before["valid"] if has_base else None,
        base_denominator=people.number if people and has_base else None,
        change=count_change(question, now["valid"], before["valid"]) if value else None,
        interval=value.interval if value else None,
        suppressed=reason,
        notes=tuple(notes),
        extra=extra,
    )


ANSWERS = {"alert_rate": rate}
"""Functions of this module by the indicator that they answer."""
