"""The pages on batches and on cells set aside: what is told, undo with a question before it, owner and note."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import warehouse
from tests.pages import desk_city
from tests.pages.conftest import FILES, ROOT, SECONDS
from wording import Words

EN = Words("en")
ONE_BAD = desk_city.alerts(100, 3).replace("2025-12-23 08:41:00", "yesterday")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[warehouse.Lake]:
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "lake"))
    yield desk_city.build(tmp_path)
    warehouse.close_lake(tmp_path / "lake")


def page(name: str, **filters: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.query_params.update({"lang": "en"} | filters)
    app.run()
    return app.switch_page(str(ROOT / FILES[name])).run()


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.success, *app.error]
    return "\n".join(str(part.value) for part in parts)


def current(lake: warehouse.Lake) -> int:
    return int(lake.frame("SELECT count(*) FROM lake.alert").item())


def test_the_newest_batch_is_shown_with_author_file_and_counts(lake: warehouse.Lake, tmp_path: Path) -> None:
    number = desk_city.load(lake, tmp_path, "week.csv", desk_city.alerts(100, 5))
    app = page("history")
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="choice_batch").value == str(number)
    about = app.table[0].value.iloc[:, 1].tolist()
    assert {"week.csv", "Alerts", "analyst", "plain"} <= set(about)
    assert [metric.value for metric in app.metric] == ["5", "5", "0", "0", "0"]
    assert "5 added, calls received +5" in texts(app)


def test_nothing_is_undone_before_a_name_and_a_yes(lake: warehouse.Lake, tmp_path: Path) -> None:
    number = desk_city.load(lake, tmp_path, "week.csv", desk_city.alerts(100, 5))
    app = page("history")
    app.button(key="undo").click().run()
    assert "The 5 records that it added go" in texts(app)
    assert app.button(key="undo_yes").disabled
    assert current(lake) == 45
    app.text_input(key="who").set_value("Li").run()
    app.button(key="undo_yes").click().run()
    assert current(lake) == 40
    assert f"Batch {number} is undone: 5 records went" in app.success[0].value
    assert "undone by Li" in texts(app)


def test_keep_it_asks_no_more(lake: warehouse.Lake, tmp_path: Path) -> None:
    desk_city.load(lake, tmp_path, "week.csv", desk_city.alerts(100, 5))
    app = page("history")
    app.button(key="undo").click().run()
    app.button(key="undo_no").click().run()
    assert [button.key for button in app.button if button.key == "undo_yes"] == []
    assert current(lake) == 45


def test_an_undone_batch_tells_both_changes(lake: warehouse.Lake, tmp_path: Path) -> None:
    number = desk_city.load(lake, tmp_path, "week.csv", desk_city.alerts(100, 5))
    warehouse.undo_batch(lake, number, "Li")
    app = page("history", batch=str(number))
    assert "5 added" in texts(app)
    assert not [button for button in app.button if button.key == "undo"]


def test_a_lake_without_batches_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "lake"))
    warehouse.open_lake(tmp_path / "lake", create=True)
    for name in ("history", "quarantine", "upload"):
        app = page(name)
        assert not app.exception
        assert not app.error
    assert EN("history.empty") in texts(page("history"))
    assert EN("quarantine.empty") in texts(page("quarantine"))
    warehouse.close_lake(tmp_path / "lake")


def test_cells_set_aside_are_masked_and_have_reason_and_expiry(lake: warehouse.Lake, tmp_path: Path) -> None:
    desk_city.load(lake, tmp_path, "bad.csv", ONE_BAD, "quarantine")
    table = page("quarantine").dataframe[0].value
    assert table["value (masked)"].tolist() == ["AAAAAAAAA"]
    assert table["column"].tolist() == ["reported_at"]
    assert table["row"].tolist() == [3]
    assert "date and time" in table["reason"][0]
    assert table["deleted on"][0] != "–"


def test_assign_then_close(lake: warehouse.Lake, tmp_path: Path) -> None:
    desk_city.load(lake, tmp_path, "bad.csv", ONE_BAD, "quarantine")
    app = page("quarantine")
    app.text_input(key="who").set_value("Li").run()
    form = app.form("assign")
    form.text_input[0].set_value("Wang")
    form.button[0].click().run()
    assert EN("quarantine.assigned_n", n="1") in texts(app)
    assert app.dataframe[0].value["owner"].tolist() == ["Wang"]
    form = app.form("resolve")
    form.text_input[0].set_value("sent back")
    form.button[0].click().run()
    assert warehouse.list_quarantine(lake) == []
    assert warehouse.list_quarantine(lake, status="resolved")[0]["note"] == "sent back"


def test_without_a_name_nothing_is_assigned(lake: warehouse.Lake, tmp_path: Path) -> None:
    desk_city.load(lake, tmp_path, "bad.csv", ONE_BAD, "quarantine")
    app = page("quarantine")
    form = app.form("assign")
    form.text_input[0].set_value("Wang")
    form.button[0].click().run()
    assert EN("desk.name_first") in texts(app)
    assert warehouse.list_quarantine(lake)[0]["owner"] is None
