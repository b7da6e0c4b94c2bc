"""The rows of the plan as tables, a chapter each: figure, target, status, course and period; registers as status."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

import metrics
from metrics import Indicator, Result
from pages.shared import address
from pages.shared.asking import Here
from wording import DASH, saying

TIERS = ("T1", "T2", "T3")
WIDTHS = {
    "name": 222, "value": 108, "status": 128, "interval": 126, "target": 108, "trend": 64, "of": 168, "row": 42,
    "tier": 48,
}  # fmt: skip
"""Pixels, in the order of the columns; together they fit beside the filters in a window 1440 wide.

What a phone shows without scrolling comes first: name, value and status.
"""
TIER_COLOURS = ["#2a6f97", "#6c757d", "#8d6a9f"]


ASKED_ROUND_BY_ROUND = ("training_change", "training_mean_score", "training_participation", "training_p10")
"""Their course takes a question a round; it stands in their detail, not in the list."""


@dataclass(frozen=True)
class Filters:
    """What of the catalogue is shown."""

    chapter: str
    tier: str
    with_target: bool

    def keep(self, entry: Indicator) -> bool:
        """Return whether an entry is shown."""
        return (
            self.chapter in ("", entry.chapter)
            and self.tier in ("", entry.tier)
            and (not self.with_target or _has_target(entry))
        )


def filters(place: Here) -> Filters:
    """Draw the filters and return what they say."""
    words = place.words
    with st.container(horizontal=True, vertical_alignment="bottom", key="plan_filters"):
        chapter = st.segmented_control(
            words("plan.chapter"), list(metrics.CHAPTERS), format_func=_family(place, "chapter"), key="plan_chapter"
        )
        tier = st.segmented_control(
            words("plan.tier"), TIERS, format_func=_family(place, "tier"), key="plan_tier", help=words("plan.tier_help")
        )
        with_target = st.toggle(words("plan.with_target"), key="plan_target")
    return Filters(chapter or "", tier or "", bool(with_target))


def _family(place: Here, family: str) -> Callable[[str], str]:
    def say(code: str) -> str:
        return place.words.of(family, code)

    return say


def chapter(place: Here, name: str, chosen: Filters) -> None:
    """Draw one chapter of the plan, nothing where the filters leave none of its rows."""
    known = sorted(metrics.catalogue().values(), key=lambda entry: entry.row)
    entries = [entry for entry in known if entry.chapter == name and chosen.keep(entry)]
    if not entries:
        return
    words = place.words
    title = words("plan.chapter_title", chapter=words.of("chapter", name), n=len(entries))
    st.subheader(title, anchor=False)
    frame = pl.DataFrame([line(place, entry) for entry in entries], infer_schema_length=None).select(*WIDTHS)
    key = f"plan_{name}_{place.district}_{place.station}_{len(entries)}"
    config: dict[str, Any] = {
        column: st.column_config.TextColumn(words.of("plan_column", column), width=WIDTHS.get(column))
        for column in frame.columns
    }
    config["trend"] = st.column_config.LineChartColumn(words("plan_column.trend"), width=WIDTHS["trend"])
    config["tier"] = st.column_config.MultiselectColumn(
        words("plan_column.tier"), options=TIERS, color=TIER_COLOURS, width=WIDTHS["tier"], help=words("plan.tier_help")
    )
    config["name"] = st.column_config.ButtonColumn(
        words("plan_column.name"),
        help=words("plan.open"),
        type="tertiary",
        alignment="left",
        pinned=True,
        width=WIDTHS["name"],
        key=key,
        on_click=_open(key, [entry.id for entry in entries]),
    )
    st.dataframe(frame, hide_index=True, column_config=config, alt=title, height="content", key=f"table_{key}")


def _open(key: str, ids: Sequence[str]) -> Callable[[], None]:
    def go() -> None:
        clicked = st.session_state[key]
        if clicked is not None:
            address.put(indicator=ids[clicked.row])

    return go


def line(place: Here, entry: Indicator) -> dict[str, Any]:
    """Return one row of the plan: what it says at the place that the reader chose."""
    words = place.words
    level = level_of(place, entry)
    cells: dict[str, Any] = {"name": words.text(entry.name), "row": entry.plan_row}
    if level is None:
        why = {"value": DASH, "interval": "", "target": "", "status": words("plan.not_at_this_level")}
        return cells | why | {"trend": [], "tier": [entry.tier], "of": ""}
    result = place.ask(entry.id, level)
    one = level == "city"
    row = result.rows[0] if result.rows else None
    if row is None:
        return cells | {
            "value": DASH, "interval": "", "target": "", "status": words("reason.no_return"),
            "trend": [], "tier": [entry.tier], "of": "",
        }  # fmt: skip
    below = place.ask(entry.id, "district") if one and row.extra.get("target") is None and _has_target(entry) else None
    return cells | {
        "value": figure_of(place, entry, result) if one else DASH,
        "interval": saying.interval(words, row) if one else "",
        "target": saying.target(words, row) if one and not below else _briefly(words.text(entry.target)),
        "status": saying.status(words, row) if one and not below else counted(place, below or result),
        "trend": place.spark(entry.id) if one and entry.tier != "T3" and entry.id not in ASKED_ROUND_BY_ROUND else [],
        "tier": [entry.tier],
        "of": saying.data_period(place, row, result),
    }


def _has_target(entry: Indicator) -> bool:
    return not entry.target["en"].startswith("none in the plan")


def _briefly(target: str) -> str:
    """Return a target without what is said behind its semicolon or bracket; nothing where there is none."""
    told = re.split("[；;（(]", target, maxsplit=1)[0].strip()
    return "" if told.startswith(("none", "行动计划未定")) else told


def level_of(place: Here, entry: Indicator) -> str | None:
    """Return the level at which a figure can be asked for the place as a whole; None where it has none there."""
    if "city" in entry.levels and (not place.station or "station" in entry.levels):
        return "city"
    if place.station and "station" not in entry.levels:
        return None
    return entry.levels[0]


def figure_of(place: Here, entry: Indicator, result: Result) -> str:
    """Return the figure; of a register, or where no percentage may be given, its counts."""
    words, row = place.words, result.rows[0]
    if row.value is not None:
        return saying.value(words, row)
    if row.numerator is not None and row.denominator:
        return f"{words.number(row.numerator)}/{words.number(row.denominator)}"
    return DASH


def counted(place: Here, result: Result) -> str:
    """Return how many units stand where, for a figure that has no meaning for the city as a whole."""
    words = place.words
    told = Counter(
        words.of("grade", round(row.value))
        if row.unit_of_value == "grade" and row.value is not None
        else saying.status(words, row)
        for row in result.rows
    )
    return words("say.comma").join(words("plan.units_with", word=word, n=n) for word, n in sorted(told.items()) if word)
