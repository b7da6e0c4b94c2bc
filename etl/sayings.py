"""What the importer says to people: the report and its warnings as lines of text."""

from __future__ import annotations

from typing import Any

from etl.errors import sentence
from etl.report import LoadReport

SHOWN = 20
OUTCOMES = {
    "committed": "Loaded.",
    "quarantined": "Loaded; the rows below were set aside.",
    "unchanged": "Nothing to do: all of it was there already.",
    "refused": "Refused; the warehouse is as it was.",
    "dry-run": "Checked only; nothing was changed.",
}
WARNINGS = {
    "not_a_station": (
        "{rows} rows belong to {count} units that are no station; "
        "they are kept apart: {values} (district values: {districts})"
    ),
    "stations_registered": "{count} stations are new and were registered from the file: {values}",
    "blank_rows": "{count} rows were blank and left out",
    "unmapped_categories": "{count} category codes are in no group and count as unmapped: {values}",
    "expectation": "{unexpected} of {evaluated} rows fail the expectation {name} on {column} ({severity})",
}


def warning_line(warning: dict[str, Any]) -> str:
    """One warning as a sentence."""
    form = WARNINGS.get(str(warning.get("code")))
    if form is None:
        return str(warning)
    shown = dict(warning)
    for key in ("values", "districts"):
        if isinstance(shown.get(key), list):
            values = [str(value) for value in shown[key]]
            shown[key] = ", ".join(values[:SHOWN]) + (" …" if len(values) > SHOWN else "")
    return form.format(**shown)


def report_lines(report: LoadReport, language: str = "en") -> list[str]:
    """The report for a person: outcome, counts, warnings, refused cells."""
    lines = [OUTCOMES[report.status]]
    if report.rows_read:
        lines.append(
            f"{report.rows_read:,} rows read, {report.rows_loaded:,} new, {report.rows_updated:,} updated, "
            f"{report.rows_repeated:,} repeated, {report.rows_refused:,} refused."
        )
    lines += ["Warning: " + warning_line(warning) for warning in report.warnings]
    for refusal in report.refusals[:SHOWN]:
        reason, hint = sentence(refusal.code, language)
        where = [refusal.file]
        where += [f"row {refusal.row}"] if refusal.row is not None else []
        where += [f"column {refusal.column}"] if refusal.column else []
        value = f" «{refusal.value}»" if refusal.value is not None else ""
        detail = f" ({refusal.detail})" if refusal.detail else ""
        lines.append(f"{', '.join(where)}{value}: {reason}{detail}; {hint}.")
    if len(report.refusals) > SHOWN:
        lines.append(f"… and {len(report.refusals) - SHOWN} more cells; --json lists up to a thousand.")
    return lines
