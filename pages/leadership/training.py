"""Training: who was tested first, then who passed at the first attempt. Officers and auxiliaries are never pooled."""

import polars as pl
import streamlit as st

from charts import share_dots, trend
from pages.shared import drilling, tables, takeaways
from pages.shared.asking import here
from pages.shared.figure import figure

KINDS = ("officer", "auxiliary")
ABILITIES = ("dispute_resolution", "element_control", "response_casework", "community_work")

place = here()
words = place.words
drilling.up(place)
kind_names = {kind: words.of("person_kind", kind) for kind in KINDS}

left, right = st.columns(2)
for column, kind in zip((left, right), KINDS, strict=True):
    with column:
        covered = place.units("training_coverage", person_kind=kind)
        overall = place.ask("training_coverage", person_kind=kind)
        figure(
            place,
            f"coverage_{kind}",
            covered,
            share_dots(tables.chart_frame(place, covered), axis=words("axis.coverage")),
            tables.result_table(place, covered),
            takeaway=" ".join((takeaways.share(place, overall), takeaways.spread(place, covered))),
            click=drilling.on_chart(place, f"coverage_{kind}"),
        )

answers = {
    kind: {ability: place.ask("training_first_pass", ability=ability, person_kind=kind) for ability in ABILITIES}
    for kind in KINDS
}
by_ability = pl.concat(
    tables.pooled(
        place,
        {words.of("ability", ability): answer for ability, answer in found.items()},
        {words.of("ability", ability): kind_names[kind] for ability in found},
    )
    for kind, found in answers.items()
)
passed = place.ask("training_first_pass")
figure(
    place,
    "pass_abilities",
    passed,
    share_dots(by_ability, axis=words("axis.first_pass")),
    tables.plain(place, by_ability),
    takeaway=takeaways.share(place, passed),
)

left, right = st.columns(2)
for column, kind in zip((left, right), KINDS, strict=True):
    with column:
        units = place.units("training_first_pass", person_kind=kind)
        figure(
            place,
            f"pass_{kind}",
            units,
            share_dots(tables.chart_frame(place, units), axis=words("axis.first_pass")),
            tables.result_table(place, units),
            takeaway=" ".join((takeaways.spread(place, units), takeaways.changes(place, units))),
            click=drilling.on_chart(place, f"pass_{kind}"),
        )

rounds = place.series("training_first_pass", place.span[0], place.period[1], "month", person_kind="officer")
coverage = place.series("training_coverage", place.span[0], place.period[1], "month", person_kind="officer")
figure(
    place,
    "pass_rounds",
    passed,
    trend(
        rounds,
        axis=words("axis.share"),
        names=(words("line.first_pass"), words("line.coverage")),
        base=coverage,
        percent=True,
    ),
    tables.series_table(place, rounds),
    takeaway=words("take.rounds"),
)
