"""Choices that belong to one page and stand in the address like the filters."""

from collections.abc import Sequence

import streamlit as st

import metrics
from pages.shared.address import follow
from pages.shared.asking import Here
from wording import signalling

KEYS = ("caller", "place", "matter")
PERSON_KINDS = ("officer", "auxiliary")
WINDOWS = ("7", "30", "90", "365")


def key(place: Here) -> str:
    """Return by what a repeat is known: caller, place or matter; left alone, what the data allow."""
    return _choose(place, "key", ("auto", *KEYS), "auto", "key")


def window(place: Here) -> int:
    """Return within how many days a report counts as a repeat."""
    return int(_choose(place, "window", WINDOWS, str(place.parameters.repeat_window_days), "window"))


def signal(place: Here, options: Sequence[str]) -> str:
    """Return the signal whose details are shown; left alone, the first that is raised."""
    words, entries = place.words, metrics.signal_entries()
    asked = st.query_params.get("signal", options[0])
    st.session_state["choice_signal"] = asked if asked in options else options[0]
    st.selectbox(
        words("filter.signal"),
        options,
        format_func=lambda code: signalling.title(words, entries[code]),
        key="choice_signal",
        on_change=follow,
        args=("choice_signal", "signal"),
    )
    return str(st.session_state["choice_signal"])


def person_kind(place: Here) -> str:
    """Return whose training is shown: officers or auxiliaries, never both in one figure."""
    return _choose(place, "kind", PERSON_KINDS, PERSON_KINDS[0], "person_kind")


def _choose(place: Here, name: str, options: Sequence[str], default: str, family: str) -> str:
    words = place.words
    asked = st.query_params.get(name, default)
    widget = f"choice_{name}"
    st.session_state[widget] = asked if asked in options else default
    st.segmented_control(
        words(f"filter.{name}"),
        options,
        format_func=lambda code: words.of(family, code),
        key=widget,
        required=True,
        on_change=follow,
        args=(widget, name),
    )
    return str(st.session_state[widget])
