"""Overview: did alerts really fall, where, and what is uncertain. A click leads down, Back leads up again."""

import streamlit as st

from charts import change_dots, district_map, shades
from pages.shared import drilling, returned, tables, takeaways
from pages.shared.asking import here
from pages.shared.cards import card
from pages.shared.figure import figure
from wording import saying

place = here()
words = place.words
change = place.ask("alert_change").rows[0]
repeat = place.ask("repeat_share")
coverage = place.ask("training_coverage")
cases = place.ask("cases_filed").rows[0]

st.markdown(
    " ".join((takeaways.alerts(place, change), takeaways.share(place, repeat), takeaways.share(place, coverage)))
)
drilling.up(place)

columns = st.columns(4)
with columns[0]:
    card(place, "alerts_valid", takeaways.alert_counters(place, change), change="alert_change")
with columns[1]:
    missing = words.percent(repeat.rows[0].extra.get("missing_caller_share"))
    card(place, "repeat_share", words("counter.missing_caller", share=missing))
with columns[2]:
    transferred = words.percent(cases.extra.get("transfer_share"))
    card(place, "cases_filed", words("counter.transfer", share=transferred))
with columns[3]:
    card(place, "training_first_pass", words("counter.coverage", share=saying.value(words, coverage.rows[0])))

units = place.units("alert_change")
tables.unit_table(place, units)

left, right = st.columns([6, 5])
with left:
    figure(
        place,
        "changes",
        units,
        change_dots(
            tables.chart_frame(place, units),
            axis=words("axis.change"),
            verdicts={code: words.of("verdict", code) for code in saying.SHAPES},
        ),
        tables.result_table(place, units),
        takeaway=takeaways.changes(place, units),
        title=words.of("figure.changes", place.level),
        click=drilling.on_chart(place, "changes"),
    )
with right:
    outlines, rates = place.outlines(), place.everywhere("alert_rate", "district")
    average = place.everywhere("alert_rate", "city").rows[0]
    frame = tables.chart_frame(place, rates)
    drawn = None
    if outlines and frame["value"].drop_nulls().len():
        drawn = district_map(
            outlines,
            frame,
            average=average.value,
            steps=tables.step_words(place, shades(frame)),
            selected=[place.district],
        )
    figure(
        place,
        "map",
        rates,
        drawn,
        tables.result_table(place, rates),
        takeaway=takeaways.rates(place, rates, average) if drawn else saying.why(words, average) or words("map.none"),
        click=drilling.on_chart(place, "map", "district"),
    )

returned.draw(place)

st.subheader(words("look.title"), anchor=False)
for sentence in takeaways.worth_a_look(place, units) or [words("look.nothing")]:
    st.markdown(f"- {sentence}")
