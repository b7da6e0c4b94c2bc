"""Signals of data integrity: the panel of all of them, a unit among its peers, and a unit's own weeks.

A state is a shape first and a colour second; a raised signal is orange because it asks to be looked at, never red.
"""

from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go
import polars as pl

from charts.style import BASE, FALL, NEUTRAL, RISE, SERIES, dress

SYMBOLS: Final = {
    "raised": "triangle-up",
    "quiet": "circle-open",
    "not_enough": "line-ew-open",
    "no_data": "x-thin-open",
}
COLOURS: Final = {"raised": RISE, "quiet": FALL, "not_enough": NEUTRAL, "no_data": BASE}
SIZES: Final = {"raised": 14, "quiet": 8, "not_enough": 8, "no_data": 6}
PANEL_ROW, PANEL_ABOVE = 38, 130
PICTURE_HEIGHT = 340
LONGEST = 60


def signal_panel(frame: pl.DataFrame, *, states: Mapping[str, str]) -> go.Figure:
    """Return the panel: a line a signal, a column a unit, a shape a state.

    The name of a signal stands above its line, not beside it: on a phone nothing would be left for the shapes.

    Args:
        frame: unit, name (of the unit), signal, label (of the signal), state, text (for the hover), in reading order.
        states: word of each state, for the legend.
    """
    figure = go.Figure()
    for state, symbol in SYMBOLS.items():
        part = frame.filter(pl.col("state") == state)
        line = {"width": 2, "color": COLOURS[state]}
        figure.add_trace(
            go.Scatter(
                x=part["name"].to_list() or [None],
                y=part["label"].to_list() or [None],
                mode="markers",
                name=states.get(state, state),
                customdata=[[unit, signal] for unit, signal in part.select("unit", "signal").rows()],
                hovertext=part["text"].to_list(),
                hovertemplate="%{hovertext}<extra></extra>",
                marker={"symbol": symbol, "size": SIZES[state], "color": COLOURS[state], "line": line},
            )
        )
    labels = frame["label"].unique(maintain_order=True).to_list()
    names = frame["name"].unique(maintain_order=True).to_list()
    figure.update_yaxes(
        categoryorder="array", categoryarray=labels[::-1], type="category", showgrid=True, showticklabels=False
    )
    for label in labels:
        figure.add_annotation(
            text=label, x=0, xref="paper", xanchor="left", y=label, yanchor="bottom", yshift=7, showarrow=False,
            font={"size": 11},
        )  # fmt: skip
    figure.update_xaxes(categoryorder="array", categoryarray=names, type="category", side="top", tickangle=-60, dtick=1)
    dress(figure, height=PANEL_ABOVE + PANEL_ROW * max(1, len(labels)))
    below = {"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top"}
    return figure.update_layout(legend=below, clickmode="event+select")


def peer_funnel(
    frame: pl.DataFrame,
    *,
    axis: str,
    size: str,
    names: Mapping[str, str],
    chosen: str = "",
    percent: bool = True,
) -> go.Figure:
    """Return the units of a measure by size, within the limits that widen for small ones.

    Args:
        frame: unit, name, n, value, expected, low, high (99.8 % limits), state, text, by size.
        axis: title of the upright axis; it stands above it.
        size: title of the level axis.
        names: words for `limits`, `expected`, `units`, `raised` and `chosen`.
        chosen: the unit to mark.
        percent: whether values are shares.
    """
    figure = go.Figure()
    if not frame.is_empty():
        n = frame["n"].to_list()
        edge = {"width": 1, "color": NEUTRAL, "dash": "dot"}
        figure.add_trace(_edge(n, frame["low"].to_list(), edge, names["limits"], shown=True))
        figure.add_trace(_edge(n, frame["high"].to_list(), edge, names["limits"], shown=False))
        middle = {"width": 1, "color": NEUTRAL}
        figure.add_trace(_edge(n, frame["expected"].to_list(), middle, names["expected"], shown=True))
    for kind, part, symbol, colour, points in (
        ("units", frame.filter((pl.col("state") != "raised") & (pl.col("unit") != chosen)), "circle", BASE, 7),
        ("raised", frame.filter((pl.col("state") == "raised") & (pl.col("unit") != chosen)), "triangle-up", RISE, 11),
        ("chosen", frame.filter(pl.col("unit") == chosen), "diamond", FALL, 13),
    ):
        if not part.is_empty():
            figure.add_trace(_units(part, names[kind], symbol, colour, points))
    figure.update_xaxes(title={"text": size}, rangemode="tozero", tickformat=",d")
    figure.update_yaxes(tickformat=".1%" if percent else ",.2f")
    dress(figure, height=PICTURE_HEIGHT)
    _above(figure, axis)
    return figure.update_layout(legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"})


def _above(figure: go.Figure, axis: str) -> None:
    """Write the title of the upright axis above it, where it can be read."""
    figure.add_annotation(
        text=axis if len(axis) <= LONGEST else axis[:LONGEST] + "…",
        hovertext=axis,
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        yshift=8,
        showarrow=False,
    )


def _edge(x: list[int], y: list[float], line: dict[str, object], name: str, *, shown: bool) -> go.Scatter:
    return go.Scatter(x=x, y=y, mode="lines", line=line, name=name, showlegend=shown, hoverinfo="skip")


def _units(part: pl.DataFrame, name: str, symbol: str, colour: str, size: int) -> go.Scatter:
    return go.Scatter(
        x=part["n"].to_list(),
        y=part["value"].to_list(),
        mode="markers",
        name=name,
        customdata=[[unit] for unit in part["unit"]],
        hovertext=part["text"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 1, "color": colour}},
    )


def own_course(frame: pl.DataFrame, *, axis: str, names: Mapping[str, str]) -> go.Figure:
    """Return a unit's weekly share with control limits that were frozen before the window.

    Args:
        frame: period_start, value, centre, low, high (three-sigma limits), in_window.
        axis: title of the upright axis; it stands above it.
        names: words for `value`, `limits`, `centre` and `window`.
    """
    figure = go.Figure()
    if frame.is_empty():
        return dress(figure, height=PICTURE_HEIGHT)
    days = [day.isoformat() for day in frame["period_start"]]
    edge = {"width": 1, "color": NEUTRAL, "dash": "dot", "shape": "hv"}
    for number, column in enumerate(("low", "high")):
        figure.add_trace(
            go.Scatter(
                x=days,
                y=frame[column].to_list(),
                mode="lines",
                line=edge,
                name=names["limits"],
                showlegend=number == 0,
                hoverinfo="skip",
            )
        )
    middle = {"width": 1, "color": NEUTRAL}
    figure.add_trace(
        go.Scatter(
            x=days, y=frame["centre"].to_list(), mode="lines", line=middle, name=names["centre"], hoverinfo="skip"
        )
    )
    outside = (frame["value"] > frame["high"]) | (frame["value"] < frame["low"])
    beyond = outside.fill_null(value=False).to_list()
    figure.add_trace(
        go.Scatter(
            x=days,
            y=frame["value"].to_list(),
            mode="lines+markers",
            name=names["value"],
            connectgaps=False,
            line={"color": SERIES[0], "width": 1.5},
            marker={
                "size": [10 if out else 5 for out in beyond],
                "symbol": ["triangle-up" if out else "circle" for out in beyond],
                "color": [RISE if out else SERIES[0] for out in beyond],
            },
            hovertemplate="%{x|%Y-%m-%d}: %{y:.1%}<extra></extra>",
        )
    )
    window = frame.filter(pl.col("in_window"))["period_start"]
    if len(window):
        first = window[0].isoformat()
        figure.add_shape(
            type="line",
            x0=first,
            x1=first,
            y0=0,
            y1=1,
            yref="paper",
            line={"width": 1, "dash": "dash", "color": NEUTRAL},
        )
        figure.add_annotation(
            x=first, y=1, yref="paper", text=names["window"], showarrow=False, xanchor="left", xshift=3, yanchor="top"
        )
    figure.update_xaxes(tickformat="%Y-%m", nticks=6, tickangle=0)
    figure.update_yaxes(tickformat=".1%", rangemode="tozero")
    dress(figure, height=PICTURE_HEIGHT)
    _above(figure, axis)
    return figure.update_layout(legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"})
