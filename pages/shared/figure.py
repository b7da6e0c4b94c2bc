"""How a figure stands on a page: heading, takeaway, chart, foot line, and the definition and data one click away.

What stands behind the two buttons is made only when one is opened.
"""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go
import polars as pl
import streamlit as st

import metrics
from charts import CONFIG, is_empty
from metrics import Result
from pages.shared.asking import Here
from pages.shared.download import csv_bytes, xlsx_bytes
from wording import saying

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTES_SHOWN = 3


def figure(
    place: Here,
    key: str,
    result: Result,
    chart: go.Figure | None,
    table: pl.DataFrame,
    *,
    takeaway: str,
    title: str | None = None,
    click: Callable[[], None] | None = None,
    body: Callable[[], None] | None = None,
) -> None:
    """Draw one figure.

    Args:
        place: where the reader stands.
        key: name of the figure; `figure.<key>` is its heading, and its parts are keyed by it.
        result: what the figure shows, for its foot line, notes and definition.
        chart: the chart; without one the takeaway has to say why.
        table: the table behind it.
        takeaway: the figure in one sentence.
        title: heading, where it is not `figure.<key>`.
        click: what to do when something on the chart is clicked.
        body: draws what stands in the chart's place, tables for instance.
    """
    words = place.words
    title = title or words(f"figure.{key}")
    with st.container(border=True, key=f"figure_{key}"):
        st.subheader(title, anchor=False)
        st.markdown(takeaway)
        if chart is not None and is_empty(chart):
            st.caption(words("figure.no_chart"))
        elif chart is not None:
            alt = f"{title}. {takeaway}"
            config = CONFIG | {"toImageButtonOptions": CONFIG["toImageButtonOptions"] | {"filename": f"jiceng-{key}"}}
            if click is None:
                st.plotly_chart(chart, key=f"chart_{key}", config=config, alt=alt)
            else:
                # The place is part of the key: a click that has led elsewhere must not stay selected.
                name = f"chart_{key}:{place.district}:{place.station}"
                st.plotly_chart(chart, key=name, config=config, alt=alt, on_select=click, selection_mode="points")
        if body is not None:
            body()
        remarks(place, saying.notes(place, result))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(saying.foot(place, result))
            _definition(place, key, result)
            _data(place, key, title, result, table)


def remarks(place: Here, sentences: Sequence[str]) -> None:
    """Write what must be said, the first few at once and the rest behind a fold."""
    if sentences:
        st.caption("ⓘ " + " ".join(sentences[:NOTES_SHOWN]))
    if len(sentences) > NOTES_SHOWN:
        with st.expander(place.words("figure.more_notes", n=len(sentences) - NOTES_SHOWN)):
            for sentence in sentences[NOTES_SHOWN:]:
                st.caption(sentence)


def _definition(place: Here, key: str, result: Result) -> None:
    words = place.words
    with st.popover(
        words("figure.definition"), icon=":material/info:", type="tertiary", key=f"definition_{key}", on_change="rerun"
    ) as popover:
        if popover.open:
            st.markdown("\n\n".join(definition(place, result)))


def definition(place: Here, result: Result) -> list[str]:
    """Return what an indicator means, line by line."""
    words = place.words
    entry = metrics.catalogue()[result.indicator]
    lines = [
        f"**{words.text(entry.name)}** (`{entry.id}`)",
        words("definition.formula", text=words.text(entry.formula)),
        words("definition.numerator", text=words.text(entry.numerator)),
    ]
    if entry.denominator:
        lines.append(words("definition.denominator", text=words.text(entry.denominator)))
    lines += [
        words("definition.unit", text=words.of("unit_of_value", entry.unit)),
        words("definition.direction", text=words.of("direction", entry.direction)),
        words("definition.target", text=words.text(entry.target)),
        words("definition.clause", text=entry.plan_clause),
        words("definition.source", text=words.text(entry.source)),
        words("definition.interval", text=words.text(entry.interval)),
        words("definition.smallest_base", n=entry.smallest_base),
        words("definition.version", number=result.definition_text),
    ]
    known = metrics.catalogue()
    beside = [words.text(known[name].name) for name in entry.counter_metrics if name in known]
    if beside:
        lines.append(words("definition.counter", text=words("say.comma").join(beside)))
    if entry.upload:
        every = words.of("every", entry.upload.every)
        lines.append(words("definition.upload", file=entry.upload.sample, every=every))
    return lines


def _data(place: Here, key: str, title: str, result: Result, table: pl.DataFrame) -> None:
    words = place.words
    with st.popover(
        words("figure.data"), icon=":material/table:", type="tertiary", key=f"data_{key}", on_change="rerun"
    ) as popover:
        if not popover.open:
            return
        said = [title, words.period(result.period), saying.foot(place, result), *saying.notes(place, result)]
        if place.setting("is_demonstration") == "true":
            said.append(words("header.demonstration_long"))
        st.dataframe(table, hide_index=True, alt=title, key=f"table_{key}")
        name = f"jiceng-{key}-{place.period[0].isoformat()}-v{place.version}"
        with st.container(horizontal=True):
            st.download_button(
                "CSV", csv_bytes(table, said), f"{name}.csv", "text/csv", key=f"csv_{key}", on_click="ignore"
            )
            st.download_button(
                "XLSX", xlsx_bytes(table, said, title), f"{name}.xlsx", XLSX, key=f"xlsx_{key}", on_click="ignore"
            )
        st.caption(words("figure.png"))
