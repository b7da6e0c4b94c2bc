"""The analyst's Monday with a table made for people: the sample of import-formats 4.3, from the drop to the undo.

Title, period and unit above a header of two rows, full-width digits, a dash, a total between districts, a footer; in
GB18030, with one class that nobody can guess (矛盾) and two bad cells. The overview shows the old figure, the new one,
and the old one again.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import warehouse
from etl import load_files
from tests.e2e.conftest import Visit
from tests.e2e.test_journeys import title
from tests.e2e.test_upload import choose, reviewed

pytestmark = pytest.mark.e2e

SAMPLE = """全市2024年第1周警情统计表,,,,,
统计时间：2024年1月1日0时至1月7日24时,,,,单位：起,
单 位,有效警情,,,环比,填报日期
,刑事,治安,矛盾,,
东城分局,2,48,50,↓36.36%,2024年1月8日
临海分局,２, 19 ,-,持平,45299
枫桥县局,1,4B,6,持平,2024年1月8日
石门分局,二,5,7,持平,2024年1月8日
合 计,5,72,63,,
填报人：×××    审核人：×××,,,,,
"""
BEFORE = (
    "indicator_id,org_code,period_start,period_end,breakdown,numerator\n"
    "alerts_valid,339901,2024-01-01,2024-01-08,criminal,3\nalerts_valid,339901,2024-01-01,2024-01-08,public_order,40\n"
)
OLD, NEW = "43", "140"  # 2 + 48 + 50, 2 + 19, 1 + 6, 5 + 7; the two bad cells are set aside
WEEK = "period=2024-01-01..2024-01-07"


@pytest.fixture
def with_returns(city_lake: Path, tmp_path: Path) -> Iterator[None]:
    """The same week as somebody reported it earlier; gone again when the test ends."""
    (path := tmp_path / "earlier.csv").write_text(BEFORE, encoding="utf-8")
    lake = warehouse.open_lake(city_lake)
    report = load_files(lake, "indicator_return", [path])
    assert report.batch_id, report.refusals
    yield
    warehouse.undo_batch(lake, report.batch_id, "tests")


def reported(page: Page, server: str) -> str:
    """Return the total that the overview says was reported."""
    page.goto(f"{server}/?lang=en&{WEEK}")
    title(page, "Overview")
    section = page.locator(".st-key-figure_returned")
    said = section.get_by_text(re.compile("Valid alerts that units reported for Jan 1")).inner_text()
    return re.search(r": ([\d,]+)", said)[1]


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("with_returns")
def test_a_table_made_for_people_from_the_drop_to_the_undo(server: str, visit: Visit, tmp_path: Path) -> None:
    looker = visit(f"{server}/?lang=en&{WEEK}")
    assert reported(looker, server) == OLD
    file = tmp_path / "周报.csv"
    file.write_bytes(SAMPLE.encode("gb18030"))
    page = visit(f"{server}/upload?lang=en")
    title(page, "Upload")
    page.locator("input[type=file]").set_input_files(file)
    reviewed(page)
    expect(page.get_by_role("combobox", name=re.compile("^Encoding"))).to_have_value("gb18030")
    expect(page.get_by_role("spinbutton", name=re.compile("^Header rows"))).to_have_value("2")
    expect(page.get_by_text("Jan 1 – 7, 2024")).to_be_visible()

    choose(page, "有效警情_矛盾", "class: disputes")
    page.get_by_role("button", name="Look again with these columns").click()
    expect(page.get_by_text("Some rows are refused")).to_be_visible()
    reviewed(page)
    counts = page.locator(".st-key-counts").get_by_test_id("stMetricValue")
    expect(counts).to_have_text(["11", "7", "2", "0", "2"])
    with page.expect_download() as started:
        page.get_by_role("button", name="Download the file with the errors marked").click()
    marked = Path(started.value.path()).read_bytes().decode("gb18030").splitlines()
    assert [line.split(",")[:4] for line in marked[1:]] == [["枫桥县局", "1", "4B", "6"], ["石门分局", "二", "5", "7"]]
    assert "有效警情_治安" in marked[1] and "有效警情_刑事" in marked[2]

    page.get_by_role("textbox", name="Your name").fill("Li")
    page.keyboard.press("Tab")
    page.locator(".st-key-commit button").click()
    expect(page.get_by_text("7 rows new, 2 updated, 2 set aside")).to_be_visible()
    assert reported(looker, server) == NEW

    page.locator(".st-key-navigation").get_by_role("button", name=re.compile("Data|Upload")).click()
    page.get_by_role("link", name="History").click()
    title(page, "History")
    page.locator(".st-key-undo button").click()
    page.locator(".st-key-undo_yes button").click()
    expect(page.get_by_text("9 records went, 2 came back")).to_be_visible()
    assert reported(looker, server) == OLD
