"""Drop a package that comes back: is it genuine, or what differs?"""

import streamlit as st

import exports
from exports import ExportError
from pages.shared.desk import Desk


def draw(place: Desk) -> None:
    """Draw the drop zone and what was found."""
    words = place.words
    dropped = st.file_uploader(words("snapshots.drop"), type="zip", key="verify_zip", help=words("snapshots.drop_why"))
    if dropped is None:
        return
    try:
        with st.spinner(words("snapshots.counting"), show_time=True):
            found = exports.verify(place.lake, dropped.getvalue(), dropped.name)
    except ExportError as error:
        st.warning(error.sentence(words.short), icon=":material/info:")
        return
    told = exports.verdict(words, found)
    if found.is_genuine:
        st.success(told, icon=":material/verified:")
    else:
        st.error(told, icon=":material/gpp_maybe:")
    table = exports.differing(words, found)
    if table is not None:
        st.dataframe(table, hide_index=True, alt=words("snapshots.verify"), key="verified")
