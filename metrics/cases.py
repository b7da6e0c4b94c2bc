"""Cases filed or accepted, by the day of filing, with the share of alerts that became a case beside them.

Fewer cases can mean fewer offences or fewer filings; the transfer share is there to tell. Classes of alerts do
not apply to cases. The days with data are those from the first to the last case in the lake, because a quiet
day without a case is common. Scatter is not modelled yet, so verdicts go no further than possible.
"""

from dataclasses import replace
from datetime import date

from metrics.breaks import event_notes
from metrics.counting import Counts, Question, by_station, count_alerts, counted, share_of
from metrics.periods import DAY, compare, days_of
from metrics.rows import count_row, judged_count
from metrics.types import Period, Row
from metrics.units import unit_notes

SPAN_SQL = """
SELECT MIN(day) AS first_day, MAX(day) AS last_day
FROM lake.mart_case_day AT (VERSION => $version)
"""
CASES_SQL = """
SELECT station_code, SUM(filed)::BIGINT AS filed, SUM(cancelled)::BIGINT AS cancelled
FROM lake.mart_case_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND NOT list_contains($left_out::DATE[], day)
    AND ($kind = 'all' OR kind = $kind)
GROUP BY station_code
"""


def filed(question: Question) -> list[Row]:
    """Return the cases filed of each unit."""
    transfers = count_alerts(replace(question, scope=replace(question.scope, groups=()))).rows()
    question = with_case_days(question)
    compared = question.compared
    now = _read(question, compared.period, compared.left_out)
    before = _read(question, compared.base, compared.base_left_out) if compared.base and compared.has_base else {}
    found = counted(question, now, before)
    since = compared.base[0] if compared.base else question.scope.start
    rows_now, rows_before = found.rows()
    rows = []
    for unit in found.units.rows:
        notes = unit_notes(found.units, unit, since) + event_notes(question, found.units, unit)
        pair = rows_now[unit.code].get("filed", 0), rows_before[unit.code].get("filed", 0)
        extra = {name: _transfer(part, unit.code) for name, part in zip(TRANSFERS, transfers, strict=True)}
        rows.append(judged_count(question, count_row(question, unit, *pair, notes, extra)))
    return rows


TRANSFERS = ("transfer_share", "base_transfer_share")


def known_case_days(question: Question) -> frozenset[date]:
    """Return every day from the first to the last case in the lake."""
    first, last = question.frame(SPAN_SQL).row(0)
    return frozenset(days_of((first, last + DAY))) if first else frozenset()


def with_case_days(question: Question) -> Question:
    """Return the question with the days compared that the cases know."""
    known = known_case_days(question)
    reference = question.reference
    compared = compare(question.scope, known, reference.week_start, chinese=reference.chinese)
    return replace(question, compared=compared)


def _read(question: Question, period: Period, left_out: tuple[date, ...]) -> Counts:
    kind = str(question.options["kind"])
    return by_station(question.frame(CASES_SQL, start=period[0], end=period[1], left_out=list(left_out), kind=kind))


def _transfer(counts: Counts, code: str) -> float | None:
    found = counts.get(code, {})
    return share_of(found.get("transferred", 0), found.get("valid", 0))


ANSWERS = {"cases_filed": filed}
"""Functions of this module by the indicator that they answer."""
