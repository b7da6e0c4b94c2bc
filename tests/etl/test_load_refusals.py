"""Bad files are refused with a sentence, exit status 1, and nothing changed; good ones load from UTF-8 and GB18030."""

from pathlib import Path

import pytest

from etl.__main__ import main
from warehouse import open_lake

HEADER = "alert_id,reported_at,station_code,phone\n"
GOOD = HEADER + "330106202401050001,2024-01-05 08:30:00,990101010000,19000000001\n"


@pytest.fixture
def lake_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "lake"
    monkeypatch.setenv("JICENG_LAKE", str(folder))
    for table, text in (
        ("district", "district_code,name_zh\n990101,东城区\n"),
        ("station", "station_code,district_code,name_zh\n990101010000,990101,㵲水派出所\n"),
    ):
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="gb18030")
        assert main(["load", table, str(file)]) == 0
    return folder


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no rows"),
        (HEADER.encode(), "holds no rows"),
        (b"\x89\x00\x01binary\x00", "not a text file"),
        (b"PK\x03\x04workbook", "Excel workbook"),
        (b"a,b\n1,2\n", "lacks a column"),
        (GOOD.replace("990101010000", "990109990000").encode(), "no station has this code"),
        (GOOD.replace("2024-01-05", "2099-01-05").encode(), "future"),
        (GOOD.replace("2024-01-05 08:30:00", "01/05/2024").encode(), "without guessing"),
        (GOOD.replace("330106202401050001", "3.30106E+17").encode(), "15"),
        (GOOD.replace("330106202401050001", "").encode(), "missing"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_changes(lake_folder, tmp_path, capsys, content: bytes, said: str):
    before = open_lake(lake_folder).version()
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    assert main(["load", "alert", str(file)]) == 1
    assert said in capsys.readouterr().err
    assert open_lake(lake_folder).version() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_gives_the_same_rows_and_no_number_reaches_the_lake(lake_folder, tmp_path, encoding: str):
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding=encoding)
    assert main(["load", "alert", str(file)]) == 0
    lake = open_lake(lake_folder)
    found = lake.frame("SELECT alert_id, reported_at::VARCHAR AS t, station_code FROM lake.alert").rows()
    assert found == [("330106202401050001", "2024-01-05 08:30:00", "990101010000")]
    assert lake.frame("SELECT name_zh FROM lake.station").item() == "㵲水派出所"
    stored = b"".join(path.read_bytes() for path in lake_folder.rglob("*") if path.is_file())
    assert b"19000000001" not in stored


def test_wrong_usage_and_a_missing_warehouse_have_their_own_exit_status(tmp_path, monkeypatch):
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "nothing"))
    assert main(["load", "alert", "x.csv", "--mapping", "no_such"]) == 2
    assert main(["batches"]) == 3
