"""Headline cards: figure, spark line, change against both periods, verdict, and the counter-metric, always."""

from collections.abc import Sequence

import streamlit as st

import metrics
from metrics import Result
from pages.shared.asking import Here
from wording import saying

COMPARED = ("previous", "yoy")


def card(
    place: Here,
    indicator: str,
    counter: str,
    change: str | None = None,
    comparisons: Sequence[str] = COMPARED,
    **options: object,
) -> None:
    """Draw a card.

    Args:
        place: where the reader stands.
        indicator: id of the figure.
        counter: the counter-metric as a sentence.
        change: id of the indicator that judges its change, where that is another one.
        comparisons: what it is compared with.
        options: parameters of the indicator.
    """
    words = place.words
    row = place.ask(indicator, comparison="none", **options).rows[0]
    entry = metrics.catalogue()[indicator]
    with st.container(border=True, height="stretch", key=f"card_{indicator}"):
        st.metric(
            words.text(entry.name),
            saying.value(words, row),
            chart_data=_points(place.spark(indicator, **options)),
            help=words("card.spark"),
        )
        if row.value is None:
            st.caption(saying.why(words, row))
        for comparison in comparisons:
            st.markdown(line(place, comparison, place.ask(change or indicator, comparison=comparison, **options)))
        st.caption(f"⇄ {counter}")


def _points(values: Sequence[float | None]) -> list[float] | None:
    """Return the points of a spark line; one alone makes none."""
    points = [value for value in values if value is not None]
    return points if len(points) > 1 else None


def line(place: Here, comparison: str, result: Result) -> str:
    """Return one comparison in words: against what, how much, how sure."""
    words, row = place.words, result.rows[0]
    rounds = row.extra.get("base_rounds")
    period = "rolling" if result.indicator == "alert_rolling_year" else comparison
    against = words("card.rounds", rounds=", ".join(rounds)) if rounds else words.of("short_comparison", period)
    told = [against, f"**{saying.change(words, row)}**"]
    if row.unit_of_value == "change" and row.interval:
        told.append(saying.interval(words, row))
    if period == "previous" and row.extra.get("adjusted_change") is not None:
        told.append(words("card.adjusted", change=words.signed(row.extra["adjusted_change"])))
    told.append(saying.verdict(words, row) or saying.why_no_change(place, result))
    return " ".join(part for part in told if part)
