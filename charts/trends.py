"""A figure over time, with the same steps of the base period as a dashed line and events as upright lines.

Steps of which not every day is known have no value; the line is broken there, never drawn through.
"""

from typing import Any

import plotly.graph_objects as go
import polars as pl

from charts.style import BASE, NEUTRAL, SERIES, dress

HEIGHT = 300
LONGEST = 32


def trend(
    frame: pl.DataFrame,
    *,
    axis: str,
    names: tuple[str, str],
    base: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    percent: bool = False,
) -> go.Figure:
    """Return a trend.

    Args:
        frame: period_start and value, in time order.
        axis: title of the upright axis, with its unit.
        names: of the line and of its base.
        base: period_start (on the time line of `frame`) and value of the base.
        events: `on` (date) and `title`.
        percent: whether values are shares.
    """
    figure = go.Figure()
    if base is not None and not base.is_empty():
        figure.add_trace(_line(base, names[1], BASE, "dash", percent=percent))
    figure.add_trace(_line(frame, names[0], SERIES[0], "solid", percent=percent))
    for number, event in enumerate(_within(events, frame)):
        _mark(figure, event["on"].isoformat(), event["title"], number)
    figure.update_xaxes(tickformat="%Y-%m", hoverformat="%Y-%m-%d")
    figure.update_yaxes(title={"text": axis}, rangemode="tozero", tickformat=".1%" if percent else ",d")
    return dress(figure, height=HEIGHT).update_layout(hovermode="x unified")


def _line(frame: pl.DataFrame, name: str, colour: str, dash: str, *, percent: bool) -> go.Scatter:
    few = len(frame) < 60
    return go.Scatter(
        x=[day.isoformat() for day in frame["period_start"]],
        y=frame["value"].to_list(),
        mode="lines+markers" if few else "lines",
        name=name,
        connectgaps=False,
        line={"color": colour, "width": 2, "dash": dash},
        marker={"size": 5},
        hovertemplate="%{y:.1%}" if percent else "%{y:,.0f}",
    )


def _within(events: pl.DataFrame | None, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the events that lie on the time line of a frame."""
    if events is None or frame.is_empty():
        return []
    first, last = frame["period_start"].min(), frame["period_start"].max()
    return events.filter(pl.col("on").is_between(first, last)).to_dicts()


def _mark(figure: go.Figure, day: str, title: str, number: int) -> None:
    """Draw an upright line on a day; Plotly's own `add_vline` cannot place words on a time axis."""
    line = {"width": 1, "dash": "dot", "color": NEUTRAL}
    figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line=line)
    figure.add_annotation(
        x=day,
        y=0,
        yref="paper",
        yshift=14 * (number % 3),
        text=title if len(title) <= LONGEST else title[:LONGEST] + "…",
        hovertext=title,
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        font={"size": 11},
    )
