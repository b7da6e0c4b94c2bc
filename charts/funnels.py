"""A funnel: observed over expected against expected, between limits that narrow as stations get larger.

Stations that cannot be told from the whole are hollow and grey; exceptions are filled, with shape and colour for their
direction and their name beside them. Nothing is ranked. Stations outside the limits that are no exceptions after the
correction for many comparisons stay grey.
"""

from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go
import polars as pl

from charts.style import FALL, NEUTRAL, RISE, dress

HEIGHT: Final = 380
MOST_NAMED: Final = 12


def funnel(frame: pl.DataFrame, *, axes: tuple[str, str], names: Mapping[str, str]) -> go.Figure:
    """Return a funnel.

    Args:
        frame: unit, name, value, expected, inner_low, inner_high, outer_low, outer_high, exception (bool), text.
        axes: titles of the flat and the upright axis.
        names: words: `inner`, `outer`, `within`, `high`, `low`.
    """
    rows = frame.filter(pl.col("value").is_not_null()).sort("expected")
    figure = go.Figure()
    for name, dash in (("outer", "solid"), ("inner", "dash")):
        for side in ("high", "low"):
            figure.add_trace(_limit(rows, f"{name}_{side}", names[name], dash, legend=side == "high"))
    figure.add_hline(y=1, line={"width": 1, "color": NEUTRAL})
    kinds = {
        "within": (~pl.col("exception"), "circle-open", NEUTRAL),
        "high": (pl.col("exception") & (pl.col("value") > 1), "triangle-up", RISE),
        "low": (pl.col("exception") & (pl.col("value") <= 1), "triangle-down", FALL),
    }
    for kind, (condition, shape, colour) in kinds.items():
        part = rows.filter(condition)
        if not part.is_empty():
            figure.add_trace(_units(part, names[kind], shape, colour, named=kind != "within"))
    figure.update_xaxes(title={"text": axes[0]}, rangemode="tozero")
    figure.update_yaxes(tickformat=".1f")
    dress(figure, height=HEIGHT)
    figure.add_annotation(
        text=axes[1], x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=8, showarrow=False
    )
    return figure.update_layout(legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"})


def _limit(rows: pl.DataFrame, column: str, name: str, dash: str, *, legend: bool) -> go.Scatter:
    return go.Scatter(
        x=rows["expected"].to_list(),
        y=rows[column].to_list(),
        mode="lines",
        name=name,
        showlegend=legend,
        line={"color": NEUTRAL, "width": 1, "dash": dash},
        hoverinfo="skip",
    )


def _units(part: pl.DataFrame, name: str, shape: str, colour: str, *, named: bool) -> go.Scatter:
    words = part["name"].to_list() if named and len(part) <= MOST_NAMED else None
    return go.Scatter(
        x=part["expected"].to_list(),
        y=part["value"].to_list(),
        mode="markers+text" if words else "markers",
        text=words,
        textposition="top center",
        name=name,
        customdata=[[unit] for unit in part["unit"]],
        hovertext=part["text"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"symbol": shape, "size": 9, "color": colour, "line": {"width": 1.5, "color": colour}},
    )
