"""The plain audit on a page: draw record numbers to be coded blind, and show what audits came to."""

from dataclasses import replace

import polars as pl
import streamlit as st

import metrics
from pages.shared import asking
from pages.shared.asking import Here
from pages.shared.download import csv_bytes, guarded

SIZES = (50, 100, 200, 400)
SHOWN = 12


def audit(place: Here) -> None:
    """Draw the section: what to do, the sample, and the results that came back."""
    words, scope = place.words, replace(place.scope, groups=(), comparison="none")
    with st.container(border=True, key="audit"):
        st.subheader(words("audit.title"), anchor=False)
        st.markdown(words("audit.about"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            size = st.segmented_control(words("audit.size"), SIZES, default=100, required=True, key="audit_size")
            marked = st.toggle(words("audit.marked"), key="audit_marked")
        drawn = metrics.integrity.draw(asking.lake(), scope, int(size or SIZES[1]), marked=marked)
        st.caption(
            words(
                "audit.drawn",
                n=words.number(len(drawn.numbers)),
                whole=words.number(drawn.whole),
                period=words.period(drawn.period),
                seed=drawn.seed,
                version=drawn.data_version,
            )
        )
        table = pl.DataFrame({words("column.alert_id"): [guarded(number) for number in drawn.numbers]})
        with st.expander(words("audit.numbers")):
            st.dataframe(table, hide_index=True, alt=words("audit.title"), key="audit_numbers")
        st.download_button(
            words("audit.download"),
            csv_bytes(table, [words("audit.title"), words("audit.seed", seed=drawn.seed)]),
            f"jiceng-audit-{drawn.period[0].isoformat()}-v{drawn.data_version}.csv",
            "text/csv",
            key="audit_csv",
            on_click="ignore",
        )
        _results(place, metrics.integrity.audited(asking.lake(), scope))


def _results(place: Here, results: tuple[metrics.integrity.Audited, ...]) -> None:
    words = place.words
    if not results:
        st.caption(words("audit.no_results"))
        return
    for result in reversed(results[-SHOWN:]):
        low, high = (words.percent(end) for end in result.interval)
        st.markdown(
            "- "
            + words(
                "audit.result",
                unit=place.names.get(result.unit, result.unit),
                period=words.period(result.period),
                right=words.number(result.right),
                whole=words.number(result.looked_at),
                low=low,
                high=high,
            )
        )
