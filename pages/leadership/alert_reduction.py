"""Alert reduction: the course of valid alerts, how they come out of the calls received, where and in what they fell."""

import polars as pl
import streamlit as st

from charts import change_dots, trend, waterfall
from metrics import GROUPS
from pages.shared import classes, drilling, tables, takeaways
from pages.shared.asking import here
from pages.shared.figure import figure
from wording import saying

YEAR_OF_WEEKS = 364

place = here()
words = place.words
drilling.up(place)

change = place.ask("alert_change")
step, course, course_before = place.course("alerts_valid")
figure(
    place,
    "alert_trend",
    change,
    trend(
        course,
        axis=words.of("axis.alerts", step),
        names=(words("line.this_year"), words("line.year_before")),
        base=tables.shifted(course_before, YEAR_OF_WEEKS),
        events=classes.events(place, change),
    ),
    tables.series_table(place, course),
    takeaway=takeaways.alerts(place, change.rows[0]),
    title=words.of("figure.alert_trend", step),
)

valid = place.ask("alerts_valid")
steps = classes.waterfall_frame(place, valid)
units = place.units("alert_change")
chosen = [place.group] if place.group else GROUPS
by_class = classes.merged(place, {group: place.of_group("alert_change", group) for group in chosen})
verdicts = {code: words.of("verdict", code) for code in saying.SHAPES}

left, right = st.columns(2)
with left:
    figure(
        place,
        "waterfall",
        valid,
        waterfall(steps, axis=words("axis.calls")),
        steps.select(
            pl.col("name").alias(words.of("column", "step")), pl.col("value").alias(words.of("column", "value"))
        ),
        takeaway=words(
            "take.waterfall",
            received=words.number(valid.rows[0].extra["received"]),
            valid=words.number(valid.rows[0].numerator),
            share=words.percent(valid.rows[0].extra["valid_share"]),
        ),
    )
with right:
    figure(
        place,
        "classes",
        by_class,
        change_dots(tables.chart_frame(place, by_class), axis=words("axis.change"), verdicts=verdicts),
        tables.result_table(place, by_class),
        takeaway=takeaways.changes(place, by_class),
    )

figure(
    place,
    "changes",
    units,
    change_dots(tables.chart_frame(place, units), axis=words("axis.change"), verdicts=verdicts),
    tables.result_table(place, units),
    takeaway=takeaways.changes(place, units),
    title=words.of("figure.changes", place.level),
    click=drilling.on_chart(place, "changes"),
)
