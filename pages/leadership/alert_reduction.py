"""Alert reduction: did valid alerts fall, calendar aside; where and in what; which stations stand out."""

from datetime import timedelta

import polars as pl
import streamlit as st

from charts import change_dots, contributions, control_chart, funnel, trend, waterfall
from metrics import GROUPS
from pages.shared import alert_figures, classes, drilling, tables, takeaways
from pages.shared.asking import here
from pages.shared.cards import card
from pages.shared.figure import figure
from wording import saying

YEAR_OF_WEEKS = 364
TWO_YEARS = timedelta(weeks=104)

place = here()
words = place.words
verdicts = {code: words.of("verdict", code) for code in saying.SHAPES}
drilling.up(place)

change = place.ask("alert_change")
year, to_date = place.ask("alert_rolling_year"), place.ask("alert_year_to_date")
columns = st.columns(3)
with columns[0]:
    card(place, "alerts_valid", takeaways.alert_counters(place, change.rows[0]), change="alert_change")
with columns[1]:
    received = words.signed(year.rows[0].extra.get("received_change"))
    card(place, "alert_rolling_year", words("counter.received", change=received), comparisons=("previous",))
with columns[2]:
    received = words.signed(to_date.rows[0].extra.get("received_change"))
    card(place, "alert_year_to_date", words("counter.received", change=received), comparisons=("yoy",))

course = place.ask("alert_course", comparison="yoy")
points = alert_figures.course_frame(place, course)
events = classes.events(place, year)
figure(
    place,
    "course",
    course,
    control_chart(
        points,
        axis=words("axis.adjusted"),
        names={name: words.of("course", name) for name in ("value", "centre", "limits", "baseline")},
        rules={rule: words.of("rule", rule) for rule in ("outside", "shift", "two_of_three", "trend")},
        events=events,
    ),
    alert_figures.course_table(place, points),
    takeaway=alert_figures.course_takeaway(place, course),
)

left, right = st.columns(2)
with left:
    step, weekly, weekly_before = place.course("alerts_valid")
    figure(
        place,
        "alert_trend",
        change,
        trend(
            weekly,
            axis=words.of("axis.alerts", step),
            names=(words("line.this_year"), words("line.year_before")),
            base=tables.shifted(weekly_before, YEAR_OF_WEEKS),
            events=classes.events(place, change),
        ),
        tables.series_table(place, weekly),
        takeaway=takeaways.alerts(place, change.rows[0]),
        title=words.of("figure.alert_trend", step),
    )
with right:
    rolling = place.series("alert_rolling_year", place.period[1] - TWO_YEARS, place.period[1], "week")
    figure(
        place,
        "rolling",
        year,
        trend(
            rolling,
            axis=words("axis.rolling"),
            names=(words("line.rolling"), words("line.year_before")),
            events=events,
        ),
        tables.series_table(place, rolling),
        takeaway=alert_figures.span_takeaway(place, year),
    )

valid = place.ask("alerts_valid", comparison="none")
steps, known = classes.waterfall_frame(place, valid), valid.rows[0].value is not None
chosen = [place.group] if place.group else GROUPS
by_class = classes.merged(place, {group: place.of_group("alert_change", group) for group in chosen})

left, right = st.columns(2)
with left:
    figure(
        place,
        "waterfall",
        valid,
        waterfall(steps, axis=words("axis.calls")) if known else None,
        steps.select(
            pl.col("name").alias(words.of("column", "step")), pl.col("value").alias(words.of("column", "value"))
        ),
        takeaway=words(
            "take.waterfall",
            received=words.number(valid.rows[0].extra["received"]),
            valid=words.number(valid.rows[0].numerator),
            share=words.percent(valid.rows[0].extra["valid_share"]),
        )
        if known
        else saying.why(words, valid.rows[0]),
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
tables.class_table(place, by_class)
if not place.group:
    scopes = {name: place.of_group("alert_change", *groups) for name, groups in classes.SCOPES.items()}
    tables.class_table(place, classes.merged(place, scopes), "scopes")

left, right = st.columns(2)
parts = {
    "contributions_units": (left, place.ask("alert_contributions", place.level)),
    "contributions_classes": (
        right,
        alert_figures.named_by_class(place, place.ask("alert_contributions", split="class")),
    ),
}
for key, (column, result) in parts.items():
    with column:
        drawn = alert_figures.contribution_frame(place, result)
        figure(
            place,
            key,
            result,
            contributions(drawn, axis=words("axis.difference"), total=words("chart.whole")) if len(drawn) else None,
            alert_figures.contribution_table(place, result),
            takeaway=alert_figures.contribution_takeaway(place, result),
        )

units = place.units("alert_change")
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

stations = place.everywhere("alert_funnel", "station")
shown = alert_figures.funnel_frame(place, stations)
figure(
    place,
    "funnel",
    stations,
    funnel(
        shown,
        axes=(words("axis.expected"), words("axis.ratio")),
        names={name: words.of("funnel_line", name) for name in ("inner", "outer", "within", "high", "low")},
    )
    if len(shown)
    else None,
    alert_figures.funnel_table(place, stations),
    takeaway=alert_figures.funnel_takeaway(place, stations),
)
