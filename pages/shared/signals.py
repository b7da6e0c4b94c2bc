"""Questions about signals, kept by data version like every other answer, and their frames for charts and tables."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

import metrics
from metrics import Measured, Scope, Signal
from pages.shared import address, asking
from pages.shared.asking import Here
from pages.shared.download import guarded
from wording import signalling

CITY = "city"
KEPT = 64


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _signals(where: str | None, scope: Scope) -> tuple[Signal, ...]:
    return metrics.signals(asking.lake(), scope)


def signals(place: Here, by: str) -> tuple[Signal, ...]:
    """Return every signal of the place at a level."""
    return _signals(os.environ.get("JICENG_LAKE"), replace(place.scope, by=by, groups=(), comparison="none"))


def of_city(place: Here) -> tuple[Signal, ...]:
    """Return every signal of the city as a whole, whatever place is chosen."""
    scope = replace(place.scope, by=CITY, groups=(), comparison="none", districts=(), stations=())
    return _signals(os.environ.get("JICENG_LAKE"), scope)


def raised(place: Here) -> list[Signal]:
    """Return the raised signals of the place, each at the units that carry it themselves."""
    everyone = [signal for by in ("station", "district", CITY) if _fits(place, by) for signal in signals(place, by)]
    own = [signal for signal in everyone if any(one.state == "raised" for one in signal.measures)]
    order = list(metrics.signal_entries())
    seen: dict[tuple[str, str], Signal] = {(signal.id, signal.unit): signal for signal in own}
    return sorted(seen.values(), key=lambda signal: (order.index(signal.id), signal.unit))


def _fits(place: Here, by: str) -> bool:
    """Return whether a level lies inside the place; the city's own signals belong to the whole city only."""
    if by == CITY:
        return not place.district and not place.station
    return by == "station" or not place.station


def panel(place: Here) -> pl.DataFrame:
    """Return the panel as a frame: the city or the district as a whole, then every unit listed, signal by signal."""
    columns = [*(of_city(place) if not place.district else signals(place, CITY)), *signals(place, place.level)]
    lines = [_cell(place, signal) for signal in columns]
    names = ["unit", "name", "signal", "label", "state", "text"]
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")


def _cell(place: Here, signal: Signal) -> tuple[str, ...]:
    words, entry = place.words, metrics.signal_entries()[signal.id]
    name = unit_name(place, signal)
    label = signalling.title(words, entry)
    told = (f"<b>{label}</b>", name, signalling.state(words, signal.state), _wrapped(signalling.lead(place, signal)))
    return signal.unit, name, signal.id, label, signal.state, "<br>".join(part for part in told if part)


def unit_name(place: Here, signal: Signal) -> str:
    """Return the name of a signal's unit."""
    words = place.words
    return words("signal.city") if signal.unit == CITY else words.name(signal.name_zh, signal.name_en)


def _wrapped(text: str, width: int = 56) -> str:
    """Return a sentence in lines, for a hover box that does not wrap."""
    lines: list[str] = []
    while len(text) > width:
        cut = text.rfind(" ", 0, width) if " " in text[:width] else width
        lines.append(text[:cut])
        text = text[cut:].strip()
    return "<br>".join([*lines, text])


def panel_table(place: Here, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the panel as the table behind it: a line a signal, a column a unit, states in words."""
    words = place.words
    told = frame.with_columns(pl.col("state").map_elements(lambda code: signalling.state(words, code), pl.String))
    wide = told.pivot("name", index="label", values="state", maintain_order=True)
    return wide.rename({"label": words("column.signal")})


def measures_table(place: Here, signal: Signal) -> pl.DataFrame:
    """Return the measures of one signal at one unit as a table."""
    words = place.words
    lines: list[dict[str, Any]] = [
        {
            "measure": guarded(_named(place, signal.id, one)),
            "state": signalling.state(words, one.state),
            "value": signalling.figure(words, one.unit_of_value, one.value),
            "expected": signalling.figure(words, one.unit_of_value, one.expected),
            "threshold": signalling.figure(words, one.unit_of_value, one.threshold),
            "low": signalling.figure(words, one.unit_of_value, one.interval[0] if one.interval else None),
            "high": signalling.figure(words, one.unit_of_value, one.interval[1] if one.interval else None),
            "n": words.number(one.n),
            "p": signalling.chance(words, one.p),
            "adjusted_p": signalling.chance(words, one.adjusted_p),
        }
        for one in signal.measures
    ]
    table = pl.DataFrame(lines)
    return table.rename({name: words.of("column", name) for name in table.columns})


def _named(place: Here, signal: str, one: Measured) -> str:
    about = [signalling.note(place, note) for note in one.notes if note.code in signalling.ABOUT]
    name = signalling.measure(place.words, signal, one.name)
    return place.words("signal.about", name=name, about=place.words("say.comma").join(about)) if about else name


def drawable(place: Here, signal: Signal) -> Measured | None:
    """Return the measure whose peers are worth a picture: the unit's leading one, or any that makes a funnel."""
    own = [one for one in signal.measures if metrics.integrity.has_funnel(one)]
    if not own:
        level = "district" if not place.station else "station"
        others = [*signals(place, "station"), *(signals(place, level) if level == "district" else ())]
        own = [
            one
            for other in others
            if other.id == signal.id
            for one in other.measures
            if metrics.integrity.has_funnel(one)
        ]
    order = metrics.integrity.STATES
    return min(own, key=lambda one: (order.index(one.state), 1.0 if one.p is None else one.p), default=None)


def peers(place: Here, signal: str, like: Measured) -> pl.DataFrame:
    """Return the peers of a measure with the words for their hover boxes."""
    words = place.words
    frame = metrics.integrity.peers(asking.lake(), replace(place.scope, groups=(), comparison="none"), signal, like)
    names = [words.name(zh, en) for zh, en in frame.select("name_zh", "name_en").rows()]
    texts = [
        "<br>".join(
            (
                f"<b>{name}</b>",
                signalling.figure(words, like.unit_of_value, value),
                words("signal.base", n=words.number(n)),
                signalling.state(words, state),
            )
        )
        for name, (value, n, state) in zip(names, frame.select("value", "n", "state").rows(), strict=True)
    ]
    return frame.with_columns(pl.Series("name", names, pl.String), pl.Series("text", texts, pl.String))


def course(place: Here, signal: str) -> pl.DataFrame:
    """Return the weeks of the place for a signal; empty where it has none."""
    unit = place.station or place.district or CITY
    scope = replace(place.scope, groups=(), comparison="none")
    return metrics.integrity.course(asking.lake(), scope, signal, unit)


def of_frame(place: Here, frame: pl.DataFrame, unit_of_value: str) -> metrics.Result:
    """Return a frame as the result that a figure wants."""
    return metrics.integrity.of_frame(place.ask("integrity_signals", comparison="none"), frame, unit_of_value)


def plain(place: Here, frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Return some columns of a frame as the table behind a figure."""
    return frame.select(pl.col(name).alias(place.words.of("column", name)) for name in names)


def raised_card(place: Here, signal: Signal) -> None:
    """Draw one raised signal: what was found, what to look at, and what else it may be."""
    words, entry = place.words, metrics.signal_entries()[signal.id]
    with st.container(border=True, key=f"raised_{signal.id}_{signal.unit}"):
        name = unit_name(place, signal)
        st.markdown(f"**{signalling.SHAPES['raised']} {signalling.title(words, entry)} · {name}**")
        for one in signal.measures:
            if one.state == "raised":
                st.markdown(f"- {signalling.finding(place, signal.id, one)}")
        st.markdown(words("integrity.look_at", text=words.text(entry.look_at)))
        st.caption(words("integrity.false_alarms", text=words.text(entry.false_alarms)))
        if signal.unit not in (CITY, place.station or place.district):
            st.button(
                words("integrity.open"),
                key=f"open_{signal.id}_{signal.unit}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=open_unit,
                args=(signal,),
            )


def census(place: Here) -> metrics.integrity.Census:
    """Return how many checks the panel holds and how many are raised, of the whole city."""
    return metrics.integrity.census(asking.lake(), place.scope)


def here_of(place: Here, chosen: str) -> Signal:
    """Return one signal for the place as a whole: the station, the district or the city."""
    by = "station" if place.station else CITY
    return next(signal for signal in signals(place, by) if signal.id == chosen)


def open_unit(signal: Signal) -> None:
    """Write the unit and the signal into the address."""
    if signal.level == "district":
        address.put(district=signal.unit, station="", signal=signal.id)
    else:
        address.put(station=signal.unit, signal=signal.id)


def on_panel(place: Here, key: str) -> Callable[[], None]:
    """Return what a click on the panel does: go to the unit and choose the signal."""
    name = f"chart_{key}:{place.district}:{place.station}"

    def go() -> None:
        points = st.session_state[name].selection.points
        if points:
            unit, signal = (str(part) for part in points[0]["customdata"][:2])
            level = {"district": unit} if place.level == "district" else {"station": unit}
            address.put(signal=signal, **({} if unit in (CITY, place.district) else level))

    return go


def more(place: Here, chosen: str) -> None:
    """Draw what else belongs to a signal: what was recoded into what, and where alerts went."""
    words, scope = place.words, replace(place.scope, groups=(), comparison="none")
    if chosen == "G2":
        frame = metrics.integrity.recodings(asking.lake(), scope)
        if frame.is_empty():
            return
        groups = {code: words.of("group", code) for code in metrics.GROUPS}
        told = frame.with_columns(pl.col("first", "now").replace(groups))
        _listed(place, "recodings", told, ("first", "now", "moved"))
    if chosen == "G4" and place.station:
        frame = metrics.integrity.moves(asking.lake(), scope, place.station)
        names = [guarded(words.name(zh, en)) for zh, en in frame.select("name_zh", "name_en").rows()]
        _listed(place, "moves", frame.with_columns(pl.Series("unit", names, pl.String)), ("unit", "out", "into"))


def _listed(place: Here, key: str, frame: pl.DataFrame, names: tuple[str, ...]) -> None:
    title = place.words(f"integrity.{key}")
    st.markdown(f"**{title}**")
    st.dataframe(plain(place, frame, names), hide_index=True, alt=title, key=key)
