"""From the command `streamlit run app.py` to the first page in a real browser, with a lake present.

The plain baseline is a Streamlit script of one line, started and opened the same way in the same run.

    python -m benchmarks.startup [--lake DIR] [--times 3]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PLAIN = "import streamlit as st\nst.title('plain')\n"
READY_MS = 60_000


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, help="a lake to open (default: a demonstration city made for the run)")
    parser.add_argument("--times", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = chosen.lake
        if lake is None:
            from etl.demo.build import build

            lake = Path(folder) / "lake"
            build(lake)
        plain = Path(folder) / "plain.py"
        plain.write_text(PLAIN, encoding="utf-8")
        ours = [first_page(ROOT / "app.py", lake) for _ in range(chosen.times)]
        base = [first_page(plain, lake) for _ in range(chosen.times)]
    value, baseline = statistics.median(ours), statistics.median(base)
    line = {"name": "first_page", "value": round(value, 2), "unit": "s", "baseline": round(baseline, 2),
            "ratio": round(value / baseline, 2), "peak_mb": None,
            "detail": {"all": [round(t, 2) for t in ours]}}  # fmt: skip
    print(json.dumps(line))
    return 0


def first_page(script: Path, lake: Path) -> float:
    """Seconds until the browser shows the title of the first page and Streamlit has stopped running."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
                   "--server.address", "127.0.0.1", "--server.headless", "true"]  # fmt: skip
        started = time.perf_counter()
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"JICENG_LAKE": str(lake)}, stdout=subprocess.DEVNULL
        )
        try:
            _wait_for(port)
            page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
            page.locator("h1").first.wait_for(timeout=READY_MS)
            page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=READY_MS)
            return time.perf_counter() - started
        finally:
            server.terminate()
            server.wait()
            browser.close()


def _wait_for(port: int) -> None:
    """Wait until the server answers; the condition is the answer, not the time."""
    deadline = time.monotonic() + READY_MS / 1000
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
        else:
            return
    raise SystemExit("the server did not answer")


if __name__ == "__main__":
    sys.exit(main())
