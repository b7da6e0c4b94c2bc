"""The director's journeys in a real browser: open, change the district, switch the language, drill down, come back.

The address bar holds everything, so each step is proved by what the page shows and by its address.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, running

pytestmark = pytest.mark.e2e

SECONDS = 30_000
DONGCHENG, FIRST_STATION = "339901", "339901010000"

expect.set_options(timeout=SECONDS)


def title(page: Page, words: str) -> None:
    """Wait until the page with this heading stands there whole."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=re.compile(label)).click()
    page.get_by_role("option", name=option, exact=True).click()


def click_mark(page: Page, figure: str, number: int) -> None:
    """Click a mark of a chart; Plotly's own layer lies over it, so the mouse goes to its place."""
    mark = page.locator(f".st-key-figure_{figure} .points path.point").nth(number)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def address_has(page: Page, *parts: str) -> None:
    for part in parts:
        expect(page).to_have_url(re.compile(re.escape(part)))


def address_lacks(page: Page, part: str) -> None:
    expect(page).not_to_have_url(re.compile(re.escape(part)))


def test_a_deep_link_as_the_first_request_of_a_fresh_server(fresh_server: str, visit: Visit) -> None:
    page = visit(f"{fresh_server}/training?lang=en&district={DONGCHENG}&period=52weeks&compare=previous", "zh-CN")
    title(page, "Training")
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_role("combobox", name=re.compile("District"))).to_have_value("Dongcheng")
    expect(page.get_by_role("combobox", name=re.compile("Compared"))).to_have_value("against the period before")
    expect(page.get_by_text("No. 1").first).to_be_visible()
    address_has(page, "/training?", "lang=en", f"district={DONGCHENG}", "period=52weeks", "compare=previous")


@pytest.mark.parametrize(
    ("browser_language", "heading"), [("zh-CN", "总览"), ("en-US", "Overview"), ("de-DE", "Overview")]
)
def test_the_first_language_is_the_browsers(server: str, visit: Visit, browser_language: str, heading: str) -> None:
    page = visit(server, browser_language)
    title(page, heading)
    expect(page.locator(".st-key-figure_map")).to_be_visible()
    expect(page.locator(".st-key-figure_map .points path.point")).to_have_count(4)


def test_change_the_district_and_come_back(server: str, visit: Visit) -> None:
    page = visit(f"{server}/?lang=en")
    title(page, "Overview")
    choose(page, "District", "Dongcheng")
    address_has(page, f"district={DONGCHENG}")
    expect(page.get_by_role("heading", name="Stations", exact=True)).to_be_visible()
    page.go_back()
    address_lacks(page, "district=")
    expect(page.get_by_role("heading", name="Districts", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("District"))).to_have_value("all")


def test_switch_the_language_and_keep_the_place(server: str, visit: Visit) -> None:
    page = visit(f"{server}/alert_reduction?lang=en&district={DONGCHENG}")
    title(page, "Alert reduction")
    page.get_by_text("中文", exact=True).click()
    title(page, "降警情")
    address_has(page, "/alert_reduction?", "lang=zh_CN", f"district={DONGCHENG}")
    expect(page.get_by_role("combobox", name=re.compile("区县"))).to_have_value("东城区")
    page.go_back()
    title(page, "Alert reduction")


def test_drill_down_on_the_map_then_on_a_chart_and_back_twice(server: str, visit: Visit) -> None:
    page = visit(f"{server}/?lang=en&period=52weeks")
    title(page, "Overview")
    click_mark(page, "map", 0)
    address_has(page, f"district={DONGCHENG}")
    expect(page.get_by_role("heading", name="Stations", exact=True)).to_be_visible()
    expect(page.locator(".st-key-figure_changes").get_by_text("Dongcheng No. 1", exact=True)).to_be_visible()
    title(page, "Overview")
    click_mark(page, "changes", 0)
    address_has(page, f"station={DONGCHENG}")
    expect(page.locator(".st-key-up_district")).to_be_visible()
    page.go_back()
    address_lacks(page, "station=")
    expect(page.get_by_role("combobox", name=re.compile("Station"))).to_have_value("all")
    page.go_back()
    address_lacks(page, "district=")
    expect(page.get_by_role("heading", name="Districts", exact=True)).to_be_visible()
    address_has(page, "lang=en", "period=52weeks")


def test_a_click_on_a_name_in_the_table_leads_down(server: str, visit: Visit) -> None:
    page = visit(f"{server}/?lang=en")
    title(page, "Overview")
    table = page.locator(".stDataFrameGlideDataEditor").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 40, "y": 52})
    address_has(page, f"district={DONGCHENG}")
    expect(page.locator(".st-key-up_city")).to_be_visible()
    page.locator(".st-key-up_city button").click()
    address_lacks(page, "district=")


def test_links_between_pages_keep_the_filters_and_back_returns(server: str, visit: Visit) -> None:
    page = visit(f"{server}/?lang=en&district={DONGCHENG}&class=traffic")
    title(page, "Overview")
    page.get_by_role("link", name="Repeat reports").click()
    title(page, "Repeat reports")
    address_has(page, "/repeat_reports?", f"district={DONGCHENG}", "class=traffic", "lang=en")
    page.get_by_text("7 days", exact=True).click()
    address_has(page, "window=7")
    page.go_back()
    address_lacks(page, "window=")
    page.go_back()
    title(page, "Overview")
    address_has(page, f"district={DONGCHENG}", "class=traffic", "lang=en")


def test_the_permanent_link_names_the_version_and_shows_the_same(server: str, visit: Visit) -> None:
    page = visit(f"{server}/alert_reduction?lang=en&district={DONGCHENG}")
    title(page, "Alert reduction")
    page.locator(".st-key-permalink button").first.click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert re.search(r"[?&]data=\d+", link)
    assert "period=2025-12-22..2025-12-28" in link
    figure = page.locator(".st-key-figure_alert_trend p").first.inner_text()
    other = visit(link, "zh-CN")
    title(other, "Alert reduction")
    expect(other.locator(".st-key-figure_alert_trend p").first).to_have_text(figure)
    expect(other.get_by_text("fixed by the link")).to_be_visible()


def test_definition_table_and_download_are_one_click_away(server: str, visit: Visit) -> None:
    page = visit(f"{server}/alert_reduction?lang=en")
    title(page, "Alert reduction")
    page.locator(".st-key-definition_waterfall button").first.click()
    expect(page.get_by_text("Numerator:")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".st-key-data_waterfall button").first.click()
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV", exact=True).click()
    content = Path(started.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "received" in content.decode("utf-8-sig")


def test_on_a_phone_nothing_is_wider_than_the_screen(server: str, visit: Visit) -> None:
    page = visit(f"{server}/?lang=zh_CN", width=390)
    title(page, "总览")
    expect(page.locator(".st-key-figure_map .points path.point")).to_have_count(4)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_without_a_lake_the_visitor_reads_what_to_do(tmp_path: Path, visit: Visit) -> None:
    with running(tmp_path / "nothing", tmp_path / "server.log") as address:
        page = visit(f"{address}/?lang=en")
        expect(page.get_by_text("python -m etl demo")).to_be_visible()
        expect(page.get_by_text("Traceback")).to_have_count(0)


def test_the_overview_answers_to_its_own_name_too(server: str, visit: Visit) -> None:
    page = visit(f"{server}/overview?lang=en&district={DONGCHENG}")
    title(page, "Overview")
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_role("combobox", name=re.compile("District"))).to_have_value("Dongcheng")
    page.locator(".st-key-up_city button").click()
    address_lacks(page, "district=")
    address_has(page, "/overview?")
    page.go_back()
    address_has(page, "/overview?", f"district={DONGCHENG}")
    expect(page.get_by_role("combobox", name=re.compile("District"))).to_have_value("Dongcheng")


def test_the_pages_behind_a_button_open_by_keyboard(server: str, visit: Visit) -> None:
    page = visit(f"{server}/?lang=en&district={DONGCHENG}", "en-US", 390)
    title(page, "Overview")
    page.locator(".st-key-navigation").get_by_role("button", name="Office").focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Snapshots")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    title(page, "Snapshots")
    page.go_back()
    title(page, "Overview")
    address_has(page, f"district={DONGCHENG}")
