"""The empty page: where a file is dropped. What is not chosen beforehand is found out."""

from collections.abc import Sequence

import streamlit as st

import warehouse
from pages.analysts.uploading import guess, work
from pages.analysts.uploading.jobs import Plan, Uploads
from pages.shared import address
from pages.shared.desk import Desk

TABLES = (
    "alert", "case", "training_result", "indicator_return", "staff", "population", "target", "event", "category_map",
    "station", "district", "treatment", "service_place",
)  # fmt: skip


def draw(place: Desk, uploads: Uploads) -> None:
    """Draw the place to drop files, and begin with them at once."""
    words = place.words
    st.markdown(words("upload.explained"))
    files = st.file_uploader(words("upload.drop"), accept_multiple_files=True, key="files", help=words("upload.kinds"))
    with st.expander(words("upload.beforehand")), st.container(horizontal=True):
        table = st.selectbox(
            words.of("upload_setting", "table"),
            ["", *tables()],
            format_func=lambda name: words.of("lake_table", name) if name else words("upload.found_out"),
            key="first_table",
            width=320,
        )
        mapping = st.selectbox(
            words.of("upload_setting", "mapping"),
            ["", *guess.names(place.lake)],
            format_func=lambda name: name or words("upload.found_out"),
            key="first_mapping",
            width=320,
        )
    if files:
        plan = Plan(table=guess.table_of(place.lake, mapping) or table, mapping=mapping)
        _begin(place, uploads, [(file.name, file.getbuffer()) for file in files], plan)


def tables() -> list[str]:
    """Return the tables, those that are loaded most often first."""
    known = list(warehouse.tables())
    return [*(name for name in TABLES if name in known), *(name for name in known if name not in TABLES)]


def _begin(place: Desk, uploads: Uploads, files: Sequence[tuple[str, memoryview]], plan: Plan) -> None:
    upload = uploads.begin(place.lake, files, plan)
    if upload is None:
        st.warning(place.words("upload.too_many"), icon=":material/info:")
        return
    uploads.start(upload, "working", work.prepare)
    address.put(upload=upload.id)
    st.rerun()
