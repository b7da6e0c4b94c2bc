"""What changed between two packages: exactly what a load touches, worst first, with the batch that did it."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
import warehouse
from etl import Options, load_files
from exports import weekly
from exports.command_line import main
from exports.report.changed import rows_of
from exports.telling import compared_lines
from tests.exports.small_lake import alert, load
from warehouse import Lake
from wording import Words

LAST, BEFORE = date(2025, 12, 22), date(2025, 12, 15)
EAST, DISTRICT = "339901010000", "339901"

pytestmark = pytest.mark.usefixtures("few")


def made(lake: Lake, folder: Path, day: date = LAST) -> Path:
    return weekly(lake, day, folder, formats=("parquet",)).archive


def compared(lake: Lake, old: Path, new: Path) -> exports.Revisions:
    return exports.compare(exports.opened(old), exports.opened(new), lake)


def test_one_late_alert_is_named_with_its_batch_and_nothing_else_moves(lake: Lake, tmp_path: Path) -> None:
    old = made(lake, tmp_path)
    batch = load(lake, "alert", [alert("LATE", datetime(2025, 12, 24, 9), EAST, "help")], "late.csv").batch_id
    found = compared(lake, old, made(lake, tmp_path))
    counted = found.changed.filter(pl.col("indicator") == "alerts_valid")
    touched = {(line["by"], line["unit"], line["category"]) for line in counted.iter_rows(named=True)}
    assert touched == {
        ("city", "city", "all"),
        ("city", "city", "help"),
        ("district", DISTRICT, "all"),
        ("district", DISTRICT, "help"),
        ("station", EAST, "all"),
    }
    assert all(line["numerator_after"] == line["numerator_before"] + 1 for line in counted.iter_rows(named=True))
    first = found.changed.row(0, named=True)
    assert first["by"] == "city" or first["verdict_before"] != first["verdict_after"]
    assert [(cause.batch_id, cause.kinds) for cause in found.causes] == [(batch, {"late": 1})]
    assert all(numbers == [batch] for numbers in found.of)
    told = "\n".join(compared_lines(Words("zh_CN"), found))
    assert f"批次{batch}（" in told and "补录 1 条" in told

    # the same again, by hand: the packages alone, as a program asks for it
    shown = found.to_json()
    assert shown["changed"] == len(found.changed) and shown["figures"][0]["batches"] == [batch]
    json.dumps(shown)


def test_a_recoded_alert_is_called_recoded(lake: Lake, tmp_path: Path) -> None:
    old = made(lake, tmp_path)
    row = lake.frame(
        "SELECT * FROM lake.alert WHERE category_group = 'traffic' AND reported_at >= '2025-12-22' "
        "AND NOT is_nuisance ORDER BY alert_id LIMIT 1"
    ).to_dicts()[0]
    recoded = row | {"category_code": "dispute", "category_group": "dispute", "status_rank": 1}
    recoded = {name: str(value) if value is not None else None for name, value in recoded.items()}
    batch = load(lake, "alert", [recoded], "recoded.csv").batch_id
    found = compared(lake, old, made(lake, tmp_path))
    assert [(cause.batch_id, cause.kinds) for cause in found.causes] == [(batch, {"recoded": 1})]
    groups = set(found.changed.filter(pl.col("indicator") == "alerts_valid")["category"])
    assert groups == {"traffic", "dispute"}


def test_nothing_changed_is_a_finding(lake: Lake, tmp_path: Path) -> None:
    archive = made(lake, tmp_path)
    found = compared(lake, archive, archive)
    assert found.changed.is_empty() and found.compared > 30
    assert "unchanged" in compared_lines(Words("en"), found)[0]


def test_the_next_report_tells_what_became_of_last_weeks_figures(lake: Lake, tmp_path: Path) -> None:
    made(lake, tmp_path, BEFORE)
    batch = load(lake, "alert", [alert("LATE", datetime(2025, 12, 17, 9), EAST, "help")], "late.csv").batch_id
    page = weekly(lake, LAST, tmp_path, formats=("html",), language="zh").folder / "report.html"
    told = page.read_text(encoding="utf-8")
    assert f"批次{batch}（警情，late.csv）：补录 1 条" in told
    assert "数据版本8）发布的" in told
    assert 'data-key="revisions"' in told


def test_packages_of_two_weeks_are_compared_over_the_older_week(lake: Lake, tmp_path: Path) -> None:
    old = made(lake, tmp_path, BEFORE)
    load(lake, "alert", [alert("LATE", datetime(2025, 12, 17, 9), EAST, "help")], "late.csv")
    found = compared(lake, old, made(lake, tmp_path))
    assert found.week == BEFORE
    assert len(found.changed) and found.causes[0].kinds == {"late": 1}
    with pytest.raises(exports.ExportError, match="two weeks"):
        exports.compare(exports.opened(old), exports.opened(made(lake, tmp_path)), None)


def test_figures_that_differ_in_a_choice_are_told_apart() -> None:
    line = {
        "indicator": "alert_rate",
        "comparison": "yoy",
        "category": "all",
        "unit": "city",
        "name_zh": "枫桥市",
        "name_en": "Fengqiao",
        "unit_of_value": "per_10000",
        **{f"{name}_{side}": 1.0 for name in ("value", "numerator") for side in ("before", "after")},
    }
    lines = [line | {"parameters": f"basis={basis}"} for basis in ("auto", "resident", "registered")]
    names = [row[0].text for row in rows_of(Words("en"), lines).rows]
    assert names == [
        "Alerts per 10,000 residents (on last year, all classes)",
        "Alerts per 10,000 residents (on last year, all classes, residents)",
        "Alerts per 10,000 residents (on last year, all classes, registered residents)",
    ]
    by_class = line | {"indicator": "alert_contributions", "parameters": "split=class", "unit": "help"}
    row = rows_of(Words("zh_CN"), [by_class | {"unit_of_value": "alerts"}]).rows[0]
    assert (row[0].text, row[1].text) == ("有效警情变化的构成（同比、全部类别、按类别）", "求助")


def test_packages_of_one_week_are_compared_without_a_lake_that_can_be_opened(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def denied() -> None:
        raise warehouse.ReadOnly("/srv/lake")

    archive = str(made(lake, tmp_path / "out"))
    monkeypatch.setattr("exports.command_line.open_lake", denied)
    assert main(["compare", archive, archive, "--json"]) == 0
    said = capsys.readouterr()
    assert "may not write in the warehouse at /srv/lake" in said.err and json.loads(said.out)


def test_the_command_line_compares_and_verifies(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(lake.home))
    archive = str(made(lake, tmp_path / "out"))
    assert main(["compare", archive, archive, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == 0
    assert main(["verify", archive, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "genuine"
    assert main(["verify", str(tmp_path / "missing.zip")]) == 1
    assert "missing.zip" in capsys.readouterr().err
    assert warehouse.pins(lake)


def test_a_published_table_comes_out_with_its_change_put_right(lake: Lake, tmp_path: Path) -> None:
    """1,593 against 1,858 is −14.3 % (bulletin p21); what the loaded table states is wrong, as the importer found."""
    weeks = {(LAST, date(2025, 12, 29)): (1593, 44), (BEFORE, LAST): (1858, 62)}
    rows = [
        {"indicator_id": "alerts_valid", "org_code": DISTRICT, "period_start": start, "period_end": end}
        | {"breakdown": part, "numerator": number}
        for (start, end), numbers in weeks.items()
        for part, number in zip(("all", "criminal"), numbers, strict=True)
    ]
    wrong = {"code": "published_change_differs", "row": 4, "stated": "下降17.9%", "computed": "-14.26%"}
    load(lake, "indicator_return", rows, "ankang.csv", warnings=[wrong], period=(BEFORE, date(2025, 12, 23)))
    told = (weekly(lake, LAST, tmp_path, formats=("html",), language="zh").folder / "report.html").read_text("utf-8")
    shown = told.partition('data-key="returns"')[2].partition("</table>")[0]
    assert "1,593" in shown and "1,858" in shown and "−14.3%" in shown and "−29.0%" in shown
    assert "ankang.csv 第4行：公布 下降17.9%，核算 −14.26%" in told


def test_a_lake_of_published_tables_alone_is_reported_and_the_wrong_change_is_named(
    cn_110_public: Path, tmp_path: Path
) -> None:
    """Ankang, 9 to 15 January 2017: 62 to 70 criminal alerts is +12.9 %; the bulletin prints 13.9 %."""
    lake = warehouse.open_lake(tmp_path / "lake", create=True)
    quarantine = Options(on_error="quarantine")
    for file, mapping in (
        ("ankang_city_periods.csv", "ankang"),
        ("published_change_statements.csv", "published_changes"),
    ):
        load_files(lake, "indicator_return", [cn_110_public / file], mapping, options=quarantine)
    package = weekly(lake, date(2017, 1, 9), tmp_path / "out", formats=("html", "csv"), language="zh").folder
    told = (package / "report.html").read_text("utf-8")
    shown = told.partition('data-key="returns"')[2].partition("</table>")[0]
    assert "+12.9%" in shown and "+18.2%" in shown and "+12.4%" in shown
    assert "published_change_statements.csv 第14行：公布 上升13.9%，核算 +12.90%" in told
    assert "第4行" not in told  # that statement is about August 2015
    assert "<figure>" not in told  # no chart without a value
    # the records are unknown, not none: the report opens with that and goes on with what is reported
    assert "本周（2017年1月9日至15日）无接警单记录；单位报表所报有效警情2,566起，见“报表数据”。" in told
    assert re.findall(r'<a href="#zh-[a-z]+">([^<]+)</a>', told)[:3] == ["一、总体情况", "二、报表数据", "三、练兵考核"]
    assert re.findall(r'<table data-key="(\w+)"', told) == ["returns", "signals", "others"]
    assert "没有接警单记录" in told
    assert not re.search("接报警情|偶然波动区分|截至–|[^0-9,.]0起", told.partition('class="definitions"')[0])
    warehouse.close_lake(tmp_path / "lake")
