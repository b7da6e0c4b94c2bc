"""After the report: what treatment changed, how soon the next one comes, and how few places make how many."""

import polars as pl
import streamlit as st

from charts import before_after, concentration_curve, risk_curve
from metrics import Result
from pages.leadership.repeating import saying as told
from pages.leadership.repeating.rule import Rule
from pages.shared.asking import Here
from pages.shared.figure import figure


def treatment(place: Here, rule: Rule) -> None:
    """Draw treated clusters before and after, against untreated ones that were as high."""
    words = place.words
    effect = place.ask("repeat_treatment_effect", comparison="none", **rule.cluster)
    row = effect.rows[0]
    if not row.extra["treated"]:
        with st.container(border=True, key="figure_treatment"):
            st.subheader(words("figure.treatment"), anchor=False)
            st.markdown(words("take.no_treatment"))
        return
    kept = place.ask("repeat_resolved", **rule.cluster).rows[0]
    means, counts = row.extra["means"], row.extra
    frame = pl.DataFrame(
        {
            "name": [
                words("line.treated", n=words.number(counts["matched"])),
                words("line.untreated", n=words.number(counts["comparisons"])),
            ],
            "before": [means["before"], means["compared_before"]],
            "after": [means["after"], means["expected"]],
        }
    )
    moments = tuple(words.of("moment", name, days=counts["follow"]) for name in ("before", "after"))
    figure(
        place,
        "treatment",
        effect,
        before_after(frame, axis=words("axis.per_cluster"), moments=(moments[0], moments[1])),
        frame.rename({name: words.of("column", name) for name in frame.columns}),
        takeaway=" ".join((told.resolved(place, kept), told.effect(place, row, place.parameters.smallest_base))),
    )


def time_and_places(place: Here, rule: Rule) -> None:
    """Draw the time to the next report beside the concentration on places."""
    left, right = st.columns(2)
    with left:
        _risk(place, rule)
    with right:
        _concentration(place, place.ask("repeat_concentration", comparison="none", key=rule.key))


def _risk(place: Here, rule: Rule) -> None:
    words = place.words
    found = place.ask("repeat_risk", comparison="none", **rule.repeat)
    row, further = found.rows[0], place.ask("repeat_further", comparison="none", **rule.repeat).rows[0]
    points = [(day, value, *(limits or (None, None))) for day, value, limits in row.extra.get("curve", ())]
    frame = pl.DataFrame(
        points, schema={"day": pl.Int64, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}, orient="row"
    )
    figure(
        place,
        "risk",
        found,
        risk_curve(
            frame,
            axes=(words("axis.days"), words("axis.risk")),
            names=(words("line.risk"), words("line.interval")),
            marked=rule.window,
        ),
        frame.rename({name: words.of("column", name) for name in frame.columns}),
        takeaway=told.risk(place, row, further, rule.window),
    )


def _concentration(place: Here, found: Result) -> None:
    words, row = place.words, found.rows[0]
    schema = {"share": pl.Float64, "held": pl.Float64, "expected": pl.Float64}
    frame = pl.DataFrame(list(row.extra.get("curve", ())), schema=schema, orient="row")
    figure(
        place,
        "concentration",
        found,
        concentration_curve(
            frame,
            axes=(words("axis.places"), words("axis.reports")),
            names=(words("line.held"), words("line.expected")),
        ),
        frame.rename({name: words.of("column", name) for name in frame.columns}),
        takeaway=told.concentration(place, row),
    )
