"""Parameters and their changes as tables in words."""

import polars as pl

import metrics
from metrics import Parameters
from pages.shared.download import guarded
from wording import Words


def table(words: Words, found: Parameters) -> pl.DataFrame:
    """Return every parameter: value, default, what is allowed, since when, by whom, why, and what it means."""
    lines = metrics.table_of_parameters(found)
    columns = {
        "name": [words.text(line["name"]) for line in lines],
        "value": [value(words, line["value"]) for line in lines],
        "unit": [words.of("parameter_unit", line["unit"]) for line in lines],
        "default": [value(words, line["default"]) for line in lines],
        "allowed": [line["allowed"] for line in lines],
        "since": [str(line["since"] or "") for line in lines],
        "author": [guarded(line["author"] or "") for line in lines],
        "reason": [guarded(line["reason"] or "") for line in lines],
        "meaning": [words.text(line["meaning"]) for line in lines],
        "id": [line["parameter"] for line in lines],
    }
    return pl.DataFrame(columns).rename({name: words.of("parameter", name) for name in columns})


def changes(words: Words, found: Parameters) -> pl.DataFrame:
    """Return every change, the newest first."""
    listed = found.changes[::-1]
    columns = {
        "changed_at": [words.moment(change.changed_at) for change in listed],
        "change": [words.name(change.note.values["title_zh"], change.note.values["title_en"]) for change in listed],
        "since": [words.day(change.valid_from) for change in listed],
        "author": [guarded(change.author) for change in listed],
        "reason": [guarded(change.reason) for change in listed],
    }
    return pl.DataFrame(columns).rename({name: words.of("parameter", name) for name in columns})


def value(words: Words, number: float | None) -> str:
    """Return a value as it is typed, or that nobody has set it."""
    return words("parameters.unset") if number is None else f"{number:g}"
