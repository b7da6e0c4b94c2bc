"""The plan, row by row: what each indicator says now, against which target, from which period, and what it means."""

import streamlit as st

import metrics
from pages.shared import drilling, plan_detail, plan_rows
from pages.shared.asking import here

place = here()
words = place.words
chosen = st.query_params.get("indicator", "")

if chosen in metrics.catalogue():
    plan_detail.show(place, metrics.catalogue()[chosen])
else:
    drilling.up(place)
    filters = plan_rows.filters(place)
    for chapter in metrics.CHAPTERS:
        plan_rows.chapter(place, chapter, filters)
    st.caption(words("plan.texts"))
    st.caption(words("plan.legend"))
