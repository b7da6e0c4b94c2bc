"""The snapshots page: make a package, find it, take it along, compare two, and check one that comes back."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import exports
import warehouse
from exports.errors import refusal
from pages.office.weekly import packages
from tests.exports.small_lake import alert, load
from warehouse import Lake
from wording import Words

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("markdown", "caption", "success", "error", "warning", "info")


def told(app: AppTest) -> str:
    return "\n".join(element.value for kind in KINDS for element in getattr(app, kind))


@pytest.fixture
def page(lake: Lake, tmp_path: Path, few: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page over a lake and a shelf of the test's own; packages are made in this process, to be quick."""

    def here(day: date, folder: Path, version: int, author: str) -> exports.Apart:
        done = exports.weekly(lake, day, folder, version=version, formats=("parquet",), author=author)
        return exports.Apart(0, done.to_json())

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
    assert "The package of Dec 22 – 28, 2025 is made from data version 8" in told(page)
    assert warehouse.pins(lake)[-1]["pinned_by"] == "Clerk"

    load(lake, "alert", [alert("LATE", datetime(2025, 12, 24, 9), "339901010000", "help")], "late.csv")
    page.button(key="snapshot_make").click().run()
    names = [package.name for package in exports.listed(tmp_path / "shelf")]
    assert len(names) == 2 and not page.exception
    page.button(key="compare_go").click().run()
    assert not page.exception
    assert "1 late records" in told(page) and "batch" in told(page)
    page.text_input(key="who").set_value("Clerk 2").run()
    assert "1 late records" in told(page)
    page.selectbox(key="compare_old").set_value(names[0]).run()
    assert "1 late records" not in told(page)

    archive = tmp_path / "shelf" / f"{names[-1]}.zip"
    page.file_uploader(key="verify_zip").upload(archive.name, archive.read_bytes(), "application/zip").run()
    assert not page.exception
    assert f"every file of {names[-1]} is the one that was made" in told(page)


def test_the_package_just_made_is_the_one_that_is_shown(page: AppTest) -> None:
    page.text_input(key="who").set_value("Clerk").run()
    page.button(key="snapshot_make").click().run()
    page.selectbox(key="snapshot_week").set_value(date(2025, 12, 15)).run()
    page.button(key="snapshot_make").click().run()
    assert "The package of Dec 15 – 21, 2025 is made" in told(page)
    assert page.selectbox(key="choice_package").value == "jiceng-2025-12-15-v8"


def test_a_week_that_units_returned_is_offered_and_the_week_of_records_is_chosen(page: AppTest, lake: Lake) -> None:
    week = {"period_start": "2025-12-29", "period_end": "2026-01-05"}
    row = {"indicator_id": "alerts_valid", "org_code": "339901", "breakdown": "all", "numerator": 12}
    load(lake, "indicator_return", [row | week], "return.csv")
    page.run()
    chosen = page.selectbox(key="snapshot_week")
    assert chosen.options[:2] == ["Dec 29, 2025 – Jan 4, 2026", "Dec 22 – 28, 2025"]
    assert not page.exception and chosen.value == date(2025, 12, 22)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Another package is being made"), ("zh_CN", "没有生成：另一份快照")]
)
def test_why_a_package_is_not_made_is_told_in_the_readers_language(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    told_apart = exports.Apart(3, refusal(exports.ExportError("busy", "/srv/snapshots")))
    monkeypatch.setattr(exports, "make_apart", lambda *_: told_apart)
    page.query_params["lang"] = language
    page.text_input(key="who").set_value("Clerk").run()
    page.button(key="snapshot_make").click().run()
    assert sentence in told(page) and not page.success


def test_a_shelf_that_cannot_be_listed_is_told(page: AppTest, tmp_path: Path) -> None:
    (tmp_path / "shelf").touch()
    page.run()
    assert not page.exception
    assert "shelf cannot be listed (Not a directory)" in told(page)


def test_files_are_called_by_what_they_are() -> None:
    files = ("figures.csv", "report.en.pdf", "report.html", "report.pdf", "workbook.xlsx")
    package = exports.Package("x", Path("x"), Path("x.zip"), date(2025, 12, 22), 8, "", 1, files, ("zh", "en"), (), 1)
    called = [packages.label(Words("zh_CN"), package, file) for file in files]
    assert called == ["指标数据 CSV", "周报 PDF · English", "离线网页", "周报 PDF · 中文", "工作簿 Excel · 中文"]
    english = replace(package, languages=("en",))
    assert packages.label(Words("en"), english, "report.pdf") == "Report, PDF · English"
