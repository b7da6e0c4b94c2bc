"""Whether reports pile up at few places, and how much of that chance alone would do.

Counts run over all places that the lake has seen in the four years read, also those without a report in the year
counted: places that never reported are in no file, so the truth is a little more concentrated. The random band is
what the same number of reports makes when each falls on any of these places.
"""

from typing import Any

import numpy as np

from metrics.counting import Question
from metrics.remembering import Memory
from metrics.repeats.clusters import key_of
from metrics.repeats.history import DAY_SECONDS, Integers, history, row_of_station, second_of
from metrics.repeats.outcomes import YEAR
from metrics.repeats.share import key_note
from metrics.rows import BASE_UNDER_20, NO_DATA
from metrics.standing import Unit
from metrics.statistics.concentration import Concentration, RandomBand, concentration, lorenz, random_band
from metrics.types import Note, Row
from metrics.units import resolve

SIMULATIONS, FEWEST = 199, 19
BUDGET = 6_000_000
"""So many reports are thrown for one band; a large city is thrown less often, and the row says how often."""
WIDEST = 0.4
"""The curve is drawn for the busiest 40 % of places; the rest adds little."""
_memory: Memory[RandomBand] = Memory(1024)


def repeat_concentration(question: Question) -> list[Row]:
    """Return the share of reports at the busiest 1 % of places, of the year up to the period's end."""
    key, end = key_of(question), second_of(question.scope.end)
    past = history(question, key)
    units = resolve(question.reference, question.scope, set(past.stations))
    row = row_of_station(past, units)[past.station]
    counting = ~past.merged & past.of_groups(question.scope.groups)
    year = counting & (past.second >= end - YEAR * DAY_SECONDS)
    notes = (key_note(question, key), Note("year_to_end", {"days": YEAR}))
    rows = []
    for place, unit in enumerate(units.rows):
        own = row == place
        places, counts = len(_sizes(past.key[counting & own])), _sizes(past.key[year & own])
        rows.append(_row(question, unit, counts, places, notes, key))
    return rows


def _sizes(keys: Integers) -> Integers:
    """Return how often each key occurs; they are in order already, so nothing needs sorting."""
    if not len(keys):
        return keys
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return np.diff(np.append(starts, len(keys)))


def _row(question: Question, unit: Unit, counts: Any, places: int, notes: tuple[Note, ...], key: str) -> Row:  # noqa: ANN401
    reports = int(counts.sum())
    reason = NO_DATA if not reports else BASE_UNDER_20 if reports < question.indicator.smallest_base else None
    extra: dict[str, Any] = {"key": key, "places": places}
    value = None
    if reason is None:
        everywhere = np.zeros(places, dtype=np.int64)
        everywhere[: len(counts)] = counts
        found = concentration(everywhere)
        value = found.top_share
        extra |= _extra(question, found, everywhere, places)
        notes = (*notes, Note("random_band", {"draws": extra["draws"], "places": places}))
    return Row(
        unit=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        unit_of_value=question.indicator.unit,
        value=value,
        numerator=round(value * reports) if value is not None else None,
        denominator=reports,
        suppressed=reason,
        notes=notes,
        extra=extra,
    )


def _extra(question: Question, found: Concentration, counts: Any, places: int) -> dict[str, Any]:  # noqa: ANN401
    """Return every measure with its random band; of the city's row also the curve."""
    reports = int(found.reports)
    draws = int(np.clip(BUDGET // (reports + places), FEWEST, SIMULATIONS))
    if question.scope.by != "city":
        draws = FEWEST
    band = _memory.of(question.lake, (reports, places, draws), lambda: random_band(reports, places, draws))
    extra: dict[str, Any] = {
        "draws": draws,
        "gini": found.gini,
        "gini_adjusted": found.gini_adjusted,
        "quarter": found.places_with_quarter,
        "half": found.places_with_half,
        "random_top_share": list(band.top_share),
        "random_gini_adjusted": list(band.gini_adjusted),
        "random_quarter": list(band.places_with_quarter),
        "random_half": list(band.places_with_half),
    }
    if question.scope.by == "city":
        curve = lorenz(counts)
        shares = np.array([*np.arange(0, 0.05, 0.005), *np.arange(0.05, WIDEST, 0.01), WIDEST])
        held = 1 - np.interp(1 - shares, curve.places, curve.reports)
        expected = 1 - np.interp(1 - shares, band.lorenz.places, band.lorenz.reports)
        extra["curve"] = [tuple(map(float, point)) for point in zip(shares, held, expected, strict=True)]
    return extra


ANSWERS = {"repeat_concentration": repeat_concentration}
"""Functions of this module by the indicator that they answer."""
