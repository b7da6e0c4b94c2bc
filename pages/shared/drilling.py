"""Going down and up: city, district, station. A click writes the code into the address; Back undoes it."""

from collections.abc import Callable, Sequence

import streamlit as st

from metrics import Result
from pages.shared import address
from pages.shared.asking import Here


def on_chart(place: Here, key: str, by: str | None = None) -> Callable[[], None]:
    """Return what a click on a unit of a chart does."""
    name = f"chart_{key}:{place.district}:{place.station}"
    level = by or place.level

    def go() -> None:
        points = st.session_state[name].selection.points
        if points:
            to(level, str(points[0]["customdata"][0]))

    return go


def on_table(place: Here, key: str, units: Sequence[str]) -> Callable[[], None]:
    """Return what a click on a unit's name in a table does."""

    def go() -> None:
        clicked = st.session_state[key]
        if clicked is not None:
            to(place.level, units[clicked.row])

    return go


def to(level: str, unit: str) -> None:
    """Write a unit into the address."""
    if level == "district":
        address.put(district=unit, station="")
    else:
        address.put(station=unit)


def up(place: Here) -> None:
    """Draw the way back up, where the reader stands below the city."""
    if not place.district and not place.station:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        words = place.words
        st.button(
            words("drill.city"),
            icon=":material/arrow_upward:",
            on_click=address.put,
            key="up_city",
            kwargs={"district": "", "station": ""},
        )
        if place.district and place.station:
            st.button(
                place.names.get(place.district, place.district),
                icon=":material/arrow_upward:",
                on_click=address.put,
                kwargs={"station": ""},
                key="up_district",
            )


def can_go_down(result: Result) -> bool:
    """Return whether there is more than one unit to choose from."""
    return len(result.rows) > 1
