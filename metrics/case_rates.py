"""Cases per 10,000 residents, all of them and those that could have been prevented (rows 19a and 19b).

Filed means filed or accepted, merged cases left out, as in `cases.py`. The rate is of the period itself; `extra` has
it for a whole year of 365 days. Both periods share one denominator, so the change is that of the counts, and because
the scatter of cases is not modelled its verdict goes no further than possible.
"""

from metrics.breaks import event_notes
from metrics.cases import CASES_SQL, with_case_days
from metrics.counting import Counts, Question, by_station, counted
from metrics.population import People, residents
from metrics.rates import NO_POPULATION, YEAR_DAYS
from metrics.rows import NO_DATA, count_change, why_no_change
from metrics.standing import Unit
from metrics.statistics import rate_with_limits
from metrics.types import Note, Period, Row
from metrics.units import unit_notes
from metrics.verdicts import Evidence, compare_counts, count_verdict

PREVENTABLE_SQL = """
SELECT station_code, COUNT(*)::BIGINT AS filed
FROM lake.case AT (VERSION => $version)
WHERE COALESCE(filed_at, accepted_at) >= $start
    AND COALESCE(filed_at, accepted_at) < $end
    AND NOT list_contains($left_out::DATE[], COALESCE(filed_at, accepted_at)::DATE)
    AND is_preventable
    AND merged_into IS NULL
GROUP BY station_code
"""


def rate(question: Question) -> list[Row]:
    """Return the cases of each unit per 10,000 residents."""
    question = with_case_days(question)
    compared = question.compared
    now = _read(question, compared.period, compared.left_out)
    before = _read(question, compared.base, compared.base_left_out) if compared.base and compared.has_base else {}
    found = counted(question, now, before)
    people, basis = residents(question, found.units)
    since = compared.base[0] if compared.base else question.scope.start
    rows_now, rows_before = found.rows()
    rows = []
    for unit in found.units.rows:
        notes = unit_notes(found.units, unit, since) + event_notes(question, found.units, unit)
        pair = rows_now[unit.code].get("filed", 0), rows_before[unit.code].get("filed", 0)
        rows.append(_row(question, unit, *pair, people.get(unit.code), basis, notes))
    return rows


def _read(question: Question, period: Period, left_out: tuple[object, ...]) -> Counts:
    days = {"start": period[0], "end": period[1], "left_out": list(left_out)}
    if question.indicator.id == "preventable_case_rate":
        return by_station(question.frame(PREVENTABLE_SQL, **days))
    return by_station(question.frame(CASES_SQL, **days, kind=str(question.options["kind"])))


def _row(
    question: Question, unit: Unit, now: int, before: int, people: People | None, basis: str | None, notes: list[Note]
) -> Row:
    compared = question.compared
    reason = NO_DATA if compared.days == 0 else NO_POPULATION if people is None else None
    rate = rate_with_limits(now, people.number) if people and not reason else None
    change = count_change(question, now, before) if rate else None
    p = verdict = None
    extra: dict[str, object] = {"basis": basis, "days": compared.days}
    if rate and people:
        notes = [*notes, Note("residents", {"basis": basis, "as_of": people.as_of})]
        extra |= {"as_of": people.as_of, "annualised": rate.value * YEAR_DAYS / compared.days}
    if change is not None and not why_no_change(question, now, before):
        test = compare_counts(question.rule, now, before, compared.days, compared.base_days, None)
        broken = any(note.code == "series_break" for note in notes)
        p, verdict = test.p, count_verdict(question.rule, test, None, Evidence(broken=broken))
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=rate.value if rate else None,
        numerator=now,
        denominator=people.number if people else None,
        base_numerator=before if compared.has_base else None,
        base_denominator=people.number if people and compared.has_base else None,
        change=change,
        interval=rate.interval if rate else None,
        p=p,
        verdict=verdict,
        suppressed=reason,
        notes=tuple(notes),
        extra=extra,
    )


ANSWERS = {"case_rate": rate, "preventable_case_rate": rate}
"""Functions of this module by the indicator that they answer."""
