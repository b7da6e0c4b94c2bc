"""What lies on the shelf: the list, one package with its files to take along, and its report to look at."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from exports import Package
from pages.shared import address
from wording import Words, language_of

KINDS = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".csv": "text/csv",
    ".json": "application/json",
    ".zip": "application/zip",
}
ORDER = ("report_pdf", "workbook_xlsx", "report_html", "figures_csv", "figures_parquet")
"""What the office reaches for first stands first."""
BOTH = ("report_html", "figures_csv", "figures_parquet")
"""Hold every language."""
HEIGHT, WIDTH = 720, 380


def title(words: Words, package: Package) -> str:
    """Return how a package is called in a choice."""
    return words("snapshots.title", period=words.period(package.period), version=package.data_version)


def kind(file: str) -> tuple[str, int]:
    """Return what a file is (report_pdf, workbook_xlsx, …), and in which of the package's languages it is written."""
    stem, _, ending = file.partition(".")
    language, _, rest = ending.rpartition(".")
    return f"{stem}_{rest}", int(bool(language))


def label(words: Words, package: Package, file: str) -> str:
    """Return what a file is called on its button, in words."""
    name, language = kind(file)
    if name not in ORDER:
        return file
    called = words.of("snapshot_file", name)
    if name in BOTH or len(package.languages) <= language:
        return called
    own = Words(language_of(package.languages[language]))
    return words("snapshots.in_language", file=called, language=own("report.language"))


def line(words: Words, package: Package) -> dict[str, str]:
    """Return a package as a line of the list."""
    missing = words("say.comma").join(warning["file"] for warning in package.warnings)
    return {
        words("snapshots.week"): words.period(package.period),
        words("header.version"): words.number(package.data_version),
        words("snapshots.committed"): words.moment(datetime.fromisoformat(package.committed_at)),
        words("snapshots.figures"): words.number(package.figures),
        words("snapshots.size"): words("snapshots.megabytes", n=words.number(package.megabytes, 1)),
        words("snapshots.remarks"): missing or words("snapshots.nothing_missing"),
    }


def draw(words: Words, found: Sequence[Package]) -> None:
    """Draw the list, and below it one package."""
    st.dataframe(
        [line(words, package) for package in found],
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
        width=WIDTH,
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
        files = [file for file in package.files if kind(file)[0] in ORDER]
        for name in sorted(files, key=lambda file: (ORDER.index(kind(file)[0]), kind(file)[1])):
            path = package.folder / name
            st.download_button(
                label(words, package, name),
                path.read_bytes,
                f"{package.name}-{name}",
                KINDS.get(path.suffix, "application/octet-stream"),
                key=f"take_{name}",
                on_click="ignore",
            )
    if package.page is not None and st.toggle(words("snapshots.preview"), key="preview"):
        with st.container(border=True):
            st.iframe(package.shown(words.short) or "", height=HEIGHT, alt=title(words, package))
