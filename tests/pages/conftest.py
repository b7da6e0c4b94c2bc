"""A small lake and the dashboard run in the test's own process."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.small_city import build

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "overview": "pages/leadership/overview.py",
    "alert_reduction": "pages/leadership/alert_reduction.py",
    "repeat_reports": "pages/leadership/repeat_reports.py",
    "training": "pages/leadership/training.py",
    "indicators": "pages/leadership/indicators.py",
    "integrity": "pages/leadership/integrity.py",
    "upload": "pages/analysts/upload.py",
    "history": "pages/analysts/history.py",
    "quarantine": "pages/analysts/quarantine.py",
    "data_status": "pages/analysts/data_status.py",
    "snapshots": "pages/office/snapshots.py",
    "parameters": "pages/office/parameters.py",
}
SECONDS = 60

Opener = Callable[..., AppTest]


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory, _no_real_lake_or_secret: None) -> Path:
    return build(tmp_path_factory.mktemp("small-city"))


@pytest.fixture
def dashboard(small_lake: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Open a page with filters, as a visitor with its address would."""
    monkeypatch.setenv("JICENG_LAKE", str(small_lake))

    def go(page: str = "overview", **filters: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
        app.query_params.update(filters)
        app.run()
        if page != "overview":
            app.switch_page(str(ROOT / FILES[page])).run()
        return app

    yield go
    assert os.environ["JICENG_LAKE"] == str(small_lake)
