"""Repeat reports: how soon the next one comes, how few places hold how many, and what treatment changed.

Ribbons are intervals; the dashed line is always what chance, or no treatment, leads one to expect.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl

from charts.style import BASE, NEUTRAL, SERIES, dress, height_of

HEIGHT = 320
RIBBON = "rgba(43, 140, 196, 0.22)"
GREY = "rgba(127, 139, 151, 0.18)"
TICK_DAYS = (7, 30, 90, 180, 365)


def greyed(figure: go.Figure, start: date, end: date, word: str) -> go.Figure:
    """Grey the days of a trend in which repeats cannot be known yet, and say so."""
    figure.add_shape(
        type="rect", x0=start.isoformat(), x1=end.isoformat(), y0=0, y1=1, yref="paper", fillcolor=GREY, line_width=0,
        layer="below",
    )  # fmt: skip
    figure.add_annotation(
        x=start.isoformat(), y=1, yref="paper", text=word, showarrow=False, xanchor="left", yanchor="top",
        font={"size": 11, "color": NEUTRAL},
    )  # fmt: skip
    return figure


def risk_curve(frame: pl.DataFrame, *, axes: tuple[str, str], names: tuple[str, str], marked: int) -> go.Figure:
    """Return the share with another report by each day.

    Args:
        frame: day, value, low and high (fractions or null), in the order of days.
        axes: titles of the time axis and of the share axis.
        names: of the line and of its ribbon.
        marked: the day to mark with a dot.
    """
    day, value = frame["day"].to_list(), frame["value"].to_list()
    figure = go.Figure()
    ribbon = frame.drop_nulls()
    around = ribbon["day"].to_list()
    figure.add_trace(
        go.Scatter(
            x=around + around[::-1], y=ribbon["high"].to_list() + ribbon["low"].to_list()[::-1], fill="toself",
            fillcolor=RIBBON, line={"width": 0}, hoverinfo="skip", name=names[1],
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=day, y=value, mode="lines", name=names[0], line={"color": SERIES[0], "width": 2},
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    )  # fmt: skip
    dot = frame.filter(pl.col("day") == marked)
    figure.add_trace(
        go.Scatter(
            x=dot["day"].to_list(), y=dot["value"].to_list(), mode="markers", showlegend=False,
            marker={"color": SERIES[0], "size": 10}, hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title={"text": axes[0]}, tickvals=list(TICK_DAYS), rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return above(dress(figure, height=HEIGHT), axes[1])


def concentration_curve(frame: pl.DataFrame, *, axes: tuple[str, str], names: tuple[str, str]) -> go.Figure:
    """Return which share of the reports the busiest places hold, and which they would by chance.

    Args:
        frame: share (of places, busiest first), held and expected (of reports), fractions.
        axes: titles of both axes.
        names: of the line, and of the line of chance.
    """
    figure = go.Figure()
    for column, name, colour, dash in (("expected", names[1], BASE, "dash"), ("held", names[0], SERIES[0], "solid")):
        figure.add_trace(
            go.Scatter(
                x=frame["share"].to_list(), y=frame[column].to_list(), mode="lines", name=name,
                line={"color": colour, "width": 2, "dash": dash}, hovertemplate="%{x:.1%}: %{y:.1%}",
            )
        )  # fmt: skip
    figure.update_xaxes(title={"text": axes[0]}, tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return above(dress(figure, height=HEIGHT), axes[1])


def before_after(frame: pl.DataFrame, *, axis: str, moments: tuple[str, str]) -> go.Figure:
    """Return two slopes: treated clusters and comparable untreated ones, before and after.

    Args:
        frame: name, before and after (mean incidents a cluster); the treated clusters first.
        axis: title of the upright axis.
        moments: words for before and after.
    """
    figure = go.Figure()
    shapes = ("circle", "diamond")
    for place, row in enumerate(frame.iter_rows(named=True)):
        colour, dash = ((SERIES[0], "solid"), (BASE, "dash"))[place % 2]
        figure.add_trace(
            go.Scatter(
                x=list(moments), y=[row["before"], row["after"]], mode="lines+markers", name=row["name"],
                line={"color": colour, "width": 2, "dash": dash}, marker={"size": 10, "symbol": shapes[place % 2]},
                hovertemplate="%{y:.2f}",
            )
        )  # fmt: skip
    figure.update_xaxes(type="category", range=[-0.3, 1.3])
    figure.update_yaxes(rangemode="tozero")
    return above(dress(figure, height=HEIGHT), axis)


def gap_bars(frame: pl.DataFrame, *, axes: tuple[str, str], kinds: Mapping[str, str]) -> go.Figure:
    """Return how long after the first report the merged ones came, by who merged them.

    Args:
        frame: name (of the bin, in order) and one column of counts for each of `kinds`.
        axes: titles of both axes.
        kinds: name of each column.
    """
    figure = go.Figure()
    shapes = ("", "/")
    for place, (column, name) in enumerate(kinds.items()):
        figure.add_trace(
            go.Bar(
                x=frame["name"].to_list(), y=frame[column].to_list(), name=name, hovertemplate="%{x}: %{y:,d}",
                marker={"color": SERIES[place], "pattern": {"shape": shapes[place % 2]}},
            )
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title={"text": axes[0]}, type="category")
    figure.update_yaxes(tickformat=",d")
    return above(dress(figure, height=HEIGHT), axes[1])


def above(figure: go.Figure, axis: str) -> go.Figure:
    """Write the title of the upright axis above it, where it can be read on a telephone, and the legend below."""
    figure.add_annotation(
        text=axis, x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=8, showarrow=False
    )
    return figure.update_layout(legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"})


def state_bars(frame: pl.DataFrame, *, axis: str) -> go.Figure:
    """Return how many clusters stand where: name and number, in the order given."""
    names: Sequence[str] = frame["name"].to_list()
    figure = go.Figure(
        go.Bar(
            orientation="h", y=names, x=frame["number"].to_list(), text=frame["number"].to_list(),
            textposition="auto", marker={"color": SERIES[0]}, hovertemplate="%{y}: %{x:,d}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title={"text": axis}, tickformat=",d", rangemode="tozero")
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], type="category")
    return dress(figure, height=height_of(len(names))).update_layout(showlegend=False)
