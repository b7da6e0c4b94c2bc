"""The front door: which pages there are, and what happens before one of them is shown.

Two things run this file. The server imports it once and finds `app`; before it lets anybody in, it loads what
is slow to load (several sessions doing that at once end in a circular import). Then Streamlit runs the
file as a script, once for every rerun of every session.

The registry is read before the first session on purpose: a folder called `pages/` makes Streamlit expect its
old kind of pages until `st.navigation` has been called once, and the very first visitor, coming by a deep link,
would be told "Page not found". `tests/e2e` holds both.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent
ICON = ROOT / "static" / "icon.png"
# Name (also its address), file and symbol (behind a button) of every page, in the order of the navigation; the folder
# is its audience.
PAGES = (
    ("overview", "pages/leadership/overview.py", None),
    ("alert_reduction", "pages/leadership/alert_reduction.py", None),
    ("repeat_reports", "pages/leadership/repeat_reports.py", None),
    ("training", "pages/leadership/training.py", None),
    ("indicators", "pages/leadership/indicators.py", None),
    ("integrity", "pages/leadership/integrity.py", None),
    ("upload", "pages/analysts/upload.py", ":material/upload_file:"),
    ("history", "pages/analysts/history.py", ":material/history:"),
    ("quarantine", "pages/analysts/quarantine.py", ":material/rule:"),
    ("data_status", "pages/analysts/data_status.py", ":material/database:"),
    ("snapshots", "pages/office/snapshots.py", ":material/inventory_2:"),
    ("parameters", "pages/office/parameters.py", ":material/tune:"),
)


def registry(titles: Sequence[str]) -> list[st.Page]:
    """Return every page with its title, and the first one once more: Streamlit shows the default page at `/` only."""
    named = [
        st.Page(ROOT / file, title=title, url_path=name) for (name, file, _), title in zip(PAGES, titles, strict=True)
    ]
    return [st.Page(ROOT / PAGES[0][1], title=titles[0], url_path="", default=True), *named]


def show() -> None:
    """Show the page that the address names, or a sentence that says why it cannot be shown."""
    from pages.shared import address, desk, front

    found = address.read(st.query_params.to_dict())
    words = front.words_of(found)
    st.set_page_config(page_title=words("app.title"), page_icon=ICON, layout="wide", initial_sidebar_state="auto")
    front_page, *pages = registry([words(f"page.{name}") for name, *_ in PAGES])
    page = st.navigation([front_page, *pages], position="hidden")
    if page.url_path != PAGES[0][0]:
        pages[0] = front_page
    front.navigation(
        words,
        [(entry, icon, file.split("/")[1]) for entry, (_, file, icon) in zip(pages, PAGES, strict=True)],
        page.url_path,
    )
    with front.sentences(words):
        if page.url_path in desk.PAGES:
            desk.sit(words)
            st.title(page.title, anchor=False)
            page.run()
        elif (place := front.enter(words, found)) is not None:
            front.header(place)
            st.title(page.title, anchor=False)
            page.run()


@asynccontextmanager
async def open_doors(_: st.App) -> AsyncIterator[None]:
    """Load what is slow and read the registry, before anybody is let in."""
    from pages.shared import front

    logging.disable(logging.WARNING)  # outside a session Streamlit warns that there is none
    st.navigation(registry([name for name, *_ in PAGES]), position="hidden")
    logging.disable(logging.NOTSET)
    front.warm_up()
    yield


if __name__ == "__main__":
    show()
else:
    app = st.App(__file__, lifespan=open_doors)
