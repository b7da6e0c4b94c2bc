"""Change of the people who were tested in both rounds, and how many were in one of them only.

The same persons, ability by ability, first attempts: a mean over everybody moves when others come and go, this one does
not. Persons are matched inside the query and never leave it; fewer than the suppression threshold (5) in both rounds
give no figure. Points changed with Student's interval of the paired differences; pass and fail with McNemar's test
(statistics.md 5). A person passes when every ability that counts was passed.

Assumes that both rounds' tests are equally hard, which the data cannot show. Who scored low by bad luck rises without
any training (regression to the mean), so the rows say so, no verdict goes beyond possible, and nothing here says what
the cause was.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from metrics.breaks import event_notes
from metrics.counting import Question
from metrics.rounds import Round, read, rounds_of
from metrics.scores import FEW_PEOPLE, POINTS
from metrics.standing import Unit
from metrics.statistics import paired_change, paired_outcome
from metrics.training import NO_ROUND, about_rounds, rounds_before
from metrics.types import Note, Row
from metrics.units import Units, unit_notes
from metrics.verdicts import NOT_ESTABLISHED, POSSIBLE

NO_EARLIER_ROUND = "no_earlier_round"

PAIRS_SQL = """
WITH taken AS (
    SELECT
        coalesce(person_key, hash(result_id)) AS person,
        list_contains($rounds::VARCHAR[], round) AS is_after,
        ability,
        arg_max(station_code, (held_on, result_id)) AS station_code,
        SUM(score) AS score,
        SUM(max_score) AS max_score,
        bool_and(score >= pass_mark) AS passed
    FROM lake.training_result AT (VERSION => $version)
    WHERE event_type = 'test'
        AND person_kind = $person_kind
        AND attempt = 1
        AND score IS NOT NULL
        AND max_score > 0
        AND list_contains(list_concat($rounds::VARCHAR[], $base_rounds::VARCHAR[]), round)
        AND ($ability = 'all' OR ability = $ability)
    GROUP BY ALL
),
matched AS (
    SELECT
        coalesce(a.person, b.person) AS person,
        a.station_code AS after_station,
        b.station_code AS before_station,
        a.person IS NOT NULL AND b.person IS NOT NULL AS is_both,
        a.person IS NOT NULL AS is_after,
        a.score AS after_score, a.max_score AS after_max, a.passed AS after_passed,
        b.score AS before_score, b.max_score AS before_max, b.passed AS before_passed
    FROM (SELECT * FROM taken WHERE is_after) AS a
    FULL JOIN (SELECT * FROM taken WHERE NOT is_after) AS b ON a.person = b.person AND a.ability = b.ability
),
persons AS (
    SELECT
        coalesce(MAX(after_station), MAX(before_station)) AS station_code,
        bool_or(is_both) AS is_both,
        bool_or(is_after) AS is_after,
        (SUM(after_score) FILTER (is_both) / SUM(after_max) FILTER (is_both))::DOUBLE AS after_score,
        (SUM(before_score) FILTER (is_both) / SUM(before_max) FILTER (is_both))::DOUBLE AS before_score,
        bool_and(after_passed) FILTER (is_both) AS after_passed,
        bool_and(before_passed) FILTER (is_both) AS before_passed
    FROM matched
    GROUP BY person
)
SELECT
    station_code,
    coalesce(list(after_score ORDER BY after_score, before_score) FILTER (is_both), []) AS after_scores,
    coalesce(list(before_score ORDER BY after_score, before_score) FILTER (is_both), []) AS before_scores,
    COUNT(*) FILTER (is_both AND after_passed AND NOT before_passed) AS gained,
    COUNT(*) FILTER (is_both AND before_passed AND NOT after_passed) AS lost,
    COUNT(*) FILTER (NOT is_both AND NOT is_after) AS only_before,
    COUNT(*) FILTER (NOT is_both AND is_after) AS only_after
FROM persons
GROUP BY station_code
ORDER BY station_code
"""
COUNTS = ("gained", "lost", "only_before", "only_after")


def change(question: Question) -> list[Row]:
    """Return the mean change in points of each unit's people with both rounds, and who had only one."""
    training = read(question)
    rounds, inside = rounds_of(training.rounds, question.compared.period)
    base_rounds = rounds_before(question, training, rounds)
    if rounds and not base_rounds:
        base_rounds = [found for found in training.rounds if found.day < rounds[0].day][-1:]
    about = [*about_rounds(question, rounds, base_rounds, inside), Note("regression_to_mean")]
    matched = _matched(question, training.units, rounds, base_rounds) if base_rounds else {}
    since = question.compared.base[0] if question.compared.base else question.scope.start
    rows = []
    for unit in training.units.rows:
        notes = unit_notes(training.units, unit, since) + event_notes(question, training.units, unit) + about
        names = {
            "rounds": [found.name for found in rounds],
            "base_rounds": [found.name for found in base_rounds],
        }
        reason = NO_ROUND if not rounds else NO_EARLIER_ROUND if not base_rounds else None
        rows.append(_row(question, unit, matched.get(unit.code), notes, names, reason))
    return rows


def _matched(
    question: Question, units: Units, rounds: list[Round], base_rounds: list[Round]
) -> dict[str, dict[str, Any]]:
    """Return the scores of both rounds and the counts of each row."""
    frame = question.frame(
        PAIRS_SQL,
        rounds=sorted(found.name for found in rounds),
        base_rounds=sorted(found.name for found in base_rounds),
        person_kind=str(question.options["person_kind"]),
        ability=str(question.options["ability"]),
    )
    found: dict[str, dict[str, Any]] = {}
    for station in frame.iter_rows(named=True):
        row = units.row_of(units.station_of(station["station_code"]))
        if row is not None:
            kept = found.setdefault(row, {"after_scores": [], "before_scores": []} | dict.fromkeys(COUNTS, 0))
            for name in kept:
                kept[name] = kept[name] + station[name]
    return found


def _row(
    question: Question,
    unit: Unit,
    found: dict[str, Any] | None,
    notes: list[Note],
    names: dict[str, Any],
    reason: str | None,
) -> Row:
    people = len(found["after_scores"]) if found else 0
    fewest = question.parameters.suppression_threshold
    reason = reason or (NO_ROUND if not people else FEW_PEOPLE if people < fewest else None)
    blank = Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        suppressed=reason,
        notes=tuple(notes),
        extra=names,
    )
    return blank if reason or found is None else _changed(question, blank, found)


def _changed(question: Question, row: Row, found: dict[str, Any]) -> Row:
    before, after = (POINTS * np.asarray(found[name]) for name in ("before_scores", "after_scores"))
    paired = paired_change(before, after, question.parameters.confidence)
    outcome = paired_outcome(found["gained"], found["lost"])
    limits = paired.mean.interval
    beyond = limits is not None and not limits.low <= 0 <= limits.high
    return replace(
        row,
        value=paired.mean.value,
        numerator=len(after),
        change=paired.mean.value,
        interval=limits,
        p=paired.p,
        verdict=POSSIBLE if beyond else NOT_ESTABLISHED,
        extra=dict(row.extra)
        | {
            "before_mean": float(before.mean()),
            "after_mean": float(after.mean()),
            "gained": found["gained"],
            "lost": found["lost"],
            "pass_p": outcome.p,
            "pass_exact": outcome.exact,
            "only_before": found["only_before"],
            "only_after": found["only_after"],
        },
    )


ANSWERS = {"training_change": change}
"""Functions of this module by the indicator that they answer."""
