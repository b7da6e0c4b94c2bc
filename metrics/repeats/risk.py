"""How soon the next report comes, and how many come: repeat risk and expected further reports.

Every incident of the year up to the period's end is an index; its time runs to the next incident of its key, or is
cut off where the data end. Kaplan-Meier, so that the newest incidents count for as long as they were followed. Their
limits sum the error by place, because a busy place is many indices and not many places. The mean cumulative function
counts by place from the start: a place enters with its first incident of the year. Days are whole; the last day that
anything was followed into, mostly the 365th, counts as followed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.counting import Question
from metrics.remembering import Memory
from metrics.repeats.clusters import key_of
from metrics.repeats.history import DAY_SECONDS, Flags, Integers, history, row_of_station, second_of
from metrics.repeats.share import key_note
from metrics.rows import BASE_UNDER_20, NO_DATA
from metrics.standing import Unit
from metrics.statistics.recurrence import FurtherReports, further_reports, mean_cumulative
from metrics.statistics.time_to_repeat import RepeatRisk, repeat_risks_by_place
from metrics.types import Note, Row
from metrics.units import resolve

YEAR = 365
HORIZONS = (7, 30, 90, 365)
CURVE_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 365)


@dataclass(frozen=True)
class Indices:
    """Incidents of a year as indices: key and station, days to the next of the key, and whether it came."""

    key: Integers
    row: Integers
    days: Integers
    came: Flags


@dataclass(frozen=True)
class Further:
    """Places with a first incident in the year, reports within the window of it, and how many to expect of a place."""

    places: int
    reports: int
    expected: FurtherReports | None


_memory: Memory[tuple[Indices, tuple[Unit, ...]]] = Memory(6)


def repeat_risk(question: Question) -> list[Row]:
    """Return the share of incidents that another of their key follows within the window, of each unit."""
    key, window = key_of(question), int(question.options["window"])
    indices, units = _indices(question, key)
    notes = (key_note(question, key), Note("year_to_end", {"days": YEAR}))
    rows = []
    for place, unit in enumerate(units):
        own = indices.row == place
        whole = int(own.sum())
        reason = NO_DATA if not whole else BASE_UNDER_20 if whole < question.indicator.smallest_base else None
        risks = {} if reason else _risks(question, indices, own, window)
        risk = risks.get(window)
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                value=risk.risk if risk else None,
                numerator=int((own & indices.came & (indices.days <= window)).sum()),
                denominator=whole,
                interval=risk.interval if risk else None,
                suppressed=reason or (None if risk else NO_DATA),
                notes=notes,
                extra={"key": key} | (_extra(risks) if risks else {}),
            )
        )
    return rows


def _risks(question: Question, indices: Indices, own: Flags, window: int) -> dict[int, RepeatRisk]:
    """Return the risk by the window, every horizon and the points of the curve, as far as anything was followed."""
    longest = int(indices.days[own].max())
    days = [day for day in sorted({window, *HORIZONS, *CURVE_DAYS}) if day <= longest + 1]
    found = repeat_risks_by_place(
        indices.days[own],
        indices.came[own],
        indices.key[own],
        [min(day, longest) for day in days],
        question.parameters.confidence,
    )
    return {day: risk for day, risk in zip(days, found, strict=True) if risk is not None}


def _extra(risks: Mapping[int, RepeatRisk]) -> dict[str, object]:
    """Return the risk at every horizon with its limits, and the curve itself."""
    return {
        "horizons": {str(day): (risks[day].risk, risks[day].interval) for day in HORIZONS if day in risks},
        "curve": [(day, risks[day].risk, risks[day].interval) for day in CURVE_DAYS if day in risks],
    }


def _indices(question: Question, key: str) -> tuple[Indices, tuple[Unit, ...]]:
    return _memory.of(
        question.lake, ("indices", question.version, key, question.scope), lambda: _read_indices(question, key)
    )


def _read_indices(question: Question, key: str) -> tuple[Indices, tuple[Unit, ...]]:
    past, scope = history(question, key), question.scope
    past = past.chosen(~past.merged & past.of_groups(scope.groups))
    units = resolve(question.reference, scope, set(past.stations))
    row = row_of_station(past, units)[past.station]
    end = second_of(scope.end)
    came = np.append(past.key[1:] == past.key[:-1], False) if len(past.key) else np.zeros(0, dtype=np.bool_)
    following = np.append(past.second[1:], end) if len(past.key) else past.second
    days = (np.where(came, following, end) - past.second) // DAY_SECONDS
    year = past.second >= end - YEAR * DAY_SECONDS
    return Indices(past.key[year], row[year], np.minimum(days[year], YEAR + 1), came[year]), units.rows


def repeat_further(question: Question) -> list[Row]:
    """Return how many further incidents a key has within the window after its first of the year."""
    key, window = key_of(question), int(question.options["window"])
    past, scope = history(question, key), question.scope
    end = second_of(scope.end)
    kept = ~past.merged & past.of_groups(scope.groups) & (past.second >= end - YEAR * DAY_SECONDS)
    past = past.chosen(kept)
    units = resolve(question.reference, scope, set(past.stations))
    row = row_of_station(past, units)[past.station]
    notes = (key_note(question, key), Note("year_to_end", {"days": YEAR}))
    rows = []
    for place, unit in enumerate(units.rows):
        own = row == place
        found = _further(question, past.key[own], past.second[own], window)
        reason = NO_DATA if found.expected is None else None
        if found.places and found.places < question.indicator.smallest_base:
            reason = BASE_UNDER_20
        expected = None if reason else found.expected
        rows.append(
            Row(
                unit=unit.code,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                unit_of_value=question.indicator.unit,
                value=expected.mean if expected else None,
                numerator=found.reports,
                denominator=found.places,
                interval=expected.interval if expected else None,
                suppressed=reason,
                notes=notes,
                extra={"key": key},
            )
        )
    return rows


def _further(question: Question, keys: Integers, seconds: Integers, window: int) -> Further:
    """Return the places of incidents sorted by key and time, and what follows their first ones within the window."""
    if not len(keys):
        return Further(0, 0, None)
    end, is_first = second_of(question.scope.end), np.append(True, keys[1:] != keys[:-1])
    owner, first = np.cumsum(is_first) - 1, seconds[is_first]
    age = ((seconds - first[owner]) // DAY_SECONDS)[~is_first]
    followed = np.minimum((end - first) // DAY_SECONDS, YEAR)
    curve = mean_cumulative(owner[~is_first], np.minimum(age, followed[owner[~is_first]]), followed)
    until = min(window, int(followed.max()))
    found = further_reports(curve, (until,), question.parameters.confidence)[0] if until >= window - 1 else None
    return Further(len(first), int((age <= window).sum()), found)


ANSWERS = {"repeat_risk": repeat_risk, "repeat_further": repeat_further}
"""Functions of this module by the indicator that they answer."""
