"""Charts as SVG for paper, by Kaleido and a Chromium that is started once and drawn with many times.

Plotly gives every drawing a random name and every trace a random number; both are replaced by what the chart is called,
so that the same chart is the same bytes. Chromium starts in the background while figures are still being counted.
"""

import atexit
import re
from functools import cache
from threading import Thread
from typing import Any

import plotly.graph_objects as go

from exports import software
from exports.report.model import Picture

RANDOM = re.compile(r'id="defs-(\w+)"')
SIZE = 13
INK = "#1a1a1a"


class NoBrowser(Exception):
    """There is no Chromium, or it does not start."""


def svg(picture: Picture, family: str) -> str:
    """Return a picture as SVG.

    Raises:
        NoBrowser: charts cannot be drawn on this machine.
    """
    import kaleido

    warm_up()
    _starting().join()
    width, height = picture.size
    figure = still(picture.figure, picture.key)
    figure.update_layout(
        template="plotly_white",
        font={"family": family, "size": SIZE, "color": INK},
        width=width,
        height=height,
        paper_bgcolor="white",
        plot_bgcolor="white",
    )
    try:
        drawn = kaleido.calc_fig_sync(figure, opts={"format": "svg", "width": width, "height": height})
    except Exception as error:  # whatever a browser does wrong: everything else of the package is made
        raise NoBrowser(str(error)) from error
    text = bytes(drawn).decode("utf-8")
    found = RANDOM.search(text)
    return text.replace(found[1], f"p{picture.key}") if found else text


def still(figure: go.Figure, key: str) -> go.Figure:
    """Return a copy of a figure whose traces have numbers that do not change."""
    copy = go.Figure(figure)
    for number, trace in enumerate(copy.data):
        trace.uid = f"{key}-{number}"
    return copy


def warm_up() -> None:
    """Start the browser in the background; once is enough."""
    if software.browser() is None:
        raise NoBrowser
    _starting()


@cache
def _starting() -> Thread:
    thread = Thread(target=_start, name="drawing", daemon=True)
    thread.start()
    return thread


def _start() -> None:
    import kaleido

    try:
        options: dict[str, Any] = {"path": str(software.browser())}
        kaleido.start_sync_server(n=1, silence_warnings=True, **options)
        atexit.register(kaleido.stop_sync_server, silence_warnings=True)
        kaleido.calc_fig_sync(go.Figure(), opts={"format": "svg", "width": 50, "height": 50})
    except Exception:  # the first real drawing says what is wrong
        return
