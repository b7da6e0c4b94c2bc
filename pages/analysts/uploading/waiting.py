"""While an upload is being worked on: the stages, how far each is, and a way to stop."""

import time
from collections.abc import Callable

import streamlit as st

from pages.analysts.uploading.jobs import Upload
from wording import Words

STEPS = ("look", "read", "arrange", "validate", "preview")
EVERY_SECONDS = 1.0


def draw(words: Words, upload: Upload, stop: Callable[[], None]) -> None:
    """Draw the progress until the work is over, then the page anew."""

    @st.fragment(run_every=EVERY_SECONDS)
    def progress() -> None:
        if not upload.is_busy:
            st.rerun()
        if upload.state == "waiting":
            st.info(words("upload.waits"), icon=":material/hourglass_top:")
        at = STEPS.index(upload.step) if upload.step in STEPS else 0
        whole = upload.share if upload.step == "commit" else (at + upload.share) / len(STEPS)
        said = words.of("upload_step", upload.step)
        if upload.step == "read" and upload.share:
            said += f" {words.percent(upload.share, 0)}"
        if upload.step == "read" and upload.rows:
            said += " · " + words("upload.rows_read", n=words.number(upload.rows))
        said += " · " + words("upload.seconds", n=words.number(int(time.monotonic() - upload.started)))
        st.progress(min(max(whole, 0.02), 1.0), text=said)
        if upload.step in STEPS:
            st.caption("  ".join(_stage(words, number, at) for number in range(len(STEPS))))

    st.markdown(words("upload.working", files="; ".join(path.name for path in upload.files)))
    progress()
    st.caption(words("upload.may_leave"))
    if upload.state != "committing":
        st.button(words("upload.stop"), icon=":material/close:", key="stop", on_click=stop)


def _stage(words: Words, number: int, at: int) -> str:
    sign = "✓" if number < at else "●" if number == at else "○"
    return f"{sign} {words.of('upload_stage', STEPS[number])}"
