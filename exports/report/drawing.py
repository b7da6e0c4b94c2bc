"""Charts as SVG for paper, by Kaleido and a Chromium that is started once and drawn with many times.

Plotly gives every drawing a random name and every trace a random number; both are replaced by what the chart is
called. It also sets the attributes of an element in whatever order they are ready, so a drawing is brought into
canonical form. So the same chart is the same bytes, whatever was drawn before it. Chromium starts in the background
while figures are still being counted.

Kaleido's own server for programs like this one waits for ever when its Chromium does not start; so the browser lives in
a loop of our own here, and everything that is asked of it has an end.
"""

import asyncio
import atexit
import logging
import re
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from threading import Thread
from typing import Any
from xml.etree.ElementTree import canonicalize

import plotly.graph_objects as go

from exports import software
from exports.report.model import Picture

RANDOM = re.compile(r'id="defs-(\w+)"')
LOG = logging.getLogger("jiceng.exports")
SIZE = 13
INK = "#1a1a1a"
START_SECONDS, DRAW_SECONDS, CLOSE_SECONDS = 60.0, 60.0, 15.0
"""So long is waited for a browser to start, to draw one chart, and to end."""


class NoBrowser(Exception):
    """There is no Chromium, or (`failed`) it does not start or ended while drawing."""

    def __init__(self, why: str = "", *, failed: bool = False) -> None:
        self.failed = failed
        super().__init__(why)


def svg(picture: Picture, family: str) -> str:
    """Return a picture as SVG.

    Raises:
        NoBrowser: charts cannot be drawn on this machine.
    """
    warm_up()
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
    drawn = _browser().draw(figure, {"format": "svg", "width": width, "height": height})
    text = canonicalize(drawn.decode("utf-8"))
    found = RANDOM.search(text)
    return text.replace(found[1], f"p{picture.key}") if found else text


def still(figure: go.Figure, key: str) -> go.Figure:
    """Return a copy of a figure whose traces have numbers that do not change."""
    copy = go.Figure(figure)
    for number, trace in enumerate(copy.data):
        trace.uid = f"{key}-{number}"
    return copy


def warm_up() -> None:
    """Start the browser in the background; once is enough.

    Raises:
        NoBrowser: there is none.
    """
    if software.browser() is None:
        raise NoBrowser
    _browser()


@cache
def _browser() -> "_Browser":
    return _Browser(str(software.browser()))


class _Browser:
    """A Chromium in an event loop of its own. One that failed once is not asked again."""

    def __init__(self, path: str) -> None:
        self.failed: NoBrowser | None = None
        self.kaleido: Any = None
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _, about: LOG.info("the browser: %s", about.get("message")))
        Thread(target=self.loop.run_forever, name="drawing", daemon=True).start()
        self.started = self._run(self._open(path))
        atexit.register(self.close)

    def draw(self, figure: go.Figure, options: dict[str, Any]) -> bytes:
        """Return a drawing.

        Raises:
            NoBrowser: the browser did not start, or ended, or takes too long.
        """
        if self.failed:
            raise self.failed
        try:
            self.started.result(START_SECONDS)
            return bytes(self._run(self.kaleido.calc_fig(figure, options)).result(DRAW_SECONDS))
        except Exception as error:  # whatever a browser does wrong: everything else of the package is made
            self.failed = NoBrowser(str(error), failed=True)
            self._kill()
            raise self.failed from error

    def close(self) -> None:
        """End the browser, if there is one; by force where it does not end by itself."""
        if self.kaleido is not None and not self.failed:
            with suppress(Exception):
                self._run(self.kaleido.close()).result(CLOSE_SECONDS)
        self._kill()

    def _kill(self) -> None:
        process = getattr(self.kaleido, "subprocess", None)
        if process is not None and process.poll() is None:
            process.kill()

    def _run(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    async def _open(self, path: str) -> None:
        options: dict[str, Any] = {"path": path, "mathjax": False}  # which it would fetch from the network
        self.kaleido = _one_page()(n=1, **options)
        await self.kaleido.open()
        await self.kaleido.calc_fig(go.Figure(), {"format": "svg", "width": 50, "height": 50})


def _one_page() -> type[Any]:
    """Return a Kaleido that draws all on one page; its own loads page and Plotly anew for every chart, for 0.1 s."""
    from kaleido import Kaleido

    class OnePage(Kaleido):  # type: ignore[misc]  # Kaleido has no types
        async def _return_kaleido_tab(self, tab: Any) -> None:  # noqa: ANN401 - Kaleido's own
            await self.tabs_ready.put(tab)

    return OnePage
