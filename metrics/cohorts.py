"""Small cases cleared and cases concluded in time, by cohort: each cohort is judged only when it is old enough.

The cases filed (or accepted) in a period are followed for 30 or 90 days. A cohort whose last case is younger than that
has had less time than the one it would be compared with, and its share would look like a fall. So the latest window of
the same length that is old enough is shown instead, and the answer says which.
"""

from collections.abc import Callable
from datetime import date, timedelta

from metrics.breaks import event_notes
from metrics.cases import SPAN_SQL
from metrics.counting import Counts, Question, by_station, counted
from metrics.definitions import rule
from metrics.periods import DAY, WEEK, base_period, is_whole_weeks
from metrics.rows import NO_DATA, share_row
from metrics.types import Note, Period, Row
from metrics.units import unit_notes
from metrics.verdicts import POSSIBLE

SMALL_SQL = """
SELECT
    station_code,
    SUM(filed)::BIGINT AS whole,
    SUM(CASE $maturity WHEN 30 THEN cleared_30 ELSE cleared_90 END)::BIGINT AS part
FROM lake.mart_case_day AT (VERSION => $version)
WHERE day >= $start AND day < $end AND is_small_livelihood
GROUP BY station_code
"""
IN_TIME_SQL = """
SELECT
    station_code,
    COUNT(*)::BIGINT AS whole,
    (COUNT(*) FILTER (closed_at < accepted_at + INTERVAL 30 DAY))::BIGINT AS part
FROM lake.case AT (VERSION => $version)
WHERE accepted_at >= $start
    AND accepted_at < $end
    AND cancelled_at IS NULL
    AND merged_into IS NULL
    AND regexp_matches(COALESCE(cause, ''), $pattern)
GROUP BY station_code
"""
Read = Callable[[Question, Period], Counts]


def small_cleared(question: Question) -> list[Row]:
    """Return small cases cleared within 30 (90) days ÷ small cases filed, of each unit."""
    return _rows(question, int(question.options["maturity"]), _small)


def concluded_in_time(question: Question) -> list[Row]:
    """Return cases of the three causes concluded within 30 days ÷ cases accepted, of each unit."""
    return _rows(question, 30, _in_time)


def cause_pattern(question: Question) -> str:
    """Return the pattern of the causes asked for, all of them together unless one is named."""
    patterns = rule("three_causes")
    chosen = str(question.options["cause"])
    return "|".join(patterns.values()) if chosen == "all" else str(patterns[chosen])


def _small(question: Question, period: Period) -> Counts:
    maturity = int(question.options["maturity"])
    return by_station(question.frame(SMALL_SQL, start=period[0], end=period[1], maturity=maturity))


def _in_time(question: Question, period: Period) -> Counts:
    return by_station(question.frame(IN_TIME_SQL, start=period[0], end=period[1], pattern=cause_pattern(question)))


def _rows(question: Question, maturity: int, read: Read) -> list[Row]:
    known = _known(question)
    asked = question.compared.period
    cohort = mature(asked, known[1], maturity, question.reference.week_start) if known else None
    if cohort is None or known is None or cohort[0] < known[0]:
        return _nothing(question)
    base = base_period(*cohort, question.scope.comparison, question.reference.week_start)
    base = base if base and base[0] >= known[0] else None
    found = counted(question, read(question, cohort), read(question, base) if base else {})
    now, before = found.rows()
    about = [] if cohort == asked else [_moved(cohort, maturity)]
    rows = []
    for unit in found.units.rows:
        notes = [*about, *unit_notes(found.units, unit, base[0] if base else cohort[0])]
        notes += event_notes(question, found.units, unit)
        extra = {"cohort": [cohort[0], cohort[1] - DAY], "maturity": maturity}
        broken = any(note.code == "series_break" for note in notes)
        pairs = [(part[unit.code].get("part", 0), part[unit.code].get("whole", 0)) for part in (now, before)]
        rows.append(
            share_row(
                question, unit, pairs[0], pairs[1] if base else None, notes, extra, highest=POSSIBLE, broken=broken
            )
        )
    return rows


def _moved(cohort: Period, maturity: int) -> Note:
    return Note("cohort_immature", {"maturity": maturity, "from": cohort[0], "to": cohort[1] - DAY})


def mature(asked: Period, after_last: date, maturity: int, week_start: int = 0) -> Period:
    """Return the latest window of the same length and weekdays, not after the one asked for, that is old enough.

    Args:
        asked: the period.
        after_last: first day after the data.
        maturity: days that the last case of a window must have been followed.
        week_start: weekday on which weeks begin.
    """
    late = (asked[1] + timedelta(days=maturity) - after_last).days
    if late <= 0:
        return asked
    step = WEEK if is_whole_weeks(*asked, week_start) else 1
    shift = DAY * (-(-late // step) * step)
    return asked[0] - shift, asked[1] - shift


def _known(question: Question) -> Period | None:
    """Return the first day of cases and the first day after the data: the later of last case and last alert."""
    first, last = question.frame(SPAN_SQL).row(0)
    if first is None:
        return None
    return first, max(last, question.reference.last_day or last) + DAY


def _nothing(question: Question) -> list[Row]:
    units = counted(question, {}, {}).units
    return [share_row(question, unit, (0, 0), None, [], {}, reason=NO_DATA) for unit in units.rows]


ANSWERS = {"small_cases_cleared": small_cleared, "three_causes_within_30": concluded_in_time}
"""Functions of this module by the indicator that they answer."""
