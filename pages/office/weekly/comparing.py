"""Two packages held against each other: what changed, and which batches did it."""

from collections.abc import Sequence

import streamlit as st

import exports
from exports import ExportError, Package, Revisions
from pages.office.weekly.packages import WIDTH, title
from pages.shared.desk import Desk
from pages.shared.plain import escaped


def draw(place: Desk, found: Sequence[Package]) -> None:
    """Draw the choice of two packages and what differs between them, which stays until others are chosen."""
    words = place.words
    named = {package.name: package for package in found}
    names = list(named)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        old, new = (
            st.selectbox(label, names, at, format_func=lambda name: title(words, named[name]), key=key, width=WIDTH)
            for label, key, at in (
                (words("snapshots.old"), "compare_old", 1),
                (words("snapshots.new"), "compare_new", 0),
            )
        )
        go = st.button(words("snapshots.do_compare"), icon=":material/difference:", key="compare_go")
    st.caption(words("snapshots.compare_explained"))
    pair = named[old].archive, named[new].archive
    if go:
        with st.spinner(words("snapshots.counting")):
            st.session_state["compared"] = pair, _compared(place, *pair)
    known = st.session_state.get("compared")
    if known is not None and known[0] == pair:
        _tell(place, known[1])


def _compared(place: Desk, *pair: object) -> Revisions | ExportError:
    try:
        return exports.compare(*map(exports.opened, pair), place.lake)
    except ExportError as error:
        return error


def _tell(place: Desk, found: Revisions | ExportError) -> None:
    words = place.words
    if isinstance(found, ExportError):
        st.warning(escaped(found.sentence(words.short)), icon=":material/info:")
        return
    sentences, table = exports.compared(words, found)
    for sentence in sentences:
        st.markdown(escaped(sentence))
    if table is not None:
        st.dataframe(table, hide_index=True, alt=words("snapshots.changed"), key="compared_figures")
