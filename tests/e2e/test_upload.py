"""The analyst's Monday in a real browser: a file as the source system wrote it, from the drop to the undo.

The file has the layout of F4 and F5 (title, period, unit, a header of two rows, a total, a footer) in GB18030, with one
column that nobody can guess and two bad cells.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_journeys import title

pytestmark = pytest.mark.e2e

STATIONS = [f"3399{district:02d}{number:02d}0000" for district in range(1, 5) for number in range(1, 5)]
WEEK = "period=2025-12-22..2025-12-28"
PREPARED_MS = 300_000
ROWS, BAD_TIME, BAD_UNIT = 40, 11, 23
PHONE = "1380000"


def weekly_file(folder: Path) -> Path:
    """Write the file; its two bad cells stand on rows 16 and 28 of the spreadsheet."""
    lines = [
        "全市2025年第52周警情明细表,,,,,",
        "统计时间：2025年12月22日0时至12月28日24时,,,,单位：起,",
        "接警单编号,报警时间,甲类归口,警情类别,,报警电话",
        ",,,代码,初始代码,",
    ]
    for number in range(ROWS):
        day, unit = 22 + number % 7, STATIONS[number % 16]
        moment = f"2025年12月{day}日 8时{10 + number}分" if number % 3 else f"2025-12-{day} 08:{10 + number}:00"
        moment = "前天上午" if number == BAD_TIME else moment
        unit = "999" if number == BAD_UNIT else unit
        lines.append(f"W{number:04d},{moment},{unit},traffic,traffic,{PHONE}{number:04d}")
    lines += ["合 计,,,,,", "填报人：×××    审核人：×××,,,,,"]
    path = folder / "周报.csv"
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    return path


def card(page: Page) -> Locator:
    return page.locator(".st-key-card_alerts_valid").get_by_test_id("stMetricValue")


def valid_alerts(visit: Visit, server: str) -> int:
    page = visit(f"{server}/?lang=en&{WEEK}")
    title(page, "Overview")
    return int(card(page).inner_text().replace(",", ""))


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=re.compile(option)).first.click()


def reviewed(page: Page) -> None:
    """Wait until the upload is prepared and the page stands whole; the first one also loads Great Expectations."""
    expect(page.locator(".st-key-discard")).to_be_visible(timeout=PREPARED_MS)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()


def test_from_the_drop_to_the_undo(server: str, visit: Visit, tmp_path: Path) -> None:
    before = valid_alerts(visit, server)
    page = visit(f"{server}/upload?lang=en")
    title(page, "Upload")
    page.locator("input[type=file]").set_input_files(weekly_file(tmp_path))
    reviewed(page)
    expect(page).to_have_url(re.compile("upload="))

    expect(page.get_by_text("全市2025年第52周警情明细表")).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("^Encoding"))).to_have_value("gb18030")
    expect(page.get_by_role("spinbutton", name=re.compile("^First header row"))).to_have_value("3")
    expect(page.get_by_role("spinbutton", name=re.compile("^Header rows"))).to_have_value("2")
    choose(page, "甲类归口", "station_code")
    page.get_by_role("button", name="Look again with these columns").click()
    expect(page.get_by_text("Some rows are refused")).to_be_visible()
    reviewed(page)

    expect(page.get_by_text("2 rows are refused, for 2 cells.")).to_be_visible()
    counts = page.locator(".st-key-counts").get_by_test_id("stMetricValue")
    expect(counts).to_have_text(["40", "38", "0", "0", "2"])
    expect(page.get_by_text(PHONE)).to_have_count(0)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download the file with the errors marked").click()
    marked = Path(started.value.path()).read_bytes().decode("gb18030")
    assert started.value.suggested_filename == "周报-refused.csv"
    assert [line.split(",")[0] for line in marked.splitlines()[1:]] == ["W0011", "W0023"]
    assert "前天上午" in marked

    page.get_by_role("textbox", name="Your name").fill("Li")
    page.keyboard.press("Tab")
    page.locator(".st-key-commit button").click()
    expect(page.get_by_text("38 rows new, 0 updated, 2 set aside")).to_be_visible()
    page.get_by_role("link", name="See the overview").click()
    title(page, "Overview")
    assert valid_alerts(visit, server) == before + 38

    page.locator(".st-key-navigation").get_by_role("button", name="Data").click()
    page.get_by_role("link", name="History").click()
    title(page, "History")
    expect(page.get_by_role("combobox", name="Batch")).to_have_value(re.compile("周报.csv"))
    page.locator(".st-key-undo button").click()
    expect(page.get_by_text("The 38 records that it added go")).to_be_visible()
    page.locator(".st-key-undo_yes button").click()
    expect(page.get_by_text("38 records went")).to_be_visible()
    assert valid_alerts(visit, server) == before


def test_a_reloaded_browser_finds_its_upload_again(server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{server}/upload?lang=zh_CN")
    title(page, "上传文件")
    page.locator("input[type=file]").set_input_files(weekly_file(tmp_path))
    reviewed(page)
    other = visit(page.url, "zh-CN", width=390)
    reviewed(other)
    expect(other.get_by_role("combobox", name=re.compile("^编码"))).to_have_value("gb18030")
    assert other.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    other.locator(".st-key-discard button").click()
    expect(other.locator("input[type=file]")).to_be_attached()


def test_the_way_to_the_decision_needs_no_mouse(server: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{server}/upload?lang=en")
    title(page, "Upload")
    page.locator("input[type=file]").set_input_files(weekly_file(tmp_path))
    reviewed(page)
    box = page.get_by_role("combobox", name=re.compile("甲类归口"))
    box.focus()
    page.keyboard.type("station_code")
    expect(page.get_by_role("option")).to_have_text(["station_code", "station_code_initial"])
    expect(page.get_by_role("option").first).to_have_attribute("data-focused", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_value("station_code")
    page.get_by_role("button", name="Look again with these columns").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Some rows are refused")).to_be_visible()
    reviewed(page)
    page.locator(".st-key-discard button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[type=file]")).to_be_attached()
