"""Shares that guard other figures: valid share, invalid, merged, recoded, moved and late records, missing numbers.

They are signals to look, never proof. Their verdicts go no further than possible: calls come in bursts and
by habit of the unit, so the shares scatter more than Wilson's interval says. Whether a unit stands out among its
peers and against its own past is the matter of `metrics.integrity`, over half a year and with all others.
"""

from dataclasses import replace
from math import sqrt

from metrics.alerts import lines
from metrics.counting import Counted, Counts, Question, by_station, count_alerts, counted
from metrics.rows import share_row
from metrics.standing import Unit
from metrics.statistics import Interval, normal_quantile
from metrics.types import Note, Period, Row
from metrics.verdicts import POSSIBLE

Pair = dict[str, int]

MORE_SQL = """
SELECT
    station_code,
    SUM(received)::BIGINT AS received,
    SUM(valid)::BIGINT AS valid,
    SUM(excluded_invalid + excluded_nuisance)::BIGINT AS invalid,
    SUM(excluded_duplicate)::BIGINT AS merged,
    SUM(received - excluded_invalid - excluded_nuisance)::BIGINT AS not_invalid,
    SUM(recoded_down)::BIGINT AS recoded_down,
    SUM(recoded_up)::BIGINT AS recoded_up,
    SUM(moved)::BIGINT AS moved,
    SUM(recorded_late)::BIGINT AS recorded_late,
    SUM(caller_keyed)::BIGINT AS caller_keyed
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start
    AND day < $end
    AND NOT list_contains($left_out::DATE[], day)
    AND (len($groups::VARCHAR[]) = 0 OR list_contains($groups::VARCHAR[], category_group))
GROUP BY station_code
"""
NOTHING = ("invalid", "merged", "not_invalid", "recoded_up", "moved", "recorded_late")


def valid_share(question: Question) -> list[Row]:
    """Return valid alerts out of calls received."""
    return _rows(question, count_alerts(question), "valid", "received")


def recoded_down_share(question: Question) -> list[Row]:
    """Return valid alerts recoded as less serious out of valid alerts."""
    return _rows(question, count_alerts(question), "recoded_down", "valid")


def missing_caller_share(question: Question) -> list[Row]:
    """Return valid alerts without a usable number out of valid alerts."""
    return _rows(question, count_alerts(question), "caller_missing", "valid")


def invalid_share(question: Question) -> list[Row]:
    """Return calls marked invalid or nuisance out of calls received."""
    return _rows(question, _count_more(question), "invalid", "received")


def merged_share(question: Question) -> list[Row]:
    """Return calls merged into another record out of calls not marked invalid."""
    return _rows(question, _count_more(question), "merged", "not_invalid")


def recoded_up_share(question: Question) -> list[Row]:
    """Return valid alerts recoded as more serious out of valid alerts."""
    return _rows(question, _count_more(question), "recoded_up", "valid")


def moved_share(question: Question) -> list[Row]:
    """Return valid alerts that came from another unit out of valid alerts."""
    return _rows(question, _count_more(question), "moved", "valid")


def recorded_late_share(question: Question) -> list[Row]:
    """Return valid alerts stored late out of valid alerts."""
    return _rows(question, _count_more(question), "recorded_late", "valid")


def net_downgrade_rate(question: Question) -> list[Row]:
    """Return valid alerts recoded down minus up, out of valid alerts; negative where more went up."""
    return [_net(question, line) for line in lines(question, _count_more(question))]


def _count_more(question: Question) -> Counted:
    """Return the counts of the period and, where there is one, of its base."""
    compared = question.compared
    now = _read(question, compared.period, compared.left_out)
    before = _read(question, compared.base, compared.base_left_out) if compared.has_base and compared.base else {}
    return counted(question, now, before)


def _read(question: Question, period: Period, left_out: tuple[object, ...]) -> Counts:
    frame = question.frame(
        MORE_SQL, start=period[0], end=period[1], groups=list(question.scope.groups), left_out=list(left_out)
    )
    return by_station(frame)


def _rows(question: Question, found: Counted, part: str, whole: str) -> list[Row]:
    rows = []
    for unit, now, before, notes in lines(question, found):
        pair, base = _pair(now, part, whole), _pair(before, part, whole)
        broken = any(note.code == "series_break" for note in notes)
        rows.append(
            share_row(
                question,
                unit,
                pair,
                base if question.compared.has_base else None,
                notes,
                {"received": now["received"], "base_received": before["received"]},
                highest=POSSIBLE,
                broken=broken,
            )
        )
    return rows


def _pair(counts: Pair, part: str, whole: str) -> tuple[int, int]:
    missing = {"caller_missing": counts["valid"] - counts["caller_keyed"]}
    found = dict.fromkeys(NOTHING, 0) | counts | missing
    return found[part], found[whole]


def _net(question: Question, line: tuple[Unit, Pair, Pair, list[Note]]) -> Row:
    """Return one net rate: the difference of two shares of the same alerts, its variance that of paired counts."""
    unit, now, before, notes = line
    now, before = dict.fromkeys(NOTHING, 0) | now, dict.fromkeys(NOTHING, 0) | before
    base = _pair(before, "recoded_down", "valid") if question.compared.has_base else None
    row = share_row(question, unit, _pair(now, "recoded_down", "valid"), base, notes, {}, highest=POSSIBLE)
    value, limits = _difference(now) if row.value is not None else (None, None)
    base_value, base_limits = _difference(before) if row.change is not None else (None, None)
    comparable = value is not None and base_value is not None
    verdict = row.verdict
    if comparable and limits and base_limits:
        apart = limits[0] > base_limits[1] or limits[1] < base_limits[0]
        verdict = POSSIBLE if apart and not any(note.code == "series_break" for note in notes) else "not_established"
    return replace(
        row,
        value=value,
        interval=limits,
        numerator=now["recoded_down"] - now["recoded_up"],
        base_numerator=before["recoded_down"] - before["recoded_up"] if base else None,
        change=value - base_value if comparable and value is not None and base_value is not None else None,
        verdict=verdict,
        extra={"recoded_down": now["recoded_down"], "recoded_up": now["recoded_up"]},
    )


def _difference(counts: Pair) -> tuple[float, Interval]:
    down, up, whole = counts["recoded_down"], counts["recoded_up"], counts["valid"]
    value = (down - up) / whole
    half = normal_quantile() * sqrt(max(0.0, down + up - (down - up) ** 2 / whole)) / whole
    return value, Interval(value - half, value + half)


ANSWERS = {
    "valid_share": valid_share,
    "invalid_share": invalid_share,
    "merged_share": merged_share,
    "recoded_down_share": recoded_down_share,
    "recoded_up_share": recoded_up_share,
    "net_downgrade_rate": net_downgrade_rate,
    "moved_share": moved_share,
    "recorded_late_share": recorded_late_share,
    "missing_caller_share": missing_caller_share,
}
"""Functions of this module by the indicator that they answer."""
