"""From calls received to valid alerts, and from no change to the whole change: what each part takes or adds."""

from typing import Final

import plotly.graph_objects as go
import polars as pl

from charts.style import FALL, NEUTRAL, RISE, dress, height_of

MINUS: Final = "\u2212"


def waterfall(frame: pl.DataFrame, *, axis: str) -> go.Figure:
    """Return the way from received to valid, top to bottom.

    Args:
        frame: name, value (what remains, or minus what is taken away), is_total, text; in reading order.
        axis: title of the axis, with its unit.
    """
    names = frame["name"].to_list()
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=names,
            x=frame["value"].to_list(),
            measure=["absolute" if total else "relative" for total in frame["is_total"]],
            text=frame["text"].to_list(),
            textposition="auto",
            hovertemplate="%{y}: %{text}<extra></extra>",
            connector={"line": {"width": 1, "color": NEUTRAL}},
            totals={"marker": {"color": FALL}},
            decreasing={"marker": {"color": NEUTRAL}},
            increasing={"marker": {"color": FALL}},
        )
    )
    figure.update_xaxes(title={"text": axis}, rangemode="tozero", tickformat=",d")
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], type="category")
    return dress(figure, height=height_of(len(names))).update_layout(showlegend=False)


def contributions(frame: pl.DataFrame, *, axis: str, total: str) -> go.Figure:
    """Return what a change is made of, from nothing to the whole change, top to bottom.

    Args:
        frame: unit, name, difference (whole alerts), text; in reading order.
        axis: title of the axis, with its unit.
        total: name of the last bar, the whole change.
    """
    names = [*frame["name"].to_list(), total]
    values = frame["difference"].to_list()
    whole = sum(values)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=names,
            x=[*values, whole],
            measure=["relative"] * len(values) + ["total"],
            text=[*frame["text"].to_list(), _signed(whole)],
            textposition="outside",
            cliponaxis=False,
            customdata=[[unit] for unit in frame["unit"]] + [[""]],
            hovertemplate="%{y}: %{text}<extra></extra>",
            connector={"line": {"width": 1, "color": NEUTRAL}},
            totals={"marker": {"color": NEUTRAL}},
            decreasing={"marker": {"color": FALL}},
            increasing={"marker": {"color": RISE}},
        )
    )
    figure.add_vline(x=0, line={"width": 1, "color": NEUTRAL})
    figure.update_xaxes(title={"text": axis}, tickformat=",d")
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], type="category")
    return dress(figure, height=height_of(len(names))).update_layout(showlegend=False)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{abs(value):,.0f}"
