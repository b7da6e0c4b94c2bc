"""No Chromium, one that does not start, and one that ends while drawing: everything but the paper is made, and why."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import plotly.graph_objects as go
import pytest

from exports import software
from exports.command_line import main
from exports.report import drawing
from exports.report.model import Picture
from tests.exports.conftest import ROOT, WEEK, needs_paper

FONT = software.Font("No Such Sans", ())
MADE = {"figures.csv", "report.html", "manifest.json", "SHA256SUMS"}
CHILD = """
import sys
import metrics
from exports import figures, software
from exports.command_line import main
figures.published = lambda: [metrics.catalogue()[name] for name in ("alerts_valid", "alert_change")]
software.fonts = lambda: {"sans": software.Font("No Such Sans", ())}
sys.exit(main())
"""
COMMAND = ["weekly", "--week", WEEK, "--formats", "pdf,csv,html", "--json", "--out"]


def warnings_of(folder: Path) -> list[dict[str, str]]:
    package = next(path for path in folder.iterdir() if path.is_dir())
    assert {path.name for path in package.iterdir()} == MADE
    found: list[dict[str, str]] = json.loads((package / "manifest.json").read_text("utf-8"))["warnings"]
    return found


@pytest.mark.usefixtures("few")
def test_without_a_chromium_everything_else_is_made(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(shutil.copytree(built, tmp_path / "lake")))
    monkeypatch.setattr(software, "browser", lambda: None)
    monkeypatch.setattr(software, "browser_version", lambda: None)
    monkeypatch.setattr(software, "fonts", lambda: {"sans": FONT})
    monkeypatch.setattr(software, "font_record", list)
    assert main([*COMMAND, str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["status"] == "made"
    assert "report.pdf: there is no Chromium on this machine to draw its charts. Install one" in told.err
    found = warnings_of(tmp_path / "out")
    assert [(one["file"], one["reason"]) for one in found] == [
        ("report.pdf", "no_browser"),
        ("report.en.pdf", "no_browser"),
    ]
    assert found[0]["sentence"].startswith("there is no Chromium on this machine")
    assert found[0]["sentence_zh"].startswith("本机没有可用于绘图的 Chromium")


@pytest.mark.parametrize("ends", ["exit 1", "sleep 0.5; kill -9 $$"])
def test_a_chromium_that_starts_and_ends_is_said_to(built: Path, tmp_path: Path, ends: str) -> None:
    browser = tmp_path / "bin" / "chromium"
    browser.parent.mkdir()
    browser.write_text(f'#!/bin/sh\ncase "$*" in *--version*) echo "Chromium 1"; exit;; esac\n{ends}\n')
    browser.chmod(0o755)
    lake = shutil.copytree(built, tmp_path / "lake")
    path = f"{browser.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"JICENG_LAKE": str(lake), "PYTHONPATH": str(ROOT), "PATH": path}
    command = [sys.executable, "-c", CHILD, *COMMAND, str(tmp_path / "out")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert "report.pdf: the Chromium of this machine does not start, or ended" in run.stderr
    assert "Traceback" not in run.stderr
    found = warnings_of(tmp_path / "out")
    assert {one["reason"] for one in found} == {"browser_failed"} and len(found) == 2
    assert found[0]["sentence_zh"].startswith("本机的 Chromium 无法启动，或在绘图过程中退出")


def test_a_chromium_that_ends_while_drawing_is_not_waited_for() -> None:
    needs_paper()
    picture = Picture("k", "", go.Figure(go.Bar(x=[1], y=[2])), "")
    drawing._browser.cache_clear()
    try:
        assert drawing.svg(picture, "sans-serif").startswith("<svg")
        drawing._browser().kaleido.subprocess.kill()
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(drawing.NoBrowser) as refused:
                drawing.svg(picture, "sans-serif")
            assert refused.value.failed
        assert time.monotonic() - started < drawing.DRAW_SECONDS / 2
    finally:
        drawing._browser.cache_clear()


def test_a_chart_is_the_same_bytes_whatever_was_drawn_before_it() -> None:
    """All are drawn on one page, which asks nothing of the network."""
    needs_paper()
    line, bars = go.Scatter(x=[1, 2, 3], y=[2, 1, 4], mode="lines+markers", name="now"), go.Bar(x=["a"], y=[5])
    legend = go.Figure([line, line], {"legend": {"orientation": "h"}, "showlegend": True})
    pictures = [Picture(name, "", figure, "") for name, figure in (("a", legend), ("b", go.Figure(bars)))]
    drawing._browser.cache_clear()
    try:
        alone = drawing.svg(pictures[0], "sans-serif")
        for _ in range(3):
            drawing.svg(pictures[1], "sans-serif")
            assert drawing.svg(pictures[0], "sans-serif") == alone
        page = Path(unquote(urlsplit(drawing._browser().kaleido._index).path)).read_text("utf-8")
        assert "<script" in page and "http" not in page
    finally:
        drawing._browser().close()
        drawing._browser.cache_clear()
