"""How well alerts are recorded (row 49): complete key fields, and stored within 24 hours.

Both are figures about records, not about work in the street; they tell whether the other figures can be trusted.
Late means later than the lake's own limit (24 hours unless set otherwise), as counted in the day mart.
"""

from metrics.alerts import lines
from metrics.counting import Counts, Question, by_station, counted
from metrics.rows import share_row
from metrics.types import Period, Row
from metrics.verdicts import POSSIBLE

COMPLETE_SQL = """
SELECT
    station_code,
    COUNT(*)::BIGINT AS whole,
    (COUNT(*) FILTER (
        category_group <> 'unmapped' AND place_key IS NOT NULL AND result_code IS NOT NULL AND recorded_at IS NOT NULL
    ))::BIGINT AS part
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start
    AND reported_at < $end
    AND NOT list_contains($left_out::DATE[], reported_at::DATE)
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
    AND NOT (is_deleted OR is_nuisance OR is_invalid)
    AND link_type = 'none'
    AND main_alert_id IS NULL
GROUP BY station_code
"""
STORED_SQL = """
SELECT station_code, SUM(valid)::BIGINT AS whole, SUM(valid - recorded_late)::BIGINT AS part
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND NOT list_contains($left_out::DATE[], day)
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code
"""


def complete(question: Question) -> list[Row]:
    """Return valid alerts with all key fields ÷ valid alerts, of each unit."""
    return _rows(question, COMPLETE_SQL)


def stored_in_time(question: Question) -> list[Row]:
    """Return valid alerts stored within 24 hours ÷ valid alerts, of each unit."""
    return _rows(question, STORED_SQL)


def _rows(question: Question, sql: str) -> list[Row]:
    compared = question.compared
    now = _read(question, sql, compared.period, compared.left_out)
    before: Counts = {}
    if compared.base and compared.has_base:
        before = _read(question, sql, compared.base, compared.base_left_out)
    rows = []
    for unit, found, base, notes in lines(question, counted(question, now, before)):
        pairs = [(part.get("part", 0), part.get("whole", 0)) for part in (found, base)]
        broken = any(note.code == "series_break" for note in notes)
        earlier = pairs[1] if compared.has_base else None
        rows.append(share_row(question, unit, pairs[0], earlier, notes, {}, highest=POSSIBLE, broken=broken))
    return rows


def _read(question: Question, sql: str, period: Period, left_out: tuple[object, ...]) -> Counts:
    groups = list(question.scope.groups)
    return by_station(question.frame(sql, start=period[0], end=period[1], groups=groups, left_out=list(left_out)))


ANSWERS = {"complete_fields": complete, "loaded_within_24h": stored_in_time}
"""Functions of this module by the indicator that they answer."""
