"""Changes with their intervals, one line a unit: a dot where the change is, a bar where it may be.

The shape says the verdict and the colour the direction, so neither stands alone. Units without a percentage
(base under 20) stand in the list without a dot.
"""

from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go
import polars as pl

from charts.style import FALL, NEUTRAL, RISE, dress, height_of

SHAPES: Final = {
    "confirmed": "circle",
    "possible": "circle-open",
    "not_established": "line-ns-open",
    "contradicted": "x-thin-open",
}


def change_dots(frame: pl.DataFrame, *, axis: str, verdicts: Mapping[str, str], percent: bool = True) -> go.Figure:
    """Return the changes of units, the largest fall on top.

    Args:
        frame: one line a unit: unit, name, change, low, high (fractions or null), verdict, text (for the hover).
        axis: title of the axis, with its unit.
        verdicts: word of each verdict, for the legend.
        percent: whether changes are relative, in percent; else they are in points of a share.
    """
    rows = frame.sort("change", descending=True, nulls_last=False)
    figure = go.Figure()
    for verdict, shape in SHAPES.items():
        part = rows.filter(pl.col("verdict") == verdict)
        if not part.is_empty():
            figure.add_trace(_dots(part, shape))
            figure.add_trace(_legend(verdicts.get(verdict, verdict), shape))
    figure.add_vline(x=0, line={"width": 1, "color": NEUTRAL})
    figure.update_xaxes(title={"text": axis}, tickformat="+.0%" if percent else "+.1%")
    figure.update_yaxes(categoryorder="array", categoryarray=rows["name"].to_list(), type="category")
    return dress(figure, height=height_of(len(rows))).update_layout(showlegend=True)


def _dots(rows: pl.DataFrame, shape: str) -> go.Scatter:
    change, low, high = (rows[name].to_list() for name in ("change", "low", "high"))
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
            "array": [_gap(upper, value) for upper, value in zip(high, change, strict=True)],
            "arrayminus": [_gap(value, lower) for lower, value in zip(low, change, strict=True)],
            "color": NEUTRAL,
            "thickness": 2,
            "width": 0,
        },
    )


def _legend(word: str, shape: str) -> go.Scatter:
    """Return an empty trace that stands in the legend: a verdict has a shape, its direction a colour."""
    marker = {"symbol": shape, "size": 12, "color": NEUTRAL, "line": {"width": 2, "color": NEUTRAL}}
    return go.Scatter(x=[None], y=[None], mode="markers", name=word, marker=marker)


def _gap(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else max(0.0, upper - lower)
