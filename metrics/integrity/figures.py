"""The panel as a figure of the catalogue: how many signals are raised at each unit, out of those that could be judged.

So it stands in tables and files like every other figure, with its definition and version. Never a ranking: one
raised signal is a question, and two are two questions.
"""

from dataclasses import replace
from typing import Any

import polars as pl

from metrics.counting import Question
from metrics.integrity.panel import signals
from metrics.integrity.signal import Signal
from metrics.rows import NO_DATA
from metrics.types import Note, Result, Row

LIMITS = {"zh": "界限99.8%，含单位间离散", "en": "limits 99.8 %, scatter between units included"}


def raised(question: Question) -> list[Row]:
    """Return the number of raised signals of each unit; which ones is in `extra`."""
    by_unit: dict[str, list[Signal]] = {}
    for signal in signals(question.lake, question.scope):
        by_unit.setdefault(signal.unit, []).append(signal)
    return [_row(question, found) for found in by_unit.values()]


def _row(question: Question, found: list[Signal]) -> Row:
    raised = [signal for signal in found if signal.state == "raised"]
    judged = sum(signal.state in ("raised", "quiet") for signal in found)
    return Row(
        unit=found[0].unit,
        name_zh=found[0].name_zh,
        name_en=found[0].name_en,
        unit_of_value=question.indicator.unit,
        value=float(len(raised)) if judged else None,
        numerator=len(raised) if judged else None,
        suppressed=None if judged else NO_DATA,
        notes=(Note("signals_look_back", {"from": found[0].period[0], "to": question.scope.end}),),
        extra={
            "judged": judged,
            "raised": [signal.id for signal in raised],
            "without_data": [signal.id for signal in found if signal.state == "no_data"],
            "raised_at": {signal.id: list(signal.raised_at) for signal in raised if signal.raised_at},
        },
    )


def of_frame(result: Result, frame: pl.DataFrame, unit_of_value: str) -> Result:
    """Return a result with the rows of a picture's frame in place of its own, for its foot line and its file.

    Args:
        result: `integrity_signals` of the same question.
        frame: `value` and `n`, or `numerator` and `denominator`.
        unit_of_value: of the values.
    """
    counted = unit_of_value == "share" and all(0 <= (value or 0) <= 1 for value in frame["value"])
    rows = [
        Row(
            unit=str(line.get("unit", line.get("period_start"))),
            name_zh=str(line.get("name_zh", line.get("period_start"))),
            name_en=line.get("name_en"),
            unit_of_value=unit_of_value,
            value=line["value"],
            numerator=line["numerator"] if "numerator" in line else _part(line, counted=counted),
            denominator=line.get("denominator", line.get("n") if counted else None),
        )
        for line in frame.iter_rows(named=True)
    ]
    return replace(
        result, rows=tuple(rows), base_period=None, provenance=dict(result.provenance) | {"interval": LIMITS}
    )


def _part(line: dict[str, Any], *, counted: bool) -> int | None:
    """Return what was counted: the part of a share, else (of a mean or a net rate) what it was taken over."""
    if not counted:
        return line.get("n")
    return round(line["value"] * line["n"]) if line["value"] is not None else None


ANSWERS = {"integrity_signals": raised}
"""Functions of this module by the indicator that they answer."""
