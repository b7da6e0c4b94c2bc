"""The page of parameters: what each is, what a change would do, and that none happens without a name and a reason."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

import metrics
import warehouse
from pages.shared import classes
from tests.pages import desk_city
from tests.pages.conftest import FILES, ROOT, SECONDS
from wording import Words


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[warehouse.Lake]:
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "lake"))
    yield desk_city.build(tmp_path)
    warehouse.close_lake(tmp_path / "lake")


def page(parameter: str, language: str = "en") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.query_params.update({"lang": language, "parameter": parameter})
    app.run()
    return app.switch_page(str(ROOT / FILES["parameters"])).run()


def texts(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption, *app.warning, *app.success, *app.error])


def test_a_change_says_what_follows_and_needs_a_name_and_a_reason(lake: warehouse.Lake) -> None:
    app = page("merge_gap_minutes")
    assert not app.exception
    assert len(app.dataframe[0].value) == len(warehouse.parameter_rules())
    assert "made anew in the same commit" in texts(app) and "Repeat share" in texts(app)
    before = lake.version()
    app.number_input(key="value_merge_gap_minutes").set_value(180)
    app.button[-1].click().run()
    assert "name" in app.warning[0].value
    app.text_input(key="who").set_value("Li").run()
    app.number_input(key="value_merge_gap_minutes").set_value(180)
    app.button[-1].click().run()
    assert "a reason" in app.error[0].value
    assert lake.version() == before
    app.text_input(key="reason_merge_gap_minutes").set_value("trial")
    app.button[-1].click().run()
    assert "is now 180" in app.success[0].value
    assert metrics.parameters(lake).merge_gap_minutes == 180
    assert app.dataframe[1].value.iloc[0].tolist()[1] == "merge gap 120→180"


def test_a_value_that_nobody_has_set_stays_unset_until_it_is_entered(lake: warehouse.Lake) -> None:
    app = page("required_hours", "zh_CN")
    assert app.number_input(key="value_required_hours").value is None
    assert "未填" in app.dataframe[0].value["现值"].tolist()


def test_a_change_is_drawn_on_the_charts_that_it_concerns(lake: warehouse.Lake) -> None:
    day = date(2025, 12, 1)
    warehouse.set_parameter(lake, "look_back_gap", "0.2", reason="trial", author="Li", valid_from=day)
    scope = metrics.Scope(date(2025, 12, 22), date(2025, 12, 29))
    place = SimpleNamespace(words=Words("en"))
    drawn = classes.events(place, metrics.show(lake, "repeat_share", scope))
    assert drawn.rows() == [(day, "tolerance of the look-back 0.1→0.2")]
    assert classes.events(place, metrics.show(lake, "alert_change", scope)).is_empty()
