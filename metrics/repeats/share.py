"""Share of alerts that repeat an earlier one with the same number, place or matter.

Repeats are not duplicates: several callers about one event within two hours are one incident and leave the
denominator. The plan names no key and no window, so both are parameters and stand in the notes. The key is
the caller's number where the lake holds numbers, else the place.

The look-back must be complete: where days of data are missing in the window before the period, a repeat
cannot be seen and the share looks better than it is. More than a tenth missing, and nothing is reported.

Interval: bootstrap over places (or callers, or matters), because incidents cluster in them and Wilson's limits
would be too narrow. The change is drawn together with the share, so a place that is busy in both periods counts once.
Numerators come from the day mart, as the weekly course does; the draws from the incidents themselves, which are the
same ones (a test holds that).

Fewer repeats by number can mean that numbers are kept worse. Where the missing numbers rose, or repeats by place did
not fall, the row says so and its verdict goes no further than possible (integrity.md G15).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from metrics.breaks import event_notes
from metrics.counting import Counted, Question, by_station, counted
from metrics.periods import days_of
from metrics.repeats.history import history, merge_gap, row_of_station
from metrics.rows import share_row
from metrics.statistics import discoveries, share_difference
from metrics.statistics.clustered import Clustered, clustered_share, grouped_counts, seeded
from metrics.types import Note, Period, Row
from metrics.units import Units, unit_notes
from metrics.verdicts import CONFIRMED, NOT_ESTABLISHED, POSSIBLE

LOOK_BACK_INCOMPLETE = "look_back_incomplete"
NO_KEY = "no_key"
HEAVY, HEAVY_PART = 5, 1 / 3
"""A key with so many repeats, and such a part of all of a unit's, is named beside the unit's share."""

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


@dataclass(frozen=True)
class Largest:
    """The key with the most repeats: how many, which part of the unit's, and the share without it."""

    repeats: int
    part: float
    rest: float | None


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
    notes = [key_note(question, key)]
    if 0 < missing <= question.parameters.look_back_gap:
        notes.append(Note("look_back_gaps", {"missing": missing}))
    return judged(question, _rows(question, found, key, notes, reason), resampled(question, found.units, key))


def key_note(question: Question, key: str) -> Note:
    """Return what a repeat means here: key, window where there is one, and merge gap."""
    if "window" not in question.options:
        return Note("key_alone", {"key": key, "minutes": merge_gap(question) // 60})
    return Note("key", {"key": key, "window": question.options["window"], "minutes": merge_gap(question) // 60})


def resampled(question: Question, units: Units, key: str) -> dict[str, tuple[Clustered, Largest | None]]:
    """Return for each row the share drawn again over places (with its change where it has one), and its largest key."""
    compared, window = question.compared, int(question.options["window"])
    past = history(question, key)
    row = row_of_station(past, units)[past.station]
    counting = past.of_groups(question.scope.groups) & (row >= 0) & ~past.merged
    times = [past.within(*compared.period, compared.left_out)]
    if has_comparable_base(question) and compared.base:
        times.append(past.within(*compared.base, compared.base_left_out))
    seen = counting & np.logical_or.reduce(times)
    repeat = past.repeats(window)[seen]
    columns = [part.astype(np.int64) for time in times for part in (time[seen] & repeat, time[seen])]
    counts = grouped_counts([row[seen], past.key[seen]], columns)
    draws = {}
    for place, unit in enumerate(units.rows):
        # By the period and not the version: the same records give the same interval in every version that holds them.
        rng = seeded("repeat_share", *compared.period, unit.code, key, window)
        own = counts[counts[:, 0] == place, 2:]
        draws[unit.code] = clustered_share(own, rng), _largest(own)
    return draws


def _largest(counts: NDArray[np.int64]) -> Largest | None:
    """Return the key with the most repeats of the period, None where there is none."""
    if not len(counts) or not counts[:, 0].any():
        return None
    repeats, incidents = counts[counts[:, 0].argmax(), :2].tolist()
    total, whole = counts[:, 0].sum(), counts[:, 1].sum()
    rest = float((total - repeats) / (whole - incidents)) if whole > incidents else None
    return Largest(int(repeats), float(repeats / total), rest)


def judged(question: Question, rows: list[Row], draws: Mapping[str, tuple[Clustered, Largest | None]]) -> list[Row]:
    """Give rows their drawn intervals and the verdicts that follow; one table is one family of tests."""
    from scipy.special import ndtr

    rule = question.rule
    drawn = [draws.get(row.unit, (Clustered(None), None))[0] for row in rows]
    tested = [d.z if row.change is not None else None for row, d in zip(rows, drawn, strict=True)]
    p_values = [None if z is None else 2 * float(ndtr(-abs(z))) for z in tested]
    stays = iter(discoveries([p for p in p_values if p is not None], rule.confirmation_rate))
    done = []
    for row, draw, p in zip(rows, drawn, p_values, strict=True):
        exception = p is not None and next(stays)
        if row.value is None:
            done.append(row)
            continue
        verdict = _verdict(row, draw, rule.z, exception=exception) if row.verdict else None
        interval = draw.interval or row.interval
        largest = draws[row.unit][1] if row.unit in draws else None
        made = replace(row, interval=interval, p=p, verdict=verdict, extra={**row.extra, "z": draw.z})
        done.append(_told(made, largest))
    return done


def _told(row: Row, largest: Largest | None) -> Row:
    """Return a row with its largest key broken out: one caller can be a whole station's rate."""
    if largest is None:
        return row
    extra = {
        **row.extra,
        "largest_repeats": largest.repeats,
        "largest_part": largest.part,
        "without_largest": largest.rest,
    }
    weighs = largest.repeats >= HEAVY and largest.part >= HEAVY_PART
    note = Note("one_key", {"repeats": largest.repeats, "part": largest.part, "rest": largest.rest})
    return replace(row, extra=extra, notes=(*row.notes, note) if weighs else row.notes)


def _verdict(row: Row, draw: Clustered, z: float, *, exception: bool) -> str:
    """Return the verdict of a change in a share of clustered events."""
    broken = row.has_note("series_break")
    if broken or draw.change is None or draw.change.low <= 0 <= draw.change.high:
        return NOT_ESTABLISHED
    strong = draw.z is not None and abs(draw.z) >= z and exception
    return CONFIRMED if strong and not (row.change or 0) * row.extra["number_guard"] > 0 else POSSIBLE


def has_comparable_base(question: Question) -> bool:
    """Return whether the base period can be compared with: it exists, and so do the days before it."""
    base = question.compared.base
    return bool(
        question.compared.has_base
        and base
        and missing_look_back(question, base[0]) <= question.parameters.look_back_gap
    )


def chosen_key(question: Question, counts: dict[str, dict[str, int]]) -> str:
    """Return the key asked for; left to itself, the caller where any number is known, else the place."""
    asked = str(question.options["key"])
    if asked != "auto":
        return asked
    return "caller" if any(count["caller_keyed"] for count in counts.values()) else "place"


def missing_look_back(question: Question, start: date, days: int | None = None) -> float:
    """Return which part of the days in the window before a period the lake does not know."""
    back = int(question.options["window"]) if days is None else days
    window = days_of((start - timedelta(days=back), start))
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
    base = has_comparable_base(question)
    if question.compared.has_base and not base:
        notes = [*notes, Note("base_look_back_incomplete")]
    since = question.compared.base[0] if question.compared.base else question.scope.start
    now, before = found.rows()
    rows = []
    for unit in found.units.rows:
        about = unit_notes(found.units, unit, since) + event_notes(question, found.units, unit)
        guards = number_guard(now[unit.code], before[unit.code], key) if base else []
        rows.append(
            share_row(
                question,
                unit,
                incidents(now[unit.code], key),
                incidents(before[unit.code], key) if base else None,
                [*about, *notes, *guards],
                _extra(now[unit.code], before[unit.code], key) | {"number_guard": -1 if guards else 0},
                highest=POSSIBLE,
                broken=any(note.code == "series_break" for note in about),
                reason=reason,
            )
        )
    return rows


def number_guard(now: dict[str, int], before: dict[str, int], key: str) -> list[Note]:
    """Return what makes a fall by number doubtful: more numbers missing, or no fall by place (G15).

    Both speak only where Wilson's limits of the difference exclude none, and of the period against its base.
    """
    if key != "caller":
        return []
    notes = []
    valid, base_valid = now.get("valid", 0), before.get("valid", 0)
    kept, base_kept = now.get("caller_keyed", 0), before.get("caller_keyed", 0)
    if valid and base_valid and share_difference(valid - kept, valid, base_valid - base_kept, base_valid).low > 0:
        notes.append(Note("numbers_missing_more"))
    (caller, whole), (base_caller, base_whole) = incidents(now, "caller"), incidents(before, "caller")
    (place, places), (base_place, base_places) = incidents(now, "place"), incidents(before, "place")
    if min(whole, base_whole, places, base_places) <= 0:
        return notes
    fell = share_difference(caller, whole, base_caller, base_whole).high < 0
    if fell and place / places >= base_place / base_places:
        notes.append(Note("number_falls_alone"))
    return notes


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
