"""The district map: outlines as filled polygons, a marker in the middle of each that can be clicked.

Plotly's own map traces fetch the outlines of the world from a network and stay blank without one, so the
polygons are plain scatter traces in longitude and latitude, stretched by the cosine of the latitude. Districts
that cannot be told from the city's average are hatched: colour alone would make noise look like a finding.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from charts.style import HATCH, INK, NEUTRAL, RISE, STEPS, dress

HEIGHT: Final = 460
CROWDED_ACROSS, CROWDED_UP = 0.25, 0.08
"""Two names would touch when their markers are nearer than this share of the map's width and height."""
Ring = Sequence[Sequence[float]]


def district_map(
    outlines: Mapping[str, Any],
    frame: pl.DataFrame,
    *,
    average: float | None,
    steps: Sequence[str],
    selected: Sequence[str] = (),
) -> go.Figure:
    """Return the map.

    Args:
        outlines: GeoJSON FeatureCollection whose features carry `district_code`.
        frame: one line a district: unit, name, value, low, high (or null), text (for the hover).
        average: the city's value; a district whose interval holds it is hatched.
        steps: words for the shades, lowest first, one more than `shades` has limits.
        selected: units to draw with a strong edge.
    """
    figure = go.Figure()
    lines = {row["unit"]: row for row in frame.iter_rows(named=True)}
    limits = shades(frame)
    centres: list[tuple[float, float, dict[str, Any]]] = []
    for feature in outlines.get("features", []):
        code = str(feature.get("properties", {}).get("district_code"))
        row = lines.get(code)
        rings = list(_rings(feature.get("geometry") or {}))
        if not rings:
            continue
        for ring in rings:
            figure.add_trace(_area(ring, row, limits, average, strong=code in selected))
        if row is not None:
            centres.append((*_centre(max(rings, key=len)), row))
    figure.add_trace(_markers(centres))
    for trace in _legend(limits, steps):
        figure.add_trace(trace)
    return _frame(dress(figure, height=HEIGHT), [lat for _, lat, _ in centres])


def shades(frame: pl.DataFrame) -> list[float]:
    """Return the upper limits of up to five shades: fifths of the values, the last without a limit."""
    values = frame["value"].drop_nulls().sort()
    if values.is_empty():
        return []
    limits = [values.quantile(part / len(STEPS), "nearest") for part in range(1, len(STEPS))]
    return sorted({limit for limit in limits if limit is not None})


def _rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    """Yield the outer rings of a polygon or of several."""
    polygons = geometry.get("coordinates", [])
    if geometry.get("type") == "Polygon":
        polygons = [polygons]
    for polygon in polygons:
        if polygon:
            yield polygon[0]


def _area(
    ring: Ring, row: Mapping[str, Any] | None, limits: list[float], average: float | None, *, strong: bool
) -> go.Scatter:
    unknown = row is None or row["value"] is None
    colour = NEUTRAL if unknown or row is None else STEPS[_shade(row["value"], limits)]
    hatch = row is not None and not unknown and _holds(row, average)
    return go.Scatter(
        x=[point[0] for point in ring],
        y=[point[1] for point in ring],
        mode="lines",
        fill="toself",
        fillcolor=colour,
        fillpattern={"shape": "/", "size": 7, "solidity": 0.12, "fgcolor": HATCH, "bgcolor": colour} if hatch else None,
        line={"width": 4 if strong else 1, "color": RISE if strong else INK},
        hoverinfo="skip",
        showlegend=False,
    )


def _shade(value: float, limits: list[float]) -> int:
    return sum(value > limit for limit in limits)


def _holds(row: Mapping[str, Any], average: float | None) -> bool:
    if average is None or row["low"] is None or row["high"] is None:
        return False
    return bool(row["low"] <= average <= row["high"])


def _centre(ring: Ring) -> tuple[float, float]:
    """Return the centroid of a ring (shoelace formula), its mean point where it has no area."""
    pairs = list(pairwise(ring))
    cross = [a[0] * b[1] - b[0] * a[1] for a, b in pairs]
    area = sum(cross)
    if not area:
        return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    lon = sum((a[0] + b[0]) * part for (a, b), part in zip(pairs, cross, strict=True)) / (3 * area)
    lat = sum((a[1] + b[1]) * part for (a, b), part in zip(pairs, cross, strict=True)) / (3 * area)
    return lon, lat


def _places(centres: Sequence[tuple[float, float, Mapping[str, Any]]]) -> list[str]:
    """Return where each name stands: above its marker, or below it where a neighbour's name is in the way."""
    wide = (max((x for x, _, _ in centres), default=0) - min((x for x, _, _ in centres), default=0)) * CROWDED_ACROSS
    high = (max((y for _, y, _ in centres), default=0) - min((y for _, y, _ in centres), default=0)) * CROWDED_UP
    above: list[tuple[float, float]] = []
    places = []
    for x, y, _ in centres:
        crowded = any(abs(x - other) < wide and abs(y - level) < high for other, level in above)
        places.append("bottom center" if crowded else "top center")
        if not crowded:
            above.append((x, y))
    return places


def _markers(centres: Sequence[tuple[float, float, Mapping[str, Any]]]) -> go.Scatter:
    return go.Scatter(
        x=[lon for lon, _, _ in centres],
        y=[lat for _, lat, _ in centres],
        mode="markers+text",
        text=[row["name"] for _, _, row in centres],
        textposition=_places(centres),
        textfont={"color": INK, "size": 11},
        customdata=[[row["unit"]] for _, _, row in centres],
        hovertext=[row["text"] for _, _, row in centres],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"size": 10, "color": "#ffffff", "line": {"width": 2, "color": INK}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}, "textfont": {"color": INK}},
        showlegend=False,
    )


def _legend(limits: list[float], steps: Sequence[str]) -> Iterator[go.Scatter]:
    """Yield empty traces that only stand in the legend."""
    square = {"symbol": "square", "size": 14, "line": {"width": 1, "color": INK}}
    for colour, word in zip(STEPS, steps if limits else (), strict=False):
        yield go.Scatter(x=[None], y=[None], mode="markers", name=word, marker=square | {"color": colour})


def _frame(figure: go.Figure, latitudes: Sequence[float]) -> go.Figure:
    """Hide the axes and keep the shape true: a degree of longitude is shorter than one of latitude."""
    middle = sum(latitudes) / len(latitudes) if latitudes else 0.0
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=1 / cos(radians(middle)))
    return figure.update_layout(
        clickmode="event+select", legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemclick": False}
    )
