"""What stands around every page: navigation, filters, the header line, and sentences instead of errors.

Reads the address, has the filters drawn, and leaves a `Here` for the page.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import streamlit as st

import metrics
import warehouse
from pages.shared import address, asking
from pages.shared.address import Address, follow
from pages.shared.asking import Here
from pages.shared.filters import draw_filters
from pages.shared.status import status
from wording import LANGUAGES, Words, language_of

LOG = logging.getLogger("jiceng")


BEHIND_A_BUTTON = {"analysts": ":material/database_upload:", "office": ":material/work:"}
"""Audiences whose pages stand behind one button each, with its symbol."""


def words_of(found: Address) -> Words:
    """Return the language: the address's, else the browser's."""
    chosen = found.language
    return Words(chosen if chosen in LANGUAGES else language_of(st.context.locale))


def navigation(words: Words, pages: Sequence[tuple[st.Page, str | None, str]], here: str) -> None:
    """Draw the links to the pages, each with the filters, and the choice of language.

    The pages of the leadership stand in the row, by their names alone so that the row fits a desktop; those of the
    analysts and of the office each behind one button, which takes the name of the page that is open.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="navigation"):
        for page, icon, audience in pages:
            if audience not in BEHIND_A_BUTTON:
                _link(page, icon)
        for audience, icon in BEHIND_A_BUTTON.items():
            group = [(page, symbol) for page, symbol, whose in pages if whose == audience]
            opened = [page.title for page, _ in group if page.url_path == here]
            label = words.of("audience", audience)
            with st.popover(f"**{opened[0]}**" if opened else label, icon=icon, type="tertiary"):
                for page, symbol in group:
                    _link(page, symbol)
        st.space("stretch")
        st.session_state["choice_lang"] = words.language
        st.segmented_control(
            words("filter.language"),
            LANGUAGES,
            format_func=lambda code: Words(code)("language.own_name"),
            key="choice_lang",
            required=True,
            label_visibility="collapsed",
            on_change=follow,
            args=("choice_lang", "lang"),
        )


def _link(page: st.Page, icon: str | None) -> None:
    st.page_link(page, label=page.title, icon=icon, query_params=address.links())


@contextmanager
def sentences(words: Words) -> Iterator[None]:
    """Show a sentence where the lake, a question or the program fails; the log keeps the rest."""
    try:
        yield
    except (warehouse.LakeError, metrics.MetricError) as error:
        LOG.warning("%s", error)
        st.warning(error.sentence(words.short), icon=":material/info:")
        if isinstance(error, warehouse.VersionExpired):
            st.button(words("error.latest"), on_click=address.put, kwargs={"data": ""}, key="to_latest")
    except Exception:
        LOG.exception("a page failed")
        st.error(words("error.program"), icon=":material/error:")


def enter(words: Words, found: Address) -> Here | None:
    """Return where the reader stands; None, with a sentence, when the lake holds no alerts."""
    lake = asking.lake()
    newest = lake.version()
    version = newest if found.data is None else lake.require_version(found.data)
    span = metrics.data_span(lake, version)
    if span is None:
        st.info(words("error.empty_lake"), icon=":material/info:")
        return None
    period = address.period_of(found.period, span, metrics.default_period(lake, version))
    districts = _units("", "district", version, period)
    stations = _units("", "station", version, period)
    names = {code: words.name(zh, en) for code, zh, en in (*districts, *stations)}
    inside = _units(found.district, "station", version, period) if found.district in names else stations
    place = Here(
        words=words,
        version=version,
        is_latest=found.data is None,
        span=span,
        period=period,
        comparison=found.compare,
        district=_known(words, found.district, districts),
        station=_known(words, found.station, inside),
        group=found.group,
        names=names,
    )
    draw_filters(place, found, [code for code, *_ in districts], [code for code, *_ in inside], newest)
    st.session_state["here"] = place
    return place


def _units(district: str, by: str, version: int, period: tuple[date, date]) -> list[tuple[str, str, str]]:
    return asking.units_of(os.environ.get("JICENG_LAKE"), version, district, by, *period)


def _known(words: Words, code: str, units: list[tuple[str, str, str]]) -> str:
    if code and code not in {unit for unit, *_ in units}:
        st.warning(words("error.unknown_unit", code=code), icon=":material/info:")
        return ""
    return code


def header(place: Here) -> None:
    """Write the line that says whose data these are, from when, and in which state."""
    words = place.words
    state = status(place.batches(), place.span[1], asking.lake().now().date())
    city = words.name(place.setting("city_zh"), place.setting("city_en"))
    checked = words("header.checked") if not state.warnings else words("header.warnings", n=state.warnings)
    fresh = words("header.fresh") if state.is_fresh else words("header.stale", n=words.number(state.age))
    parts = [
        f"**{words('app.title')} · {city}**",
        words.period(place.period),
        words.of("comparison", place.comparison),
        words("header.data" if place.is_latest else "header.data_pinned", version=place.version),
        words("header.until", day=words.day(place.span[1])),
        " ".join((words("header.loaded", at=words.moment(state.loaded_at)), "·", checked, "·", fresh)),
    ]
    if place.setting("is_demonstration") == "true":
        parts.insert(1, f":orange-badge[{words('header.demonstration')}]")
    st.markdown(" · ".join(parts))
    if place.setting("is_demonstration") == "true":
        st.caption(words("header.demonstration_long"))


def warm_up() -> None:
    """Read the words, open the lake, and look for signals: every verdict of the first page asks for them.

    A lake that is not there is said to whoever comes.
    """
    for language in LANGUAGES:
        Words(language)("app.title")
    try:
        lake = asking.lake()
        period = metrics.default_period(lake, lake.version())
        if period is not None:
            metrics.signals(lake, metrics.Scope(*period, comparison="none"))
    except warehouse.LakeError as error:
        LOG.warning("%s", error)
