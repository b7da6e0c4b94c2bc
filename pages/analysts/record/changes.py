"""What a batch changed, or what its undo changed back: in sums, by day and unit, and record by record."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

import warehouse
from pages.shared import address, asking
from pages.shared.desk import Desk
from pages.shared.download import csv_bytes, guarded
from wording import DASH, Words

LIMIT = 1000
"""So many records are listed; the sums are of all of them."""
KINDS = ("added", "replaced", "taken_out", "came_back")


def draw(place: Desk, batch: Mapping[str, Any]) -> None:
    """Draw what a batch changed; of an undone one also what the undo changed back."""
    words = place.words
    st.subheader(words("changes.title"), anchor=False)
    undo = False
    if batch["status"] == "undone":
        undo = st.segmented_control(
            words("changes.of"),
            (False, True),
            format_func=lambda undo: words("changes.of_undo" if undo else "changes.of_load"),
            default=False,
            required=True,
            key=f"changes_of_{batch['batch_id']}",
        )
    try:
        summary = warehouse.change_summary(place.lake, batch["batch_id"], undo=undo)
        records = warehouse.batch_changes(place.lake, batch["batch_id"], LIMIT, undo=undo)
    except warehouse.VersionExpired as error:
        st.info(error.sentence(words.short), icon=":material/info:")
        return
    if summary.is_empty() and records.is_empty():
        st.caption(words("changes.none"))
        return
    st.markdown(_sums(words, summary))
    sections = st.tabs([words("changes.by_day"), words("changes.records")], key=f"changes_{batch['batch_id']}")
    with sections[0]:
        _by_day(place, summary, batch["batch_id"])
    with sections[1]:
        _records(words, records, summary)


def _sums(words: Words, summary: pl.DataFrame) -> str:
    """Return the sums of the change in one sentence."""
    counts = {kind: int(summary[f"rows_{kind}"].sum()) for kind in KINDS}
    told = [words(f"changes.{kind}_n", n=words.number(count)) for kind, count in counts.items() if count]
    for name in figures(summary):
        before, after = int(summary[f"{name}_before"].sum()), int(summary[f"{name}_after"].sum())
        if before != after:
            told.append(
                words(
                    "changes.figure",
                    name=words.of("batch_figure", name),
                    change=words.difference(after - before),
                )
            )
    return words("say.comma").join(told)


def figures(frame: pl.DataFrame) -> list[str]:
    """Return the names of the figures that a summary tells before and after."""
    return [name.removesuffix("_before") for name in frame.columns if name.endswith("_before")]


def _by_day(place: Desk, summary: pl.DataFrame, batch_id: int) -> None:
    words = place.words
    names = _unit_names(place, summary)
    changed = [n for n in figures(summary) if not summary[f"{n}_before"].equals(summary[f"{n}_after"])]
    shown: dict[str, Sequence[object]] = {
        words("changes.day"): summary["day"].to_list(),
        words("changes.unit"): [guarded(names.get(unit, unit or "")) for unit in summary["unit"].to_list()],
    }
    shown |= {
        words.of("change_kind", kind): summary[f"rows_{kind}"].to_list()
        for kind in KINDS
        if summary[f"rows_{kind}"].sum()
    }
    for name in changed:
        pairs = zip(summary[f"{name}_before"].to_list(), summary[f"{name}_after"].to_list(), strict=True)
        shown[words.of("batch_figure", name)] = [
            f"{words.number(before)} → {words.number(after)}" if before != after else words.number(after)
            for before, after in pairs
        ]
    frame = pl.DataFrame(shown, strict=False)
    days = {words("changes.day"): st.column_config.DateColumn(format="YYYY-MM-DD")}
    st.dataframe(frame, hide_index=True, alt=words("changes.by_day"), key=f"by_day_{batch_id}", column_config=days)
    st.download_button(
        "CSV",
        lambda: csv_bytes(frame, []),
        f"jiceng-batch-{batch_id}.csv",
        "text/csv",
        key=f"by_day_csv_{batch_id}",
        on_click="ignore",
    )


def _unit_names(place: Desk, summary: pl.DataFrame) -> dict[str, str]:
    days = summary["day"].drop_nulls()
    if days.is_empty():
        return {}
    period = (days.min(), days.max() + address.DAY)
    units = [unit for level in ("district", "station") for unit in asking.units(place.version, level, period)]
    return {code: place.words.name(zh, en) for code, zh, en in units}


def _records(words: Words, records: pl.DataFrame, summary: pl.DataFrame) -> None:
    in_all = sum(int(summary[f"rows_{kind}"].sum()) for kind in KINDS)
    if in_all > len(records):
        st.caption(words("changes.first", n=words.number(len(records)), all=words.number(in_all)))
    frame = pl.DataFrame(
        {
            words("changes.kind"): [words.of("change_kind", kind) for kind in records["kind"]],
            words("changes.key"): [guarded(key) for key in records["key"]],
            words("changes.differs"): [guarded(_differences(words, row)) for row in records.to_dicts()],
        }
    )
    st.dataframe(frame, hide_index=True, alt=words("changes.records"), key="changed_records")


def _differences(words: Words, row: Mapping[str, Any]) -> str:
    told = [
        f"{column}: {before or DASH} → {after or DASH}"
        for column, before, after in zip(row["columns"], row["before"], row["after"], strict=True)
    ]
    if row["hidden"]:
        told.append(words("changes.hidden", n=row["hidden"]))
    return "; ".join(told)
