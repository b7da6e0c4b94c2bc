"""Clusters of repeat reports as figures: how many were found, where they stand, and which they are.

A cluster is listed by its alert numbers, so that a station finds it in its own system; the place or number behind it
never leaves this room, and callers are "caller 3 of this cluster". Matches are made city-wide and counted for the
station of the alert that completed the cluster.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from metrics.breaks import event_notes
from metrics.counting import Question
from metrics.definitions import verdict_rule
from metrics.population import People, residents
from metrics.remembering import Memory
from metrics.repeats.history import (
    DAY_SECONDS,
    EPOCH,
    OF_KEY,
    VALID,
    VALUE,
    History,
    Integers,
    day_of,
    history,
    moment_of,
    optional,
    row_of_station,
)
from metrics.repeats.runs import QUIET, STATES, Clusters, Rule, clusters, states, treated_days
from metrics.repeats.share import LOOK_BACK_INCOMPLETE, key_note, missing_look_back
from metrics.statistics import Interval, count_limits
from metrics.types import Note, Period, Row
from metrics.units import Units, resolve, unit_notes
from metrics.verdicts import NOT_ESTABLISHED, POSSIBLE, compare_counts

PER_RESIDENTS = 10_000
LISTED, LISTED_DAYS = 200, 90
"""So many clusters are listed at most; quiet ones only where they were treated so many days ago at most."""

TREATMENTS_SQL = {
    key: f"""
SELECT {VALUE[key]} AS value, datediff('day', DATE '1970-01-01', treated_on)::BIGINT AS day, measure
FROM lake.treatment AT (VERSION => $version)
JOIN lake.alert AT (VERSION => $version) USING (alert_id)
WHERE {OF_KEY[key]}
ORDER BY day, value
"""
    for key in VALUE
}
MEMBERS_SQL = {
    key: f"""
SELECT {VALUE[key]} AS value, alert_id, epoch(reported_at)::BIGINT AS second, station_code, category_group, caller_key
FROM lake.alert AT (VERSION => $version)
WHERE reported_at >= $start AND reported_at < $end AND {VALID} AND {OF_KEY[key]}
    AND {VALUE[key]} IN (SELECT unnest($values::UBIGINT[]))
ORDER BY second, alert_id
"""
    for key in VALUE
}
KEY_OF_ALERT_SQL = {
    key: f"""
SELECT {VALUE[key]} AS value
FROM lake.alert AT (VERSION => $version)
WHERE alert_id = $alert AND {OF_KEY[key]}
"""
    for key in VALUE
}
MEMBERS = {
    "alert_id": pl.String,
    "reported_at": pl.Datetime,
    "station_code": pl.String,
    "category_group": pl.String,
    "caller": pl.Int64,
}


@dataclass(frozen=True)
class Found:
    """The clusters of a question: where each stands on the last day, and the row it is counted for."""

    key: str
    rule: Rule
    past: History
    clusters: Clusters
    treated: Integers
    treatments: pl.DataFrame
    units: Units
    row: Integers


_memory: Memory[Found] = Memory(6)


def rule_of(question: Question) -> Rule:
    """Return what a cluster is, as the question's parameters say."""
    return Rule(*(int(question.options[name]) for name in ("least", "window", "quiet")))


def key_of(question: Question) -> str:
    """Return the key asked for; left to itself, the caller where any number is known, else the place."""
    asked = str(question.options["key"])
    if asked != "auto":
        return asked
    return "caller" if len(history(question, "caller").key) else "place"


def found(question: Question) -> Found:
    """Return the clusters of a question, kept for the other figures of a page."""
    scope = question.scope
    rule, key = rule_of(question), key_of(question)
    name = ("clusters", question.version, key, rule, scope)
    return _memory.of(question.lake, name, lambda: _found(question, key, rule))


def _found(question: Question, key: str, rule: Rule) -> Found:
    past = history(question, key)
    all_of = clusters(past, rule, past.of_groups(question.scope.groups))
    treatments = treatments_of(question, key)
    treated = treated_days(all_of, treatments.select("value", "day"), question.scope.end)
    units = resolve(question.reference, question.scope, set(past.stations))
    row = row_of_station(past, units)[all_of.found_station]
    return Found(key, rule, past, all_of, treated, treatments, units, row)


def treatments_of(question: Question, key: str) -> pl.DataFrame:
    """Return value, day (days since 1970) and measure of every treatment whose alert has the key."""
    frame = optional(question, TREATMENTS_SQL[key])
    empty = {"value": pl.UInt64, "day": pl.Int64, "measure": pl.String}
    return pl.DataFrame(schema=empty) if frame is None else frame


def repeat_clusters(question: Question) -> list[Row]:
    """Return the clusters found in the period for every 10,000 residents, and how they stand at its end."""
    have = found(question)
    people, basis = residents(question, have.units)
    compared = question.compared
    short = missing_look_back(question, compared.period[0], have.rule.apart) > question.parameters.look_back_gap
    state = states(have.clusters, have.treated, have.rule, question.scope.end)
    new = have.clusters.found_within(*compared.period)
    old = np.zeros_like(new)
    if (
        compared.has_base
        and compared.base
        and missing_look_back(question, compared.base[0], have.rule.apart) <= question.parameters.look_back_gap
    ):
        old = have.clusters.found_within(*compared.base)
    rows = []
    for place, unit in enumerate(have.units.rows):
        own = have.row == place
        counts = (int((own & new).sum()), int((own & old).sum()))
        since = compared.base[0] if compared.base else question.scope.start
        notes = unit_notes(have.units, unit, since) + event_notes(question, have.units, unit)
        notes += [key_note(question, have.key), Note("cluster_rule", vars(have.rule))]
        extra = _extra(question, have, state, own)
        rows.append(_row(question, unit, counts, people.get(unit.code), notes, extra, short=short, basis=basis))
    return rows


def base_period(question: Question, rule: Rule) -> Period | None:
    """Return the period to compare with, None where the days before it are not known well enough."""
    base = question.compared.base
    if not base or not question.compared.has_base:
        return None
    return base if missing_look_back(question, base[0], rule.apart) <= question.parameters.look_back_gap else None


def _row(
    question: Question,
    unit: Any,  # noqa: ANN401
    counts: tuple[int, int],
    people: People | None,
    notes: list[Note],
    extra: dict[str, Any],
    *,
    short: bool,
    basis: str | None,
) -> Row:
    now, before = counts
    has_base = question.compared.has_base
    reason = LOOK_BACK_INCOMPLETE if short else "no_population" if people is None else None
    if people is not None and not short:
        notes = [*notes, Note("residents", {"basis": basis, "as_of": people.as_of})]
    scale = PER_RESIDENTS / people.number if people else 0.0
    limits = count_limits(now)
    change, verdict = None, None
    if has_base and before >= question.indicator.smallest_base and not short:
        test = compare_counts(
            verdict_rule(question.parameters), now, before, question.compared.days, question.compared.base_days, None
        )
        change = test.ratio - 1
        broken = any(note.code == "series_break" for note in notes)
        verdict = POSSIBLE if test.excludes_equality and not broken else NOT_ESTABLISHED
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=now * scale if people and not short else None,
        numerator=None if short else now,
        denominator=people.number if people else None,
        base_numerator=before if has_base else None,
        change=change,
        interval=Interval(limits.low * scale, limits.high * scale) if people and not short else None,
        verdict=verdict,
        suppressed=reason,
        notes=tuple(notes),
        extra=extra | {"difference": now - before if has_base and not short else None},
    )


def _extra(question: Question, have: Found, state: Any, own: Any) -> dict[str, Any]:  # noqa: ANN401 - arrays
    """Return how the clusters of a row stand, and the list of those to look at."""
    latest = have.clusters.latest & own
    counts = {name: int((latest & (state == name)).sum()) for name in STATES}
    extra: dict[str, Any] = {"key": have.key, "least": have.rule.least, "window": have.rule.window}
    extra |= {f"now_{name}": count for name, count in counts.items()}
    end = (question.scope.end - EPOCH).days * DAY_SECONDS
    lately_treated = have.treated * DAY_SECONDS >= end - LISTED_DAYS * DAY_SECONDS
    recent = np.flatnonzero(latest & ((state != QUIET) | lately_treated))
    extra["listable"] = len(recent)
    if question.scope.by == "city":
        lately = _lately(have, recent, end)
        order = np.lexsort((-have.clusters.heard[recent], -have.clusters.size[recent], -lately))
        extra["clusters"] = _listed(question, have, state, recent[order][:LISTED], lately[order][:LISTED])
    return extra


def _lately(have: Found, chosen: Integers, end: int) -> Integers:
    """Return how many incidents each cluster's key had in the last M days."""
    recent = ~have.past.merged & (have.past.second >= end - have.rule.window * DAY_SECONDS)
    counts: Integers = np.bincount(have.past.key[recent], minlength=int(have.past.key.max(initial=0)) + 1)
    return counts[have.clusters.key[chosen]]


def _listed(
    question: Question,
    have: Found,
    state: Any,  # noqa: ANN401 - an array of words
    chosen: Integers,
    lately: Integers,
) -> list[dict[str, Any]]:
    """Return clusters as a station knows them: by alert number, never by place or number."""
    if not len(chosen):
        return []
    group = have.clusters
    first = moment_of(int(group.first[chosen].min()))
    members = question.frame(
        MEMBERS_SQL[have.key],
        start=first,
        end=question.scope.end,
        values=sorted(group.value[chosen].tolist()),
    )
    names: dict[tuple[int, int], str] = {}
    for value, alert, second in members.select("value", "alert_id", "second").iter_rows():
        names.setdefault((value, second), alert)
    end = (question.scope.end - EPOCH).days
    return [
        {
            "alert_id": names.get((int(group.value[at]), int(group.first[at])), ""),
            "station": have.units.station_of(have.past.stations[group.station[at]]),
            "group": have.past.groups[group.group[at]],
            "state": str(state[at]),
            "incidents": int(group.size[at]),
            "lately": int(number),
            "first_on": day_of(group.first[at] // DAY_SECONDS),
            "found_on": day_of(group.found[at] // DAY_SECONDS),
            "last_on": day_of(group.heard[at] // DAY_SECONDS),
            "treated_on": day_of(have.treated[at]) if have.treated[at] >= 0 else None,
            "days_quiet": int(end - 1 - group.heard[at] // DAY_SECONDS),
            "came_back": bool(group.came_back[at]),
        }
        for at, number in zip(chosen, lately, strict=True)
    ]


def cluster_members(question: Question, alert_id: str) -> pl.DataFrame:
    """Return the alerts of the cluster that an alert belongs to: number, time, station, class, and which caller.

    `caller` counts the cluster's callers in the order in which they first rang; null where no number was kept. All
    valid reports of the key in the year before the period's end, those of one event included.
    """
    have = found(question)
    known = question.frame(KEY_OF_ALERT_SQL[have.key], alert=alert_id)
    if known.is_empty():
        return pl.DataFrame(schema=MEMBERS)
    end = question.scope.end
    members = question.frame(
        MEMBERS_SQL[have.key], start=day_of((end - EPOCH).days - 365), end=end, values=known["value"].to_list()
    )
    order = members["caller_key"].drop_nulls().unique(maintain_order=True).to_list()
    place = {key: number for number, key in enumerate(order, start=1)}
    return members.select(
        "alert_id",
        pl.from_epoch("second", time_unit="s").alias("reported_at"),
        "station_code",
        "category_group",
        pl.Series("caller", [place.get(key) for key in members["caller_key"]], dtype=pl.Int64),
    )


ANSWERS = {"repeat_clusters": repeat_clusters}
"""Functions of this module by the indicator that they answer."""
