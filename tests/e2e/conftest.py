"""A real server and a real browser. Nothing here sleeps: everything waits for what it needs, and for nothing else.

Every request of the browser is recorded; a test fails when one goes anywhere but to this machine.
"""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.pages.small_city import build

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, POLL_SECONDS, PAGE_SECONDS = 60, 0.1, 30
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def city_lake(tmp_path_factory: pytest.TempPathFactory, _no_real_lake_or_secret: None) -> Path:
    return build(tmp_path_factory.mktemp("browser-city"))


@contextmanager
def running(lake: Path, log: Path) -> Iterator[str]:
    """Run the dashboard on a free port and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"JICENG_LAKE": str(lake)}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    pause = Event()
    for _ in range(int(START_SECONDS / POLL_SECONDS)):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if server.poll() is not None:
                break
            pause.wait(POLL_SECONDS)
    pytest.fail(f"the dashboard did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def server(city_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that all tests share."""
    with running(city_lake, tmp_path_factory.mktemp("log") / "server.log") as address:
        yield address


@pytest.fixture
def fresh_server(city_lake: Path, tmp_path: Path) -> Iterator[str]:
    """A server that nobody has visited yet."""
    with running(city_lake, tmp_path / "server.log") as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: str | None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open an address in a new window; every request must stay on this machine."""
    asked: list[str] = []
    contexts = []

    def go(address: str, language: str = "en-US", width: int = 1440) -> Page:
        context = browser.new_context(locale=language, viewport={"width": width, "height": 900})
        context.set_default_timeout(PAGE_SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    assert [url for url in asked if not url.startswith(local)] == []
    assert asked
