"""The prevention-first appraisal (row 38) as its components: values, places among peers and weights, no single score.

The plan asks for an appraisal system; a table that ranks units by one composed number would rank noise. So each
component stands by itself, with its place between the lowest and highest of the peers (0 to 1, the better way up) and
its weight from `rules.yaml`, and nothing is added up.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from metrics.counting import Question
from metrics.definitions import indicator, rule
from metrics.reported import reported
from metrics.types import Row

COMPONENTS_ONLY = "components_only"


def components(question: Question) -> list[Row]:
    """Return for each unit its components in `extra`, in the order of the codes; the value itself is never given."""
    weights: dict[str, float] = rule("prevention_components")
    answers = {name: _answer(question, name) for name in weights}
    places = {name: _places(name, rows) for name, rows in answers.items()}
    first = next(iter(answers.values()))
    return [
        Row(
            unit=row.unit,
            name_zh=row.name_zh,
            name_en=row.name_en,
            unit_of_value=question.indicator.unit,
            suppressed=COMPONENTS_ONLY,
            notes=tuple(note for note in row.notes if note.code == "return_before_period"),
            extra={"components": {name: _told(answers[name][at], places[name][at], weights[name]) for name in weights}},
        )
        for at, row in enumerate(first)
    ]


def _answer(question: Question, name: str) -> list[Row]:
    entry = indicator(name)
    return reported(replace(question, indicator=entry, options=entry.options({})))


def _told(row: Row, place: float | None, weight: float) -> dict[str, Any]:
    return {
        "value": row.value,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "place": place,
        "weight": weight,
    }


def _places(name: str, rows: Sequence[Row]) -> list[float | None]:
    """Return each value's place between the lowest and highest; none where all are alike or there is no value."""
    values = [row.value for row in rows if row.value is not None]
    if len(values) < 2 or max(values) == min(values):
        return [None] * len(rows)
    low, high = min(values), max(values)
    places = [None if row.value is None else (row.value - low) / (high - low) for row in rows]
    down = indicator(name).direction == "down"
    return [None if place is None else 1 - place if down else place for place in places]


ANSWERS = {"prevention_components": components}
"""Functions of this module by the indicator that they answer."""
