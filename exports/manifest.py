"""The manifest of a package: what it was made from, with what, and the checksum of every file."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

import metrics
import warehouse
from exports import software
from exports.errors import ExportError
from exports.packing import MANIFEST, digest
from exports.weeks import WEEK, Week
from warehouse import Lake

FORM = 1
"""Raised when a reader of manifests has to know."""
PROGRAM = "0.1.0"
LARGEST_VERSION = 2**63
PRIVATE_SETTINGS = ("key_fingerprint",)
DAY = timedelta(days=1)


def manifest(
    lake: Lake,
    week: Week,
    table: pl.DataFrame,
    files: Mapping[str, bytes],
    *,
    name: str,
    choices: Mapping[str, Any],
    warnings: Sequence[Mapping[str, str]],
    unanswered: Sequence[Mapping[str, str]],
    reach: Any,  # noqa: ANN401 - a moment or nothing
) -> dict[str, Any]:
    """Return the manifest as JSON knows it; nothing in it depends on the clock or the place."""
    settings = lake.settings(week.version)
    batches = [_batch(batch) for batch in warehouse.list_batches(lake, week.version)]
    span = metrics.data_span(lake, week.version)
    return {
        "package": name,
        "form": FORM,
        "program": {"name": "jiceng", "version": PROGRAM},
        "city": {"zh": settings["city_zh"], "en": settings["city_en"]},
        "is_demonstration": settings["is_demonstration"] == "true",
        "week": {"first": week.start.isoformat(), "last": (week.end - DAY).isoformat()},
        "data_version": week.version,
        "committed_at": week.made_at.isoformat(),
        "data_until": span[1].isoformat() if span else None,
        "recorded_until": reach.isoformat() if reach else None,
        "settings": {key: settings[key] for key in sorted(settings) if key not in PRIVATE_SETTINGS},
        "definitions": {entry.id: entry.definition for entry in metrics.catalogue().values()},
        "parameters": _parameters(lake, week.version),
        "mappings": sorted({str(batch["mapping"]) for batch in batches}),
        "rows": warehouse.row_counts(lake, week.version),
        "batches": batches,
        "figures": len(table),
        "unanswered": list(unanswered),
        "choices": dict(choices),
        "warnings": list(warnings),
        "software": {
            "libraries": software.libraries(),
            "browser": software.browser_version() if "pdf" in choices["formats"] else None,
            "fonts": software.font_record() if "pdf" in choices["formats"] else [],
        },
        "files": {key: {"bytes": len(files[key]), "sha256": digest(files[key])} for key in sorted(files)},
    }


def _parameters(lake: Lake, version: int) -> dict[str, str]:
    """Return every parameter with its value at the version."""
    held = metrics.parameters(lake, version)
    return {name: warehouse.text_of(held.value(name)) for name in sorted(warehouse.parameter_rules())}


def as_bytes(content: Mapping[str, Any]) -> bytes:
    """Return a manifest as it lies in a package."""
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def parsed(content: bytes) -> dict[str, Any]:
    """Return a manifest read from its bytes.

    Raises:
        ExportError: it is not one.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ExportError("damaged_package", MANIFEST) from error
    if not isinstance(found, dict) or not {"week", "data_version", "files"} <= found.keys():
        raise ExportError("not_a_package", MANIFEST)
    if not _is_whole(found):
        raise ExportError("damaged_package", MANIFEST)
    return found


def _is_whole(found: Mapping[str, Any]) -> bool:
    """Return whether a manifest holds what its readers take from it: it may have been written by anybody."""
    try:
        end = date.fromisoformat(found["week"]["first"]) + WEEK
        sums = [entry["sha256"] for entry in found["files"].values()]
        city = {name: str(found["city"][name]) for name in ("zh", "en")}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return False
    version, name = found["data_version"], found.get("package")
    whole = type(version) is int and 0 <= version < LARGEST_VERSION and isinstance(name, str)
    return whole and end > date.min and found["city"] == city and all(isinstance(one, str) for one in sums)


def _batch(batch: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is published about a batch; who loaded it is not."""
    period = [batch["period_start"], batch["period_end"]]
    return {
        "batch_id": batch["batch_id"],
        "table": batch["table_name"],
        "files": str(batch["file_name"] or "").split("\n"),
        "sha256": batch["sha256"],
        "mapping": batch["mapping"],
        "status": batch["status"],
        "period": [day.isoformat() if isinstance(day, date) else None for day in period],
        "rows_read": batch["rows_read"],
        "rows_loaded": batch["rows_loaded"],
        "rows_updated": batch["rows_updated"],
        "rows_refused": batch["rows_refused"],
        "data_version": batch["data_version"],
        "undone_version": batch["undone_version"],
    }
