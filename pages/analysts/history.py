"""History: every batch with author, file, mapping, counts and checks; what it changed; and undo."""

import streamlit as st

import warehouse
from pages.analysts.record import changes, details, undo
from pages.shared import address
from pages.shared.desk import desk

place = desk()
words = place.words
batches = warehouse.batch_history(place.lake)

undo.tell(words)
st.markdown(words("history.explained"))
if not batches:
    st.info(words("history.empty"), icon=":material/info:")
    st.stop()

numbers = [batch["batch_id"] for batch in batches]
st.dataframe(
    details.listing(words, batches),
    hide_index=True,
    alt=words("page.history"),
    key="batches",
    column_config=details.columns(words, numbers),
)
asked = st.query_params.get("batch", "")
named = {str(batch["batch_id"]): batch for batch in batches}
st.session_state["choice_batch"] = asked if asked in named else str(numbers[0])
st.selectbox(
    words("history.choose"),
    list(named),
    format_func=lambda number: details.title(words, named[number]),
    key="choice_batch",
    on_change=address.follow,
    args=("choice_batch", "batch"),
)
chosen = named[st.session_state["choice_batch"]]
details.draw(words, chosen)
changes.draw(place, chosen)
undo.draw(place, chosen)
