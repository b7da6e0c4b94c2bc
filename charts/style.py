"""The one look of every chart: colours, margins, fonts and what the tool bar offers.

Streamlit lays its theme over the figure in the browser, so text, grid and ground follow light and dark by
themselves. The colours here are only those that carry meaning; each has at least 3:1 contrast on both grounds.
"""

from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

FALL: Final = "#2b8cc4"
RISE: Final = "#d9730d"
NEUTRAL: Final = "#7f8b97"
BASE: Final = "#9aa5b1"
SERIES: Final = (FALL, RISE, "#1b9e77", "#b8699a")
STEPS: Final = ("#e3eef7", "#c3dcee", "#9cc7e3", "#74b0d8", "#4d99cb")
"""Five shades of blue for the map, light to dark."""
INK: Final = "#16212b"
"""Text and edges on the shades of the map, which are light on both grounds."""

HATCH: Final = "#4a5a68"

CONFIG: Final[dict[str, Any]] = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 2},
    "scrollZoom": False,
}

ROW_HEIGHT: Final = 26
SMALLEST_HEIGHT: Final = 190


def dress(figure: go.Figure, *, height: int) -> go.Figure:
    """Give a figure the common look and return it."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        dragmode=False,
        hovermode="closest",
        hoverlabel={"align": "left"},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": {"text": ""}},
        separators=".,",
    )
    figure.update_xaxes(automargin=True, zeroline=False, title={"standoff": 8})
    figure.update_yaxes(automargin=True, zeroline=False, title={"standoff": 8})
    return figure


def gaps(rows: pl.DataFrame, middle: str) -> tuple[list[float], list[float]]:
    """Return how far the interval reaches above and below each value, 0 where there is none."""
    value, low, high = (rows[name].to_list() for name in (middle, "low", "high"))
    upper = [_gap(end, point) for end, point in zip(high, value, strict=True)]
    return upper, [_gap(point, end) for end, point in zip(low, value, strict=True)]


def _gap(upper: float | None, lower: float | None) -> float:
    return 0.0 if upper is None or lower is None else max(0.0, upper - lower)


def is_empty(figure: go.Figure) -> bool:
    """Return whether a figure shows no value at all, so that a sentence should stand in its place."""
    return not any(_has_values(trace, "x") and _has_values(trace, "y") for trace in figure.data)


def _has_values(trace: Any, axis: str) -> bool:  # noqa: ANN401 - any kind of trace
    values = getattr(trace, axis, None)
    return values is not None and any(value is not None for value in values)


def height_of(rows: int) -> int:
    """Return the height in pixels of a chart with one line a row."""
    return max(SMALLEST_HEIGHT, 90 + ROW_HEIGHT * rows)
