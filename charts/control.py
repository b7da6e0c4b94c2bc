"""A control chart: values over time, the baseline's mean and limits, and signals told apart by their shape.

The limits are drawn over every point, dashed where they were made (the baseline) and solid where they judge. Signals
differ by shape, above and below also by colour, so neither stands alone.
"""

from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go
import polars as pl

from charts.style import FALL, NEUTRAL, RISE, SERIES, dress
from charts.trends import mark_events

HEIGHT: Final = 340
SHAPES: Final = {"outside": "diamond", "shift": "square", "two_of_three": "triangle-up", "trend": "star"}
ROOM_ABOVE: Final = 0.1
ROOM_BELOW: Final = 0.45
"""Of the height of the data."""


def control_chart(
    frame: pl.DataFrame,
    *,
    axis: str,
    names: Mapping[str, str],
    rules: Mapping[str, str],
    events: pl.DataFrame | None = None,
) -> go.Figure:
    """Return a control chart.

    Args:
        frame: start (date), value (null where unknown), low, high, centre, baseline (bool), rule (or null), direction
            (−1, 0 or 1), text (for the hover), in time order.
        axis: title of the upright axis with its unit.
        names: words of the lines: `value`, `centre`, `limits`, `baseline`.
        rules: word of each rule, for the legend.
        events: `on` (date) and `title`.
    """
    figure = go.Figure()
    days = [day.isoformat() for day in frame["start"]]
    for name in ("high", "low"):
        line = {"color": NEUTRAL, "width": 1, "dash": "dash"}
        figure.add_trace(_line(days, frame[name], names["limits"], line, legend=name == "high"))
    figure.add_trace(_line(days, frame["centre"], names["centre"], {"color": NEUTRAL, "width": 1.5}, legend=True))
    values = _line(days, frame["value"], names["value"], {"color": SERIES[0], "width": 2}, legend=True)
    figure.add_trace(values.update(hovertext=frame["text"].to_list(), hovertemplate="%{hovertext}<extra></extra>"))
    for rule, shape in SHAPES.items():
        part = frame.filter(pl.col("rule") == rule)
        if not part.is_empty():
            figure.add_trace(_signals(part, rules.get(rule, rule), shape))
    _shade_baseline(figure, frame, names["baseline"])
    if not frame.is_empty():
        mark_events(figure, events, frame["start"].to_list())
    figure.update_xaxes(tickformat="%Y-%m", nticks=6, tickangle=0)
    figure.update_yaxes(tickformat=",d", range=_room(frame, named=events is not None and not events.is_empty()))
    dress(figure, height=HEIGHT)
    figure.add_annotation(
        text=axis, x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=8, showarrow=False
    )
    below = {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}
    return figure.update_layout(legend=below)


def _line(days: list[str], values: pl.Series, name: str, line: dict[str, object], *, legend: bool) -> go.Scatter:
    return go.Scatter(
        x=days, y=values.to_list(), name=name, mode="lines", line=line, showlegend=legend, connectgaps=False,
        hoverinfo="skip",
    )  # fmt: skip


def _signals(part: pl.DataFrame, name: str, shape: str) -> go.Scatter:
    colours = [FALL if direction < 0 else RISE for direction in part["direction"]]
    return go.Scatter(
        x=[day.isoformat() for day in part["start"]],
        y=part["value"].to_list(),
        name=name,
        mode="markers",
        hovertext=part["text"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"symbol": shape, "size": 7, "color": colours, "line": {"width": 1, "color": colours}},
    )


def _room(frame: pl.DataFrame, *, named: bool) -> list[float] | None:
    """Return the ends of the upright axis: room above for the word of the baseline, below for those of the events."""
    ends = [frame[name].drop_nulls() for name in ("value", "low", "high")]
    values = [float(value) for end in ends for value in end]
    if not values:
        return None
    low, high = min(values), max(values)
    return [low - (ROOM_BELOW if named else ROOM_ABOVE) * (high - low), high + ROOM_ABOVE * (high - low)]


def _shade_baseline(figure: go.Figure, frame: pl.DataFrame, name: str) -> None:
    base = frame.filter("baseline")["start"].to_list()
    if base:
        figure.add_vrect(
            x0=base[0].isoformat(),
            x1=base[-1].isoformat(),
            fillcolor=NEUTRAL,
            opacity=0.10,
            line_width=0,
            layer="below",
        )
        figure.add_annotation(
            x=base[0].isoformat(), y=1, yref="paper", text=name, showarrow=False, xanchor="left", yanchor="top",
            font={"size": 11}, xshift=3,
        )  # fmt: skip
