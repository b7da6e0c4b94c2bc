"""One indicator by class, events on a time line, and the steps from received to valid, as frames."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from metrics import Result
from pages.shared.asking import Here

SCOPES: Mapping[str, tuple[str, ...]] = {
    "all_valid": (),
    "criminal_public_order": ("criminal", "public_order"),
    "dispute": ("dispute",),
}
"""The three scopes in which bureaus publish 降警情; which one is meant is always said."""
EVENT_NOTES = ("event", "series_break", "parameter_changed")


def merged(place: Here, classes: Mapping[str, Result]) -> Result:
    """Return one result with a row a class, classes without any alert left out."""
    zh, en = ({group: w.of("group", group) for group in classes} for w in place.words.both())
    rows = [
        replace(result.rows[0], unit=group, name_zh=zh[group], name_en=en[group])
        for group, result in classes.items()
        if result.rows[0].numerator or result.rows[0].base_numerator
    ]
    first = next(iter(classes.values()))
    return replace(first, rows=tuple(rows))


def events(place: Here, result: Result) -> pl.DataFrame:
    """Return the dated notes of a result: on, title."""
    notes = [*result.notes, *(found for row in result.rows for found in row.notes)]
    dated = {
        (found.values["starts_on"], place.words.name(found.values["title_zh"], found.values["title_en"]))
        for found in notes
        if found.code in EVENT_NOTES
    }
    return pl.DataFrame(sorted(dated), schema={"on": pl.Date, "title": pl.String}, orient="row")


def waterfall_frame(place: Here, valid: Result) -> pl.DataFrame:
    """Return the steps from received to valid: name, value (negative where taken away), is_total, text."""
    words, steps = place.words, valid.rows[0].extra["waterfall"]
    lines = []
    for step, count in steps.items():
        is_total = step in ("received", "valid")
        if is_total or count:
            value = count if is_total else -count
            lines.append((words.of("step", step), value, is_total, words.number(value)))
    schema = {"name": pl.String, "value": pl.Int64, "is_total": pl.Boolean, "text": pl.String}
    return pl.DataFrame(lines, schema=schema, orient="row")
