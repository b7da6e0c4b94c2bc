"""Share of alerts that repeat an earlier one with the same number, place or matter.

Repeats are not duplicates: several callers about one event within two hours are one incident and leave the
denominator. The plan names no key and no window, so both are parameters and stand in the notes. The key is
the caller's number where the lake holds numbers, else the place.

The look-back must be complete: where days of data are missing in the window before the period, a repeat
cannot be seen and the share looks better than it is. More than a tenth missing, and nothing is reported.

Interval: Wilson's. Incidents cluster by place and by caller, so it is too narrow, the rows say so
(`clustered`), and no verdict goes beyond possible. A bootstrap over places needs the incidents, not the marts.
"""

from datetime import date, timedelta

from metrics.breaks import event_notes
from metrics.counting import Counted, Question, by_station, counted
from metrics.periods import days_of
from metrics.rows import share_row
from metrics.types import Note, Period, Row
from metrics.units import unit_notes
from metrics.verdicts import POSSIBLE

LOOK_BACK_INCOMPLETE = "look_back_incomplete"
NO_KEY = "no_key"

REPEATS_SQL = """
SELECT
    station_code,
    COALESCE(SUM(received), 0)::BIGINT AS received,
    COALESCE(SUM(valid), 0)::BIGINT AS valid,
    COALESCE(SUM(caller_keyed), 0)::BIGINT AS caller_keyed,
    COALESCE(SUM(caller_duplicate), 0)::BIGINT AS caller_duplicate,
    COALESCE(SUM(CASE $window WHEN 7 THEN caller_repeat_7 WHEN 30 THEN caller_repeat_30
        WHEN 90 THEN caller_repeat_90 ELSE caller_repeat_365 END), 0)::BIGINT AS caller_repeat,
    COALESCE(SUM(place_keyed), 0)::BIGINT AS place_keyed,
    COALESCE(SUM(place_duplicate), 0)::BIGINT AS place_duplicate,
    COALESCE(SUM(CASE $window WHEN 7 THEN place_repeat_7 WHEN 30 THEN place_repeat_30
        WHEN 90 THEN place_repeat_90 ELSE place_repeat_365 END), 0)::BIGINT AS place_repeat,
    COALESCE(SUM(matter_keyed), 0)::BIGINT AS matter_keyed,
    COALESCE(SUM(matter_duplicate), 0)::BIGINT AS matter_duplicate,
    COALESCE(SUM(CASE $window WHEN 7 THEN matter_repeat_7 WHEN 30 THEN matter_repeat_30
        WHEN 90 THEN matter_repeat_90 ELSE matter_repeat_365 END), 0)::BIGINT AS matter_repeat
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND NOT list_contains($left_out::DATE[], day)
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code
"""


def repeat_share(question: Question) -> list[Row]:
    """Return repeats ÷ incidents of each unit, by the chosen key and window."""
    compared = question.compared
    now = _read(question, compared.period, compared.left_out)
    before = _read(question, compared.base, compared.base_left_out) if compared.base and compared.has_base else {}
    found = counted(question, now, before)
    key = chosen_key(question, now)
    missing = missing_look_back(question, compared.period[0])
    reason = LOOK_BACK_INCOMPLETE if missing > question.parameters.look_back_gap else None
    if not reason and not any(counts[f"{key}_keyed"] for counts in now.values()) and now:
        reason = NO_KEY
    notes = [Note("key", {"key": key, "window": question.options["window"]}), Note("clustered")]
    if 0 < missing <= question.parameters.look_back_gap:
        notes.append(Note("look_back_gaps", {"missing": missing}))
    return _rows(question, found, key, notes, reason)


def chosen_key(question: Question, counts: dict[str, dict[str, int]]) -> str:
    """Return the key asked for; left to itself, the caller where any number is known, else the place."""
    asked = str(question.options["key"])
    if asked != "auto":
        return asked
    return "caller" if any(count["caller_keyed"] for count in counts.values()) else "place"


def missing_look_back(question: Question, start: date) -> float:
    """Return which part of the days in the window before a period the lake does not know."""
    window = days_of((start - timedelta(days=int(question.options["window"])), start))
    return sum(day not in question.reference.days for day in window) / len(window)


def _read(question: Question, period: Period, left_out: tuple[date, ...]) -> dict[str, dict[str, int]]:
    frame = question.frame(
        REPEATS_SQL,
        start=period[0],
        end=period[1],
        groups=list(question.scope.groups),
        left_out=list(left_out),
        window=int(question.options["window"]),
    )
    return by_station(frame)


def _rows(question: Question, found: Counted, key: str, notes: list[Note], reason: str | None) -> list[Row]:
    base = question.compared.base if question.compared.has_base else None
    if base and missing_look_back(question, base[0]) > question.parameters.look_back_gap:
        base, notes = None, [*notes, Note("base_look_back_incomplete")]
    since = question.compared.base[0] if question.compared.base else question.scope.start
    now, before = found.rows()
    rows = []
    for unit in found.units.rows:
        about = unit_notes(found.units, unit, since) + event_notes(question, found.units, unit)
        rows.append(
            share_row(
                question,
                unit,
                incidents(now[unit.code], key),
                incidents(before[unit.code], key) if base else None,
                [*about, *notes],
                _extra(now[unit.code], before[unit.code], key),
                highest=POSSIBLE,
                broken=any(note.code == "series_break" for note in about),
                reason=reason,
            )
        )
    return rows


def incidents(counts: dict[str, int], key: str) -> tuple[int, int]:
    """Return repeats, and incidents: alerts with the key less those within two hours of the previous one."""
    return counts.get(f"{key}_repeat", 0), counts.get(f"{key}_keyed", 0) - counts.get(f"{key}_duplicate", 0)


def _extra(now: dict[str, int], before: dict[str, int], key: str) -> dict[str, int | float | str | None]:
    """Return the counter-metrics: what has no key, above all numbers, and the other keys' shares."""
    valid, base_valid = now.get("valid", 0), before.get("valid", 0)
    extra: dict[str, int | float | str | None] = {
        "key": key,
        "valid": valid,
        "keyed": now.get(f"{key}_keyed", 0),
        "duplicates": now.get(f"{key}_duplicate", 0),
        "missing_caller_share": 1 - now.get("caller_keyed", 0) / valid if valid else None,
        "base_missing_caller_share": 1 - before.get("caller_keyed", 0) / base_valid if base_valid else None,
    }
    for other in ("caller", "place", "matter"):
        repeats, whole = incidents(now, other)
        extra[f"{other}_repeat_share"] = repeats / whole if whole else None
    return extra


ANSWERS = {"repeat_share": repeat_share}
"""Functions of this module by the indicator that they answer."""
