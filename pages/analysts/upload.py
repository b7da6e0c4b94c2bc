"""Upload: drop a file as the source system wrote it, see what it was taken for and what it would do, then decide."""

import atexit

import streamlit as st

from pages.analysts.uploading import decision, found, headings, outcome, refused, start, waiting
from pages.analysts.uploading.jobs import Uploads
from pages.shared import address
from pages.shared.desk import desk


@st.cache_resource(show_spinner=False)
def all_uploads() -> Uploads:
    """Return the uploads of this process."""
    uploads = Uploads()
    atexit.register(uploads.end)
    return uploads


place = desk()
words = place.words
uploads = all_uploads()
asked = st.query_params.get("upload", "")
upload = uploads.find(asked)


def leave() -> None:
    """Close the upload and go back to the empty page."""
    if upload is not None:
        uploads.close(upload)
    address.put(upload="")


if upload is None:
    if asked:
        st.info(words("upload.expired"), icon=":material/info:")
    start.draw(place, uploads)
elif upload.is_busy:
    waiting.draw(words, upload, leave)
elif upload.state == "done":
    decision.done(place, upload, leave)
    outcome.counts(words, upload.report)
    refused.draw(words, upload)
    decision.save(place, upload)
else:
    outcome.summary(words, upload)
    found.draw(place, uploads, upload)
    headings.draw(place, uploads, upload)
    outcome.samples(words, upload)
    refused.draw(words, upload)
    outcome.checked(words, upload)
    outcome.figures(words, upload)
    decision.save(place, upload)
    decision.draw(place, uploads, upload, leave)
