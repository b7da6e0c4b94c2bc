"""One small lake for every test of this room, and its package made twice by processes that have nothing in common."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import metrics
import warehouse
from exports import figures, software
from tests.exports import tiny_lake
from tests.exports.small_lake import build
from warehouse import Lake

ROOT = Path(__file__).resolve().parents[2]
WEEK = "2025-12-22"
NAME = "jiceng-2025-12-22-v8"
HERE = {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "0"}
ELSEWHERE = {"TZ": "America/New_York", "PYTHONHASHSEED": "4711", "LANG": "de_DE.UTF-8", "COLUMNS": "40"}

CHILD = """
import sys
import metrics
from exports import figures
from exports.command_line import main
figures.published = lambda: [metrics.catalogue()[name] for name in (
    "alerts_received", "alerts_valid", "alert_change", "valid_share", "training_coverage", "alert_rate")]
sys.exit(main())
"""
"""Publishes some indicators of each kind: all of them would take these tests a minute."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, _no_real_lake_or_secret: None) -> Path:
    """A closed lake of two districts and two years."""
    return build(tmp_path_factory.mktemp("weekly"))


@pytest.fixture(scope="session")
def tiny_built(tmp_path_factory: pytest.TempPathFactory, _no_real_lake_or_secret: None) -> Path:
    """A closed lake of ten alerts."""
    return tiny_lake.build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def packages(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of the same package, made by two processes: other time zone, hash seed, language, folder and lake."""
    folders = [tmp_path_factory.mktemp(name) for name in ("here", "far-away")]
    lakes = [Path(shutil.copytree(built, folder / "lake")) for folder in folders]  # publishing pins a version
    runs = []
    for folder, lake, more in zip(
        folders, lakes, ({"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "0"}, ELSEWHERE), strict=True
    ):
        environment = {**os.environ, "JICENG_LAKE": str(lake), "PYTHONPATH": str(ROOT), **more}
        command = [sys.executable, "-c", CHILD, "weekly", "--week", WEEK, "--out", str(folder / "out"), "--json"]
        runs.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=-1, stderr=-1, text=True))
    for run in runs:
        said, wrong = run.communicate(timeout=380)
        assert run.returncode == 0, said + wrong
    return folders[0] / "out" / NAME, folders[1] / "out" / NAME


@pytest.fixture(scope="session")
def package(packages: tuple[Path, Path]) -> Path:
    return packages[0]


@pytest.fixture
def lake(built: Path, tmp_path: Path) -> Iterator[Lake]:
    """A copy of the lake of the test's own."""
    folder = shutil.copytree(built, tmp_path / "lake")
    yield warehouse.open_lake(folder)
    warehouse.close_lake(folder)


@pytest.fixture
def tiny(tiny_built: Path, tmp_path: Path) -> Iterator[Lake]:
    """A copy of the lake of ten alerts of the test's own."""
    folder = shutil.copytree(tiny_built, tmp_path / "lake")
    yield warehouse.open_lake(folder)
    warehouse.close_lake(folder)


@pytest.fixture(scope="module")
def read_only(built: Path) -> Iterator[Lake]:
    """The lake itself, for tests that write nothing."""
    yield warehouse.open_lake(built)
    warehouse.close_lake(built)


def needs_paper() -> None:
    """Skip where the machine cannot print."""
    if software.browser() is None:
        pytest.skip("there is no Chromium on this machine to draw the charts of report.pdf")
    if not software.fonts():
        pytest.skip("there is no Chinese font on this machine to set report.pdf in (fonts-noto-cjk)")


FEW = ("alert_change", "alerts_valid")
FEW_GROUPS = ("traffic", "dispute", "help")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Publish few indicators, where a test is not about which are published."""
    monkeypatch.setattr(figures, "published", lambda: [metrics.catalogue()[name] for name in FEW])
    monkeypatch.setattr(figures, "GROUPS", FEW_GROUPS)
    return FEW
