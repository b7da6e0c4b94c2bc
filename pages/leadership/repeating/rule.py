"""The choices of the page: by what a repeat is known, within how many days, and what makes a cluster."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.shared import choices
from pages.shared.address import follow
from pages.shared.asking import Here

LEAST = ("2", "3", "4", "5", "10")
DAYS = ("7", "14", "30", "60", "90")


@dataclass(frozen=True)
class Rule:
    """What the reader chose: key and window of a repeat; N and M of a cluster."""

    key: str
    window: int
    least: int
    days: int

    @property
    def repeat(self) -> dict[str, object]:
        """Options of figures of repeats."""
        return {"key": self.key, "window": self.window}

    @property
    def cluster(self) -> dict[str, object]:
        """Options of figures of clusters."""
        return {"key": self.key, "window": self.days, "least": self.least}


def choose(place: Here) -> Rule:
    """Draw the choices, set to what the address says."""
    words, numbers = place.words, place.parameters
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = choices.key(place)
        window = choices.window(place)
        with st.popover(words("filter.rule"), icon=":material/tune:"):
            least = _select(place, "least", LEAST, str(numbers.repeat_cluster_n), place.words.number)
            days = _select(place, "days_m", DAYS, str(numbers.repeat_cluster_days), _window(place))
    return Rule(key, window, least, days)


def _window(place: Here) -> Callable[[int], str]:
    return lambda days: place.words.of("window", days)


def _select(place: Here, name: str, options: tuple[str, ...], default: str, form: Callable[[int], str]) -> int:
    words = place.words
    offered = options if default in options else (*options, default)
    asked = st.query_params.get(name, default)
    widget = f"choice_{name}"
    st.session_state[widget] = asked if asked in offered else default
    st.selectbox(
        words(f"filter.{name}"),
        offered,
        format_func=lambda code: form(int(code)),
        key=widget,
        on_change=follow,
        args=(widget, name),
    )
    return int(st.session_state[widget])
