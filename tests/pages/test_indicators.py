"""The plan row by row: three chapters, filters, registers as status, and what one click on a row opens."""

import pytest

from metrics import catalogue
from tests.pages.conftest import Opener
from wording import Words

ROWS = len(catalogue())


def names(app) -> list[str]:
    return [name for table in app.dataframe for name in table.value["name"]]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_indicator_stands_in_one_of_three_chapters(dashboard: Opener, language: str) -> None:
    app = dashboard("indicators", lang=language)
    words = Words(language)
    assert not app.exception
    assert len(app.dataframe) == len(app.subheader) == 3
    assert sorted(names(app)) == sorted(words.text(entry.name) for entry in catalogue().values())


def test_filters_leave_registers_or_rows_with_a_target(dashboard: Opener) -> None:
    app = dashboard("indicators", lang="en")
    app.segmented_control(key="plan_tier").set_value("T3").run()
    registers = [entry for entry in catalogue().values() if entry.tier == "T3"]
    assert len(names(app)) == len(registers)
    assert not any("%" in value for table in app.dataframe for value in table.value["value"])  # never ranked
    app.segmented_control(key="plan_tier").set_value(None)
    app.toggle(key="plan_target").set_value(True).run()
    assert len(names(app)) == 5


def test_a_row_opens_with_its_definition_and_its_units(dashboard: Opener) -> None:
    app = dashboard("alert_reduction", lang="en")
    app.query_params["indicator"] = "cases_filed"
    app.switch_page("pages/leadership/indicators.py").run()
    assert not app.exception
    assert "Row 19: Cases filed" in [title.value for title in app.header]
    said = "\n".join(str(part.value) for part in app.markdown)
    assert "criminal cases filed and administrative cases accepted" in said
    assert len(app.dataframe[-1].value) == 4  # districts
    app.button(key="plan_back").click().run()
    assert "indicator" not in app.query_params and len(names(app)) == ROWS


def test_what_nobody_reported_is_said(dashboard: Opener) -> None:
    app = dashboard("indicators", lang="en")
    table = app.dataframe[0].value
    (status,) = table.loc[table["row"] == "8a", "status"]
    assert status == "not reported"


def test_name_value_and_status_come_first(dashboard: Opener) -> None:
    table = dashboard("indicators", lang="en").dataframe[0].value
    assert list(table.columns)[:3] == ["name", "value", "status"]


def test_a_sum_since_new_year_has_no_spark_line(dashboard: Opener) -> None:
    tables = [table.value for table in dashboard("indicators", lang="en").dataframe]
    course = {name: list(trend) for table in tables for name, trend in zip(table["name"], table["trend"], strict=True)}
    assert course["Valid alerts since New Year"] == []
    assert len(course["Valid alerts"]) > 1
