"""From calls received to valid alerts: what each exclusion took away."""

import plotly.graph_objects as go
import polars as pl

from charts.style import FALL, NEUTRAL, dress, height_of


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
