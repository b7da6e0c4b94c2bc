"""What changed between two packages: exactly what a load touches, worst first, with the batch that did it."""

import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
import warehouse
from etl import Options, load_files
from exports import weekly
from exports.command_line import main
from exports.packing import zip_bytes
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


def test_a_package_is_genuine_or_it_is_said_what_differs(lake: Lake, tmp_path: Path) -> None:
    archive = made(lake, tmp_path)
    assert exports.verify(lake, archive).outcome == "genuine"
    assert exports.verify(lake, archive.with_suffix("")).is_genuine
    with zipfile.ZipFile(archive) as opened:
        files = {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}
    table = pl.read_parquet(files["figures.parquet"])
    of_city = (pl.col("indicator") == "alerts_valid") & (pl.col("by") == "city") & (pl.col("category") == "all")
    forged = table.with_columns(pl.when(of_city).then(7.0).otherwise(pl.col("value")).alias("value"))
    forged.write_parquet(tmp_path / "forged.parquet")
    files["figures.parquet"] = (tmp_path / "forged.parquet").read_bytes()
    found = exports.verify(lake, zip_bytes(files, "x", datetime(2025, 12, 29)), "forged.zip")
    assert found.outcome == "changed" and dict(found.files) == {"figures.parquet": "changed"}
    assert found.differing == 2 and {one["before"]["value"] for one in found.figures} == {7.0}
    assert "figures.parquet" in exports.verdict(Words("en"), found)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"hello"])
def test_what_is_no_package_is_said_to_be_none(lake: Lake, content: bytes) -> None:
    with pytest.raises(exports.ExportError):
        exports.verify(lake, content, "x.zip")


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
    load(lake, "indicator_return", rows, "ankang.csv", warnings=[wrong])
    told = (weekly(lake, LAST, tmp_path, formats=("html",), language="zh").folder / "report.html").read_text("utf-8")
    shown = told.partition('data-key="returns"')[2].partition("</table>")[0]
    assert "1,593" in shown and "1,858" in shown and "−14.3%" in shown and "−29.0%" in shown
    assert "ankang.csv 第4行：公布 下降17.9%，核算 -14.26%" in told


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
    assert "<figure>" not in told  # no chart without a value
    warehouse.close_lake(tmp_path / "lake")
