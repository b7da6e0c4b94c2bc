"""Shares with their intervals, one line a unit: a dot where the share is, a line where it may be.

Dots and not bars: a bar must begin at zero, and shares of 86 to 90 percent then all look the same. Units keep the
order they come in, because sorting them by their share would make a league table out of noise.
"""

import plotly.graph_objects as go
import polars as pl

from charts.style import NEUTRAL, SERIES, dress, gaps, height_of

SYMBOLS = ("circle", "diamond", "square", "triangle-up")
NARROWEST = 0.1
"""An axis shows at least so much of the whole, so that nothing does not look like much."""


def share_dots(frame: pl.DataFrame, *, axis: str, average: float | None = None, average_name: str = "") -> go.Figure:
    """Return shares as dots with their intervals.

    Args:
        frame: unit, name, value, low, high (fractions or null), text, and `kind`, which is a dot's colour and
            shape and its name in the legend. The first name stands on top; who has no share is left out.
        axis: title of the axis, with its unit.
        average: the share of all together, drawn as a dashed line.
        average_name: its name in the legend.
    """
    figure = _drawn(frame, axis, average, average_name)
    return figure.update_xaxes(tickformat=".0%", range=_range(frame, NARROWEST, (-0.01, 1.01)))


def value_dots(
    frame: pl.DataFrame, *, axis: str, average: float | None = None, average_name: str = "", narrowest: float = 1.0
) -> go.Figure:
    """Return values of any unit, such as points or hours, the way `share_dots` shows shares.

    Args:
        frame: as for `share_dots`, the values as they are written on the axis.
        axis: title of the axis, with its unit.
        average: a value that all are compared with, drawn as a dashed line.
        average_name: its name in the legend.
        narrowest: an axis shows at least so much, in the unit of the values.
    """
    figure = _drawn(frame, axis, average, average_name)
    return figure.update_xaxes(range=_range(frame, narrowest, None, average))


def _drawn(frame: pl.DataFrame, axis: str, average: float | None, average_name: str) -> go.Figure:
    rows = frame.filter(pl.col("value").is_not_null())
    names = rows["name"].unique(maintain_order=True).to_list()
    kinds = rows["kind"].unique(maintain_order=True).to_list()
    figure = go.Figure()
    for number, kind in enumerate(kinds):
        figure.add_trace(_dots(rows.filter(pl.col("kind") == kind), kind, number, len(kinds)))
    if average is not None and names:
        figure.add_vline(x=average, line={"width": 1.5, "dash": "dash", "color": NEUTRAL})
        line = {"width": 1.5, "dash": "dash", "color": NEUTRAL}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", line=line, name=average_name))
    figure.update_xaxes(title={"text": axis})
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], type="category")
    dress(figure, height=height_of(len(names) * max(1, len(kinds))))
    return figure.update_layout(scattermode="group", scattergap=0.4, showlegend=len(kinds) > 1 or average is not None)


def _dots(rows: pl.DataFrame, kind: str, number: int, kinds: int) -> go.Scatter:
    colour = SERIES[number % len(SERIES)]
    upper, lower = gaps(rows, "value")
    return go.Scatter(
        orientation="h",
        offsetgroup=str(kinds - number),  # Plotly builds groups from the bottom upwards
        x=rows["value"].to_list(),
        y=rows["name"].to_list(),
        mode="markers",
        name=kind,
        showlegend=kinds > 1,
        customdata=[[unit] for unit in rows["unit"]],
        hovertext=rows["text"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 10, "color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": upper,
            "arrayminus": lower,
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
    )


def _range(
    frame: pl.DataFrame, narrowest: float, bounds: tuple[float, float] | None, average: float | None = None
) -> list[float] | None:
    """Return a range that holds every interval, at least `narrowest` wide, and hardly beyond what can be."""
    rows = frame.filter(pl.col("value").is_not_null())
    ends = [end for name in ("value", "low", "high") for end in rows[name].drop_nulls().to_list()]
    ends += [average] if average is not None and ends else []
    if not ends:
        return None
    low, high = min(ends), max(ends)
    spare = max(0.08 * (high - low), (narrowest - (high - low)) / 2)
    if bounds is None:
        return [low - spare, high + spare]
    return [max(bounds[0], low - spare), min(bounds[1], high + spare)]
