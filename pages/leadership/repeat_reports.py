"""Repeat reports: must the same things be reported again, more than by chance, and does treatment help.

Headline first with what chance alone would make, then the clusters, then what became of them; beside it what cannot
be told, above all numbers that were not kept.
"""

import streamlit as st

from charts import district_map, greyed, shades, share_dots, trend
from pages.leadership.repeating import checks, clusters, life
from pages.leadership.repeating import saying as told
from pages.leadership.repeating.rule import choose
from pages.shared import classes, drilling, tables, takeaways
from pages.shared.asking import here
from pages.shared.figure import figure

YEAR_OF_WEEKS = 364

place = here()
words = place.words
drilling.up(place)
rule = choose(place)

share = place.ask("repeat_share", **rule.repeat)
chance = place.ask("repeat_chance", **rule.repeat, least=rule.least)
step, course, before = place.course("repeat_share", **rule.repeat)
drawn = trend(
    course,
    axis=words("axis.repeat_share"),
    names=(words("line.this_year"), words("line.year_before")),
    base=tables.shifted(before, YEAR_OF_WEEKS),
    events=classes.events(place, share),
    percent=True,
)
blind = tables.look_back(place, course, rule.window)
if blind:
    drawn = greyed(drawn, *blind, words("repeats.look_back"))
figure(
    place,
    "repeat_trend",
    share,
    drawn,
    tables.series_table(place, course),
    takeaway=told.headline(place, share, chance),
    title=words.of("figure.repeat_trend", step),
)

clusters.draw(place, rule)
life.treatment(place, rule)
life.time_and_places(place, rule)

units = place.units("repeat_share", **rule.repeat)
left, right = st.columns([6, 5])
with left:
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
with right:
    outlines, districts = place.outlines(), place.everywhere("repeat_share", "district", **rule.repeat)
    city = place.everywhere("repeat_share", "city", **rule.repeat).rows[0]
    frame = tables.chart_frame(place, districts)
    drawn_map = None
    if outlines and frame["value"].drop_nulls().len():
        steps = tables.step_words(place, shades(frame), percent=True)
        drawn_map = district_map(outlines, frame, average=city.value, steps=steps, selected=[place.district])
    figure(
        place,
        "repeat_map",
        districts,
        drawn_map,
        tables.result_table(place, districts),
        takeaway=told.on_map(place, districts, city) if drawn_map else words("map.none"),
        click=drilling.on_chart(place, "repeat_map", "district"),
    )

missing, absent = place.ask("missing_caller_share"), place.units("missing_caller_share")
figure(
    place,
    "missing_caller",
    absent,
    share_dots(tables.chart_frame(place, absent), axis=words("axis.missing_share")),
    tables.result_table(place, absent),
    takeaway=" ".join((takeaways.share(place, missing), words("take.missing_caller"))),
)

checks.draw(place, rule)
