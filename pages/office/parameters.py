"""Parameters: the numbers that figures are made with, who set them and why; and a form to change one."""

import streamlit as st

import metrics
from pages.office.setting import form, listing
from pages.shared.desk import desk

place = desk()
words = place.words
found = metrics.parameters(place.lake, place.version)

form.tell(words)
st.markdown(words("parameters.explained"))
st.dataframe(
    listing.table(words, found), hide_index=True, alt=words("page.parameters"), key="parameters", height="content"
)

st.subheader(words("parameters.change"), anchor=False)
form.draw(place, found, form.choose(words))

st.subheader(words("parameters.changes"), anchor=False)
if found.changes:
    st.dataframe(listing.changes(words, found), hide_index=True, alt=words("parameters.changes"), key="changes")
else:
    st.caption(words("parameters.no_changes"))
