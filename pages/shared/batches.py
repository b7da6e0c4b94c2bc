"""Batches, warnings, settings and definitions as tables, newest first."""

from collections.abc import Mapping
from typing import Any

import polars as pl

import metrics
from pages.shared.asking import Here
from pages.shared.status import warnings_of

SETTINGS = (
    "city_zh",
    "city_en",
    "is_demonstration",
    "time_zone",
    "code_scheme",
    "week_start",
    "appraisal_year_start",
    "quarantine_days",
    "schema_version",
)
COLUMNS = (
    "batch_id",
    "table_name",
    "file_name",
    "author",
    "loaded_at",
    "rows_read",
    "rows_loaded",
    "rows_updated",
    "rows_repeated",
    "rows_refused",
    "status",
    "data_version",
)
LONGEST = 200
LISTED = 12


def table(place: Here) -> pl.DataFrame:
    """Return the batches of the version shown."""
    words = place.words
    found = [{name: batch[name] for name in COLUMNS} for batch in reversed(place.batches())]
    for batch in found:
        batch["status"] = words.of("batch_status", batch["status"])
        batch["file_name"] = (batch["file_name"] or "")[:LONGEST]
    frame = pl.DataFrame(found, schema=list(COLUMNS) if not found else None, infer_schema_length=None)
    return frame.rename({name: words.of("batch", name) for name in COLUMNS})


def warnings(place: Here) -> list[str]:
    """Return the warnings that stand open, each as a sentence."""
    told = []
    for batch in reversed(place.batches()):
        if batch["status"] != "undone":
            told += [_sentence(place, batch, found) for found in warnings_of(batch)]
    return told


def _sentence(place: Here, batch: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    filled = {key: _listed(value) for key, value in found.items()}
    text = place.words.of("warning", found.get("code"), **filled)
    return place.words("status.warning", batch=batch["batch_id"], table=batch["table_name"], text=text)


def _listed(value: object) -> object:
    """Return a list as text, a long one cut short."""
    if not isinstance(value, list):
        return value
    return ", ".join(str(item) for item in value[:LISTED]) + (" …" if len(value) > LISTED else "")


def settings(place: Here) -> pl.DataFrame:
    """Return the settings with their meaning."""
    words = place.words
    return pl.DataFrame(
        {
            words("column.setting"): [words.of("setting", name) for name in SETTINGS],
            words("column.value"): [place.setting(name) for name in SETTINGS],
            words("column.meaning"): [words.of("setting_meaning", name) for name in SETTINGS],
        }
    )


def definitions(place: Here) -> pl.DataFrame:
    """Return the indicators with the version of their definition."""
    words, entries = place.words, metrics.catalogue().values()
    return pl.DataFrame(
        {
            words("column.indicator"): [words.text(entry.name) for entry in entries],
            words("column.definition"): [entry.definition for entry in entries],
            words("column.numerator"): [words.text(entry.numerator) for entry in entries],
            words("column.denominator"): [words.text(entry.denominator) for entry in entries],
        }
    )
