"""The merge log: several reports of one event become one incident, and how many did is written down.

Two ways lead there. The desk links a call to a main record; or, where nobody did, a report follows the previous one
of its key within the merge gap. Neither is ever a repeat. A station that merges more than others deserves a look:
merging is also a way to have fewer alerts (integrity.md G6).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from metrics.counting import Question, counted
from metrics.repeats.clusters import key_of
from metrics.repeats.history import Integers, history, merge_gap
from metrics.rows import share_row
from metrics.types import Note, Period, Row
from metrics.units import unit_notes
from metrics.verdicts import POSSIBLE

BINS = (5, 15, 30, 60, 120)
"""Upper limits of the gaps, in minutes; the last bin is whatever lies above."""

DESK_SQL = """
WITH child AS (
    SELECT station_code, reported_at, main_alert_id
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start
        AND reported_at < $end
        AND NOT is_deleted
        AND (link_type = 'duplicate' OR (link_type = 'none' AND main_alert_id IS NOT NULL))
        AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
),
main AS (
    SELECT alert_id AS main_alert_id, reported_at AS main_reported_at
    FROM lake.alert AT (VERSION => $version)
    WHERE reported_at >= $start - INTERVAL 30 DAY AND reported_at < $end
)
SELECT station_code, greatest(0, datediff('minute', main_reported_at, reported_at))::BIGINT AS minutes,
    COUNT(*)::BIGINT AS merged
FROM child JOIN main USING (main_alert_id)
GROUP BY ALL
"""
VALID_SQL = """
SELECT station_code, SUM(valid)::BIGINT AS valid, SUM(excluded_duplicate)::BIGINT AS desk
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND NOT list_contains($left_out::DATE[], day)
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code
"""


def repeat_merged(question: Question) -> list[Row]:
    """Return reports merged into another ÷ valid alerts and those merged at the desk, with the gaps between them."""
    compared, key = question.compared, key_of(question)
    now = _counts(question, key, compared.period, compared.left_out)
    base = compared.base if compared.has_base else None
    before = _counts(question, key, base, compared.base_left_out) if base else {}
    found = counted(question, now, before)
    ours, theirs = found.rows()
    desk, rule = _desk_gaps(question), _rule_gaps(question, key)
    rows = []
    for unit in found.units.rows:
        since = compared.base[0] if compared.base else question.scope.start
        notes = [*unit_notes(found.units, unit, since), Note("merge_gap", {"minutes": merge_gap(question) // 60})]
        at_desk = _binned(desk, {code for code in found.units.home if _in_row(found.units, code, unit.code)})
        by_rule = _binned(rule, {code for code in found.units.home if _in_row(found.units, code, unit.code)})
        extra: dict[str, Any] = {
            "key": key,
            "desk": ours[unit.code].get("desk", 0),
            "by_rule": ours[unit.code].get("rule", 0),
            "bins": list(BINS),
            "desk_gaps": at_desk,
            "rule_gaps": by_rule,
        }
        pair = _pair(ours[unit.code])
        earlier = _pair(theirs[unit.code]) if base else None
        broken = any(note.code == "series_break" for note in notes)
        rows.append(share_row(question, unit, pair, earlier, notes, extra, highest=POSSIBLE, broken=broken))
    return rows


def _in_row(units: Any, code: str, row: str) -> bool:  # noqa: ANN401 - Units
    return bool(units.row_of(units.station_of(code)) == row)


def _pair(counts: Mapping[str, int]) -> tuple[int, int]:
    return counts.get("desk", 0) + counts.get("rule", 0), counts.get("valid", 0) + counts.get("desk", 0)


def _counts(question: Question, key: str, period: Period, left_out: tuple[Any, ...]) -> dict[str, dict[str, int]]:
    """Return valid alerts, merged at the desk and merged by rule, by station."""
    groups = list(question.scope.groups)
    frame = question.frame(VALID_SQL, start=period[0], end=period[1], groups=groups, left_out=list(left_out))
    counts = {row.pop("station_code"): row for row in frame.iter_rows(named=True)}
    past = history(question, key)
    merged = past.merged & past.within(*period, left_out) & past.of_groups(question.scope.groups)
    by_station = np.bincount(past.station[merged], minlength=len(past.stations))
    for code, number in zip(past.stations, by_station.tolist(), strict=True):
        if number:
            counts.setdefault(code, {})["rule"] = int(number)
    return counts


def _desk_gaps(question: Question) -> dict[str, Integers]:
    start, end = question.compared.period
    frame = question.frame(DESK_SQL, start=start, end=end, groups=list(question.scope.groups))
    return _spread(frame.select("station_code", "minutes", "merged"))


def _rule_gaps(question: Question, key: str) -> dict[str, Integers]:
    past = history(question, key)
    flags = past.merged & past.within(*question.compared.period) & past.of_groups(question.scope.groups)
    return _spread(
        pl.DataFrame(
            {
                "station_code": [past.stations[place] for place in past.station[flags].tolist()],
                "minutes": past.gap[flags] // 60,
                "merged": np.ones(int(flags.sum()), dtype=np.int64),
            },
            schema={"station_code": pl.String, "minutes": pl.Int64, "merged": pl.Int64},
        )
    )


def _spread(frame: pl.DataFrame) -> dict[str, Integers]:
    """Return by station how many gaps fall into each bin."""
    spread: dict[str, Integers] = {}
    for code, minutes, number in frame.iter_rows():
        bins = spread.setdefault(code, np.zeros(len(BINS) + 1, dtype=np.int64))
        bins[int(np.searchsorted(BINS, minutes, side="right"))] += number
    return spread


def _binned(spread: Mapping[str, Integers], codes: set[str]) -> list[int]:
    total = np.zeros(len(BINS) + 1, dtype=np.int64)
    for code, bins in spread.items():
        if code in codes:
            total += bins
    return [int(number) for number in total]


ANSWERS = {"repeat_merged": repeat_merged}
"""Functions of this module by the indicator that they answer."""
