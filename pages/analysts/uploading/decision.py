"""The decision: commit all, commit the good rows and set the rest aside, or discard; and what came of it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

import etl
import warehouse
from etl import LoadReport
from pages.analysts.uploading import work
from pages.analysts.uploading.jobs import Upload, Uploads
from pages.shared import address
from pages.shared.desk import Desk, who
from wording import Words


def draw(place: Desk, uploads: Uploads, upload: Upload, discard: Callable[[], None]) -> None:
    """Draw the buttons with what each will do; nothing is written before one is pressed."""
    words, report = place.words, upload.report
    st.subheader(words("decide.title"), anchor=False)
    author = ""
    if can_commit(upload):
        st.markdown(words("decide.nothing_yet"))
        author = who(words)
        st.caption(words("decide.all_or_nothing") if author else words("desk.name_first"))
    with st.container(horizontal=True):
        if can_commit(upload) and _pressed(words, report, author):
            on_error = "quarantine" if report.rows_refused else "reject"
            uploads.start(upload, "committing", partial(work.commit, on_error=on_error, author=author))
            st.rerun()
        st.button(words("decide.discard"), key="discard", icon=":material/delete:", on_click=discard)


def can_commit(upload: Upload) -> bool:
    """Return whether there are rows that a commit would write."""
    report = upload.report
    return (
        report is not None
        and upload.prepared is not None
        and upload.prepared.can_commit
        and report.rows_loaded + report.rows_updated > 0
    )


def _pressed(words: Words, report: LoadReport, author: str) -> bool:
    good, refused = words.number(report.rows_loaded + report.rows_updated), words.number(report.rows_refused)
    label = words("decide.good", n=good, refused=refused) if report.rows_refused else words("decide.all", n=good)
    icon = ":material/rule:" if report.rows_refused else ":material/check:"
    return st.button(label, type="primary", key="commit", icon=icon, disabled=not author) and bool(author)


def save(place: Desk, upload: Upload) -> None:
    """Draw the form that keeps the mapping under a name, for the next file with these headings."""
    words, found = place.words, upload.guess
    if found is None or found.missing or (found.mapping and upload.plan.spec is None) or upload.look is None:
        return
    with st.expander(words("save.title"), icon=":material/bookmark_add:"), st.form(upload.key("save"), border=False):
        st.caption(words("save.explained"))
        name = st.text_input(words("save.name"), max_chars=60, placeholder=words("save.example"), width=320)
        st.code(work.as_yaml(found), language="yaml", height=240)
        if st.form_submit_button(words("save.save"), icon=":material/save:"):
            _save(words, upload, name.strip())


def _save(words: Words, upload: Upload, name: str) -> None:
    columns = upload.look.layout.columns
    try:
        etl.save_mapping(upload.lake.home, name, work.as_yaml(upload.guess), columns)
    except (etl.UsageError, warehouse.LakeError) as error:
        st.error(words("save.failed", why=str(error)), icon=":material/error:")
    else:
        st.success(words("save.done", name=name), icon=":material/check:")


def done(place: Desk, upload: Upload, another: Callable[[], None]) -> None:
    """Draw what came of a commit, and where to go from here."""
    words, report = place.words, upload.report
    assert report is not None
    st.success(
        words.of(
            "decide_done",
            report.status,
            batch=report.batch_id,
            loaded=words.number(report.rows_loaded),
            updated=words.number(report.rows_updated),
            refused=words.number(report.rows_refused),
            version=report.data_version,
        ),
        icon=":material/check_circle:",
    )
    language = {name: value for name, value in address.links().items() if name == "lang"}
    of_batch = language | {"batch": str(report.batch_id)}
    links = [("leadership/overview", words("decide.to_overview"), ":material/dashboard:", language)]
    if report.batch_id:
        label = words("decide.to_history", batch=report.batch_id)
        links.append(("analysts/history", label, ":material/history:", of_batch))
    if report.status == "quarantined":
        links.append(("analysts/quarantine", words("decide.to_quarantine"), ":material/rule:", of_batch))
    with st.container(horizontal=True, vertical_alignment="center"):
        for page, label, icon, params in links:
            st.page_link(f"pages/{page}.py", label=label, icon=icon, query_params=params)
        st.button(words("decide.another"), key="another", icon=":material/upload_file:", on_click=another)
