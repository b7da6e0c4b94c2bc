"""A figure over time, with the same steps of the base period as a dashed line and events as upright lines.

Steps of which not every day is known have no value; the line is broken there, never drawn through.
"""

import re
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from charts.style import BASE, NEUTRAL, SERIES, dress

HEIGHT = 320
LONGEST = 24
YEAR = re.compile(r"^20\d\d年|[ ,(]+20\d\d\)?$")
"""The year of an event at either end of its title; the time line tells it."""
DENSE = 60
"""Lines of so many points and more are drawn without markers."""
ROWS_OF_WORDS = 4
"""Events are named in so many rows in turn: on a phone the words of one reach into the next."""
ROW_OF_WORDS = 15
COARSE = 0.08
"""Shares that reach beyond this are marked in whole percent."""


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
        axis: title of the upright axis, with its unit; it stands above it, where it can be read.
        names: of the line and of its base.
        base: period_start (on the time line of `frame`) and value of the base.
        events: `on` (date) and `title`.
        percent: whether values are shares.
    """
    figure = go.Figure()
    if base is not None and not base.is_empty():
        figure.add_trace(_line(base, names[1], BASE, "dash", percent=percent))
    figure.add_trace(_line(frame, names[0], SERIES[0], "solid", percent=percent))
    if not frame.is_empty():
        mark_events(figure, events, frame["period_start"].to_list())
    figure.update_xaxes(tickformat="%Y-%m", hoverformat="%Y-%m-%d", nticks=6, tickangle=0)
    figure.update_yaxes(rangemode="tozero", tickformat=_tick_format(frame, percent=percent))
    dress(figure, height=HEIGHT)
    figure.add_annotation(
        text=axis, x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=8, showarrow=False
    )
    below = {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top", "traceorder": "reversed"}
    return figure.update_layout(hovermode="x unified", legend=below)


def mark_events(figure: go.Figure, events: pl.DataFrame | None, days: list[date]) -> None:
    """Draw the events within a time line as upright lines with their words, and set the line's ends."""
    first, last = _span(days)
    for number, event in enumerate(_within(events, first, last)):
        _mark(figure, event["on"], event["title"], number, late=event["on"] > first + (last - first) * 0.5)
    figure.update_xaxes(range=[first.isoformat(), last.isoformat()])


def _line(frame: pl.DataFrame, name: str, colour: str, dash: str, *, percent: bool) -> go.Scatter:
    return go.Scatter(
        x=[day.isoformat() for day in frame["period_start"]],
        y=frame["value"].to_list(),
        mode="lines+markers" if len(frame) < DENSE else "lines",
        name=name,
        connectgaps=False,
        line={"color": colour, "width": 2, "dash": dash},
        marker={"size": 5},
        hovertemplate="%{y:.1%}" if percent else "%{y:,.0f}",
    )


def _tick_format(frame: pl.DataFrame, *, percent: bool) -> str:
    if not percent:
        return ",d"
    highest = frame["value"].drop_nulls().max()
    return ".0%" if isinstance(highest, float) and highest > COARSE else ".1%"


def _span(days: list[date]) -> tuple[date, date]:
    """Return where the time line begins and ends: half a step beyond the first and last point."""
    room = max(timedelta(days=1), (days[-1] - days[0]) / max(1, len(days) - 1) / 2)
    return days[0] - room, days[-1] + room


def _within(events: pl.DataFrame | None, first: date, last: date) -> list[dict[str, Any]]:
    """Return the events that lie on the time line."""
    return [] if events is None else events.filter(pl.col("on").is_between(first, last)).to_dicts()


def _mark(figure: go.Figure, on: date, title: str, number: int, *, late: bool) -> None:
    """Draw an upright line on a day; Plotly's own `add_vline` cannot place words on a time axis.

    The words stand to the left of a late one, so that they do not run off the chart.
    """
    day, title = on.isoformat(), YEAR.sub("", title)
    line = {"width": 1, "dash": "dot", "color": NEUTRAL}
    figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line=line)
    figure.add_annotation(
        x=day,
        y=0,
        yref="paper",
        yshift=2 + ROW_OF_WORDS * (number % ROWS_OF_WORDS),
        xshift=-3 if late else 3,
        text=title if len(title) <= LONGEST else title[:LONGEST] + "…",
        hovertext=title,
        showarrow=False,
        xanchor="right" if late else "left",
        yanchor="bottom",
        font={"size": 11},
    )
