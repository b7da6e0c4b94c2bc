"""The analyst's pages: no filters, always the newest data, and open when the lake holds no alerts yet.

They change the lake, so each asks who is at work. The dashboard knows no log-ins (a proxy in front of it decides who
may come in), so the name is what the person says; it is kept for the session and stands in the record.
"""

from dataclasses import dataclass

import streamlit as st

from pages.shared import asking
from warehouse import Lake
from wording import Words

PAGES = ("upload", "history", "quarantine", "snapshots", "parameters")
LONGEST_NAME = 60


@dataclass(frozen=True)
class Desk:
    """Where the analyst sits: language, lake, and its newest version."""

    words: Words
    lake: Lake
    version: int


def sit(words: Words) -> Desk:
    """Open the lake, say whose it is, and leave a `Desk` for the page.

    Raises:
        warehouse.LakeError: there is none, or it cannot be read.
    """
    lake = asking.lake()
    found = Desk(words, lake, lake.version())
    st.session_state["desk"] = found
    settings = lake.settings()
    parts = [f"**{words('app.title')} · {words.name(settings['city_zh'], settings['city_en'])}**"]
    if settings["is_demonstration"] == "true":
        parts.append(f":orange-badge[{words('header.demonstration')}]")
    parts.append(words("header.data", version=found.version))
    st.markdown(" · ".join(parts))
    if settings["is_demonstration"] == "true":
        st.caption(words("header.demonstration_long"))
    return found


def desk() -> Desk:
    """Return where the analyst sits, as the front door found it in this rerun."""
    found: Desk = st.session_state["desk"]
    return found


def who(words: Words) -> str:
    """Ask for the name that stands in the record; empty until one is given."""
    given = st.text_input(
        words("desk.who"),
        key="who",
        max_chars=LONGEST_NAME,
        help=words("desk.who_why"),
        persist_state="session",
        width=320,
    )
    return str(given or "").strip()
