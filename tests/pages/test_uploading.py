"""The parts of the upload page without a page: mappings corrected, cells veiled, and uploads at work one at a time."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

import warehouse
from pages.analysts.uploading import headings, jobs, specs, veil
from pages.analysts.uploading.jobs import Plan, Upload, Uploads
from tests.pages import desk_city
from warehouse import table

SPEC = {
    "table": "alert",
    "fields": {
        "alert_id": "No",
        "reported_at": {"columns": ["Day", "Time"], "join": " "},
        "station_code": {"column": "Unit", "map": {"a": "b"}},
        "phone": "Tel",
        "category_scheme": {"constant": "local"},
    },
}
WIDE = {
    "table": "indicator_return",
    "fields": {"org_code": "Unit", "period_start": {"context": "period_start"}},
    "unpivot": {"columns": {"A": {"breakdown": "criminal"}, "B": {"breakdown": "traffic"}}, "value": "numerator"},
}
SECONDS = 10


@pytest.mark.parametrize(
    ("column", "kind", "field"),
    [("No", "field", "alert_id"), ("Day", "part", "reported_at"), ("Unit", "field", "station_code"), ("X", "none", "")],
)
def test_what_becomes_of_a_heading(column: str, kind: str, field: str) -> None:
    use = specs.uses(SPEC, ["No", "Day", "Time", "Unit", "Tel", "X"])[column]
    assert (use.kind, use.field) == (kind, field)


def test_a_heading_that_becomes_rows() -> None:
    assert specs.uses(WIDE, ["Unit", "A"])["A"] == specs.Use("wide", "numerator", "criminal")


def test_what_is_not_changed_keeps_its_rule() -> None:
    chosen = {"No": "alert_id", "Unit": "station_code", "Tel": "phone", "X": ""}
    assert specs.corrected(SPEC, chosen, {"category_scheme": "local"}) == SPEC


def test_a_heading_moves_to_another_field() -> None:
    found = specs.corrected(SPEC, {"No": "", "X": "alert_id", "Unit": "station_code", "Tel": "phone"}, {})
    assert found["fields"]["alert_id"] == "X"


def test_two_headings_change_places() -> None:
    found = specs.corrected(SPEC, {"No": "station_code", "Unit": "alert_id", "Tel": "phone"}, {})
    assert (found["fields"]["station_code"], found["fields"]["alert_id"]) == ("No", "Unit")


def test_a_wide_column_can_be_left_out() -> None:
    found = specs.corrected(WIDE, {"Unit": "org_code", "A": "numerator", "B": ""}, {})
    assert list(found["unpivot"]["columns"]) == ["A"]
    none_left = specs.corrected(WIDE, {"Unit": "org_code", "A": "", "B": ""}, {})
    assert "unpivot" not in none_left


def test_a_heading_can_stand_for_another_class_and_one_that_was_unknown_for_a_class() -> None:
    found = specs.corrected(
        WIDE, {"Unit": "org_code", "A": "class:traffic", "B": "class:help", "C": "class:dispute"}, {}
    )
    assert {column: values["breakdown"] for column, values in found["unpivot"]["columns"].items()} == {
        "A": "traffic", "B": "help", "C": "dispute",
    }  # fmt: skip
    assert specs.classes(found) == {"A": "traffic", "B": "help", "C": "dispute"}
    assert specs.classes({"fields": {}, "unpivot": {"value": "numerator", "columns": {"2024年": {}}}}) == {}


def test_values_given_for_all_rows() -> None:
    found = specs.corrected(
        WIDE, {}, {"period_start": "", "indicator_id": "alerts_valid", "period_end": "context:period_end"}
    )
    assert "period_start" not in found["fields"]
    assert found["fields"]["indicator_id"] == {"constant": "alerts_valid"}
    assert found["fields"]["period_end"] == {"context": "period_end"}


def test_required_fields_that_nothing_fills() -> None:
    assert specs.missing({"table": "alert", "fields": {"alert_id": "No"}}, table("alert")) == [
        "reported_at",
        "station_code",
    ]
    assert "numerator" not in specs.missing(WIDE, table("indicator_return"))


def test_columns_of_private_fields_are_not_public() -> None:
    assert specs.public_columns(SPEC, table("alert")) == {"No", "Day", "Time", "Unit"}


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("330106202401050001", "No", "330106202401050001"),
        ("11010519491231002X", "No", "99999999999999999A"),
        ("call 138 0000 1234", "No", "call 999 9999 9999"),
        ("13800001234", "Tel", "99999999999"),
        ("王小明", None, "AAA"),
        ("王小明", "Name", "AAA"),
        ("2024-01-05", "No + Unit", "2024-01-05"),
        ("2024-01-05", "No + Tel", "9999-99-99"),
        (None, "No", ""),
    ],
)
def test_what_may_be_shown_of_a_cell(text: str | None, column: str | None, shown: str) -> None:
    assert veil.cell(text, column, {"No", "Unit"}) == shown


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[warehouse.Lake]:
    yield desk_city.build(tmp_path)
    warehouse.close_lake(tmp_path / "lake")


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    found = Uploads()
    yield found
    found.end()


def begun(uploads: Uploads, lake: warehouse.Lake, name: str = "a.csv") -> Upload:
    upload = uploads.begin(lake, [(name, b"x")], Plan())
    assert upload is not None
    return upload


def until(condition: object) -> None:
    pause, end = Event(), time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        pause.wait(0.02)


def test_files_lie_in_a_folder_that_nobody_else_reads(uploads: Uploads, lake: warehouse.Lake) -> None:
    upload = uploads.begin(lake, [("a.csv", b"1"), ("../../a.csv", b"2"), ("c:\\x\\b.csv", b"3")], Plan())
    assert upload.folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in upload.files] == ["a.csv", "a.csv", "b.csv"]
    assert all(upload.folder in path.resolve().parents for path in upload.files)
    uploads.close(upload)
    assert not upload.folder.exists()


def test_a_second_upload_waits_for_the_first(uploads: Uploads, lake: warehouse.Lake) -> None:
    go = Event()
    first, second = begun(uploads, lake), begun(uploads, lake)
    assert uploads.start(first, "working", lambda _: go.wait(SECONDS) and None)
    assert uploads.start(second, "working", lambda upload: upload.tell("read", 0.5))
    until(lambda: first.state == "working")
    assert second.state == "waiting"
    assert not uploads.start(second, "working", lambda _: None)
    go.set()
    until(lambda: not second.is_busy)
    assert (second.step, second.share) == ("read", 0.5)


def test_a_stopped_upload_ends_at_its_next_step_and_leaves_nothing(uploads: Uploads, lake: warehouse.Lake) -> None:
    go, upload = Event(), begun(uploads, lake)

    def work(upload: Upload) -> None:
        go.wait(SECONDS)
        upload.tell("read", 0.1)
        raise AssertionError("it went on")

    uploads.start(upload, "working", work)
    until(lambda: upload.state == "working")
    uploads.close(upload)
    assert uploads.find(upload.id) is None
    go.set()
    until(lambda: not upload.folder.exists())
    assert not upload.failed


def test_an_idle_upload_goes_and_one_at_work_stays(
    uploads: Uploads, lake: warehouse.Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, idle, busy = Event(), begun(uploads, lake), begun(uploads, lake)
    uploads.start(busy, "working", lambda _: go.wait(SECONDS) and None)
    until(lambda: busy.state == "working")
    monkeypatch.setattr(jobs, "IDLE_SECONDS", -1)
    uploads.sweep()
    assert uploads.find(idle.id) is None
    assert not idle.folder.exists()
    assert uploads.find(busy.id) is busy
    go.set()


def test_an_error_of_the_program_is_kept_as_such(uploads: Uploads, lake: warehouse.Lake) -> None:
    upload = begun(uploads, lake)
    uploads.start(upload, "working", lambda _: 1 / 0)
    until(lambda: not upload.is_busy)
    assert upload.failed
    assert upload.state == "ready"


def test_too_many_open_uploads_are_refused(
    uploads: Uploads, lake: warehouse.Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_OPEN", 1)
    begun(uploads, lake)
    assert uploads.begin(lake, [("a.csv", b"x")], Plan()) is None


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("有效警情_刑事", "有效警情_刑事"),  # a screen reader is given the label as it is
        ("_a_ *b* [c]", r"\_a\_ \*b\* \[c\]"),
        (":red[x] $1$", r"\:red\[x\] \$1\$"),
        ("# 号", r"\# 号"),
        ("1. 单位", r"1\. 单位"),
        ("12.5", "12.5"),
    ],
)
def test_headings_are_escaped_only_where_markdown_would_read_them(heading: str, label: str) -> None:
    assert headings.escaped(heading) == label
