"""Drop a package that comes back: is it genuine, or what differs?"""

import streamlit as st

import exports
from exports import ExportError, Verified
from pages.shared.desk import Desk
from pages.shared.plain import escaped
from wording import Words

LARGEST_MEGABYTES = 200
CANNOT_TELL = ("version_gone", "other_city", "older_program", "no_figures", "unrecorded")
"""Nothing was found wrong with the figures; this lake or this program cannot count them."""


def draw(place: Desk) -> None:
    """Draw the drop zone and what was found; any file may be dropped, and is told in our own words what it is not."""
    words = place.words
    dropped = st.file_uploader(
        words("snapshots.drop"),
        key="verify_zip",
        help=words("snapshots.drop_why"),
        max_upload_size=LARGEST_MEGABYTES,
    )
    if dropped is None:
        return
    known = st.session_state.get("verified")
    if known is None or known[0] != (dropped.file_id, place.version):
        with st.spinner(words("snapshots.counting")):
            known = (dropped.file_id, place.version), _checked(place, dropped.getvalue(), dropped.name)
        st.session_state["verified"] = known
    found = known[1]
    if isinstance(found, ExportError):
        st.warning(escaped(found.sentence(words.short)), icon=":material/info:")
    else:
        _tell(words, found)


def _checked(place: Desk, content: bytes, name: str) -> Verified | ExportError:
    try:
        return exports.verify(place.lake, content, name)
    except ExportError as error:
        return error


def _tell(words: Words, found: Verified) -> None:
    told = escaped(exports.verdict(words, found))
    if found.is_genuine:
        st.success(told, icon=":material/verified:")
    elif found.outcome in CANNOT_TELL and not found.files:
        st.warning(told, icon=":material/info:")
    else:
        st.error(told, icon=":material/gpp_maybe:")
    table = exports.differing(words, found)
    if table is not None:
        st.dataframe(table, hide_index=True, alt=words("snapshots.differing"), key="verified_figures")
