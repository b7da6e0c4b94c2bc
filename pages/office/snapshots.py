"""Snapshots: make the package of a week, look at it and take it along, compare two, and check one that comes back."""

import streamlit as st

import exports
from pages.office.weekly import checking, comparing, making, packages
from pages.shared.desk import desk
from pages.shared.plain import escaped

place = desk()
words = place.words

st.markdown(words("snapshots.explained"))
making.draw(place)
making.tell(words)

st.subheader(words("snapshots.list"), anchor=False)
try:
    found = exports.listed()
except exports.ExportError as error:
    found = []
    st.warning(escaped(error.sentence(words.short)), icon=":material/info:")
if found:
    packages.draw(words, found)
    if len(found) > 1:
        st.subheader(words("snapshots.compare"), anchor=False)
        comparing.draw(place, found)
else:
    st.caption(words("snapshots.none"))

st.subheader(words("snapshots.verify"), anchor=False)
checking.draw(place)
