"""Data status: what was loaded, by whom and when, what was warned of, how old it is, and the settings of the lake."""

import streamlit as st

from pages.shared import batches
from pages.shared.asking import here, lake
from pages.shared.status import status

place = here()
words = place.words
state = status(place.batches(), place.span[1], lake().now().date())

with st.container(horizontal=True):
    st.metric(words("status.version"), f"v{place.version}", border=True)
    st.metric(words("status.loaded"), words.moment(state.loaded_at), border=True)
    st.metric(words("status.span"), words.day(place.span[1]), border=True)
    st.metric(words("status.age"), words("status.days", n=words.number(state.age)), border=True)
    st.metric(words("status.warnings"), words.number(state.warnings), border=True)
st.markdown(words("status.fresh") if state.is_fresh else words("status.stale", n=words.number(state.age)))

st.subheader(words("status.batches"), anchor=False)
st.caption(words("status.batches_explained"))
st.dataframe(batches.table(place), hide_index=True, alt=words("status.batches"), key="batches")

st.subheader(words("status.warnings"), anchor=False)
for sentence in batches.warnings(place) or [words("status.no_warnings")]:
    st.markdown(f"- {sentence}")

st.subheader(words("status.settings"), anchor=False)
st.caption(words("status.settings_explained"))
st.dataframe(batches.settings(place), hide_index=True, alt=words("status.settings"), key="settings", height="content")

st.subheader(words("status.definitions"), anchor=False)
st.dataframe(
    batches.definitions(place), hide_index=True, alt=words("status.definitions"), key="definitions", height="content"
)
