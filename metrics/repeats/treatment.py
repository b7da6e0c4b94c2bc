"""Did treatment help? Reports before and after, against untreated clusters that were as high.

A cluster is treated because it is high, and what is high falls by itself: regression to the mean. So each treated
cluster is set beside untreated clusters that, as long after they were found, had had as many incidents in the days
before, and about as many in the year before that: a place that is always busy falls less than one that had a bad
month. How far these fell is what would have been seen without treatment; only the rest is the treatment's.

Both sides are followed for the same days. Interval: treated clusters and their comparisons are drawn again by
cluster. No causal claim: who was treated was not drawn by lot, and the page says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.counting import Question
from metrics.repeats.clusters import Found, found
from metrics.repeats.history import DAY_SECONDS, EPOCH, Integers
from metrics.repeats.outcomes import YEAR
from metrics.repeats.share import key_note
from metrics.rows import BASE_UNDER_20, NO_DATA
from metrics.standing import Unit
from metrics.statistics import Interval
from metrics.statistics.clustered import DRAWS, seeded
from metrics.types import Note, Row

NO_MATCH = "no_comparison_clusters"
NEAREST = 1
"""How far the count of a comparison may lie from the treated cluster's, where none has the same."""
USUAL = (1, 2, 3, 4, 6, 8, 12, 16, 24, 36)
"""Limits of classes of incidents in the year before: within one class places are alike."""
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Matched:
    """One treated cluster: its incidents before and after, and those of its comparisons on average."""

    row: int
    before: int
    after: int
    expected: float
    compared_before: float
    comparisons: int


def repeat_treatment_effect(question: Question) -> list[Row]:
    """Return incidents after treatment ÷ those that comparable untreated clusters lead one to expect."""
    have = found(question)
    days = int(question.options["follow"])
    matched = _matched(have, (question.scope.end - EPOCH).days, days)
    notes = [key_note(question, have.key), Note("cluster_rule", vars(have.rule))]
    notes += [Note("year_to_end", {"days": YEAR}), Note("regression_to_the_mean", {"days": days})]
    return [
        _row(question, unit, [m for m in matched if m.row == place], tuple(notes), days)
        for place, unit in enumerate(have.units.rows)
    ]


def _row(question: Question, unit: Unit, all_own: list[Matched], notes: tuple[Note, ...], days: int) -> Row:
    own = [m for m in all_own if m.comparisons]
    expected = sum(m.expected for m in own)
    reason = NO_DATA if not all_own else NO_MATCH if not own or not expected else None
    if reason is None and len(own) < question.indicator.smallest_base:
        reason = BASE_UNDER_20
    after = sum(m.after for m in own)
    rng = seeded("repeat_treatment_effect", *question.compared.period, unit.code, days)
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=None if reason else after / expected,
        numerator=after if all_own else None,
        interval=None if reason else _interval(own, rng),
        suppressed=reason,
        notes=notes,
        extra={
            "treated": len(all_own),
            "matched": len(own),
            "comparisons": sum(m.comparisons for m in own),
            "before": sum(m.before for m in own),
            "after": after,
            "expected": expected,
            "compared_before": sum(m.compared_before for m in own),
            "follow": days,
            "means": {
                name: total / len(own) if own else None
                for name, total in (
                    ("before", sum(m.before for m in own)),
                    ("after", after),
                    ("compared_before", sum(m.compared_before for m in own)),
                    ("expected", expected),
                )
            },
        },
    )


def _interval(own: list[Matched], rng: np.random.Generator) -> Interval:
    """Return percentile limits of the ratio, clusters drawn again; the spread of a comparison's mean is Poisson's."""
    after = np.array([m.after for m in own], dtype=np.float64)
    expected = np.array([m.expected for m in own])
    several = np.array([m.comparisons for m in own])
    picked = rng.integers(0, len(own), size=(DRAWS, len(own)))
    shaken = rng.poisson(expected * several, size=(DRAWS, len(own))) / several
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = after[picked].sum(axis=1) / np.take_along_axis(shaken, picked, axis=1).sum(axis=1)
    ratios = ratios[np.isfinite(ratios)]
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Interval(float(low), float(high))


def _matched(have: Found, last: int, days: int) -> list[Matched]:
    """Return each cluster treated in the year, whose days after are over, with its comparisons.

    A comparison is an untreated cluster, looked at as many days after it was found as the treated one was treated,
    with the same number of incidents in the days before (or one more or less, where none has the same) and of the
    same class of incidents in the year before that.
    """
    group = have.clusters
    untreated = np.flatnonzero(~np.isin(group.value, have.treatments["value"].to_numpy()))
    found_day = group.found // DAY_SECONDS
    packed, reach = _packed(have)
    matched = []
    for at in np.flatnonzero(have.treated >= 0).tolist():
        day = int(have.treated[at])
        if have.row[at] < 0 or not last - YEAR <= day or day + days >= last:
            continue
        delay = day - int(found_day[at])
        moments = found_day[untreated] + delay
        usable = (moments + days < last) & (moments > last - 2 * YEAR)
        keys, moments = group.key[untreated[usable]], moments[usable]
        before = _between(packed, keys * reach, moments - days, moments)
        after = _between(packed, keys * reach, moments + 1, moments + days)
        own = group.key[[at]] * reach
        own_before = int(_between(packed, own, np.array([day - days]), np.array([day]))[0])
        usual = _between(packed, keys * reach, moments - YEAR, moments - days - 1)
        own_usual = _between(packed, own, np.array([day - YEAR]), np.array([day - days - 1]))
        as_usual = np.digitize(usual, USUAL) == np.digitize(own_usual, USUAL)[0]
        own_after = int(_between(packed, own, np.array([day + 1]), np.array([day + days]))[0])
        alike = as_usual & (before == own_before)
        if not alike.any():
            alike = as_usual & (np.abs(before - own_before) <= NEAREST)
        number = int(alike.sum())
        mean = float(after[alike].mean()) if number else 0.0
        was = float(before[alike].mean()) if number else 0.0
        matched.append(Matched(int(have.row[at]), own_before, own_after, mean, was, number))
    return matched


def _packed(have: Found) -> tuple[Integers, int]:
    """Return key and day of every distinct incident as one number, sorted, and the number of days that a key takes."""
    distinct = ~have.past.merged
    day = have.past.second[distinct] // DAY_SECONDS
    reach = int(day.max(initial=0)) + 10_000
    return have.past.key[distinct] * reach + day, reach


def _between(packed: Integers, offset: Integers, first: Integers, last: Integers) -> Integers:
    """Return how many distinct incidents each key had from one day to another, both included."""
    low = np.searchsorted(packed, offset + np.maximum(first, 0), side="left")
    return np.searchsorted(packed, offset + last, side="right") - low


ANSWERS = {"repeat_treatment_effect": repeat_treatment_effect}
"""Functions of this module by the indicator that they answer."""
