"""Every kind of cause and every rule has its own words: on the command line, in the report and on the page."""

import json
from dataclasses import replace

import polars as pl
import pytest

import warehouse
from exports import Revisions, compared
from exports.causes import Cause
from exports.comparing import Opened, compare
from exports.report.changed import changed
from exports.report.changed import table as table_of
from exports.report.model import Table
from exports.revisions import revisions
from exports.telling import compared_lines
from tests.exports.small_lake import load
from tests.exports.tiny_lake import GATE, HARBOUR, MONDAY, Compared, blamed, call, counted
from warehouse import Lake
from wording import Words


def everywhere(found: Revisions, language: str) -> tuple[str, str, str]:
    """Return a comparison as the command line, the report's section and the page tell it."""
    say = Words(language)
    section = "\n".join(
        block if isinstance(block, str) else "\n".join(cell.text for row in block.rows for cell in row)
        for block in changed(say, found)
        if isinstance(block, str | Table)
    )
    sentences, frame = compared(say, found)
    page = "\n".join(sentences) + "\n".join(" ".join(row) for row in (frame.iter_rows() if frame is not None else ()))
    return "\n".join(compared_lines(say, found)), section, page


def assert_said(found: Revisions, zh: str, en: str) -> None:
    for language, words in (("zh_CN", zh), ("en", en)):
        for place in everywhere(found, language):
            assert words in place


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ("late", "批次7（警情，more.csv）：补录 1 条，影响", "batch 7 (Alerts, more.csv): 1 late records, in "),
        ("class", "批次7（警情，more.csv）：改类 1 条，影响", "batch 7 (Alerts, more.csv): 1 recoded, in "),
        (
            "merger",
            "批次7（警情，more.csv）：并案或拆分 1 条，影响",
            "1 merged with another record or parted from ",
        ),
        ("flag", "批次7（警情，more.csv）：有效标记变更 1 条，影响", "batch 7 (Alerts, more.csv): 1 "),
        ("map", "类别映射变更，涉及警情 1 条，影响", "batch 7 (Category map, more.csv): "),
        ("unit", "批次7（派出所，more.csv）：机构合并 1 条，影响", "1 units merged into another, in "),
        ("undo", "撤销批次6（警情，alert.csv）：撤出 10 条，影响", "undo of batch 6 (Alerts, alert.csv): 10 "),
    ],
)
def test_each_kind_of_cause_has_its_words(
    tiny: Lake, monkeypatch: pytest.MonkeyPatch, change: str, zh: str, en: str
) -> None:
    before = Compared(tiny, monkeypatch, ("alerts_received", "alerts_valid"))
    rows = {
        "late": ("alert", call("late", "30")),
        "class": ("alert", call("a", "80", status_rank=1)),
        "merger": ("alert", call("b", "20", main_alert_id="a", link_type="duplicate", caller_key=1, status_rank=1)),
        "flag": ("alert", call("a", "20", is_invalid="true", status_rank=1)),
        "map": (
            "category_map",
            {"scheme": "local", "version": "2", "code": "80", "category_group": "help", "valid_from": "1900-01-01"}
            | {"is_police_matter": "true"},
        ),
        "unit": (
            "station",
            {"station_code": GATE, "district_code": "339901", "name_zh": "东门派出所", "kind": "station"}
            | {"valid_from": "1900-01-01", "valid_to": "2025-12-01", "successor_code": "339901020000"},
        ),
    }
    if change == "undo":
        warehouse.undo_batch(tiny, 6, "tester")
    else:
        table, row = rows[change]
        load(tiny, table, [row], "more.csv")
    assert_said(before.now(), zh, en)


def test_a_parameter_is_the_cause_and_no_batch(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Compared(lake, monkeypatch, ("alert_change", "alerts_valid"))
    late = load(lake, "alert", [call("late", "40", HARBOUR)], "more.csv").batch_id
    warehouse.set_parameter(lake, "confidence", "0.9", reason="trial", author="tester")
    found = before.now()
    assert [(rule.kind, rule.name, rule.before, rule.after) for rule in found.rules] == [
        ("parameter", "confidence", "0.95", "0.9")
    ]
    named = {
        (line["unit"], line["category"]): (numbers, [rule.name for rule in under])
        for line, numbers, under in zip(found.changed.iter_rows(named=True), found.of, found.under, strict=True)
        if line["indicator"] == "alert_change" and line["comparison"] == "previous"
    }
    assert named[HARBOUR, "all"] == ([late], [])  # counted anew
    assert named[GATE, "all"] == ([], ["confidence"])  # the interval alone
    assert_said(found, "参数“置信水平”由 0.95 改为 0.9", "parameter “confidence”: 0.95, now 0.9")
    shown = found.to_json()
    assert shown["rules"] == [{"kind": "parameter", "name": "confidence", "before": "0.95", "after": "0.9"}]
    assert "parameter:confidence" in json.dumps(shown["figures"])


def test_a_parameter_that_counts_differently_is_named_for_what_it_counts(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [call("once", "30", caller_key=10**9), call("again", "30", caller_key=10**9, day=24)]
    load(lake, "alert", rows, "more.csv")
    before = Compared(lake, monkeypatch, ("repeat_share", "alerts_valid"))
    warehouse.set_parameter(lake, "merge_gap_minutes", "1440", reason="trial", author="tester")
    found = before.now()
    assert set(found.changed["indicator"]) == {"repeat_share"}
    assert not any(found.of) and {rule.name for under in found.under for rule in under} == {"merge_gap_minutes"}


def test_a_setting_is_named(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where weeks begin on Sunday, Monday to Sunday is no whole week, and last year's same dates are its base."""
    before = Compared(lake, monkeypatch, ("alerts_valid",))
    warehouse.write_settings(lake, {"week_start": "sunday"}, author="tester")
    found = before.now()
    assert set(found.changed["comparison"]) == {"yoy"} and not any(found.of)
    assert_said(found, "设置“每周首日”由 monday 改为 sunday", "“first day of the week”: monday, now sunday")


def test_a_definition_of_a_newer_program_is_named_even_without_the_lake(
    tiny: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = counted(tiny, tiny.version(), monkeypatch, ("alerts_valid", "alerts_received"))
    newer = table.with_columns(
        pl.when(pl.col("indicator") == "alerts_valid").then(2).otherwise(pl.col("definition")).alias("definition")
    )
    opened = [Opened(name, MONDAY, tiny.version(), {}, frame) for name, frame in (("old", table), ("new", newer))]
    found = compare(*opened)
    assert set(found.changed["indicator"]) == {"alerts_valid"}
    assert found.to_json()["definitions"] == [{"indicator": "alerts_valid", "before": 1, "after": 2}]
    assert_said(found, "“有效警情”的口径由版本1改为版本2", "definition of “Valid alerts”: version 1, now 2")
    assert all([rule.kind for rule in under] == ["definition"] for under in found.under)


def test_a_figure_that_reads_the_same_tells_what_is_not_the_same(tiny: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    table = counted(tiny, tiny.version(), monkeypatch, ("alerts_valid",)).filter(pl.col("by") == "city")
    wider = table.with_columns(pl.col("high") + 1)
    judged = table.with_columns(verdict=pl.lit("possible"))
    for newer, zh, en in ((wider, "区间", "interval"), (judged, "判断：", "verdict: ")):
        found = revisions(None, table, newer, MONDAY)
        cells = {row[4].text for row in table_of(Words("zh_CN"), found, 9).rows}
        assert cells and all(cell.startswith(zh) for cell in cells)
        assert_said(found, zh, en)


def test_a_batch_that_changed_no_figure_is_not_said_to_be_a_cause(tiny: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Compared(tiny, monkeypatch, ("alerts_valid",))
    staff = [{"org_code": GATE, "as_of": "2025-12-01", "officers_total": 9}]
    load(tiny, "staff", staff, "staff.csv")
    load(tiny, "alert", [call("late", "40")], "more.csv")
    found = before.now()
    assert {cause.table: cause.figures > 0 for cause in found.causes} == {"alert": True, "staff": False}
    assert "staff.csv" not in "".join(everywhere(found, "en"))
    gone = replace(found, causes=[Cause(9, "alert", ("x.csv",), 1, False, {}, known=False, figures=1)])
    assert_said(gone, "变更明细已不再保留", "details are not kept any more")
    assert len(blamed(found))
