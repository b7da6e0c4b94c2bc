"""Shares with their intervals, one bar a unit and kind."""

import plotly.graph_objects as go
import polars as pl

from charts.style import NEUTRAL, SERIES, dress, height_of


def share_bars(frame: pl.DataFrame, *, axis: str) -> go.Figure:
    """Return shares as bars with their intervals as whiskers.

    Args:
        frame: unit, name, value, low, high (fractions or null), text, and `kind`, which is the bar's colour
            and its name in the legend. The first name stands on top.
        axis: title of the axis, with its unit.
    """
    names = frame["name"].unique(maintain_order=True).to_list()
    kinds = frame["kind"].unique(maintain_order=True).to_list()
    figure = go.Figure()
    for number, kind in reversed(list(enumerate(kinds))):  # Plotly builds groups from the bottom upwards
        figure.add_trace(_bars(frame.filter(pl.col("kind") == kind), kind, SERIES[number % len(SERIES)]))
    figure.update_xaxes(title={"text": axis}, tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], type="category")
    dress(figure, height=height_of(len(names) * max(1, len(kinds))))
    return figure.update_layout(barmode="group", bargap=0.35, showlegend=len(kinds) > 1, legend_traceorder="reversed")


def _bars(rows: pl.DataFrame, kind: str, colour: str) -> go.Bar:
    value, low, high = (rows[name].to_list() for name in ("value", "low", "high"))
    return go.Bar(
        orientation="h",
        x=value,
        y=rows["name"].to_list(),
        name=kind,
        customdata=[[unit] for unit in rows["unit"]],
        hovertext=rows["text"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_gap(upper, share) for upper, share in zip(high, value, strict=True)],
            "arrayminus": [_gap(share, lower) for lower, share in zip(low, value, strict=True)],
            "color": NEUTRAL,
            "thickness": 2,
            "width": 4,
        },
    )


def _gap(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else max(0.0, upper - lower)
