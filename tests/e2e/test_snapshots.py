"""The clerk's Monday in a real browser: make the package, look at it, take it along, compare it, and prove it.

The city is small, so that a package is made in seconds; the button makes it in a process of its own, as for real.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

import exports
import warehouse
from exports.packing import zip_bytes
from tests.e2e.conftest import Visit, running
from tests.e2e.test_journeys import title
from tests.exports.small_lake import alert, build, load

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

MADE_MS = 120_000
FIRST, SECOND = "jiceng-2025-12-22-v8", "jiceng-2025-12-22-v10"
EAST = "339901010000"
WHEN = datetime(2025, 12, 29)


class Office(NamedTuple):
    """A dashboard over a lake and a shelf of the test's own."""

    address: str
    lake: Path
    shelf: Path


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("JICENG_SNAPSHOTS", str(tmp_path / "shelf"))
    lake = build(tmp_path)
    with running(lake, tmp_path / "server.log") as address:
        yield Office(address, lake, tmp_path / "shelf")
    assert "Traceback" not in (tmp_path / "server.log").read_text(encoding="utf-8")


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    return bool(width <= page.viewport_size["width"])


def told(page: Page, words: str) -> Locator:
    """Wait for a box with these words, and for the whole page below it."""
    box = page.get_by_test_id("stAlert").filter(has_text=re.compile(words))
    expect(box).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    return box


def drop(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def forged(files: dict[str, bytes]) -> bytes:
    """Return the package with 7 valid alerts in the city, whatever there were."""
    of_city = (pl.col("indicator") == "alerts_valid") & (pl.col("by") == "city") & (pl.col("category") == "all")
    value = pl.when(of_city).then(7.0).otherwise(pl.col("value")).alias("value")
    table = io.BytesIO()
    pl.read_parquet(files["figures.parquet"]).with_columns(value).write_parquet(table)
    return zip_bytes(files | {"figures.parquet": table.getvalue()}, FIRST, WHEN)


def one_byte_changed(files: dict[str, bytes]) -> bytes:
    page = bytearray(files["report.html"])
    page[-20] ^= 1
    return zip_bytes(files | {"report.html": bytes(page)}, FIRST, WHEN)


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as started:
        page.get_by_role("button", name=button, exact=True).click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def make_and_look(page: Page) -> None:
    """The empty page, the button, the list, and the report in the page."""
    title(page, "每周快照")
    expect(page.get_by_text("还没有快照。")).to_be_visible()
    expect(page.get_by_role("button", name="生成快照", exact=True)).to_be_disabled()
    page.get_by_role("textbox", name="您的姓名").fill("值班员")
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="周", exact=True)).to_have_value("2025年12月22日至28日")
    page.get_by_role("button", name="生成快照", exact=True).click()
    expect(page.get_by_text("正在生成")).to_be_visible()
    done = page.get_by_text(f"2025年12月22日至28日的快照已按数据版本 8 生成（{FIRST}）")
    expect(done).to_be_visible(timeout=MADE_MS)
    title(page, "每周快照")
    expect(page.get_by_role("combobox", name="查看快照")).to_have_value("2025年12月22日至28日（数据版本 8）")
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1)
    expect(page).to_have_url(re.compile(f"package={FIRST}"))
    page.locator(".st-key-preview label").first.click()
    report = page.frame_locator("iframe")
    expect(report.get_by_role("heading", level=1)).to_have_text("枫桥市派出所工作周报")
    expect(report.locator("article:visible .js-plotly-plot").first).to_be_visible()
    report.get_by_role("link", name="七、数据质量").click()
    expect(report.get_by_role("heading", name="七、数据质量")).to_be_in_viewport()
    page.locator(".st-key-preview label").first.click()
    expect(page.locator("iframe")).to_have_count(0)


def take_along(page: Page, office: Office) -> dict[str, bytes]:
    """Download the ZIP and one file; the bytes are those of the folder, and those that manifest and sums name."""
    name, content = downloaded(page, "下载 ZIP")
    assert name == f"{FIRST}.zip"
    files = unzipped(content)
    assert files == {path.name: path.read_bytes() for path in (office.shelf / FIRST).iterdir()}
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in files if name != "SHA256SUMS"}
    manifest = json.loads(files["manifest.json"])
    assert {name: entry["sha256"] for name, entry in manifest["files"].items()} == {
        name: digest for name, digest in sums.items() if name != "manifest.json"
    }
    assert downloaded(page, "工作簿 Excel · 中文") == (f"{FIRST}-workbook.xlsx", files["workbook.xlsx"])
    return files


def compare_with_a_later_version(page: Page, office: Office) -> None:
    """A late record comes in, the clock makes the same week again, and the two are held against each other."""
    lake = warehouse.open_lake(office.lake)
    load(lake, "alert", [alert("LATE", datetime(2025, 12, 24, 9), EAST, "help")], "补录.csv")
    assert exports.weekly(lake, date(2025, 12, 22), office.shelf, formats=("parquet",)).name == SECOND
    warehouse.close_lake(office.lake)
    page.goto(f"{office.address}/snapshots?lang=zh_CN")
    title(page, "每周快照")
    expect(page.get_by_role("combobox", name="查看快照")).to_have_value(re.compile("数据版本 10"))
    expect(page.locator("[class*=st-key-take_] p")).to_have_text(["下载 ZIP", "指标数据 Parquet"])
    expect(page.get_by_role("combobox", name="较早的")).to_have_value(re.compile("数据版本 8"))
    expect(page.get_by_role("combobox", name="较新的")).to_have_value(re.compile("数据版本 10"))
    page.get_by_role("button", name="比较", exact=True).click()
    expect(page.get_by_text(re.compile(r"数据版本8与10的两份快照相比，[\d,]+项数据中有\d+项不同"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"批次\d+（警情，补录\.csv）：补录 1 条"))).to_be_visible()
    expect(page.get_by_role("region", name="两份快照中不同的数据")).to_be_visible()
    title(page, "每周快照")


def prove(page: Page, files: dict[str, bytes]) -> None:
    """Drop what came back: the same, an altered figure, one byte, a damaged archive, and what is no package."""
    drop(page, f"{FIRST}.zip", zip_bytes(files, FIRST, WHEN))
    told(page, f"真实，数据版本 8：{FIRST} 的文件校验和无误，[\\d,]+ 项数据与重新计算的结果完全一致")
    drop(page, "改动.zip", forged(files))
    told(page, r"核验不通过：.*figures\.parquet 被改动.* 2 项与数据版本 8 重新计算的结果不同")
    expect(page.get_by_role("region", name="与重新计算不同的数据")).to_be_visible()
    drop(page, "一字节.zip", one_byte_changed(files))
    told(page, r"核验不通过：.*report\.html 被改动.*但 [\d,]+ 项数据与数据版本 8 重新计算的结果一致")
    expect(page.get_by_role("region", name="与重新计算不同的数据")).to_have_count(0)
    drop(page, "断了.zip", zip_bytes(files, FIRST, WHEN)[:-1000])
    told(page, r"断了\.zip 无法作为快照读取：不是 ZIP 文件，或已损坏、被改动")
    drop(page, "照片.zip", zip_bytes({"a.jpg": b"x"}, "a", WHEN))
    told(page, r"照片\.zip 不是每周快照")
    drop(page, "report.pdf", b"%PDF-1.7")
    told(page, r"report\.pdf 无法作为快照读取")


def in_english_on_a_phone(visit: Visit, office: Office, files: dict[str, bytes]) -> None:
    """Somebody else, with a phone: the report opens in English, the file is genuine, and nothing is cut off."""
    page = visit(f"{office.address}/snapshots?lang=en&package={FIRST}", width=390)
    title(page, "Snapshots")
    assert fits(page)
    expect(page.get_by_role("combobox", name="Look at a package")).to_have_value(re.compile("data version 8"))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("region", name="Figures that differ between the two packages")).to_be_visible()
    drop(page, f"{FIRST}.zip", zip_bytes(files, FIRST, WHEN))
    told(page, f"Genuine, data version 8: every file of {FIRST} is the one that was made")
    expect(page.get_by_text("differ between data version 8 and data version 10")).to_be_visible()
    page.locator(".st-key-preview label").first.click()
    heading = page.frame_locator("iframe").get_by_role("heading", level=1)
    expect(heading).to_have_text("Fengqiao: weekly report on police-station work")
    title(page, "Snapshots")
    assert fits(page)


def test_a_package_from_the_button_to_the_proof(office: Office, visit: Visit) -> None:
    page = visit(f"{office.address}/snapshots?lang=zh_CN", "zh-CN")
    make_and_look(page)
    files = take_along(page, office)
    compare_with_a_later_version(page, office)
    prove(page, files)
    in_english_on_a_phone(visit, office, files)
