"""Every refused cell: row, column, value, why, what to do; and the file back with the bad cells marked."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import streamlit as st

import warehouse
from etl import Refusal, sentence
from pages.analysts.uploading import specs, veil, work
from pages.analysts.uploading.jobs import Upload
from pages.shared.download import csv_bytes
from wording import DASH, Words, guarded

A_PAGE = 25


def draw(words: Words, upload: Upload) -> None:
    """Draw the refused cells page by page, and the downloads."""
    report = upload.report
    if report is None or not report.refusals:
        return
    st.subheader(words("refused.title"), anchor=False)
    cells, rows = words.number(len(report.refusals)), words.number(report.rows_refused)
    st.markdown(words("refused.count", cells=cells, rows=rows))
    found = sorted(report.refusals, key=lambda cell: (cell.file, cell.sheet or "", cell.row or 0))
    pages = -(-len(found) // A_PAGE)
    page = st.pagination(pages, key=upload.key("refused_page")) if pages > 1 else 1
    part = found[(page - 1) * A_PAGE : page * A_PAGE]
    st.dataframe(
        table(words, upload, part),
        hide_index=True,
        height="content",
        alt=words("refused.title"),
        key=upload.key(f"refused_{page}"),
        column_config={words.of("refused_cell", "row"): st.column_config.NumberColumn(pinned=True, format="%d")},
    )
    with st.container(horizontal=True):
        names, content = _marked(upload, words.short)
        st.download_button(
            words("refused.marked"),
            content,
            names,
            key="marked",
            icon=":material/download:",
            on_click="ignore",
            help=words("refused.marked_help"),
        )
        st.download_button(
            words("refused.list"),
            lambda: csv_bytes(table(words, upload, found), []),
            f"{upload.files[0].stem}-{words('refused.suffix')}.csv",
            "text/csv",
            key="refused_list",
            icon=":material/table:",
            on_click="ignore",
        )


def table(words: Words, upload: Upload, part: Sequence[Refusal]) -> pl.DataFrame:
    """Return refused cells as a table; of columns that are not public only the shape is shown."""
    public = specs.public_columns(upload.guess.spec, warehouse.table(upload.guess.table)) if upload.guess else set()
    reasons = [sentence(cell.code, words.short) for cell in part]
    columns: dict[str, Sequence[object]] = {
        "row": [cell.row for cell in part],
        "column": [guarded(cell.column or DASH) for cell in part],
        "value": [guarded(veil.cell(cell.value, cell.column, public)) for cell in part],
        "reason": [
            f"{reason} ({veil.veiled(cell.detail)})" if cell.detail else reason
            for cell, (reason, _) in zip(part, reasons, strict=True)
        ],
        "what_to_do": [hint for _, hint in reasons],
        "code": [cell.code for cell in part],
        "file": [guarded(" / ".join(filter(None, (cell.file, cell.sheet)))) for cell in part],
    }
    return pl.DataFrame(columns, strict=False).rename({name: words.of("refused_cell", name) for name in columns})


def _marked(upload: Upload, language: str) -> tuple[str, Callable[[], bytes]]:
    """Return the name of the marked file and how it is made when it is asked for; several come in an archive."""
    tables = list(dict.fromkeys((cell.file, cell.sheet) for cell in upload.report.refusals if cell.row))
    suffix = "未通过" if language == "zh" else "refused"

    def content() -> bytes:
        paths = work.marked(upload, language)
        return paths[0].read_bytes() if len(paths) == 1 else _archive(paths)

    if len(tables) > 1:
        return f"{upload.files[0].stem}-{suffix}.zip", content
    original = Path((tables[0][0] if tables else upload.files[0].name).rsplit("/", 1)[-1])
    kind = ".xlsx" if original.suffix.lower() in (".xlsx", ".xlsm", ".xls") else original.suffix or ".csv"
    return f"{original.stem}-{suffix}{kind}", content


def _archive(paths: Sequence[Path]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    return out.getvalue()
