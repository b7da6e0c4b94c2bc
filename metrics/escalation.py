"""Disputes that became crimes 民转刑 (row 27b): criminal cases with a dispute alert of the same number or place before.

A case is matched through the alert that it came from; without one, or with neither number nor place on it, it cannot
be matched and is not in the denominator. Same number or same place within 180 days is a link in the records, not a
finding that the dispute was the cause; institutions' numbers and places are left out, because they link strangers.
Counts are shown from the first case on; a share needs a base of 20.
"""

from metrics.breaks import event_notes
from metrics.cases import with_case_days
from metrics.counting import Counts, Question, by_station, counted
from metrics.rows import share_row
from metrics.types import Note, Period, Row
from metrics.units import unit_notes
from metrics.verdicts import POSSIBLE

LOOK_BACK_DAYS = 180
ESCALATED_SQL = """
WITH filed AS (
    SELECT station_code, case_id, alert_id
    FROM lake.case AT (VERSION => $version)
    WHERE kind = 'criminal'
        AND merged_into IS NULL
        AND COALESCE(filed_at, accepted_at) >= $start
        AND COALESCE(filed_at, accepted_at) < $end
), reported AS (
    SELECT alert_id, reported_at,
        CASE WHEN is_service_caller THEN NULL ELSE caller_key END AS caller_key,
        CASE WHEN is_service_place THEN NULL ELSE place_key END AS place_key
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start::DATE - INTERVAL 60 DAY
        AND reported_at < $end
        AND case_id IS NOT NULL
), crime AS (
    SELECT filed.station_code, filed.case_id, reported.*
    FROM filed JOIN reported USING (alert_id)
), dispute AS (
    SELECT reported_at,
        CASE WHEN is_service_caller THEN NULL ELSE caller_key END AS caller_key,
        CASE WHEN is_service_place THEN NULL ELSE place_key END AS place_key
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start::DATE - $look_back * INTERVAL 1 DAY - INTERVAL 60 DAY
        AND reported_at < $end
        AND category_group = 'dispute'
        AND NOT (is_deleted OR is_nuisance OR is_invalid)
        AND link_type = 'none'
), linked AS (
    SELECT crime.case_id FROM crime JOIN dispute ON crime.caller_key = dispute.caller_key
    WHERE dispute.reported_at < crime.reported_at
        AND dispute.reported_at >= crime.reported_at - $look_back * INTERVAL 1 DAY
    UNION
    SELECT crime.case_id FROM crime JOIN dispute ON crime.place_key = dispute.place_key
    WHERE dispute.reported_at < crime.reported_at
        AND dispute.reported_at >= crime.reported_at - $look_back * INTERVAL 1 DAY
)
SELECT crime.station_code,
    (COUNT(DISTINCT crime.case_id) FILTER (caller_key IS NOT NULL OR place_key IS NOT NULL))::BIGINT AS whole,
    COUNT(DISTINCT linked.case_id)::BIGINT AS part
FROM crime LEFT JOIN linked ON linked.case_id = crime.case_id
GROUP BY crime.station_code
"""
"""Alerts up to 60 days before the filing are looked at, because a case is filed after its alert."""


def escalated(question: Question) -> list[Row]:
    """Return criminal cases with a linked earlier dispute ÷ criminal cases that can be matched, of each unit."""
    question = with_case_days(question)
    compared = question.compared
    now = _read(question, compared.period)
    before = _read(question, compared.base) if compared.base and compared.has_base else {}
    found = counted(question, now, before)
    rows_now, rows_before = found.rows()
    short = _look_back_short(question)
    rows = []
    for unit in found.units.rows:
        notes = [*short, *unit_notes(found.units, unit, question.scope.start)]
        notes += event_notes(question, found.units, unit)
        pairs = [(row[unit.code].get("part", 0), row[unit.code].get("whole", 0)) for row in (rows_now, rows_before)]
        rows.append(
            share_row(
                question, unit, pairs[0], pairs[1] if compared.has_base and not short else None, notes, {},
                highest=POSSIBLE, broken=any(note.code == "series_break" for note in notes),
            )
        )  # fmt: skip
    return rows


def _look_back_short(question: Question) -> list[Note]:
    """Return a note when alerts do not reach back far enough for the base, which would make it look better."""
    first, base = question.reference.first_day, question.compared.base
    start = base[0] if base else question.scope.start
    if first is None or (start - first).days >= LOOK_BACK_DAYS:
        return []
    return [Note("dispute_look_back_short", {"days": LOOK_BACK_DAYS})]


def _read(question: Question, period: Period) -> Counts:
    return by_station(question.frame(ESCALATED_SQL, start=period[0], end=period[1], look_back=LOOK_BACK_DAYS))


ANSWERS = {"escalated_cases": escalated}
"""Functions of this module by the indicator that they answer."""
