"""Every page in both languages over a small lake; and what it says when there is nothing to show."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import FILES, ROOT, SECONDS, Opener
from wording import Words

LANGUAGES = ("zh_CN", "en")


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.title, *app.subheader, *app.warning, *app.info, *app.error]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", FILES)
def test_every_page_opens(dashboard: Opener, page: str, language: str) -> None:
    app = dashboard(page, lang=language)
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [Words(language)(f"page.{page}")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", FILES)
def test_every_page_says_whose_data_and_that_they_are_made_up(dashboard: Opener, page: str, language: str) -> None:
    said = texts(dashboard(page, lang=language))
    words = Words(language)
    assert words("header.demonstration_long") in said
    assert words.name("枫桥市", "Fengqiao") in said


@pytest.mark.parametrize("page", [page for page in FILES if page != "data_status"])
def test_every_figure_has_its_foot_line(dashboard: Opener, page: str) -> None:
    app = dashboard(page, lang="en")
    feet = [caption.value for caption in app.caption if caption.value.startswith("n = ")]
    assert len(feet) == len(app.get("plotly_chart"))
    for foot in feet:
        assert re.search(r"definition \d", foot)
        assert "data v" in foot


def test_charts_have_a_text_alternative(dashboard: Opener) -> None:
    charts = dashboard("alert_reduction", lang="en").get("plotly_chart")
    assert charts
    assert all(chart.proto.alt for chart in charts)


def test_the_fall_of_one_district_is_found_and_named(dashboard: Opener) -> None:
    app = dashboard("alert_reduction", lang="en", period="52weeks")
    assert "Confirmed fall: Dongcheng." in texts(app)


def test_no_percentage_on_a_base_under_twenty(dashboard: Opener) -> None:
    app = dashboard("overview", lang="en", period="2025-12-25..2025-12-25", district="339901")
    table = app.dataframe[0].value
    assert list(table["numerator"].fillna(0)) and max(table["numerator"].fillna(0)) < 20
    assert all("%" not in str(change) for change in table["change"])


def test_a_filter_goes_into_the_address(dashboard: Opener) -> None:
    app = dashboard(lang="en")
    app.selectbox(key="choice_district").select("339901").run()
    assert app.query_params["district"] == "339901"
    assert "Dongcheng No. 1" in app.selectbox(key="choice_station").options


def test_another_district_forgets_the_station(dashboard: Opener) -> None:
    app = dashboard(lang="en", district="339901", station="339901010000")
    app.selectbox(key="choice_district").select("339902").run()
    assert "station" not in app.query_params


def test_an_unknown_code_is_said_and_left_out(dashboard: Opener) -> None:
    app = dashboard(lang="en", district="999999")
    assert "no unit with the code 999999" in app.warning[0].value
    assert not app.error


def test_a_version_that_is_not_kept_is_said(dashboard: Opener) -> None:
    app = dashboard(lang="en", data="9999")
    assert "9999" in app.warning[0].value
    app.button(key="to_latest").click().run()
    assert not app.warning


@pytest.mark.parametrize("nonsense", ["period=2025-13-45..x", "data=-1", "class=x", "compare=x", "lang=xx", "window=1"])
def test_nonsense_in_the_address_is_as_good_as_none(dashboard: Opener, nonsense: str) -> None:
    name, _, value = nonsense.partition("=")
    app = dashboard("repeat_reports", **{name: value})
    assert not app.exception
    assert not app.error


def test_without_a_lake_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "nothing"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.query_params["lang"] = "en"
    app.run()
    assert "python -m etl demo" in app.warning[0].value
    assert not app.exception


@pytest.mark.parametrize("page", ["overview", "alert_reduction"])
def test_a_period_without_data_has_reasons_and_no_empty_table(dashboard: Opener, page: str) -> None:
    app = dashboard(page, lang="zh_CN", period="2020-01-06..2020-01-12")
    assert not app.exception
    said = texts(app)
    assert "无数据" in said and "**本期" not in said and "有效警情 0 起" not in said
    assert not any(frame.value.empty for frame in app.dataframe)
