"""`--mapping` on the command line: auto, one saved with the lake, one of the project, and none of that name."""

import json
from pathlib import Path

import pytest

from etl import mapping_yaml, save_mapping, suggest
from etl.__main__ import main
from warehouse import Lake, lake_exists

HEADINGS = ("警情编号", "报警时间", "管辖单位")
ROW = "J1,2024-01-05 08:30:00,北门派出所\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (path := tmp_path / "calls.csv").write_text(",".join(HEADINGS) + "\n" + ROW, encoding="gb18030")
    return path


@pytest.fixture
def at_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("JICENG_LAKE", str(lake.home))
    return lake


@pytest.mark.parametrize("name", ["auto", "日报"])
def test_a_file_loads_by_its_headings_and_by_a_mapping_saved_with_the_lake(
    at_lake: Lake, file: Path, name: str, capsys: pytest.CaptureFixture[str]
):
    save_mapping(at_lake.home, "日报", mapping_yaml(suggest(HEADINGS, None, "alert")), HEADINGS)
    assert main(["load", "alert", str(file), "--mapping", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mapping"] == "日报"  # auto remembers it by its headings
    assert at_lake.frame("SELECT station_code FROM lake.alert").item() == "990101020000"


def test_a_name_that_nobody_saved_is_wrong_usage_and_makes_no_lake(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "new"))
    assert main(["load", "alert", str(file), "--mapping", "日报"]) == 2
    assert "there is no mapping 日报" in capsys.readouterr().err
    assert not lake_exists()
