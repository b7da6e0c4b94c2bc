"""Choose a week and make its package: beside the dashboard, so that it goes on answering."""

from datetime import date, timedelta

import streamlit as st

import exports
from exports import ExportError
from pages.shared import address
from pages.shared.desk import Desk, who
from pages.shared.plain import escaped
from warehouse import settled_version
from wording import Words

WEEKS_BACK = 60
WEEK = timedelta(weeks=1)
ICONS = {"success": ":material/check_circle:", "warning": ":material/info:", "error": ":material/error:"}


def tell(words: Words) -> None:
    """Say what became of the package that was made in the rerun before."""
    told = st.session_state.pop("snapshot_told", None)
    if told is None:
        return
    kind, sentence, warnings = told
    getattr(st, kind)(escaped(sentence), icon=ICONS[kind])
    for warning in warnings:
        st.warning(words("report.no_figure_warning", name=warning["file"], why=warning[f"sentence{_ending(words)}"]))


def _ending(words: Words) -> str:
    return "_zh" if words.short == "zh" else ""


def draw(place: Desk) -> None:
    """Draw the choice of a week and the button."""
    words, version = place.words, settled_version(place.lake)
    try:
        newest = exports.newest_week(place.lake, version)
    except ExportError as error:
        st.info(escaped(error.sentence(words.short)), icon=":material/info:")
        return
    known = exports.complete_weeks(place.lake, version)[:WEEKS_BACK]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            words("snapshots.week"),
            known,
            index=known.index(newest) if newest in known else 0,
            format_func=lambda day: words.period((day, day + WEEK)),
            key="snapshot_week",
            width=320,
        )
        name = who(words)
        go = st.button(
            words("snapshots.make"),
            icon=":material/inventory_2:",
            type="primary",
            disabled=not name,
            key="snapshot_make",
        )
    st.caption(words("snapshots.from_version", version=version) if name else words("desk.name_first"))
    if go:
        _make(place, chosen, version, name)
        st.rerun()


def _make(place: Desk, day: date, version: int, name: str) -> None:
    """Make the package and keep what is to be said for the next rerun."""
    words = place.words
    try:
        week = exports.week_of(place.lake, day, version)
    except ExportError as error:
        st.session_state["snapshot_told"] = ("warning", error.sentence(words.short), [])
        return
    with st.spinner(words("snapshots.making")):
        done = exports.make_apart(week.start, exports.shelf(), version, name)
    if done.status:
        why = words("snapshots.failed", why=done.why(words.short))
        st.session_state["snapshot_told"] = ("error", why, [])
        return
    package = done.told["package"]
    period = words.period((week.start, week.end))
    sentence = words.of("snapshot_done", done.told["status"], package=package, period=period, version=version)
    st.session_state["snapshot_told"] = ("success", sentence, done.told["warnings"])
    address.put(package=package)
