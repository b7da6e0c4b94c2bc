"""Choices that belong to one page and stand in the address like the filters."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.address import follow
from pages.shared.asking import Here

KEYS = ("caller", "place", "matter")
WINDOWS = ("7", "30", "90", "365")


def key(place: Here) -> str:
    """Return by what a repeat is known: caller, place or matter; left alone, what the data allow."""
    return _choose(place, "key", ("auto", *KEYS), "auto", "key")


def window(place: Here) -> int:
    """Return within how many days a report counts as a repeat."""
    return int(_choose(place, "window", WINDOWS, str(place.parameters.repeat_window_days), "window"))


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
