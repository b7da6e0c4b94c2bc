"""What units reported in returns, on the overview: only where there are returns, and always apart from the records.

Returns of the chosen period are shown; where there are none, those of the latest, and that is said.
"""

import polars as pl
import streamlit as st

import metrics
from metrics import Result
from pages.shared import classes, tables
from pages.shared.asking import Here
from pages.shared.download import guarded
from pages.shared.figure import figure
from wording import saying

INDICATOR = "alerts_reported"


def draw(place: Here) -> None:
    """Draw total, classes and units as they were reported; nothing where the place reported nothing."""
    there = place.returned()
    total = there.ask(INDICATOR) if there else None
    if there is None or total is None or total.rows[0].value is None:
        return
    units = there.units(INDICATOR)
    figure(
        there,
        "returned",
        units if any(row.value is not None for row in units.rows) else total,
        None,
        tables.result_table(there, units),
        takeaway=_takeaway(place, there, total),
        body=lambda: _tables(there, units),
    )


def _takeaway(place: Here, there: Here, total: Result) -> str:
    words, row = there.words, total.rows[0]
    now, period = words.number(row.numerator), words.period(there.period)
    if row.change is None and row.base_numerator is None:
        told = [words("returned.take_plain", now=now, period=period, why=saying.why_no_change(there, total))]
    else:
        judged = saying.verdict(words, row) or saying.why(words, row)
        told = [words("returned.take", now=now, period=period, change=saying.change(words, row), verdict=judged)]
    recorded = there.ask("alerts_valid", comparison="none").rows[0]
    if recorded.value is not None:
        told.append(words("returned.records", n=words.number(recorded.numerator)))
    if there.period != place.period:
        told.append(words("returned.not_chosen"))
    return " ".join(told)


def _tables(there: Here, units: Result) -> None:
    words = there.words
    parts = classes.merged(there, {group: there.of_group(INDICATOR, group) for group in metrics.GROUPS})
    left, right = st.columns(2)
    for column, name, result in ((left, "class", parts), (right, there.level, units)):
        frame = _frame(there, result)
        if frame.height:
            column.dataframe(
                frame.rename({"unit": words.of("returned.by", name)}),
                hide_index=True,
                height="content",
                column_config={
                    heading: st.column_config.NumberColumn(format="localized")
                    for heading in (words.of("table", "numerator"), words.of("returned", "before"))
                },
                alt=words.of("returned.by", name),
                key=f"returned_{name}",
            )


def _frame(there: Here, result: Result) -> pl.DataFrame:
    """Return one line for each row that reported anything."""
    words = there.words
    rows = [row for row in result.rows if row.value is not None or row.base_numerator]
    return pl.DataFrame(
        {
            "unit": [guarded(words.name(row.name_zh, row.name_en)) for row in rows],
            words.of("table", "numerator"): [row.numerator for row in rows],
            words.of("returned", "before"): [row.base_numerator for row in rows],
            words.of("returned", "change"): [saying.change(words, row) for row in rows],
            words.of("table", "verdict"): [saying.verdict(words, row) or saying.why(words, row) for row in rows],
        }
    )
