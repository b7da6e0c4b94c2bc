"""Cells set aside: which are shown, and what is done about them. Values are masked already in the lake."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

import warehouse
from etl import sentence
from pages.shared import address
from pages.shared.desk import Desk, who
from pages.shared.download import guarded
from wording import DASH, Words

A_PAGE = 50
DONE = "cells_done"

Cell = Mapping[str, Any]


def choose(words: Words, found: Sequence[Cell]) -> list[Cell]:
    """Draw the choice of batch and reason, and return the cells that fit."""
    batches = {"": words("filter.all")} | {str(c["batch_id"]): _batch(words, c) for c in found}
    codes = {"": words("filter.all")} | {str(c["code"]): sentence(c["code"], words.short)[0] for c in found}
    with st.container(horizontal=True):
        batch = _filter(words, "batch", batches)
        code = _filter(words, "code", codes)
    return [c for c in found if batch in ("", str(c["batch_id"])) and code in ("", c["code"])]


def _batch(words: Words, cell: Cell) -> str:
    return words("quarantine.of_batch", batch=cell["batch_id"], file=cell["file_name"])


def _filter(words: Words, name: str, options: Mapping[str, str]) -> str:
    key, asked = f"choice_cells_{name}", st.query_params.get(name, "")
    st.session_state[key] = asked if asked in options else ""
    st.selectbox(
        words.of("cells_filter", name),
        list(options),
        format_func=options.__getitem__,
        key=key,
        on_change=address.follow,
        args=(key, name),
        width=320,
    )
    return str(st.session_state[key])


def draw(words: Words, shown: Sequence[Cell]) -> list[int]:
    """Draw the cells page by page, and return the numbers of those that are chosen on the page."""
    pages = -(-len(shown) // A_PAGE)
    st.caption(words("quarantine.count", n=words.number(len(shown))))
    page = st.pagination(pages, key="cells_page") if pages > 1 else 1
    part = shown[(page - 1) * A_PAGE : page * A_PAGE]
    state = st.dataframe(
        table(words, part),
        hide_index=True,
        alt=words("page.quarantine"),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"cells_{page}",
    )
    return [part[row]["cell_id"] for row in state.selection.rows if row < len(part)]


def table(words: Words, part: Sequence[Cell]) -> pl.DataFrame:
    """Return cells as a table in words."""
    reasons = [sentence(cell["code"], words.short) for cell in part]
    columns: dict[str, Sequence[object]] = {
        "status": [words.of("cell_status", cell["status"]) for cell in part],
        "batch": [str(cell["batch_id"]) for cell in part],
        "row": [cell["row_number"] or None for cell in part],
        "column": [guarded(cell["column_name"] or DASH) for cell in part],
        "value": [guarded(cell["masked_value"] or "") for cell in part],
        "reason": [reason for reason, _ in reasons],
        "what_to_do": [hint for _, hint in reasons],
        "owner": [guarded(cell["owner"] or DASH) for cell in part],
        "expires": [words.day(cell["expires_on"]) for cell in part],
        "note": [guarded(cell["note"] or "") for cell in part],
        "handled": [
            words("quarantine.handled", by=cell["handled_by"], at=words.moment(cell["handled_at"]))
            if cell["handled_by"]
            else ""
            for cell in part
        ],
        "file": [guarded(" / ".join(filter(None, (cell["file_name"], cell["sheet"])))) for cell in part],
    }
    return pl.DataFrame(columns, strict=False).rename({name: words.of("cell", name) for name in columns})


def act(place: Desk, shown: Sequence[Cell], chosen: Sequence[int]) -> None:
    """Draw what can be done about the cells that are chosen, or about all that are shown when none is."""
    words = place.words
    still_open = [cell["cell_id"] for cell in shown if cell["status"] == "open"]
    numbers = [number for number in chosen if number in still_open] or ([] if chosen else still_open)
    if not numbers:
        return
    scope = "quarantine.on_chosen" if chosen else "quarantine.on_all"
    st.markdown(f"**{words(scope, n=words.number(len(numbers)))}**")
    by = who(words)
    left, right = st.columns(2)
    with left, st.form("assign", clear_on_submit=True):
        owner = st.text_input(words("quarantine.owner"), max_chars=60)
        if st.form_submit_button(words("quarantine.assign"), icon=":material/person_add:"):
            _carry_out(place, by, owner, lambda: warehouse.assign(place.lake, numbers, owner, by), "assigned")
    with right, st.form("resolve", clear_on_submit=True):
        note = st.text_input(words("quarantine.note"), max_chars=500, help=words("quarantine.note_help"))
        if st.form_submit_button(words("quarantine.resolve"), icon=":material/check:"):
            _carry_out(place, by, note, lambda: warehouse.resolve(place.lake, numbers, note, by), "resolved")


def _carry_out(place: Desk, by: str, text: str, work: Callable[[], int], outcome: str) -> None:
    words = place.words
    if not by or not text.strip():
        st.warning(words("desk.name_first") if not by else words("quarantine.empty_text"), icon=":material/info:")
        return
    try:
        count = work()
    except warehouse.LakeError as error:
        st.error(error.sentence(words.short), icon=":material/error:")
        return
    st.session_state[DONE] = (outcome, count)
    st.rerun()


def tell(words: Words) -> None:
    """Say once what was done in the rerun before."""
    done = st.session_state.pop(DONE, None)
    if done is not None:
        st.success(words(f"quarantine.{done[0]}_n", n=words.number(done[1])), icon=":material/check:")
