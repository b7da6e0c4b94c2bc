"""The page of repeat reports: chance beside the headline, the list by alert number, checks on demand, no keys."""

import json
import re

import pytest

from tests.pages.conftest import Opener
from tests.pages.test_pages import texts


def test_the_headline_stands_beside_chance_and_the_clusters_too(dashboard: Opener) -> None:
    said = texts(dashboard("repeat_reports", lang="en", key="place"))
    assert re.search(r"Repeat share [\d.]+%.*Chance alone would make about \d+", said)
    assert re.search(r"clusters were found in the period .* Chance alone would make about", said)
    assert "Upload the table" in said  # nobody has recorded a treatment in this city


def test_clusters_are_listed_by_alert_number_and_nothing_else_names_them(dashboard: Opener) -> None:
    app = dashboard("repeat_reports", lang="en", key="place", period="52weeks")
    table = app.dataframe[0].value
    assert len(table) > 10
    assert all(re.fullmatch(r"A\d+", number) for number in table["alert_id"])
    everything = texts(app) + table.to_csv()
    assert "Lane" not in everything
    assert not re.search(r"\b138\d{8}\b|\b\d{17,20}\b", everything)


@pytest.mark.parametrize(
    ("check", "title"),
    [
        ("keys", "按报警人、地点、事由"),
        ("merged", "一警多报合并记录"),
        ("institutions", "服务地点与号码排除"),
        ("near", "近邻近时（Knox）"),
    ],
)
def test_checks_are_made_when_they_are_asked_for(dashboard: Opener, check: str, title: str) -> None:
    app = dashboard("repeat_reports", lang="zh_CN", key="place", check=check)
    assert not app.exception
    assert title in [heading.value for heading in app.subheader]


def test_the_rule_of_clusters_is_the_readers_choice(dashboard: Opener) -> None:
    wide, narrow = (
        dashboard("repeat_reports", lang="en", key="place", period="52weeks", least=least, days_m="30").dataframe[0]
        for least in ("2", "4")
    )
    assert len(wide.value) > len(narrow.value)
    assert "4 distinct incidents" in texts(dashboard("repeat_reports", lang="en", key="place", least="4"))


def test_weeks_without_a_look_back_are_greyed_and_have_no_share(dashboard: Opener) -> None:
    app = dashboard("repeat_reports", lang="zh_CN", key="place", period="2024-03-04..2024-03-10")
    chart = next(chart for chart in app.get("plotly_chart") if "chart_repeat_trend" in chart.proto.id)
    assert "回溯期" in [note["text"] for note in json.loads(chart.proto.spec)["layout"]["annotations"]]
