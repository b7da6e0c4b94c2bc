"""Repeats observed against those that chance alone would make: a repeat share is never shown without it."""

from datetime import timedelta

from metrics.counting import Question
from metrics.remembering import Memory
from metrics.repeats.chance import Asked, Chance, Draws, by_chance, chance_of
from metrics.repeats.clusters import key_of, rule_of
from metrics.repeats.history import DAY_SECONDS, Flags, History, history, row_of_station, second_of
from metrics.repeats.share import LOOK_BACK_INCOMPLETE, key_note, missing_look_back
from metrics.rows import BASE_UNDER_20
from metrics.standing import Unit
from metrics.statistics import Interval
from metrics.statistics.clustered import seeded
from metrics.types import Note, Row
from metrics.units import resolve

NOTHING_EXPECTED = "nothing_expected"
SPAN_TOO_SHORT = "span_too_short"
RUNS = 3
"""So many quiet times before the period are drawn too: a cluster that has gone on for months is no new one."""
YEAR, WINDOWS = 365, 4
"""Dates are permuted over a year, and over four windows at least where these are shorter than a window and a year.

On a span hardly longer than the window, a place that reported twice looks busy only because it came back, and chance
is credited with what it did not do.
"""
_memory: Memory[tuple[History, Draws]] = Memory(8)


def repeat_chance(question: Question) -> list[Row]:
    """Return observed ÷ expected repeats of each unit, with the limits that the spread of chance gives the ratio."""
    key, scope = key_of(question), question.scope
    place = (scope.start, scope.end, scope.districts, scope.stations, scope.groups)
    name = ("chance", question.version, key, tuple(question.options.items()), place)
    near, draws = _memory.of(question.lake, name, lambda: _drawn(question, key))
    units = resolve(question.reference, scope, set(near.stations))
    row = row_of_station(near, units)
    notes = (
        key_note(question, key),
        Note("cluster_rule", vars(rule_of(question))),
        Note("draws", {"draws": draws.number}),
    )
    unknown = _unknown(question)
    return [_row(question, unit, draws, row == place, notes, unknown) for place, unit in enumerate(units.rows)]


def span_of(question: Question) -> int:
    """Return over how many days dates are permuted."""
    days = max(int(question.options["window"]), rule_of(question).apart)
    return max(YEAR, min(WINDOWS * days, YEAR + days))


def too_short(question: Question) -> bool:
    """Return whether the lake knows too few days to tell what chance makes: not four windows, or one and a year."""
    days = max(int(question.options["window"]), rule_of(question).apart)
    end = question.scope.end
    first = end - timedelta(days=span_of(question))
    known = sum(first <= day < end for day in question.reference.days)
    return known < min(WINDOWS * days, YEAR + days) * (1 - question.parameters.look_back_gap)


def _unknown(question: Question) -> str | None:
    """Return why nothing can be said of any unit, None where something can."""
    if missing_look_back(question, question.scope.start) > question.parameters.look_back_gap:
        return LOOK_BACK_INCOMPLETE
    return SPAN_TOO_SHORT if too_short(question) else None


def _row(question: Question, unit: Unit, draws: Draws, own: Flags, notes: tuple[Note, ...], unknown: str | None) -> Row:
    repeats = chance_of(draws.repeats, draws.drawn_repeats, own)
    clusters = chance_of(draws.clusters, draws.drawn_clusters, own)
    reason, known = unknown, unknown is None
    if known and not repeats.expected:
        reason = NOTHING_EXPECTED
    if reason is None and repeats.observed < question.indicator.smallest_base:
        reason = BASE_UNDER_20
    shown = reason is None
    extra = {
        "key": key_of(question),
        "observed": repeats.observed,
        "expected": repeats.expected if known else None,
        "expected_low": repeats.low if known else None,
        "expected_high": repeats.high if known else None,
        "clusters": clusters.observed,
        "clusters_expected": clusters.expected if known else None,
        "clusters_p": clusters.p if known else None,
        "draws": draws.number,
    }
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=repeats.observed / repeats.expected if shown else None,
        numerator=None if unknown == LOOK_BACK_INCOMPLETE else repeats.observed,
        interval=_ratio(repeats) if shown else None,
        p=repeats.p if shown else None,
        suppressed=reason,
        notes=notes,
        extra=extra,
    )


def _ratio(repeats: Chance) -> Interval | None:
    """Return observed ÷ the middle 95 % of what chance makes."""
    return Interval(repeats.observed / repeats.high, repeats.observed / repeats.low) if repeats.low > 0 else None


def _drawn(question: Question, key: str) -> tuple[History, Draws]:
    past, scope = history(question, key), question.scope
    window, rule = int(question.options["window"]), rule_of(question)
    start, end = second_of(scope.start), second_of(scope.end)
    back = start - max(window, RUNS * rule.apart) * DAY_SECONDS
    row = row_of_station(past, resolve(question.reference, scope, set(past.stations)))
    # What happens at stations outside the scope cannot be permuted into it.
    needed = ~past.merged & (past.second >= min(back, end - span_of(question) * DAY_SECONDS)) & (row[past.station] >= 0)
    near = past.chosen(needed & past.of_groups(scope.groups))
    asked = Asked(back, start, end, window, past.merge_gap, rule, question.parameters.chance_runs)
    drawn_for = ("repeat_chance", key, window, rule, scope.start, scope.end)
    return near, by_chance(near, asked, lambda station: seeded(*drawn_for, station))


ANSWERS = {"repeat_chance": repeat_chance}
"""Functions of this module by the indicator that they answer."""
