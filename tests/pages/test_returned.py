"""The overview's section of what units reported: there only with returns, named by its own week, apart from records."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import warehouse
from etl import load_files
from tests.pages.conftest import ROOT, SECONDS
from tests.pages.desk_city import build
from wording import Words

HEADER = "indicator_id,org_code,period_start,period_end,breakdown,numerator\n"
WEEKS = {"2025-12-15,2025-12-22": (100, 60, 40), "2025-12-22,2025-12-29": (70, 45, 12)}
RETURNS = HEADER + "".join(
    f"alerts_valid,339901,{week},all,{total}\nalerts_valid,339901,{week},dispute,{dispute}\n"
    f"alerts_valid,339902,{week},all,{other}\n"
    for week, (total, dispute, other) in WEEKS.items()
)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[warehouse.Lake]:
    lake = build(tmp_path)
    monkeypatch.setenv("JICENG_LAKE", str(lake.home))
    yield lake
    warehouse.close_lake(lake.home)


def returned(lake: warehouse.Lake, folder: Path) -> int:
    (path := folder / "returns.csv").write_text(RETURNS, encoding="utf-8")
    report = load_files(lake, "indicator_return", [path])
    assert report.batch_id, report.refusals
    return report.batch_id


def overview(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.query_params.update({"lang": "en"} | query)
    app.run()
    assert not app.exception
    return app


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.subheader]


def said(app: AppTest) -> str:
    return "\n".join(part.value for part in app.markdown)


def test_the_section_comes_with_the_first_return_and_goes_with_its_undo(city: warehouse.Lake, tmp_path: Path):
    title = Words("en")("figure.returned")
    assert title not in headings(overview())
    batch = returned(city, tmp_path)
    app = overview(period="2025-12-22..2025-12-28")
    assert title in headings(app)
    assert "reported for Dec 22 – 28, 2025: 82, −41.4% against the period before**; ○ possible fall" in said(app)
    assert "The call records of the same days hold" in said(app)
    assert "no returns" not in said(app)
    by_class, by_unit = (frame.value for frame in app.dataframe[-2:])
    assert by_class.to_numpy().tolist() == [["disputes", 45, 60, "−25.0%", "│ not established"]]
    assert by_unit.to_numpy().tolist() == [
        ["Dongcheng", 70, 100, "−30.0%", "○ possible fall"],
        ["Xicheng", 12, 40, "−70.0%", "○ possible fall"],
    ]
    warehouse.undo_batch(city, batch, "tester")
    assert title not in headings(overview())


def test_a_period_without_returns_shows_the_latest_and_says_so(city: warehouse.Lake, tmp_path: Path):
    returned(city, tmp_path)
    app = overview(period="2025-12-01..2025-12-07", lang="zh_CN")
    assert "2025年12月22日至28日各单位报表所报有效警情 82 起，环比 −41.4%" in said(app)
    assert "所选期间没有报表，以下为最近一期。" in said(app)


def test_a_place_that_reported_nothing_has_no_section(city: warehouse.Lake, tmp_path: Path):
    returned(city, tmp_path)
    title = Words("en")("figure.returned")
    assert title not in headings(overview(station="339901010000"))
    assert title in headings(overview(district="339902"))
