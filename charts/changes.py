"""Changes with their intervals, one line a unit: a dot where the change is, a bar where it may be.

The shape says the verdict and the colour the direction, so neither stands alone. Units without a percentage
(base under 20) have no line here; the table behind the figure names them.
"""

from collections.abc import Mapping
from math import ceil, floor
from typing import Final

import plotly.graph_objects as go
import polars as pl

from charts.style import FALL, NEUTRAL, RISE, dress, gaps, height_of

SHAPES: Final = {
    "confirmed": "circle",
    "possible": "circle-open",
    "not_established": "line-ns-open",
    "contradicted": "x-thin-open",
}
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
MOST_TICKS: Final = 6
MINUS: Final = "\u2212"


def change_dots(frame: pl.DataFrame, *, axis: str, verdicts: Mapping[str, str]) -> go.Figure:
    """Return the changes of units, the largest fall on top.

    Args:
        frame: one line a unit: unit, name, change, low, high (fractions or null), verdict, text (for the hover).
        axis: title of the axis, with its unit.
        verdicts: word of each verdict, for the legend.
    """
    rows = frame.filter(pl.col("change").is_not_null() & pl.col("verdict").is_not_null())
    rows = rows.sort("change", descending=True)
    figure = go.Figure()
    for verdict, shape in SHAPES.items():
        part = rows.filter(pl.col("verdict") == verdict)
        if not part.is_empty():
            figure.add_trace(_dots(part, shape))
            figure.add_trace(_legend(verdicts.get(verdict, verdict), shape))
    figure.add_vline(x=0, line={"width": 1, "color": NEUTRAL})
    values, words = _ticks(rows)
    figure.update_xaxes(title={"text": axis}, tickvals=values, ticktext=words)
    figure.update_yaxes(categoryorder="array", categoryarray=rows["name"].to_list(), type="category")
    return dress(figure, height=height_of(len(rows))).update_layout(showlegend=True)


def _ticks(rows: pl.DataFrame) -> tuple[list[float], list[str]]:
    """Return where the axis is marked and with what words: a plus before a rise, and none before zero."""
    ends = [0.0, *(end for name in ("change", "low", "high") for end in rows[name].drop_nulls().to_list())]
    low, high = min(ends), max(ends)
    step = next((step for step in STEPS if (high - low) / step <= MOST_TICKS), high - low)
    marks = [number * step for number in range(floor(low / step), ceil(high / step) + 1)]
    return marks, [_signed(mark) for mark in marks]


def _signed(mark: float) -> str:
    percent = round(100 * mark)
    return f"{'+' if percent > 0 else MINUS if percent < 0 else ''}{abs(percent):,}%"


def _dots(rows: pl.DataFrame, shape: str) -> go.Scatter:
    change = rows["change"].to_list()
    upper, lower = gaps(rows, "change")
    settled = shape != SHAPES["not_established"]
    colours = [(FALL if value < 0 else RISE) if settled else NEUTRAL for value in change]
    return go.Scatter(
        x=change,
        y=rows["name"].to_list(),
        mode="markers",
        showlegend=False,
        customdata=[[unit] for unit in rows["unit"]],
        hovertext=rows["text"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"symbol": shape, "size": 12, "color": colours, "line": {"width": 2, "color": colours}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": upper,
            "arrayminus": lower,
            "color": NEUTRAL,
            "thickness": 2,
            "width": 0,
        },
    )


def _legend(word: str, shape: str) -> go.Scatter:
    """Return an empty trace that stands in the legend: a verdict has a shape, its direction a colour."""
    marker = {"symbol": shape, "size": 12, "color": NEUTRAL, "line": {"width": 2, "color": NEUTRAL}}
    return go.Scatter(x=[None], y=[None], mode="markers", name=word, marker=marker)
