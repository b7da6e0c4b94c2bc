"""One row of the plan: what it means, how it ran, and how it stands in each unit, in the order of the codes."""

import polars as pl
import streamlit as st

import metrics
from charts import share_dots, trend
from metrics import Indicator, Result
from pages.shared import address, drilling, plan_rows, tables
from pages.shared.asking import SELDOM, Here
from pages.shared.download import guarded
from pages.shared.figure import definition, figure
from wording import DASH, saying

IN_PERCENT = ("share", "percent")


def show(place: Here, entry: Indicator) -> None:
    """Draw the detail of an indicator."""
    words = place.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            words("plan.back"),
            icon=":material/arrow_back:",
            on_click=address.put,
            kwargs={"indicator": ""},
            key="plan_back",
        )
    drilling.up(place)
    st.header(words("plan.detail_title", row=entry.plan_row, name=words.text(entry.name)), anchor=False)
    st.caption(f"{words.of('chapter', entry.chapter)} · {words.of('tier', entry.tier)} · {entry.plan_clause}")
    level = plan_rows.level_of(place, entry)
    if level is None:
        st.info(words("plan.not_at_this_level"), icon=":material/info:")
        return
    whole = place.ask(entry.id, level)
    if level == "city":
        _now(place, entry, whole)
        _course(place, entry, whole)
    _units(place, entry)
    with st.container(border=True, key="plan_definition"):
        st.subheader(words("figure.definition"), anchor=False)
        st.markdown("\n\n".join(definition(place, whole)))


def _now(place: Here, entry: Indicator, result: Result) -> None:
    """Draw the figure of the place with interval, change, target and period."""
    words, row = place.words, result.rows[0]
    with st.container(border=True, key="plan_now"):
        st.metric(words.text(entry.name), plan_rows.figure_of(place, entry, result))
        told = [saying.interval(words, row), saying.status(words, row), saying.target(words, row)]
        st.markdown(" · ".join(part for part in told if part) or words("plan.no_judgement"))
        if row.extra.get("target_source"):
            st.caption(words("plan.target_source", source=row.extra["target_source"]))
        st.caption(words("plan.of_period", period=saying.data_period(place, row, result)))


def _course(place: Here, entry: Indicator, result: Result) -> None:
    """Draw how the figure ran, where it has a course."""
    words = place.words
    seldom = entry.subject in SELDOM
    if seldom:
        frame = place.series(entry.id, place.span[0], place.period[1], "month")
    elif entry.subject == "returns":
        return
    else:
        frame = place.course(entry.id)[1]
    if frame["value"].drop_nulls().len() < 2:
        return
    figure(
        place,
        "plan_course",
        result,
        trend(
            frame,
            axis=words.of("unit_of_value", entry.unit),
            names=(words.text(entry.name), ""),
            percent=entry.unit in IN_PERCENT,
        ),
        tables.series_table(place, frame),
        takeaway=words("plan.course"),
    )


def _units(place: Here, entry: Indicator) -> None:
    """Draw the table of units, and a chart of shares where that is what the figure is."""
    words = place.words
    level = "station" if place.level == "station" else "district"
    if level not in entry.levels:
        level = entry.levels[-1]
    if level == "city":
        return
    result = place.ask(entry.id, level)
    if not result.rows:
        st.info(words("plan.no_units"), icon=":material/info:")
        return
    drawn = entry.unit == "share" and any(row.value is not None for row in result.rows)
    chart = share_dots(tables.chart_frame(place, result), axis=words.text(entry.name)) if drawn else None
    if chart is not None:
        intervals = any(row.interval for row in result.rows)
        takeaway = words("plan.units_in_order" if intervals else "plan.units_counted")
        figure(place, "plan_units", result, chart, tables.result_table(place, result), takeaway=takeaway)
    title = words.of("table.units", level)
    st.subheader(title, anchor=False)
    st.dataframe(_table(place, entry, result), hide_index=True, alt=title, height="content", key="plan_units_table")


def _table(place: Here, entry: Indicator, result: Result) -> pl.DataFrame:
    words = place.words
    rows = result.rows
    columns: dict[str, list[str]] = {
        "unit": [guarded(words.name(row.name_zh, row.name_en)) for row in rows],
        "value": [saying.value(words, row) if row.value is not None else DASH for row in rows],
        "numerator": [words.number(row.numerator) for row in rows],
        "denominator": [words.number(row.denominator) for row in rows],
        "interval": [saying.interval(words, row) or DASH for row in rows],
        "target": [saying.target(words, row) or DASH for row in rows],
        "change": [saying.change(words, row) if row.change is not None else DASH for row in rows],
        "status": [saying.status(words, row) or DASH for row in rows],
    }
    if entry.id == "prevention_components":
        columns = {"unit": columns["unit"]} | _components(place, result)
    kept = {name: cells for name, cells in columns.items() if any(cell != DASH for cell in cells)}
    return pl.DataFrame({words.of("plan_column", name): cells for name, cells in kept.items()})


def _components(place: Here, result: Result) -> dict[str, list[str]]:
    words, known = place.words, metrics.catalogue()
    names = list(result.rows[0].extra["components"])
    return {
        words("plan.component", name=words.text(known[name].name), weight=words.percent(weight, 0)): [
            words.percent(row.extra["components"][name]["value"]) for row in result.rows
        ]
        for name in names
        for weight in (result.rows[0].extra["components"][name]["weight"],)
    }
