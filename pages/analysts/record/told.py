"""What a load tells besides its rows, drawn alike before the decision and ever after: totals, checks, warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.shared.download import guarded
from wording import Words

LISTED = 12
HARMLESS = (
    "blank_rows",
    "repeated_header_rows",
    "total_rows",
    "footer_rows",
    "lead_rows",
    "unit_line_rows",
    "section_title_rows",
    "section_total_rows",
)

Told = Sequence[Mapping[str, Any]]


def totals(words: Words, found: Told) -> None:
    """Draw the totals that the file states beside what its rows add up to."""
    if not found:
        return
    st.markdown(f"**{words('told.totals')}**")
    wrong = [total for total in found if not agrees(total)]
    st.caption(words("told.totals_wrong", n=len(wrong), all=len(found)) if wrong else words("told.totals_right"))
    frame = pl.DataFrame(
        {
            words("told.agrees"): [
                f"✓ {words('told.equal')}" if agrees(total) else f"✕ {words('told.differs')}" for total in found
            ],
            words("told.row"): [total.get("row") for total in found],
            words("told.label"): [guarded(str(total.get("label") or "")) for total in found],
            words("told.column"): [guarded(str(total.get("column") or "")) for total in found],
            words("told.stated"): [str(total.get("stated")) for total in found],
            words("told.computed"): [str(total.get("computed")) for total in found],
        }
    )
    st.dataframe(frame, hide_index=True, alt=words("told.totals"), key="told_totals")


def agrees(total: Mapping[str, Any]) -> bool:
    """Return whether a stated total is what the rows add up to."""
    return bool(total.get("agrees", total.get("stated") == total.get("computed")))


def checks(words: Words, found: Told) -> None:
    """Draw the expectations with their counts."""
    if not found:
        return
    failed = [check for check in found if not check.get("success", True)]
    found = [*failed, *(check for check in found if check.get("success", True))]
    with st.expander(words("told.checks", n=len(found), failed=len(failed))):
        frame = pl.DataFrame(
            {
                words("told.outcome"): [
                    words("told.passed") if check.get("success", True) else words("told.failed") for check in found
                ],
                words("told.column"): [str(check.get("column") or "") for check in found],
                words("told.check"): [str(check.get("name") or "") for check in found],
                words("told.severity"): [words.of("severity", check.get("severity")) for check in found],
                words("told.evaluated"): [check.get("evaluated") for check in found],
                words("told.unexpected"): [check.get("unexpected") for check in found],
            }
        )
        st.dataframe(frame, hide_index=True, alt=words("told.check"), key="told_checks")


def warnings(words: Words, found: Told) -> None:
    """Draw the warnings, each a sentence; what is only good to know stands apart and quietly."""
    for warning in found:
        if not is_harmless(warning):
            st.warning(sentence(words, warning), icon=":material/warning:")
    quiet = [sentence(words, warning) for warning in found if is_harmless(warning)]
    if quiet:
        st.caption("ⓘ " + words("say.semicolon").join(quiet))


def is_harmless(warning: Mapping[str, Any]) -> bool:
    """Return whether a warning only tells what was left out as it should be."""
    return warning.get("code") in HARMLESS or warning.get("severity") == "info"


def sentence(words: Words, warning: Mapping[str, Any]) -> str:
    """Return a warning as a sentence; long lists are cut short."""
    filled = {key: _listed(value) for key, value in warning.items() if key != "code"}
    if "severity" in filled:
        filled["severity"] = words.of("severity", filled["severity"])
    return words.of("warning", warning.get("code"), **filled)


def _listed(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    return ", ".join(str(item) for item in value[:LISTED]) + (" …" if len(value) > LISTED else "")
