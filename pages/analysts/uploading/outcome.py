"""What a commit would do: rows by kind, cells before and after, totals, checks, and the figures of four weeks."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

import warehouse
from etl import LoadReport, Refusal, sentence
from pages.analysts.record import told
from pages.analysts.uploading import specs, veil
from pages.analysts.uploading.jobs import Upload
from wording import Words, guarded

COUNTS = ("rows_read", "rows_loaded", "rows_updated", "rows_repeated", "rows_refused")
NO_FRACTION = ".000000"
ALWAYS = ("received", "valid", "filed", "tested")


def summary(words: Words, upload: Upload) -> None:
    """Draw what would happen, or why nothing can: the rows by kind, or a sentence."""
    error, refusal, report = upload.error, upload.refusal, upload.report
    if error is not None:
        told = error.sentence(words.short) if isinstance(error, warehouse.LakeError) else str(error)
        st.error(told, icon=":material/error:")
    if upload.failed:
        st.error(words("upload.failed"), icon=":material/error:")
    if refusal is not None:
        st.error(_refusal(words, refusal), icon=":material/error:")
    if report is not None:
        st.markdown(f"**{words.of('upload_outcome', _outcome(upload), batch=report.batch_id)}**")
        counts(words, report)
    elif upload.guess is not None and upload.guess.missing:
        st.markdown(f"**{words('upload_outcome.unmapped')}**")


def _outcome(upload: Upload) -> str:
    """Return which sentence tells the outcome."""
    report = upload.report
    if report.status == "dry-run" and report.rows_refused:
        return "some_refused"
    if report.status == "dry-run" and not report.rows_loaded + report.rows_updated:
        return "all_there"
    return "ready" if report.status == "dry-run" else report.status


def _refusal(words: Words, refusal: Refusal) -> str:
    reason, hint = sentence(refusal.code, words.short)
    detail = f" ({veil.veiled(refusal.detail)})" if refusal.detail else ""
    return words("upload.refused", file=refusal.file, reason=reason + detail, hint=hint)


def counts(words: Words, report: LoadReport) -> None:
    """Draw the rows by kind."""
    with st.container(horizontal=True, key="counts"):
        for name in COUNTS:
            st.metric(words.of("batch", name), words.number(getattr(report, name)), border=True, width=150)


def samples(words: Words, upload: Upload) -> None:
    """Draw the first rows as the file has them beside what would be loaded."""
    frame = upload.samples
    if frame.is_empty():
        return
    st.subheader(words("sample.title"), anchor=False)
    st.caption(words("sample.explained"))
    fields = specs.fields_of(warehouse.table(upload.guess.table))
    uses = {field: specs.columns_of(rule) for field, rule in upload.guess.spec["fields"].items()}
    shown: dict[str, Sequence[object]] = {words("told.row"): frame["row"].to_list()}
    given = specs.fixed(upload.guess.spec)  # the same for every row, and named beside the headings
    for field in fields:
        if field not in given and field in frame.columns and f"{field} (file)" in frame.columns:
            heading = " + ".join(uses.get(field, ())) or field
            shown[f"{heading} · {words('sample.before')}"] = _texts(frame[f"{field} (file)"])
            after = _written(words, upload, field, uses.get(field, ()))
            shown[f"{field} · {words('sample.after')}"] = after
    pinned = {words("told.row"): st.column_config.NumberColumn(pinned=True, format="%d")}
    st.dataframe(pl.DataFrame(shown), hide_index=True, alt=words("sample.title"), key="samples", column_config=pinned)


def _written(words: Words, upload: Upload, field: str, columns: Sequence[str]) -> list[object]:
    """Return the values of a field as they would be written; where the cell is refused, that."""
    refused = {(cell.row, name) for cell in upload.report.refusals for name in (cell.column or "").split(" + ")}
    rows, cells = upload.samples["row"].to_list(), _texts(upload.samples[field])
    return [
        f"✕ {words('sample.refused')}"
        if any((row, column) in refused for column in columns)
        else cell.removesuffix(NO_FRACTION)
        if isinstance(cell, str)
        else ""
        for row, cell in zip(rows, cells, strict=True)
    ]


def _texts(cells: pl.Series) -> list[object]:
    return [guarded(veil.veiled(cell)) if isinstance(cell, str) else cell for cell in cells.to_list()]


def checked(words: Words, upload: Upload) -> None:
    """Draw totals, warnings and checks."""
    report = upload.report
    if report is None or not (report.control_totals or report.warnings or report.validation):
        return
    st.subheader(words("upload.checks"), anchor=False)
    told.totals(words, report.control_totals)
    told.warnings(words, [w for w in report.warnings if w.get("code") != "total_differs"])
    told.checks(words, report.validation)


def figures(words: Words, upload: Upload) -> None:
    """Draw the figures of the last four weeks before and after; those that would change are marked."""
    preview = upload.prepared.preview if upload.prepared else None
    if preview is None or not preview.figures:
        return
    found, weeks_touched = preview.figures, preview.weeks_touched
    st.subheader(words("weeks.title"), anchor=False)
    changed = {item["name"] for item in found if item["before"] != item["after"]}
    if not changed:
        st.caption(words("weeks.unchanged"))
    weeks = sorted({item["week"] for item in found}, reverse=True)
    if weeks_touched > len(weeks):
        st.caption(words("weeks.more", n=weeks_touched))
    names = [name for name in dict.fromkeys(item["name"] for item in found) if name in changed or name in ALWAYS]
    cells = {(item["week"], item["name"]): item for item in found}
    columns = {words("weeks.week"): [words.day(week) for week in weeks]}
    for name in names:
        columns[words.of("batch_figure", name)] = [_change(words, cells.get((week, name))) for week in weeks]
    st.table(pl.DataFrame(columns), hide_index=True, alt=words("weeks.title"))


def _change(words: Words, item: Mapping[str, Any] | None) -> str:
    if item is None:
        return ""
    before, after = words.number(item["before"]), words.number(item["after"])
    if item["before"] == item["after"]:
        return after
    return f"{before} → **{after}** ({words.difference(item['after'] - item['before'])})"
