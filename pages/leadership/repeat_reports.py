"""Repeat reports: how often the same caller, place or matter comes back, beside it what cannot be told."""

import streamlit as st

from charts import share_dots, trend
from pages.shared import choices, drilling, tables, takeaways
from pages.shared.asking import here
from pages.shared.figure import figure

YEAR_OF_WEEKS = 364

place = here()
words = place.words
drilling.up(place)
with st.container(horizontal=True):
    key = choices.key(place)
    window = choices.window(place)

share = place.ask("repeat_share", key=key, window=window)
step, course, before = place.course("repeat_share", key=key, window=window)
figure(
    place,
    "repeat_trend",
    share,
    trend(
        course,
        axis=words("axis.repeat_share"),
        names=(words("line.this_year"), words("line.year_before")),
        base=tables.shifted(before, YEAR_OF_WEEKS),
        percent=True,
    ),
    tables.series_table(place, course),
    takeaway=takeaways.share(place, share),
    title=words.of("figure.repeat_trend", step),
)

keys = tables.pooled(
    place, {words.of("key", name): place.ask("repeat_share", key=name, window=window) for name in choices.KEYS}
)
missing = place.ask("missing_caller_share")
left, right = st.columns(2)
with left:
    figure(
        place,
        "repeat_keys",
        share,
        share_dots(keys, axis=words("axis.repeat_share")),
        tables.plain(place, keys),
        takeaway=words("take.keys", days=window),
    )
with right:
    absent = place.units("missing_caller_share")
    figure(
        place,
        "missing_caller",
        absent,
        share_dots(tables.chart_frame(place, absent), axis=words("axis.missing_share")),
        tables.result_table(place, absent),
        takeaway=" ".join((takeaways.share(place, missing), words("take.missing_caller"))),
    )

units = place.units("repeat_share", key=key, window=window)
figure(
    place,
    "repeat_units",
    units,
    share_dots(tables.chart_frame(place, units), axis=words("axis.repeat_share")),
    tables.result_table(place, units),
    takeaway=" ".join((takeaways.spread(place, units), takeaways.changes(place, units))),
    title=words.of("figure.repeat_units", place.level),
    click=drilling.on_chart(place, "repeat_units"),
)
