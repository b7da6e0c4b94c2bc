"""One batch: whose, which file, by which mapping, how many rows, which checks, and the totals that the file states."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.analysts.record import told
from pages.shared import address
from pages.shared.download import guarded
from wording import Words

COUNTS = ("rows_read", "rows_loaded", "rows_updated", "rows_repeated", "rows_refused")
LONGEST = 60
STATUS = {"committed": "●", "quarantined": "◐", "undone": "○"}

Batch = Mapping[str, Any]


def title(words: Words, batch: Batch) -> str:
    """Return a batch in one line: number, table, file, moment, status."""
    return words(
        "history.title",
        batch=batch["batch_id"],
        table=words.of("lake_table", batch["table_name"]),
        file=_files(batch),
        at=words.moment(batch["loaded_at"]),
        status=words.of("batch_status", batch["status"]),
    )


def _files(batch: Batch) -> str:
    first, *others = batch["files"]
    name = first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
    return name + (f" +{len(others)}" if others else "")


def listing(words: Words, batches: Sequence[Batch]) -> pl.DataFrame:
    """Return the batches as a table, newest first."""
    return pl.DataFrame(
        {
            "batch_id": [str(batch["batch_id"]) for batch in batches],
            "status": [f"{STATUS.get(b['status'], '')} {words.of('batch_status', b['status'])}" for b in batches],
            "table_name": [words.of("lake_table", batch["table_name"]) for batch in batches],
            "file_name": [guarded(_files(batch)) for batch in batches],
            "author": [guarded(batch["author"] or "") for batch in batches],
            "loaded_at": [words.moment(batch["loaded_at"]) for batch in batches],
        }
        | {name: [batch[name] for batch in batches] for name in COUNTS}
        | {
            "undone": [
                words("history.undone", by=batch["undone_by"] or "", at=words.moment(batch["undone_at"]))
                if batch["status"] == "undone"
                else ""
                for batch in batches
            ]
        }
    )


def columns(words: Words, numbers: Sequence[int]) -> dict[str, Any]:
    """Return how the columns of the table are shown; a click on a batch's number chooses it."""

    def choose() -> None:
        clicked = st.session_state["go_to_batch"]
        if clicked is not None:
            address.put(batch=str(numbers[clicked.row]))

    config: dict[str, Any] = {
        name: words.of("batch", name) for name in ("status", "table_name", "file_name", "author", "loaded_at", "undone")
    }
    for name in COUNTS:
        config[name] = st.column_config.NumberColumn(words.of("batch", name), format="localized")
    config["batch_id"] = st.column_config.ButtonColumn(
        words.of("batch", "batch_id"), type="tertiary", pinned=True, key="go_to_batch", on_click=choose
    )
    return config


def draw(words: Words, batch: Batch) -> None:
    """Draw everything that the lake keeps about a load."""
    st.subheader(words("history.batch", batch=batch["batch_id"]), anchor=False)
    if batch["status"] == "undone":
        st.info(
            words("history.undone_long", by=batch["undone_by"] or "", at=words.moment(batch["undone_at"])),
            icon=":material/undo:",
        )
    with st.container(horizontal=True):
        for name in COUNTS:
            st.metric(words.of("batch", name), words.number(batch[name]), border=True, width=150)
    period = (batch["period_start"], batch["period_end"]) if batch["period_start"] and batch["period_end"] else None
    lines = {
        "file_name": "; ".join(batch["files"]),
        "table_name": words.of("lake_table", batch["table_name"]),
        "author": batch["author"] or "",
        "loaded_at": words.moment(batch["loaded_at"]),
        "period": words.period(period),
        "mapping": " · ".join(dict.fromkeys(part for part in (batch["mapping"], batch["mapping_digest"]) if part)),
        "encoding": batch["encoding"] or "",
        "data_version": f"v{batch['data_version']}",
    }
    frame = pl.DataFrame(
        {"name": [words.of("batch", name) for name in lines], "value": [guarded(value) for value in lines.values()]}
    )
    st.table(frame, hide_index=True, hide_header=True, border="horizontal", alt=words("history.about"))
    if batch["cells_open"] or batch["cells_resolved"]:
        counted = words(
            "history.cells", n=words.number(batch["cells_open"]), done=words.number(batch["cells_resolved"])
        )
        st.markdown(f"{counted} {words('history.cells_where')}")
    told.totals(words, batch["control_totals"])
    told.checks(words, batch["validation"])
    told.warnings(words, batch["warnings"])
