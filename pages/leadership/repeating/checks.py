"""What stands behind repeats and is looked at on demand: other keys, merge log, institutions, near repeats."""

from itertools import pairwise
from typing import Any

import polars as pl
import streamlit as st

from charts import gap_bars, share_dots
from metrics import Row
from pages.leadership.repeating.rule import Rule
from pages.shared import tables
from pages.shared.address import follow
from pages.shared.asking import Here
from pages.shared.choices import KEYS
from pages.shared.figure import figure
from wording import saying

CHECKS = ("keys", "merged", "institutions", "near")


def draw(place: Here, rule: Rule) -> None:
    """Draw the choice of checks, and the one that is chosen; none is computed before."""
    words = place.words
    asked = st.query_params.get("check")
    st.session_state["choice_check"] = asked if asked in CHECKS else None
    st.segmented_control(
        words("repeats.checks"),
        CHECKS,
        format_func=lambda code: words.of("check", code),
        key="choice_check",
        on_change=follow,
        args=("choice_check", "check"),
    )
    chosen = st.session_state["choice_check"]
    if chosen:
        {"keys": _keys, "merged": _merged, "institutions": _institutions, "near": _near}[chosen](place, rule)


def _keys(place: Here, rule: Rule) -> None:
    words = place.words
    shares = {words.of("key", name): place.ask("repeat_share", key=name, window=rule.window) for name in KEYS}
    frame = tables.pooled(place, shares)
    figure(
        place,
        "repeat_keys",
        place.ask("repeat_share", **rule.repeat),
        share_dots(frame, axis=words("axis.repeat_share")),
        tables.plain(place, frame),
        takeaway=words("take.keys", days=rule.window),
    )


def _merged(place: Here, rule: Rule) -> None:
    words = place.words
    found, units = place.ask("repeat_merged", key=rule.key), place.units("repeat_merged", key=rule.key)
    row = found.rows[0]
    bins = row.extra["bins"]
    names = [words("gap.under", high=bins[0])]
    names += [words("gap.between", low=low, high=high) for low, high in pairwise(bins)]
    frame = pl.DataFrame(
        {
            "name": [*names, words("gap.over", low=bins[-1])],
            "desk": row.extra["desk_gaps"],
            "rule": row.extra["rule_gaps"],
        }
    )
    figure(
        place,
        "merge_log",
        units,
        gap_bars(
            frame,
            axes=(words("axis.minutes"), words("axis.merged")),
            kinds={"desk": words("line.desk"), "rule": words("line.rule")},
        ),
        tables.result_table(place, units),
        takeaway=words(
            "take.merged",
            part=words.number(row.numerator),
            share=saying.value(words, row),
            desk=words.number(row.extra["desk"]),
            rule=words.number(row.extra["by_rule"]),
        ),
    )


def _institutions(place: Here, rule: Rule) -> None:
    words = place.words
    found, units = place.ask("repeat_institutions", key=rule.key), place.units("repeat_institutions", key=rule.key)
    row = found.rows[0]
    kinds = {"with": words("line.with_institutions"), "without": words("line.without_institutions")}
    tops = [row.extra["top_with"], row.extra["top_without"]]
    most = max(map(len, tops))
    frame = pl.DataFrame(
        {
            "name": [str(number) for number in range(1, most + 1)],
            **{kind: top + [None] * (most - len(top)) for kind, top in zip(kinds, tops, strict=True)},
        }
    )
    figure(
        place,
        "institutions",
        units,
        gap_bars(frame, axes=(words("axis.places"), words("axis.top")), kinds=kinds).update_layout(barmode="group"),
        tables.result_table(place, units),
        takeaway=words(
            "take.institutions",
            part=words.number(row.numerator),
            share=saying.value(words, row),
            source=words.number(row.extra["by_source"]),
            listed=words.number(row.extra["listed"]),
            top=words.number(row.extra["institutions_in_top"]),
        ),
    )


def _near(place: Here, _rule: Rule) -> None:
    words = place.words
    found = place.ask("repeat_near", comparison="none")
    row = found.rows[0]
    told = words("take.near_none", why=saying.why(words, row))
    if row.value is not None:
        told = words(
            "take.near",
            ratio=saying.value(words, row),
            interval=saying.interval(words, row),
            observed=words.number(row.numerator),
            p=words.number(row.p, 3),
        )
    table = _knox(place, row)
    figure(place, "near", found, None, table, takeaway=told)
    if not table.is_empty():
        st.dataframe(table, hide_index=True, key="knox", alt=words("figure.near"))


def _knox(place: Here, row: Row) -> pl.DataFrame:
    """Return Knox's table in words: bands of distance down, bands of days across, ratio and pairs in each cell."""
    words, extra = place.words, row.extra
    if "observed" not in extra:
        return pl.DataFrame()
    days = [words("knox.days", low=f"{low:g}", high=f"{high:g}") for low, high in pairwise(extra["days"])]
    metres = [words("knox.metres", low=f"{low:g}", high=f"{high:g}") for low, high in pairwise(extra["metres"])]
    metres[0] = words("knox.place")
    columns: dict[str, Any] = {words("knox.distance"): metres}
    for at, name in enumerate(days):
        columns[name] = [
            words("knox.cell", ratio=words.number(ratio[at], 2), observed=words.number(observed[at]))
            for ratio, observed in zip(extra["ratio"], extra["observed"], strict=True)
        ]
    return pl.DataFrame(columns)
