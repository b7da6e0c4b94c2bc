"""The command line on a real lake: one JSON object, sentences for errors, and the promised exit statuses."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics import Scope, show
from metrics.command_line import main
from metrics.table import table_of
from warehouse import VersionExpired, open_lake

ROOT = Path(__file__).resolve().parents[2]
WEEK = ["--from", "2025-12-22", "--to", "2025-12-28"]


def fill(cursor, count: int) -> None:
    names = [column[0] for column in cursor.execute("DESCRIBE lake.mart_alert_day").fetchall()]
    first = date(2024, 12, 2)
    for number in range(392):
        row = dict.fromkeys(names, 0) | {"day": first + timedelta(days=number), "station_code": "A1"}
        row |= {"category_group": "help", "received": count + 2, "valid": count, "excluded_nuisance": 2}
        cursor.execute(f"INSERT INTO lake.mart_alert_day VALUES ({', '.join('?' * len(row))})", list(row.values()))


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """One station with 10 valid alerts a day; a second version adds as many again."""
    home = tmp_path_factory.mktemp("lake")
    found = open_lake(home, create=True)
    station = (
        "INSERT INTO lake.station (station_code, district_code, name_zh, kind) VALUES ('A1', 'A', '一所', 'station')"
    )

    def first(cursor) -> None:
        cursor.execute(station)
        cursor.execute("INSERT INTO lake.district (district_code, name_zh) VALUES ('A', '甲区')")
        fill(cursor, 10)

    found.commit(first, author="test", message="first")
    return found


@pytest.fixture
def here(lake, monkeypatch):
    monkeypatch.setenv("JICENG_LAKE", str(lake.home))
    return lake


def test_one_object_on_standard_output(here, capsys) -> None:
    assert main(["show", "alert_change", *WEEK, "--by", "station", "--json"]) == 0
    out, err = capsys.readouterr()
    shape = json.loads(out)
    assert (shape["period"], shape["base_period"]) == (["2025-12-22", "2025-12-28"], ["2024-12-23", "2024-12-29"])
    assert shape["rows"][0]["numerator"] == 70
    assert shape["rows"][0]["verdict"] == "not_established"
    assert err == ""


def test_a_table_for_people_and_the_last_week_by_default(here, capsys) -> None:
    assert main(["show", "alerts_valid"]) == 0
    out = capsys.readouterr().out
    assert "2025-12-22 – 2025-12-28" in out and "Unnamed city" in out


def test_a_version_is_read_as_it_was(here, capsys) -> None:
    before = here.version()
    here.commit(lambda cursor: fill(cursor, 10), author="test", message="again")
    main(["show", "alerts_valid", *WEEK, "--json", "--version", str(before)])
    assert json.loads(capsys.readouterr().out)["rows"][0]["value"] == 70
    main(["show", "alerts_valid", *WEEK, "--json"])
    assert json.loads(capsys.readouterr().out)["rows"][0]["value"] == 140


@pytest.mark.parametrize(
    "name", ["alert_rate", "repeat_share", "training_coverage", "training_first_pass", "cases_filed"]
)
def test_every_indicator_answers_from_a_real_lake(here, capsys, name: str) -> None:
    assert main(["show", name, *WEEK, "--by", "district", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["indicator"] == name


def test_a_version_that_does_not_exist(here, capsys) -> None:
    with pytest.raises(VersionExpired):
        show(here, "alerts_valid", Scope(date(2025, 12, 22), date(2025, 12, 29), version=99_999))
    assert main(["show", "alerts_valid", *WEEK, "--version", "99999"]) == 3
    assert "99999" in capsys.readouterr().err


def test_a_lake_that_is_not_there(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "nowhere"))
    assert main(["show", "alerts_valid", *WEEK]) == 3
    out, err = capsys.readouterr()
    assert out == "" and "nowhere" in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["alerts_walid", *WEEK], "alerts_walid"),
        (["alerts_valid", "--from", "2025-12-22"], "--from"),
        (["alerts_valid", "--from", "2025-12-22", "--to", "2025-12-01"], "before"),
        (["alerts_valid", "--from", "2025-12-22", "--to", "9999-12-31"], "9999"),
        (["alerts_valid", *WEEK, "--district", "Z"], "Z"),
        (["alerts_valid", *WEEK, "--category", "murder"], "murder"),
        (["alerts_valid", *WEEK, "--key", "place"], "key"),
        (["repeat_share", *WEEK, "--window", "x"], "window"),
    ],
)
def test_wrong_usage(here, capsys, arguments: list[str], word: str) -> None:
    assert main(["show", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and word in err and err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["show", "alerts_valid", "--from", "31.12.2025"], ["show"], ["sho"]])
def test_what_the_parser_refuses(arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""


def test_list(capsys) -> None:
    assert main(["list"]) == 0
    assert "有效警情" in capsys.readouterr().out
    assert main(["list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["indicators"]) >= 7


def test_as_a_program() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "metrics", "show", "nothing"], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (2, "")


def test_chinese_characters_are_two_places_wide() -> None:
    assert table_of(["a", "b"], [["区", "1"], ["xyz", "2"]]).splitlines() == ["a    b", "区   1", "xyz  2"]
