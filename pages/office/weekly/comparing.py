"""Two packages held against each other: what changed, and which batches did it."""

from collections.abc import Sequence

import streamlit as st

import exports
from exports import ExportError, Package
from pages.office.weekly.packages import title
from pages.shared.desk import Desk


def draw(place: Desk, found: Sequence[Package]) -> None:
    """Draw the choice of two packages and what differs between them."""
    words = place.words
    named = {package.name: package for package in found}
    names = list(named)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        old = st.selectbox(
            words("snapshots.old"), names, 1, format_func=lambda n: title(words, named[n]), key="compare_old", width=380
        )
        new = st.selectbox(
            words("snapshots.new"), names, 0, format_func=lambda n: title(words, named[n]), key="compare_new", width=380
        )
        go = st.button(words("snapshots.do_compare"), icon=":material/difference:", key="compare_go")
    st.caption(words("snapshots.compare_explained"))
    if not go:
        return
    try:
        with st.spinner(words("snapshots.counting"), show_time=True):
            opened = [exports.opened(named[name].archive) for name in (old, new)]
            changed = exports.compare(*opened, place.lake)
    except ExportError as error:
        st.warning(error.sentence(words.short), icon=":material/info:")
        return
    sentences, table = exports.compared(words, changed)
    for sentence in sentences:
        st.markdown(sentence)
    if table is not None:
        st.dataframe(table, hide_index=True, alt=words("snapshots.compare"), key="compared")
