"""Scores of tests: the mean, the tenth percentile, and what is left of a station's mean after luck is taken off.

A person's score is points ÷ possible points over the first attempts of the rounds shown, so each person counts once
whatever number of abilities was tested. Persons exist inside the query only: what leaves it is a list of scores a
unit. Fewer than the suppression threshold (5) give no figure. Units are never put into an order: a station's mean is
drawn towards that of all stations, and its place comes as the range that simulation leaves open.

Assumes tests of a round to be equally hard for every unit. A mean says nothing of those who stayed away, so coverage
stands beside it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrik

from metrics.breaks import event_notes
from metrics.counting import Question
from metrics.rounds import Round, pooled, read, rounds_of, tallies
from metrics.standing import Unit
from metrics.statistics import Interval, mean_interval, rank_intervals, shrunken_means
from metrics.training import NO_ROUND, about_rounds, rounds_before
from metrics.types import Note, Row
from metrics.units import Units, unit_notes

POINTS = 100
"""Scores are written from 0 to 100, whatever the test's own highest number of points."""
FEW_PEOPLE = "few_people"
TENTH = 0.1
FEWEST_UNITS = 3

SCORES_SQL = """
WITH persons AS (
    SELECT
        arg_max(station_code, (held_on, result_id)) AS station_code,
        SUM(score) / SUM(max_score) AS score
    FROM lake.training_result AT (VERSION => $version)
    WHERE event_type = 'test'
        AND person_kind = $person_kind
        AND attempt = 1
        AND score IS NOT NULL
        AND max_score > 0
        AND list_contains($rounds::VARCHAR[], round)
        AND ($ability = 'all' OR ability = $ability)
    GROUP BY coalesce(person_key, hash(result_id))
)
SELECT station_code, list(score::DOUBLE ORDER BY score) AS scores
FROM persons
GROUP BY station_code
"""

Scores = dict[str, NDArray[np.float64]]
"""Row of the table → scores from 0 to 100, lowest first."""
Figure = Callable[[NDArray[np.float64]], tuple[float, Interval | None]]


def mean_score(question: Question) -> list[Row]:
    """Return the mean score of each unit with Student's limits, and its shrunken mean with the range of its rank."""
    return _rows(question, _mean)


def tenth_percentile(question: Question) -> list[Row]:
    """Return the score that a tenth of the people stay below, with limits from order statistics."""
    return _rows(question, _tenth)


def scores_of(question: Question, units: Units, rounds: Iterable[Round]) -> Scores:
    """Return the scores of each row in some rounds."""
    frame = question.frame(
        SCORES_SQL,
        rounds=sorted(found.name for found in rounds),
        person_kind=str(question.options["person_kind"]),
        ability=str(question.options["ability"]),
    )
    parts: dict[str, list[float]] = {unit.code: [] for unit in units.rows}
    for station, scores in frame.iter_rows():
        row = units.row_of(units.station_of(station))
        if row in parts:
            parts[row] += scores
    return {code: np.sort(POINTS * np.asarray(scores, dtype=np.float64)) for code, scores in parts.items()}


def _rows(question: Question, figure: Figure) -> list[Row]:
    training = read(question)
    rounds, inside = rounds_of(training.rounds, question.compared.period)
    base_rounds = rounds_before(question, training, rounds)
    now = scores_of(question, training.units, rounds)
    before = scores_of(question, training.units, base_rounds) if base_rounds else {}
    about = about_rounds(question, rounds, base_rounds, inside)
    fewest = question.parameters.suppression_threshold
    places = _places(question, {code: x for code, x in now.items() if len(x) >= fewest})
    done = tallies(training, rounds)
    since = question.compared.base[0] if question.compared.base else question.scope.start
    rows = []
    for unit in training.units.rows:
        notes = unit_notes(training.units, unit, since) + event_notes(question, training.units, unit) + about
        extra = {
            "coverage": pooled(done[unit.code]).coverage,
            "rounds": [found.name for found in rounds],
            "base_rounds": [found.name for found in base_rounds],
        }
        row = _row(question, unit, now[unit.code], before.get(unit.code), notes, figure)
        rows.append(replace(row, extra=extra | places.get(unit.code, {})))
    return rows


def _row(
    question: Question,
    unit: Unit,
    now: NDArray[np.float64],
    before: NDArray[np.float64] | None,
    notes: list[Note],
    figure: Figure,
) -> Row:
    fewest = question.parameters.suppression_threshold
    reason = NO_ROUND if not len(now) else FEW_PEOPLE if len(now) < fewest else None
    value, interval = (None, None) if reason else figure(now)
    base = before if before is not None and len(before) >= fewest else None
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=value,
        numerator=None if reason == FEW_PEOPLE else len(now),
        base_numerator=None if base is None else len(base),
        change=None if value is None or base is None else value - figure(base)[0],
        interval=interval,
        suppressed=reason,
        notes=tuple(notes),
    )


def _mean(scores: NDArray[np.float64]) -> tuple[float, Interval | None]:
    found = mean_interval(scores)
    return found.value, found.interval


def _tenth(scores: NDArray[np.float64]) -> tuple[float, Interval | None]:
    """Return the tenth percentile (type 7), and the order statistics between which it lies with 95 % confidence."""
    n = len(scores)
    low, high = (int(np.ceil(bdtrik(tail, n, TENTH))) for tail in (0.025, 0.975))
    value = float(np.quantile(scores, TENTH))
    if low < 1 or high >= n:
        return value, None
    return value, Interval(float(scores[low - 1]), float(scores[high]))


def _places(question: Question, scores: Scores) -> dict[str, dict[str, Any]]:
    """Return for each unit its shrunken mean, the range of its rank, and the chance that it is of the lowest fifth."""
    if question.scope.by == "city" or len(scores) < FEWEST_UNITS:
        return {}
    codes = sorted(scores)
    means = [float(scores[code].mean()) for code in codes]
    deviations = [float(scores[code].std(ddof=1)) for code in codes]
    if not any(deviations):
        return {}
    found = shrunken_means(means, deviations, [len(scores[code]) for code in codes])
    ranks = rank_intervals(found)
    return {
        code: {
            "shrunken": float(found.values[place]),
            "shrunken_low": float(found.low[place]),
            "shrunken_high": float(found.high[place]),
            "rank_low": int(ranks.low[place]),
            "rank_high": int(ranks.high[place]),
            "units": len(codes),
            "lowest_fifth": float(ranks.lowest_fifth[place]),
            "between": found.between,
            "differs": not found.low[place] <= found.mean <= found.high[place],
            "common_mean": found.mean,
        }
        for place, code in enumerate(codes)
    }


ANSWERS = {"training_mean_score": mean_score, "training_p10": tenth_percentile}
"""Functions of this module by the indicator that they answer."""
