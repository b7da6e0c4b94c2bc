"""Valid alerts per 10,000 residents, always with the basis and the date of the residents.

The rate is of the period itself; `extra` also has it for a whole year of 365 days. Without residents there
is no rate. No change is given but that of the counts, because both periods share one denominator.

One place that calls many times makes its alerts depend on each other, so Byar's limits are widened by V ÷ O, where V is
the sum of k² over the places with k valid alerts each (`dependent_limits`); an alert without a place stands for itself.
Assumes that a place is of one station; one that two stations share counts once for each.
"""

from metrics.alerts import Line, counter_metrics, lines
from metrics.counting import Question, by_station, count_alerts, counted
from metrics.population import People, residents
from metrics.repeats.history import VALID
from metrics.rows import NO_DATA, count_change
from metrics.statistics import rate_with_dependent_limits
from metrics.types import Note, Row

YEAR_DAYS = 365
NO_POPULATION = "no_population"

PLACES_SQL = f"""
SELECT station_code, sum(k)::BIGINT AS keyed, sum(k * k)::BIGINT AS squares
FROM (
    SELECT station_code, place_key, count(*) AS k
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start AND reported_at < $end AND {VALID} AND place_key IS NOT NULL
        AND NOT list_contains($left_out::DATE[], reported_at::DATE)
        AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
    GROUP BY ALL
)
GROUP BY station_code
"""


def rate(question: Question) -> list[Row]:
    """Return the rate of each unit; rows without residents are suppressed."""
    found = count_alerts(question)
    people, basis = residents(question, found.units)
    places = _places(question)
    return [
        _row(question, line, people.get(line[0].code), basis, places.get(line[0].code, {}))
        for line in lines(question, found)
    ]


def _places(question: Question) -> dict[str, dict[str, int]]:
    """Return for each row its alerts with a place, `keyed`, and the sum over places of their squares."""
    compared = question.compared
    start, end = compared.period
    groups, left_out = list(question.scope.groups), list(compared.left_out)
    frame = question.frame(PLACES_SQL, start=start, end=end, groups=groups, left_out=left_out)
    return counted(question, by_station(frame), {}).rows()[0]


def _row(question: Question, line: Line, people: People | None, basis: str | None, places: dict[str, int]) -> Row:
    unit, now, before, notes = line
    has_base, days = question.compared.has_base, question.compared.days
    reason = NO_DATA if days == 0 else NO_POPULATION if people is None else None
    extra = counter_metrics(now, before) | {"days": days, "basis": basis}
    value = None
    if people is not None and days:
        variance = now["valid"] - places.get("keyed", 0) + places.get("squares", 0)
        value = rate_with_dependent_limits(now["valid"], variance, people.number)
        notes = [*notes, Note("residents", {"basis": basis, "as_of": people.as_of})]
        extra |= {"as_of": people.as_of, "annualised": value.value * YEAR_DAYS / days}
        extra["dependence"] = variance / now["valid"] if now["valid"] else None
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
