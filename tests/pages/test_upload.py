"""The upload page in the test's own process: guessed, corrected, refused, committed; nothing personal is shown."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

import warehouse
from tests.pages import desk_city
from tests.pages.conftest import FILES, ROOT, SECONDS
from wording import Words

EN = Words("en")
ROUNDS, PAUSE = 300, 0.1
TWO_BAD = (
    desk_city.alerts(100, 10)
    .replace("2025-12-23 08:44:00", "yesterday")
    .replace("A105,2025-12-23 08:45:00,339902010000", "A105,2025-12-23 08:45:00,999")
)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[warehouse.Lake]:
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "lake"))
    yield desk_city.build(tmp_path)
    warehouse.close_lake(tmp_path / "lake")


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.query_params["lang"] = "en"
    app.run()
    return app.switch_page(str(ROOT / FILES["upload"])).run()


def has(app: AppTest, key: str) -> bool:
    return any(button.key == key for button in app.button)


def settled(app: AppTest) -> AppTest:
    """Wait until the work in the background is over."""
    pause = Event()
    for _ in range(ROUNDS):
        app.run()
        assert not app.exception
        if has(app, "discard") or has(app, "another"):
            return app
        pause.wait(PAUSE)
    raise AssertionError(texts(app))


def uploaded(name: str, content: bytes | str) -> AppTest:
    app = opened()
    app.file_uploader[0].upload(name, content.encode() if isinstance(content, str) else content)
    return settled(app.run())


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.success, *app.error]
    return "\n".join(str(part.value) for part in parts)


def everything(app: AppTest) -> str:
    tables = [table.value.to_csv() for table in (*app.dataframe, *app.table)]
    boxes = [" ".join([box.label, *map(str, box.options)]) for box in app.selectbox]
    return "\n".join([texts(app), *tables, *boxes, *(code.value for code in app.code)])


def labelled(app: AppTest, start: str) -> object:
    return next(box for box in app.selectbox if box.label.replace("\\", "").startswith(start))


def form_button(app: AppTest, name: str) -> object:
    return next(button for button in app.button if button.label == EN(name))


def current(lake: warehouse.Lake) -> int:
    return int(lake.frame("SELECT count(*) FROM lake.alert").item())


def commit(app: AppTest) -> AppTest:
    app.text_input(key="who").set_value("Li").run()
    app.button(key="commit").click().run()
    return settled(app)


def test_what_was_guessed_and_what_would_happen_is_shown_and_nothing_is_written(lake: warehouse.Lake) -> None:
    app = uploaded("week.csv", desk_city.alerts(100, 6))
    assert labelled(app, "Table").value == "alert"
    assert labelled(app, "Encoding").value == "utf-8"
    assert labelled(app, "Delimiter").value == ","
    assert [number.value for number in app.number_input] == [1, 1]
    assert labelled(app, "station_code").value == "station_code"
    assert [metric.value for metric in app.metric] == ["6", "6", "0", "0", "0"]
    assert EN("upload_outcome.ready") in texts(app)
    assert "40 → **46** (+6)" in app.table[0].value.to_csv()
    assert app.button(key="commit").disabled
    assert current(lake) == 40


def test_commit_all_then_the_same_file_is_nothing_new(lake: warehouse.Lake) -> None:
    app = commit(uploaded("week.csv", desk_city.alerts(100, 6)))
    assert "Committed as batch" in app.success[0].value
    assert current(lake) == 46
    assert warehouse.list_batches(lake)[-1]["author"] == "Li"
    app.button(key="another").click().run()
    assert app.file_uploader
    again = uploaded("week.csv", desk_city.alerts(100, 6))
    assert "was loaded before" in texts(again)
    assert not has(again, "commit")


def test_every_refused_cell_is_named_and_the_good_rows_are_committed(lake: warehouse.Lake) -> None:
    app = uploaded("week.csv", TWO_BAD)
    table = next(frame.value for frame in app.dataframe if "what to do" in frame.value.columns)
    assert table["row"].tolist() == [6, 7]
    assert table["column"].tolist() == ["reported_at", "station_code"]
    assert table["value"].tolist() == ["yesterday", "999"]
    assert table["code"].tolist() == ["not_a_time", "unknown_station"]
    app = commit(app)
    assert "8 rows new, 0 updated, 2 set aside" in app.success[0].value
    assert current(lake) == 48
    assert len(warehouse.list_quarantine(lake)) == 2


def test_nothing_personal_is_shown(lake: warehouse.Lake) -> None:
    other = TWO_BAD.replace("phone", "phone,caller_name", 1).replace(desk_city.PHONE, f"{desk_city.PHONE},王小明")
    app = uploaded("week.csv", other)
    assert desk_city.PHONE not in everything(app)
    assert "王小明" not in everything(app)


def test_a_mapping_is_corrected_and_prepared_anew(lake: warehouse.Lake) -> None:
    app = uploaded("week.csv", desk_city.alerts(100, 6).replace("station_code", "zzz"))
    labelled(app, "zzz").set_value("station_code")
    form_button(app, "mapping.apply").click().run()
    app = settled(app)
    assert [metric.value for metric in app.metric] == ["6", "6", "0", "0", "0"]
    assert EN("mapping_reason.set") in texts(app)


def test_one_field_cannot_have_two_columns(lake: warehouse.Lake) -> None:
    app = uploaded("week.csv", desk_city.alerts(100, 6))
    labelled(app, "category_code").set_value("station_code")
    form_button(app, "mapping.apply").click().run()
    assert EN("mapping.twice", names="station_code") in texts(app)


def test_another_header_row_is_read_again(lake: warehouse.Lake) -> None:
    app = uploaded("week.csv", "a title\n" + desk_city.alerts(100, 6))
    assert [number.value for number in app.number_input] == [2, 1]
    app.number_input[0].set_value(1)
    form_button(app, "upload.read_again").click().run()
    app = settled(app)
    assert app.number_input[0].value == 1
    assert labelled(app, "a title")


def test_a_file_that_cannot_be_read_is_a_sentence(lake: warehouse.Lake) -> None:
    app = uploaded("week.xlsx", b"PK\x03\x04 this is no workbook")
    assert app.error
    assert "week.xlsx" in app.error[0].value
    assert "Traceback" not in texts(app)
    app.button(key="discard").click().run()
    assert app.file_uploader


def test_discard_leaves_nothing(lake: warehouse.Lake) -> None:
    app = uploaded("week.csv", desk_city.alerts(100, 6))
    app.button(key="discard").click().run()
    assert app.file_uploader
    assert current(lake) == 40
    assert list((lake.home / "scratch").iterdir()) == []


def test_an_address_finds_its_upload_again_and_an_unknown_one_says_so(lake: warehouse.Lake) -> None:
    first = uploaded("week.csv", desk_city.alerts(100, 6))
    (number,) = [first.query_params["upload"]]
    second = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    second.query_params.update({"lang": "en", "upload": number})
    second.run()
    second.switch_page(str(ROOT / FILES["upload"]))
    second.query_params["upload"] = number
    second.run()
    assert [metric.value for metric in second.metric] == ["6", "6", "0", "0", "0"]
    second.query_params["upload"] = "gone"
    second.run()
    assert EN("upload.expired") in texts(second)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_empty_page_says_what_can_be_dropped(lake: warehouse.Lake, language: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
    app.query_params["lang"] = language
    app.run()
    app.switch_page(str(ROOT / FILES["upload"])).run()
    assert Words(language)("upload.explained") in texts(app)
