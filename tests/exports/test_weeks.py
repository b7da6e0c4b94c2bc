"""Which weeks are published and which are refused with a reason; runs that meet, repeat, or cannot write."""

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import filelock
import polars as pl
import pytest

import exports
import metrics
import warehouse
from exports import ExportError, building, software, week_of, weekly
from exports.command_line import main
from exports.packing import digest
from tests.exports.small_lake import alert, load, reference
from warehouse import Lake

LAST = date(2025, 12, 22)
FIGURES = ("parquet", "csv")

pytestmark = pytest.mark.usefixtures("few")


def test_any_day_names_its_week_and_its_version_is_the_newest_with_data(read_only: Lake) -> None:
    found = week_of(read_only, date(2025, 12, 25))
    assert (found.start, found.end, found.version) == (LAST, date(2025, 12, 29), 8)
    assert found.made_at == warehouse.moment_of(read_only, 8)


def test_a_week_across_the_new_year_is_keyed_by_its_first_day(lake: Lake, tmp_path: Path) -> None:
    made = weekly(lake, date(2025, 1, 1), tmp_path, formats=("parquet",))
    assert made.name == "jiceng-2024-12-30-v8"
    table = pl.read_parquet(made.folder / "figures.parquet")
    change = table.filter(
        (pl.col("indicator") == "alert_change") & (pl.col("by") == "city") & (pl.col("category") == "all")
    )
    assert set(change["period_first"]) == {LAST.replace(year=2024, day=30)}
    days = dict(change.select("comparison", "base_first").iter_rows())
    assert days == {"previous": date(2024, 12, 23), "yoy": date(2024, 1, 1)}


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2023, 5, 1), "before_data"),
        (date(2023, 12, 31), "before_data"),
        (date(2025, 12, 29), "incomplete_week"),
        (date(2027, 1, 4), "incomplete_week"),
    ],
)
def test_a_week_without_all_its_days_is_refused(read_only: Lake, tmp_path: Path, day: date, code: str) -> None:
    with pytest.raises(ExportError) as refused:
        weekly(read_only, day, tmp_path)
    assert refused.value.code == code
    assert all("{" not in refused.value.sentence(language) for language in ("en", "zh"))
    assert exports.listed(tmp_path) == []


@pytest.mark.parametrize("week", ["0001-01-01", "1900-06-01", "2200-12-31", "9999-12-31"])
def test_a_week_of_no_year_that_can_be_asked_for_is_refused_in_a_sentence(
    read_only: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, week: str
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(read_only.home))
    assert main(["weekly", "--out", str(tmp_path / "new"), "--week", week, "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["sentence"] == said.err.strip()
    assert said.err.startswith(f"{week} lies outside the years") and "1901 to 2199" in said.err
    assert json.loads((tmp_path / "new" / "weekly.log").read_text(encoding="utf-8"))["status"] == "refused"


def test_a_question_without_an_answer_is_a_refusal(
    read_only: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def no(*_: object, **__: object) -> None:
        raise metrics.MetricError("unknown_district", "330000")

    monkeypatch.setenv("JICENG_LAKE", str(read_only.home))
    monkeypatch.setattr("exports.command_line.weekly", no)
    assert main(["weekly", "--out", str(tmp_path), "--week", "2025-12-22", "--json"]) == 1
    assert "330000" in json.loads(capsys.readouterr().out)["sentence_zh"]
    assert "330000" in (tmp_path / "weekly.log").read_text(encoding="utf-8")


def test_a_version_from_before_the_tables_is_refused_like_one_that_is_not_kept(
    read_only: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(read_only.home))
    for week in (["--week", "2025-12-22"], []):
        assert main(["weekly", "--out", str(tmp_path), *week, "--version", "0"]) == 1
        assert "Data version 0 is not kept" in capsys.readouterr().err


def test_a_week_in_the_middle_of_which_the_data_begin_is_refused_and_not_offered(lake: Lake) -> None:
    load(lake, "alert", [alert("Z1", datetime(2023, 12, 28, 12), "339901010000", "help")], "earlier.csv")
    version = warehouse.settled_version(lake)
    with pytest.raises(ExportError, match="begin on 2023-12-28, in the middle of the week of 2023-12-25") as refused:
        week_of(lake, date(2023, 12, 31))
    assert "2023-12-28" in refused.value.sentence("zh")
    assert exports.complete_weeks(lake, version)[-1] == date(2024, 1, 1)
    assert exports.complete_weeks(lake, version)[0] == exports.newest_week(lake) == LAST


def returned(lake: Lake, start: date, days: int = 7) -> None:
    row = {"indicator_id": "alerts_valid", "org_code": "339901", "breakdown": "all", "numerator": 12}
    load(lake, "indicator_return", [row | {"period_start": start, "period_end": start + timedelta(days=days)}], "r.csv")


def test_without_records_the_newest_week_is_the_newest_that_was_returned(tmp_path: Path) -> None:
    lake = warehouse.open_lake(tmp_path / "returns", create=True)
    load(lake, "district", reference()["district"], "district.csv")
    with pytest.raises(ExportError, match="hold no alerts and no returns"):
        exports.newest_week(lake)
    returned(lake, date(2025, 12, 1), days=31)
    with pytest.raises(ExportError, match="no whole week"):
        exports.newest_week(lake)
    for start in (date(2025, 12, 8), LAST, date(2025, 12, 24)):
        returned(lake, start)
    assert exports.newest_week(lake) == week_of(lake, LAST).start == LAST
    assert exports.complete_weeks(lake, lake.version()) == [LAST, date(2025, 12, 8)]
    with pytest.raises(ExportError, match="know no record of the week of 2025-12-15"):
        week_of(lake, date(2025, 12, 15))
    warehouse.close_lake(tmp_path / "returns")


def test_a_week_that_nothing_is_known_of_is_missing_data_and_no_fall(lake: Lake) -> None:
    later = [alert("Z1", datetime(2026, 1, 18, 12), "339901010000", "help")]
    load(lake, "alert", later, "later.csv")
    with pytest.raises(ExportError) as refused:
        week_of(lake, date(2026, 1, 5))
    assert refused.value.code == "empty_week"


def test_an_empty_lake_is_refused(tmp_path: Path) -> None:
    lake = warehouse.open_lake(tmp_path / "empty", create=True)
    with pytest.raises(ExportError, match="hold no alerts"):
        weekly(lake, LAST, tmp_path / "out")
    warehouse.close_lake(tmp_path / "empty")


def test_an_undone_batch_leaves_no_trace_in_the_figures(lake: Lake, tmp_path: Path) -> None:
    before = weekly(lake, LAST, tmp_path / "a", formats=FIGURES)
    more = [alert(f"N{n}", datetime(2025, 12, 24, 9), "339901010000", "help") for n in range(9)]
    batch = load(lake, "alert", more, "wrong.csv").batch_id
    warehouse.undo_batch(lake, batch, "tester")
    after = weekly(lake, LAST, tmp_path / "b", formats=FIGURES)
    assert after.data_version > before.data_version
    old, new = (exports.opened(made.archive) for made in (before, after))
    found = exports.compare(old, new, lake)
    assert found.changed.is_empty()
    manifest = json.loads((after.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["batches"][-1]["status"] == "undone"


def test_the_same_run_again_changes_nothing_and_pins_once(lake: Lake, tmp_path: Path) -> None:
    first = weekly(lake, LAST, tmp_path, formats=FIGURES)
    stamp = first.archive.stat().st_mtime_ns
    second = weekly(lake, LAST, tmp_path, formats=FIGURES)
    assert (first.status, second.status) == ("made", "unchanged")
    assert second.archive.stat().st_mtime_ns == stamp
    recorded = digest((first.folder / "SHA256SUMS").read_bytes())
    pins = [(pin["data_version"], pin["reason"]) for pin in warehouse.pins(lake)]
    assert pins == [(8, f"weekly snapshot 2025-12-22 {recorded}")]
    (first.folder / "figures.csv").write_text("changed")
    assert weekly(lake, LAST, tmp_path, formats=FIGURES).status == "made"


def test_two_runs_do_not_meet(read_only: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "LOCK_SECONDS", 0.01)
    with filelock.FileLock(tmp_path / ".lock"), pytest.raises(ExportError, match="Another package"):
        weekly(read_only, LAST, tmp_path)


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ExportError, match="No space left"):
        weekly(lake, LAST, tmp_path / "out", formats=("csv",))
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name != ".lock"] == []


def test_without_a_browser_or_a_font_everything_else_is_made(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(software, "fonts", dict)
    made = weekly(lake, LAST, tmp_path, formats=("pdf", "csv", "html"), language="zh")
    assert {path.name for path in made.folder.iterdir()} == {
        "figures.csv",
        "report.html",
        "manifest.json",
        "SHA256SUMS",
    }
    assert [(warning["file"], warning["reason"]) for warning in made.warnings] == [("report.pdf", "no_font")]
    assert "fonts-noto-cjk" in made.warnings[0]["sentence"]


@pytest.mark.parametrize("weeks", ["0", "-1", "two", "1.5"])
def test_only_a_number_of_weeks_can_be_kept(capsys: pytest.CaptureFixture, weeks: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["weekly", f"--keep={weeks}"])
    assert ended.value.code == 2 and f"{weeks} is not a number of weeks" in capsys.readouterr().err


def test_the_command_line_tells_by_its_status(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(shutil.copytree(built, tmp_path / "lake")))
    out = tmp_path / "out"
    common = ["weekly", "--out", str(out), "--formats", "parquet", "--json"]
    assert main([*common, "--week", "2025-12-22"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["data_version"], told["warnings"]) == ("made", 8, [])
    assert main([*common, "--week", "2026-01-05"]) == 1
    said = capsys.readouterr()
    assert "not complete" in said.err
    assert (told := json.loads(said.out))["status"] == "refused" and told["sentence_zh"].startswith("2026-01-05所在周")
    assert main([*common[:3], "--formats", "docx"]) == 2
    assert main([*common, "--week", "2025-12-22", "--version", "77"]) == 1
    assert "77" in json.loads(capsys.readouterr().out)["sentence_zh"]
    assert main([*common, "--week", "2025-12-15", "--keep", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == [], "the package just made stays, however old its week"
    assert main([*common, "--week", "2025-12-22", "--keep", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == ["jiceng-2025-12-15-v8"]
    assert main(["list", "--out", str(out), "--json"]) == 0
    assert [one["week"] for one in json.loads(capsys.readouterr().out)["packages"]] == ["2025-12-22"]
    log = [json.loads(line) for line in (out / "weekly.log").read_text(encoding="utf-8").splitlines()]
    assert [line["status"] for line in log] == ["made", "refused", "refused", "refused", "made", "unchanged"]
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "nowhere"))
    assert main([*common, "--week", "2025-12-22"]) == 3


def test_a_backup_put_elsewhere_gives_every_figure_again(lake: Lake, tmp_path: Path) -> None:
    made = weekly(lake, LAST, tmp_path / "out", formats=FIGURES)
    warehouse.backup(lake, tmp_path / "backup")
    place = warehouse.restore(tmp_path / "backup", tmp_path / "elsewhere").home
    found = exports.verify(warehouse.open_lake(place), made.archive)
    assert (found.outcome, found.differing) == ("genuine", 0)
    warehouse.close_lake(place)


def test_a_published_version_survives_maintenance(lake: Lake, tmp_path: Path) -> None:
    made = weekly(lake, LAST, tmp_path, formats=FIGURES)
    load(lake, "alert", [alert("N1", datetime(2025, 12, 24, 9), "339901010000", "help")], "more.csv")
    warehouse.maintain(lake, keep_days=0)
    assert exports.verify(lake, made.archive).is_genuine


def test_the_package_just_made_is_mailed_before_others_are_removed_and_stays(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    out, mailed = tmp_path / "out", list[list[str]]()
    monkeypatch.setenv("JICENG_LAKE", str(shutil.copytree(built, tmp_path / "lake")))
    monkeypatch.setenv("JICENG_MAIL_TO", "a@example.org")

    def send(made: exports.Made) -> list[str]:
        mailed.append([made.archive.stem, *names(out)])
        return []

    monkeypatch.setattr("exports.mail.send", send)
    common = ["weekly", "--out", str(out), "--formats", "csv", "--json"]
    for week in ("2025-12-08", "2025-12-22"):
        assert main([*common, "--week", week]) == 0
    capsys.readouterr()
    assert main([*common, "--week", "2025-12-15", "--keep", "1", "--mail"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["mailed"], told["removed"]) == ("sent", ["jiceng-2025-12-08-v8"])
    assert mailed == [["jiceng-2025-12-15-v8", *(f"jiceng-2025-12-{day}-v8" for day in ("08", "15", "22"))]]
    assert names(out) == ["jiceng-2025-12-15-v8", "jiceng-2025-12-22-v8"]


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.zip"))


def test_what_is_no_manifest_of_ours_is_left_alone_on_the_shelf(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    made = weekly(lake, LAST, tmp_path, formats=("csv",))
    content = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    odd = [
        {"figures": None},
        {"figures": "12"},
        {"committed_at": 1},
        {"committed_at": "yesterday"},
        {"warnings": None},
        {"warnings": ["report.pdf"]},
        {"warnings": [{"file": "report.pdf"}]},
        {"choices": None},
        {"choices": {"languages": [None]}},
    ]
    for number, change in enumerate(odd):
        (tmp_path / f"jiceng-odd{number}").mkdir()
        (tmp_path / f"jiceng-odd{number}.zip").touch()
        (tmp_path / f"jiceng-odd{number}" / "manifest.json").write_text(json.dumps(content | change), encoding="utf-8")
    assert [package.name for package in exports.listed(tmp_path)] == [made.name]
    assert main(["list", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_a_folder_that_is_none_or_is_closed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    assert main(["list", "--out", str(tmp_path / "not-yet")]) == 0
    (tmp_path / "file").touch()
    assert main(["list", "--out", str(tmp_path / "file"), "--json"]) == 3
    assert "file cannot be listed (Not a directory)" in json.loads(capsys.readouterr().out)["sentence"]

    def closed(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", closed)  # the account of the tests may enter everything
    assert main(["list", "--out", str(tmp_path)]) == 3
    assert "cannot be listed (Permission denied)" in capsys.readouterr().err
