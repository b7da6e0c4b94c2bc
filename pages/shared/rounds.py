"""Figures of training in words and tables: rounds by name, the untested, ranges of ranks, people of both rounds."""

from dataclasses import replace

import polars as pl
import streamlit as st

from metrics import Result, Row
from pages.shared import takeaways
from pages.shared.asking import Here
from pages.shared.download import guarded
from wording import DASH, Words, saying

SIGNAL = "G13"
"""The signal of data integrity about tests: who stayed away, scores heaped at the pass mark, too little spread."""


def compared(place: Here, row: Row) -> str:
    """Return which rounds are shown and which they are compared with."""
    words = place.words
    rounds, base = (", ".join(row.extra.get(name) or ()) for name in ("rounds", "base_rounds"))
    if not rounds:
        return words("rounds.none")
    return words("rounds.shown", rounds=rounds) if not base else words("rounds.compared", rounds=rounds, base=base)


def counts(words: Words, row: Row) -> None:
    """Draw due, tested, untested, and who passed, side by side."""
    extra = row.extra
    with st.container(horizontal=True):
        for name in ("due", "tested", "untested"):
            st.metric(words.of("rounds", name), words.number(extra.get(name)), border=True)
        for name in ("first_pass", "final_pass"):
            st.metric(words.of("rounds", name), words.percent(extra.get(name)), border=True)


def coverage(place: Here, result: Result) -> str:
    """Return how many were tested and how many were not, and the change against the earlier round."""
    words, row = place.words, result.rows[0]
    if row.value is None:
        return takeaways.share(place, result)
    told = words(
        "take.coverage",
        tested=words.number(row.numerator),
        due=words.number(row.denominator),
        untested=words.number(row.extra["untested"]),
        value=saying.value(words, row),
    )
    return f"{told} {_change(place, row)}"


def _change(place: Here, row: Row) -> str:
    words = place.words
    if row.change is None:
        return words("take.no_earlier")
    against, verdict = takeaways.against(place, row), saying.verdict(words, row)
    return words("take.against", against=against, change=saying.change(words, row), verdict=verdict)


def apart(place: Here, result: Result) -> str:
    """Return which units differ from all together by more than chance, in the order of their codes."""
    words = place.words
    known = [row for row in result.rows if row.value is not None and "differs" in row.extra]
    if not known:
        return ""
    names = [takeaways.name(place, row) for row in known if row.extra.get("differs")]
    if not names:
        return words("take.none_apart", units=len(known))
    return words("take.apart", names=saying.listed(place, names), n=len(names), units=len(known))


def passed(place: Here, row: Row) -> str:
    """Return who passed at first and in the end."""
    words = place.words
    if row.value is None:
        return saying.why(words, row)
    first, final = (words.percent(row.extra.get(name)) for name in ("first_pass", "final_pass"))
    return words("take.passed", first=first, final=final) + " " + _change(place, row)


def scores(place: Here, city: Row, tenth: Row, units: Result) -> str:
    """Return the mean with its interval, the tenth percentile, and whether units differ at all."""
    words = place.words
    if city.value is None:
        return saying.why(words, city)
    told = words(
        "take.scores",
        value=saying.value(words, city),
        interval=saying.interval(words, city),
        tenth=saying.value(words, tenth),
        n=words.number(city.numerator),
    )
    return f"{told} {apart(place, units)}"


def retested(place: Here, row: Row) -> str:
    """Return what changed for the people of both rounds, and who was in one of them only."""
    words, extra = place.words, row.extra
    if row.value is None:
        return saying.why(words, row)
    return words(
        "take.retested",
        n=words.number(row.numerator),
        rounds=", ".join(extra["rounds"]),
        base=", ".join(extra["base_rounds"]),
        change=f"{saying.value(words, row)} {saying.interval(words, row)}",
        verdict=saying.verdict(words, row),
        gained=words.number(extra["gained"]),
        lost=words.number(extra["lost"]),
        only_before=words.number(extra["only_before"]),
        only_after=words.number(extra["only_after"]),
    )


def hours(place: Here, row: Row, part: Row, met: Row) -> str:
    """Return hours per person, who took part, and who has the required hours, if any are required."""
    words = place.words
    if row.value is None:
        return saying.why(words, row)
    told = words("take.hours", value=saying.value(words, row), part=saying.value(words, part))
    if met.value is None:
        return f"{told} {words('take.hours_unset', why=saying.why(words, met))}"
    return f"{told} {words('take.hours_met', value=saying.value(words, met), n=words.number(met.numerator))}"


def shrunken(result: Result) -> Result:
    """Return the result with the shrunken means and their limits as its values, where units have them."""
    rows = [
        replace(row, value=row.extra["shrunken"], interval=(row.extra["shrunken_low"], row.extra["shrunken_high"]))
        if "shrunken" in row.extra
        else row
        for row in result.rows
    ]
    return replace(result, rows=tuple(rows))


def score_table(place: Here, result: Result, tenths: Result) -> pl.DataFrame:
    """Return the table behind the scores: own mean, shrunken mean, range of the rank, chance of the lowest fifth."""
    rows, low_ends = result.rows, {row.unit: row.value for row in tenths.rows}
    columns = {
        "unit": [guarded(takeaways.name(place, row)) for row in rows],
        "people": [row.numerator for row in rows],
        "value": [row.value for row in rows],
        "low": [row.interval[0] if row.interval else None for row in rows],
        "high": [row.interval[1] if row.interval else None for row in rows],
        "p10": [low_ends.get(row.unit) for row in rows],
        "shrunken": [row.extra.get("shrunken") for row in rows],
        "shrunken_low": [row.extra.get("shrunken_low") for row in rows],
        "shrunken_high": [row.extra.get("shrunken_high") for row in rows],
        "ranks": [_ranks(place.words, row) for row in rows],
        "lowest_fifth": [row.extra.get("lowest_fifth") for row in rows],
        "reason": [saying.why(place.words, row) for row in rows],
    }
    return _named(place, columns)


def _ranks(words: Words, row: Row) -> str:
    if "rank_low" not in row.extra:
        return DASH
    return words("rounds.ranks", **{name: row.extra[name] for name in ("rank_low", "rank_high", "units")})


def change_table(place: Here, result: Result) -> pl.DataFrame:
    """Return the table behind the changes: people of both rounds, of one only, passed anew, failed anew."""
    rows = result.rows
    columns = {
        "unit": [guarded(takeaways.name(place, row)) for row in rows],
        "people": [row.numerator for row in rows],
        "change": [row.value for row in rows],
        "low": [row.interval[0] if row.interval else None for row in rows],
        "high": [row.interval[1] if row.interval else None for row in rows],
        "p": [row.p for row in rows],
    }
    for name in ("only_before", "only_after", "gained", "lost"):
        columns[name] = [row.extra.get(name) for row in rows]
    columns["reason"] = [saying.why(place.words, row) for row in rows]
    return _named(place, columns)


def _named(place: Here, columns: dict[str, list]) -> pl.DataFrame:
    frame = pl.DataFrame(columns, infer_schema_length=None)
    kept = [name for name in frame.columns if name == "unit" or frame[name].null_count() < len(frame)]
    return frame.select(pl.col(name).alias(place.words.of("column", name)) for name in kept)
