"""Training: who was tested and who was not, then who passed, how they scored, and what changed for people tested twice.

Officers and auxiliaries are never in one figure. Every comparison is one of rounds and is named by them. Units stand in
the order of their codes: their differences are mostly luck, and a list from best to worst would hide that.
"""

import polars as pl
import streamlit as st

from charts import share_dots, trend, value_dots
from pages.shared import choices, classes, drilling, rounds, signals, tables, takeaways
from pages.shared.asking import here
from pages.shared.figure import figure

ABILITIES = ("dispute_resolution", "element_control", "response_casework", "community_work")
NARROWEST_POINTS = 10.0

place = here()
words = place.words
drilling.up(place)
kind = choices.person_kind(place)

overall = place.ask("training_coverage", person_kind=kind)
st.markdown(f"**{rounds.compared(place, overall.rows[0])}**")
rounds.counts(words, overall.rows[0])

covered = place.units("training_coverage", person_kind=kind)
figure(
    place,
    "coverage",
    covered,
    share_dots(
        tables.chart_frame(place, covered),
        axis=words("axis.coverage"),
        average=overall.rows[0].value,
        average_name=words("line.together"),
    ),
    tables.result_table(place, covered),
    takeaway=" ".join((rounds.coverage(place, overall), rounds.apart(place, covered))),
    click=drilling.on_chart(place, "coverage"),
)

left, right = st.columns(2)
with left:
    by_ability = pl.concat(
        tables.pooled(
            place,
            {words.of("ability", a): place.ask(name, ability=a, person_kind=kind) for a in ABILITIES},
            {words.of("ability", a): words(f"line.{name.removeprefix('training_')}") for a in ABILITIES},
        )
        for name in ("training_first_pass", "training_final_pass")
    )
    passed = place.ask("training_first_pass", person_kind=kind)
    figure(
        place,
        "pass_abilities",
        passed,
        share_dots(by_ability, axis=words("axis.passed")),
        tables.plain(place, by_ability),
        takeaway=rounds.passed(place, passed.rows[0]),
    )
with right:
    units = place.units("training_first_pass", person_kind=kind)
    figure(
        place,
        "pass_units",
        units,
        share_dots(
            tables.chart_frame(place, units),
            axis=words("axis.first_pass"),
            average=passed.rows[0].value,
            average_name=words("line.together"),
        ),
        tables.result_table(place, units),
        takeaway=" ".join((rounds.apart(place, units), takeaways.changes(place, units))),
        click=drilling.on_chart(place, "pass_units"),
    )

mean = place.ask("training_mean_score", person_kind=kind)
tenth = place.ask("training_p10", person_kind=kind)
scored = place.units("training_mean_score", person_kind=kind)
changed = place.ask("training_change", person_kind=kind)
changed_units = place.units("training_change", person_kind=kind)

left, right = st.columns(2)
with left:
    figure(
        place,
        "scores",
        scored,
        value_dots(
            tables.chart_frame(place, rounds.shrunken(scored)),
            axis=words("axis.score"),
            average=mean.rows[0].value,
            average_name=words("line.together"),
            narrowest=NARROWEST_POINTS,
        ),
        rounds.score_table(place, scored, place.units("training_p10", person_kind=kind)),
        takeaway=rounds.scores(place, mean.rows[0], tenth.rows[0], scored),
        click=drilling.on_chart(place, "scores"),
    )
with right:
    figure(
        place,
        "retested",
        changed_units,
        value_dots(
            tables.chart_frame(place, changed_units),
            axis=words("axis.score_change"),
            average=0.0,
            average_name=words("line.no_change"),
            narrowest=NARROWEST_POINTS,
        ),
        rounds.change_table(place, changed_units),
        takeaway=rounds.retested(place, changed.rows[0]),
        click=drilling.on_chart(place, "retested"),
    )

course = place.series("training_first_pass", place.span[0], place.period[1], "month", person_kind=kind)
coverage = place.series("training_coverage", place.span[0], place.period[1], "month", person_kind=kind)
left, right = st.columns(2)
with left:
    figure(
        place,
        "pass_rounds",
        passed,
        trend(
            course,
            axis=words("axis.share"),
            names=(words("line.first_pass"), words("line.coverage")),
            base=coverage,
            events=classes.events(place, passed),
            percent=True,
        ),
        tables.series_table(place, course),
        takeaway=words("take.rounds"),
    )
with right:
    hours = place.units("training_hours", person_kind=kind)
    figure(
        place,
        "hours",
        hours,
        value_dots(tables.chart_frame(place, hours), axis=words("axis.hours"), narrowest=NARROWEST_POINTS),
        tables.result_table(place, hours),
        takeaway=rounds.hours(
            place,
            place.ask("training_hours", person_kind=kind).rows[0],
            place.ask("training_participation", person_kind=kind).rows[0],
            place.ask("training_hours_met", person_kind=kind).rows[0],
        ),
        click=drilling.on_chart(place, "hours"),
    )

st.subheader(words("rounds.signals"), anchor=False)
st.caption(words("rounds.signals_about"))
found = [signal for signal in signals.raised(place) if signal.id == rounds.SIGNAL]
for signal in found:
    signals.raised_card(place, signal)
if not found:
    st.markdown(words("rounds.no_signals"))
