"""What lies on the shelf: the list, one package with its files to take along, and its report to look at."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from exports import Package
from pages.shared import address
from wording import Words

KINDS = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".csv": "text/csv",
    ".json": "application/json",
    ".zip": "application/zip",
}
HEIGHT = 720


def title(words: Words, package: Package) -> str:
    """Return how a package is called in a choice."""
    return words("snapshots.title", period=words.period(package.period), version=package.data_version)


def draw(words: Words, found: Sequence[Package]) -> None:
    """Draw the list, and below it one package."""
    st.dataframe(
        [
            {
                words("snapshots.week"): words.period(package.period),
                words("header.version"): package.data_version,
                words("snapshots.committed"): words.moment(datetime.fromisoformat(package.committed_at)),
                words("snapshots.figures"): words.number(package.figures),
                words("snapshots.size"): words("snapshots.megabytes", n=words.number(package.megabytes, 1)),
                words("snapshots.remarks"): words("say.comma").join(warning["file"] for warning in package.warnings),
            }
            for package in found
        ],
        hide_index=True,
        alt=words("snapshots.list"),
        key="snapshots",
    )
    named = {package.name: package for package in found}
    asked = st.query_params.get("package", "")
    st.session_state["choice_package"] = asked if asked in named else found[0].name
    st.selectbox(
        words("snapshots.choose"),
        list(named),
        format_func=lambda name: title(words, named[name]),
        key="choice_package",
        on_change=address.follow,
        args=("choice_package", "package"),
    )
    one(words, named[st.session_state["choice_package"]])


def one(words: Words, package: Package) -> None:
    """Draw the files of a package to take along, and its report to look at."""
    with st.container(horizontal=True):
        st.download_button(
            words("snapshots.zip"),
            package.archive.read_bytes,
            package.archive.name,
            KINDS[".zip"],
            key="take_zip",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )
        for name in package.files:
            path = package.folder / name
            st.download_button(
                name,
                path.read_bytes,
                f"{package.name}-{name}",
                KINDS.get(path.suffix, "application/octet-stream"),
                key=f"take_{name}",
                on_click="ignore",
            )
    page = package.page
    if page is not None and st.toggle(words("snapshots.preview"), key="preview"):
        st.iframe(page, height=HEIGHT)
