"""Frames for charts and tables, made of results: names in the reader's language, numbers left as numbers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import streamlit as st

from metrics import Result, Row
from pages.shared import drilling
from pages.shared.asking import Here
from wording import guarded, saying

CHART = {
    "unit": pl.String,
    "name": pl.String,
    "value": pl.Float64,
    "change": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "verdict": pl.String,
    "text": pl.String,
    "kind": pl.String,
}


def chart_frame(place: Here, result: Result, kind: str = "") -> pl.DataFrame:
    """Return what the charts want: one line a unit, with the words for its hover box."""
    lines = [chart_line(place, row, kind) for row in result.rows]
    return pl.DataFrame(lines, schema=CHART, orient="row")


def chart_line(place: Here, row: Row, kind: str = "") -> tuple[object, ...]:
    """Return one line of `chart_frame`."""
    low, high = row.interval if row.interval else (None, None)
    name = place.words.name(row.name_zh, row.name_en)
    return row.unit, name, row.value, row.change, low, high, row.verdict, hover(place, row), kind


def hover(place: Here, row: Row) -> str:
    """Return the words of a hover box: name, figure, interval, counts, verdict."""
    words = place.words
    counts = words.number(row.numerator)
    if row.denominator is not None:
        counts = words("say.part_of", part=counts, whole=words.number(row.denominator))
    elif row.base_numerator is not None:
        counts = words("say.from_to", now=counts, base=words.number(row.base_numerator))
    lines = [
        f"<b>{words.name(row.name_zh, row.name_en)}</b>",
        f"{saying.value(words, row)} {saying.interval(words, row)}".strip(),
        counts,
        saying.verdict(words, row) or saying.why(words, row),
    ]
    return "<br>".join(line for line in lines if line)


def result_table(place: Here, result: Result) -> pl.DataFrame:
    """Return a result as the table behind a figure, with headings in the reader's language."""
    words = place.words
    frame = result.frame()
    rows = result.rows
    columns = {
        "code": frame["unit"],
        "unit": [guarded(words.name(row.name_zh, row.name_en)) for row in rows],
        "value": frame["value"],
        "numerator": frame["numerator"],
        "denominator": frame["denominator"],
        "base_numerator": frame["base_numerator"],
        "base_denominator": frame["base_denominator"],
        "change": frame["change"],
        "low": frame["low"],
        "high": frame["high"],
        "p": frame["p"],
        "verdict": [words.of("verdict", row.verdict) if row.verdict else None for row in rows],
        "reason": [saying.why(words, row) or None for row in rows],
    }
    table = pl.DataFrame(columns)
    kept = [name for name in table.columns if name == "unit" or table[name].null_count() < len(table)]
    return table.select(pl.col(name).alias(words.of("column", name)) for name in kept)


def shifted(frame: pl.DataFrame, days: int) -> pl.DataFrame:
    """Return a series moved on by days, to lie over the period that it is compared with."""
    return frame.with_columns(pl.col("period_start") + timedelta(days=days))


def series_table(place: Here, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a series as the table behind a figure."""
    kept = [name for name in frame.columns if name == "period_start" or frame[name].null_count() < len(frame)]
    return frame.select(pl.col(name).alias(place.words.of("column", name)) for name in kept)


def look_back(place: Here, course: pl.DataFrame, window: int) -> tuple[date, date] | None:
    """Return which days of a series lie in the first `window` days of the data, where no repeat can be seen yet."""
    first = place.span[0]
    end = first + timedelta(days=window)
    shown = course.filter(pl.col("period_start") < end)
    return None if shown.is_empty() or course["period_start"].max() < first else (max(first, shown[0, 0]), end)


def step_words(place: Here, limits: Sequence[float], digits: int = 1, *, percent: bool = False) -> list[str]:
    """Return the words for the shades of a map."""
    words = place.words
    if not limits:
        return []
    written = [words.percent(limit, digits) if percent else words.number(limit, digits) for limit in limits]
    between = [words("map.between", low=low, high=high) for low, high in pairwise(written)]
    return [words("map.up_to", high=written[0]), *between, words("map.above", low=written[-1])]


def unit_table(place: Here, changed: Result) -> None:
    """Draw the table of units: alerts, change, verdict, repeats, training; a unit's name leads down to it."""
    words = place.words
    repeats = {row.unit: row.value for row in place.units("repeat_share").rows}
    passed = {row.unit: row.value for row in place.units("training_first_pass").rows}
    rows = [row for row in changed.rows if row.numerator or row.base_numerator]
    title = words.of("table.units", place.level)
    st.subheader(title, anchor=False)
    if not rows:
        st.caption(words("reason.no_data"))
        return
    frame = pl.DataFrame(
        {
            "unit": [guarded(words.name(row.name_zh, row.name_en)) for row in rows],
            "numerator": [row.numerator for row in rows],
            "change": [saying.change(words, row) for row in rows],
            "verdict": [saying.verdict(words, row) or saying.why(words, row) for row in rows],
            "interval": [saying.interval(words, row) for row in rows],
            "base": [row.base_numerator for row in rows],
            "repeat": [words.percent(repeats.get(row.unit)) for row in rows],
            "passed": [words.percent(passed.get(row.unit)) for row in rows],
            "remarks": [len(row.notes) for row in rows],
        }
    )
    config: dict[str, Any] = {name: words.of("table", name) for name in frame.columns}
    for name in ("numerator", "base", "remarks"):
        config[name] = st.column_config.NumberColumn(words.of("table", name), format="localized")
    config["unit"] = st.column_config.ButtonColumn(
        words.of("level", place.level),
        help=words("table.go"),
        type="tertiary",
        alignment="left",
        pinned=True,
        key="go_to_unit",
        on_click=drilling.on_table(place, "go_to_unit", [row.unit for row in rows]),
    )
    st.dataframe(frame, hide_index=True, column_config=config, alt=title, height="content", key="units")


def class_table(place: Here, changed: Result, key: str = "classes") -> None:
    """Draw a table of classes, counts first: a percentage stands only where its base allows one."""
    words = place.words
    frame = pl.DataFrame(
        {
            "class": [words.name(row.name_zh, row.name_en) for row in changed.rows],
            "numerator": [row.numerator for row in changed.rows],
            "base": [row.base_numerator for row in changed.rows],
            "difference": [row.extra.get("difference") for row in changed.rows],
            "change": [words.signed(row.change) for row in changed.rows],
            "interval": [saying.interval(words, row) for row in changed.rows],
            "verdict": [saying.verdict(words, row) or saying.why(words, row) for row in changed.rows],
        }
    )
    config: dict[str, Any] = {name: words.of("table", name) for name in frame.columns}
    for name in ("numerator", "base", "difference"):
        config[name] = st.column_config.NumberColumn(words.of("table", name), format="localized")
    title = words(f"table.{key}")
    st.subheader(title, anchor=False)
    if frame.is_empty():
        st.caption(words("reason.no_data"))
        return
    st.dataframe(frame, hide_index=True, column_config=config, alt=title, height="content", key=key)


def pooled(place: Here, results: Mapping[str, Result], kinds: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the first rows of several results as one chart frame, each under the name given."""
    lines = []
    for name, result in results.items():
        unit, _, *rest = chart_line(place, result.rows[0], (kinds or {}).get(name, ""))
        lines.append((unit, name, *rest))
    return pl.DataFrame(lines, schema=CHART, orient="row")


def plain(place: Here, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a chart frame as the table behind a figure."""
    kept = [
        name
        for name in ("name", "kind", "value", "low", "high")
        if name != "kind" or frame["kind"].str.len_chars().sum()
    ]
    return frame.select(pl.col(name).alias(place.words.of("column", name)) for name in kept)
