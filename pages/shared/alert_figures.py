"""Frames and sentences of the alert figures: control chart, contributions, funnel, spans."""

from dataclasses import replace
from datetime import date

import polars as pl

from metrics import Result, Row
from pages.shared.asking import Here
from pages.shared.download import guarded
from pages.shared.takeaways import name
from wording import saying

COURSE = {
    "start": pl.Date,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "centre": pl.Float64,
    "baseline": pl.Boolean,
    "rule": pl.String,
    "direction": pl.Int64,
    "text": pl.String,
}
FUNNEL = {
    "unit": pl.String,
    "name": pl.String,
    "value": pl.Float64,
    "expected": pl.Float64,
    "inner_low": pl.Float64,
    "inner_high": pl.Float64,
    "outer_low": pl.Float64,
    "outer_high": pl.Float64,
    "exception": pl.Boolean,
    "text": pl.String,
}
LATEST_SIGNALS = 26


def charted(result: Result) -> list[Row]:
    """Return the rows that a control chart or a funnel can draw."""
    return [row for row in result.rows if "centre" in row.extra or "expected" in row.extra]


def course_frame(place: Here, result: Result) -> pl.DataFrame:
    """Return a control chart's points."""
    lines = [
        (
            date.fromisoformat(row.unit),
            row.value,
            *(row.interval or (None, None)),
            row.extra["centre"],
            row.extra["baseline"],
            row.extra["rule"],
            row.extra["direction"],
            _course_hover(place, row),
        )
        for row in charted(result)
    ]
    return pl.DataFrame(lines, schema=COURSE, orient="row")


def _course_hover(place: Here, row: Row) -> str:
    words = place.words
    lines = [words.day(date.fromisoformat(row.unit)), saying.value(words, row), words.number(row.numerator)]
    if row.extra["rule"]:
        lines.append(words.of("rule", row.extra["rule"]))
    return "<br>".join(lines)


def course_table(place: Here, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a control chart's points as the table behind it."""
    words = place.words
    kept = frame.select("start", "value", "centre", "low", "high", "baseline", "rule")
    rules = [words.of("rule", rule) if rule else None for rule in kept["rule"]]
    kept = kept.with_columns(pl.Series("rule", rules, dtype=pl.String))
    return kept.rename({column: words.of("column", column) for column in kept.columns})


def course_takeaway(place: Here, result: Result) -> str:
    """Return whether the newest weeks leave the limits, and on which side."""
    words, rows = place.words, charted(result)
    if not rows:
        return saying.why(words, result.rows[0])
    last = rows[-1]
    place_words = {"value": saying.value(words, last), "centre": words.number(last.extra["centre"], 1)}
    if last.extra["rule"]:
        side = words("say.fall") if last.extra["direction"] < 0 else words("say.rise")
        return words("take.course_signal", rule=words.of("rule", last.extra["rule"]), direction=side, **place_words)
    late = [row for row in rows[-LATEST_SIGNALS:] if row.extra["rule"]]
    return words("take.course_common", n=len(late), weeks=LATEST_SIGNALS, **place_words)


def funnel_frame(place: Here, result: Result) -> pl.DataFrame:
    """Return a funnel's stations."""
    lines = [
        (
            row.unit,
            name(place, row),
            row.value,
            row.extra["expected"],
            *row.extra["adjusted_inner"],
            *row.extra["adjusted_outer"],
            row.extra["exception"],
            _funnel_hover(place, row),
        )
        for row in charted(result)
    ]
    return pl.DataFrame(lines, schema=FUNNEL, orient="row")


def _funnel_hover(place: Here, row: Row) -> str:
    words = place.words
    expected = words.number(row.extra["expected"], 1)
    return "<br>".join(
        [
            f"<b>{name(place, row)}</b>",
            words("funnel.hover", observed=words.number(row.numerator), expected=expected),
            words("funnel.exception") if row.extra["exception"] else words("funnel.within"),
        ]
    )


def funnel_table(place: Here, result: Result) -> pl.DataFrame:
    """Return every station with its counts first, whether it is on the funnel or not."""
    words, rows = place.words, result.rows
    columns = {
        "unit": [guarded(name(place, row)) for row in rows],
        "numerator": [row.numerator for row in rows],
        "expected": [row.extra.get("expected") for row in rows],
        "value": [row.value for row in rows],
        "p": [row.p for row in rows],
        "exception": [row.extra.get("exception") for row in rows],
        "reason": [saying.why(words, row) or None for row in rows],
    }
    table = pl.DataFrame(columns)
    kept = [column for column in table.columns if table[column].null_count() < len(table)]
    return table.select(pl.col(column).alias(words.of("column", column)) for column in kept)


def funnel_takeaway(place: Here, result: Result) -> str:
    """Return which stations stand out after correction, and that there is no order among the others."""
    words, rows = place.words, charted(result)
    if not rows:
        reasons = list(dict.fromkeys(saying.why(words, row) for row in result.rows))
        return " ".join(reasons)
    out = [name(place, row) for row in rows if row.extra["exception"]]
    if not out:
        return words("take.funnel_none", n=len(rows))
    return words("take.funnel", names=saying.listed(place, out), n=len(out), rest=len(rows) - len(out))


def named_by_class(place: Here, result: Result) -> Result:
    """Return contributions by class with the classes' names."""
    zh, en = place.words.both()
    rows = [replace(row, name_zh=zh.of("group", row.unit), name_en=en.of("group", row.unit)) for row in result.rows]
    return replace(result, rows=tuple(rows))


def contribution_frame(place: Here, result: Result) -> pl.DataFrame:
    """Return the parts of a change: unit, name, difference, text."""
    words = place.words
    rows = [row for row in result.rows if row.extra.get("difference") is not None]
    rows = [row for row in rows if row.numerator or row.base_numerator]
    lines = [
        (row.unit, name(place, row), row.extra["difference"], words.difference(row.extra["difference"])) for row in rows
    ]
    schema = {"unit": pl.String, "name": pl.String, "difference": pl.Int64, "text": pl.String}
    return pl.DataFrame(lines, schema=schema, orient="row")


def contribution_table(place: Here, result: Result) -> pl.DataFrame:
    """Return the parts of a change with counts first, and each part's calls received and valid share."""
    words, rows = place.words, [row for row in result.rows if "total" in row.extra]
    columns = {
        "unit": [guarded(name(place, row)) for row in rows],
        "numerator": [row.numerator for row in rows],
        "base_numerator": [row.base_numerator for row in rows],
        "difference": [row.extra["difference"] for row in rows],
        "of_received": [row.extra["of_received"] for row in rows],
        "of_valid_share": [row.extra["of_valid_share"] for row in rows],
        "points": [row.extra["points"] for row in rows],
        "change": [row.change for row in rows],
    }
    return pl.DataFrame(columns).rename({column: words.of("column", column) for column in columns})


def contribution_takeaway(place: Here, result: Result) -> str:
    """Return the whole change and how much of it comes from calls received and from the valid share."""
    words, rows = place.words, [row for row in result.rows if "total" in row.extra]
    if not rows:
        return saying.why(words, result.rows[0])
    first = rows[0]
    whole, of_received = first.extra["total"] - first.extra["base_total"], first.extra["whole_of_received"]
    parts = {"difference": whole, "of_received": of_received, "of_valid_share": whole - of_received}
    return words(
        "take.contributions",
        now=words.number(first.extra["total"]),
        base=words.number(first.extra["base_total"]),
        **{key: words.difference(value) for key, value in parts.items()},
    )


def span_takeaway(place: Here, result: Result) -> str:
    """Return a long span's count, change and verdict."""
    words, row = place.words, result.rows[0]
    if row.value is None:
        return saying.why(words, row)
    told = saying.verdict(words, row) or saying.why(words, row)
    return words(
        "take.span",
        value=saying.value(words, row),
        period=words.period(result.period),
        change=saying.change(words, row),
        verdict=told,
    )
