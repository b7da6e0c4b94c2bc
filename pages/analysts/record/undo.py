"""Undo of a batch: says what will go and what comes back, asks who does it, and does nothing without a yes."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

import warehouse
from pages.shared.desk import Desk, who
from wording import Words

ASKED, DONE = "undo_asked", "undo_done"


def draw(place: Desk, batch: Mapping[str, Any]) -> None:
    """Draw the button, then the question; of an undone batch nothing."""
    words = place.words
    if batch["status"] == "undone":
        return
    number = batch["batch_id"]
    st.subheader(words("undo.title"), anchor=False)
    if st.session_state.get(ASKED) != number:
        st.button(
            words("undo.ask", batch=number),
            icon=":material/undo:",
            key="undo",
            on_click=_ask,
            kwargs={"number": number},
        )
        return
    with st.container(border=True, key="undo_question"):
        st.markdown(f"**{words('undo.question', batch=number)}**")
        for line in consequences(place, batch):
            st.markdown(f"- {line}")
        author = who(words)
        if not author:
            st.caption(words("desk.name_first"))
        with st.container(horizontal=True):
            yes = st.button(
                words("undo.yes", batch=number),
                type="primary",
                key="undo_yes",
                disabled=not author,
            )
            st.button(words("undo.no"), key="undo_no", on_click=_ask, kwargs={"number": None})
        if yes and author:
            _undo(place, number, author)


def consequences(place: Desk, batch: Mapping[str, Any]) -> list[str]:
    """Return what an undo will do, line by line."""
    words = place.words
    table = words.of("lake_table", batch["table_name"])
    told = [words("undo.file", file="; ".join(batch["files"]), author=batch["author"] or "", table=table)]
    if batch["rows_loaded"]:
        told.append(words("undo.goes", n=words.number(batch["rows_loaded"])))
    if batch["rows_updated"]:
        told.append(words("undo.comes_back", n=words.number(batch["rows_updated"])))
    told.append(words("undo.stays"))
    return told


def _ask(number: int | None) -> None:
    st.session_state[ASKED] = number


def _undo(place: Desk, number: int, author: str) -> None:
    words = place.words
    try:
        with st.spinner(words("undo.busy", batch=number)):
            done = warehouse.undo_batch(place.lake, number, author)
    except warehouse.LakeError as error:
        st.error(error.sentence(words.short), icon=":material/error:")
        return
    _ask(None)
    st.session_state[DONE] = done
    st.rerun()


def tell(words: Words) -> None:
    """Say once what an undo did."""
    done = st.session_state.pop(DONE, None)
    if done is not None:
        st.success(
            words(
                "undo.done",
                batch=done.batch_id,
                removed=words.number(done.rows_removed),
                restored=words.number(done.rows_restored),
                version=done.data_version,
            ),
            icon=":material/undo:",
        )
