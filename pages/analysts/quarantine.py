"""Quarantine: the cells that loads set aside, with owner, reason and expiry; give them to somebody, or close them."""

import streamlit as st

import warehouse
from pages.analysts.record import cells
from pages.shared import address
from pages.shared.desk import desk

place = desk()
words = place.words
STATUS = ("open", "resolved", "all")

st.markdown(words("quarantine.explained"))
cells.tell(words)
status = st.query_params.get("status", "open")
st.session_state["choice_status"] = status if status in STATUS else "open"
st.segmented_control(
    words("quarantine.status"),
    STATUS,
    format_func=lambda code: words.of("cell_status", code),
    key="choice_status",
    required=True,
    on_change=address.follow,
    args=("choice_status", "status"),
)
status = st.session_state["choice_status"]
found = warehouse.list_quarantine(place.lake, status=None if status == "all" else status)
if not found:
    st.info(words("quarantine.empty" if status == "open" else "quarantine.none"), icon=":material/info:")
    st.stop()

shown = cells.choose(words, found)
if not shown:
    st.info(words("quarantine.none"), icon=":material/info:")
    st.stop()
chosen = cells.draw(words, shown)
cells.act(place, shown, chosen)
