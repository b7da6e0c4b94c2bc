"""The snapshots page: make a package, find it, take it along, compare two, and check one that comes back."""

from datetime import date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import exports
import warehouse
from tests.exports.small_lake import alert, load
from warehouse import Lake

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("markdown", "caption", "success", "error", "warning", "info")


def told(app: AppTest) -> str:
    return "\n".join(element.value for kind in KINDS for element in getattr(app, kind))


@pytest.fixture
def page(lake: Lake, tmp_path: Path, few: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page over a lake and a shelf of the test's own; packages are made in this process, to be quick."""

    def here(day: date, folder: Path, version: int, author: str) -> exports.Apart:
        done = exports.weekly(lake, day, folder, version=version, formats=("parquet",), author=author)
        return exports.Apart(0, done.to_json(), "")

    monkeypatch.setenv("JICENG_LAKE", str(lake.home))
    monkeypatch.setenv("JICENG_SNAPSHOTS", str(tmp_path / "shelf"))
    monkeypatch.setattr(exports, "make_apart", here)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = "en"
    app.run()
    return app.switch_page(str(ROOT / "pages/office/snapshots.py")).run()


def test_make_find_compare_and_check_a_package(page: AppTest, lake: Lake, tmp_path: Path) -> None:
    assert "There are no packages yet." in told(page)
    assert page.button(key="snapshot_make").disabled
    page.text_input(key="who").set_value("Clerk").run()
    assert page.selectbox(key="snapshot_week").value == date(2025, 12, 22)
    page.button(key="snapshot_make").click().run()
    assert not page.exception
    assert "jiceng-2025-12-22-v8 is made." in told(page)
    assert warehouse.pins(lake)[-1]["pinned_by"] == "Clerk"

    load(lake, "alert", [alert("LATE", datetime(2025, 12, 24, 9), "339901010000", "help")], "late.csv")
    page.button(key="snapshot_make").click().run()
    names = [package.name for package in exports.listed(tmp_path / "shelf")]
    assert len(names) == 2 and not page.exception
    page.button(key="compare_go").click().run()
    assert not page.exception
    assert "1 late records" in told(page) and "batch" in told(page)

    archive = tmp_path / "shelf" / f"{names[-1]}.zip"
    page.file_uploader(key="verify_zip").upload(archive.name, archive.read_bytes(), "application/zip").run()
    assert not page.exception
    assert f"every file of {names[-1]} is the one that was made" in told(page)
