"""The page of signals: what it says is a prompt and never proof, down to a station, a signal and an audit."""

from pathlib import Path

import polars as pl
import pytest

import metrics
import warehouse
from tests.pages.conftest import Opener
from tests.pages.test_pages import texts
from wording import LANGUAGES, Words, catalogue

STATION = "339902010000"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_that_signals_are_no_proof(dashboard: Opener, language: str) -> None:
    said = texts(dashboard("integrity", lang=language))
    assert {"zh_CN": "不是证据", "en": "never proof"}[language] in said
    assert {"zh_CN": "发布前先请相关所看过", "en": "Show them to the station before"}[language] in said


def test_the_panel_holds_every_signal_at_every_district(dashboard: Opener) -> None:
    app = dashboard("integrity", lang="en")
    chart = next(chart for chart in app.get("plotly_chart") if "Panel of signals" in chart.proto.alt)
    for name in metrics.signal_entries():
        assert f'"{name}"' in chart.proto.spec or name in chart.proto.spec


def test_a_signal_without_data_says_what_it_would_need(dashboard: Opener) -> None:
    said = texts(dashboard("integrity", lang="en", signal="G12"))
    assert "no data" in said
    assert "text of activity logs" in said


def test_a_station_shows_its_own_signals(dashboard: Opener) -> None:
    app = dashboard("integrity", lang="en", station=STATION, signal="G3")
    assert not app.exception
    said = texts(app)
    assert "G3 Marked invalid or merged · Linhai No. 1" in said
    assert not any("Panel of signals" in chart.proto.alt for chart in app.get("plotly_chart"))
    assert any(frame.value.shape[0] == 5 for frame in app.dataframe)


def test_the_choice_of_a_signal_goes_into_the_address(dashboard: Opener) -> None:
    app = dashboard("integrity", lang="en")
    app.selectbox(key="choice_signal").select("G18").run()
    assert app.query_params["signal"] == "G18"


def test_an_audit_is_drawn_for_the_place(dashboard: Opener) -> None:
    app = dashboard("integrity", lang="en", station=STATION)
    drawn = next(frame.value for frame in app.dataframe if "call record" in frame.value.columns)
    assert 0 < len(drawn) <= 100
    assert f"seed all/{STATION}/" in texts(app)
    assert "No audit results" in texts(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_course_has_its_words(language: str) -> None:
    names = catalogue(language)
    assert all(f"signal_state.{state}" in names for state in metrics.integrity.STATES)
    assert all(f"signal_course.{name}" in names for name in metrics.integrity.COURSES)
    words = Words(language)
    for entry in metrics.signal_entries().values():
        for text in (entry.name, entry.checked, entry.threshold, entry.false_alarms, entry.look_at, entry.needs):
            assert words.text(text)


def test_the_foot_of_a_net_rate_says_what_it_was_taken_over(small_lake: Path) -> None:
    lake = warehouse.open_lake(small_lake)
    asked = metrics.show(lake, "integrity_signals", metrics.Scope(*metrics.default_period(lake, lake.version())))
    peers = pl.DataFrame({"unit": ["a", "b"], "value": [-0.02, 0.05], "n": [100, 1334]})
    rows = metrics.integrity.of_frame(asked, peers, "share").rows
    assert [row.numerator for row in rows] == [100, 1334]
    assert [row.denominator for row in rows] == [None, None]
