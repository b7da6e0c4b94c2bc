"""Whatever file is named on the command line: one sentence that says what to do, in the reader's language.

Exit status 1 when the data are refused, 2 for wrong usage, 3 without a warehouse; the lake stays at its version, and
nobody sees a stack trace. `main` runs in this process; one test runs the program itself.
"""

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from etl import sayings
from etl.__main__ import main
from warehouse import Lake, close_lake, lake_exists

HEADER = "alert_id,reported_at,station_code,lon,is_invalid\n"
GOOD = HEADER + "330106202401050001,2024-01-05 08:30:00,990101010000,112.5,0\n"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


CONTENTS: dict[str, tuple[bytes, str, str]] = {
    # what is in the file, what is said in English and in Chinese
    "empty": (b"", "the file holds no rows; export it again.", "文件没有数据行；请重新导出。"),
    "blank lines": (b"\n\n \n", "the file holds no rows", "文件没有数据行"),
    "header only": (HEADER.encode(), "the file holds no rows", "文件没有数据行"),
    "header and blank rows": ((HEADER + ",,,,\n,,,,\n").encode(), "holds no rows", "没有数据行"),
    "picture": (png(), "not a text file; export it as CSV", "不是文本文件；请导出为 CSV"),
    "binary": (bytes(range(256)) * 40, "not a text file", "不是文本文件"),
    "binary without zeros": (bytes(range(128, 256)) * 40, "neither UTF-8 nor GB18030", "既不是完整的 UTF-8"),
    "workbook": (
        b"PK\x03\x04" + bytes(60),
        "the workbook is damaged, or it is another kind of file",
        "另存为 .xlsx",
    ),
    "old workbook": (b"\xd0\xcf\x11\xe0" + bytes(60), "the workbook is damaged", "工作簿已损坏"),
    "another file": (
        b"name,amount\nx,1\n",
        "missing: alert_id, reported_at, station_code; the file has: name, amount",
        "请用 --mapping",
    ),
    "a web page": (
        b"<html><body>\n<p>404, not found</p>\n",
        "this is a web page",
        "这是网页",
    ),
    "missing column": (GOOD.replace("reported_at", "time").encode(), "missing: reported_at", "缺少映射所需的列"),
    "too many cells": (
        (GOOD + "1,2,3,4,5,6,7\n").encode(),
        "row 3 «6»: this row has more cells than the header",
        "本行单元格数多于表头列数",
    ),
    "open quote": ((HEADER + '1,"2024-01-05\n2,b\n').encode(), "check quotes and delimiters", "请检查所示行附近的引号"),
    "unknown station": (
        GOOD.replace("990101010000", "990109990000").encode(),
        "no station has this code",
        "没有这个单位代码",
    ),
    "no number": (
        GOOD.replace("330106202401050001", "").encode(),
        "row 2, column alert_id: the value is missing; fill it in",
        "第 2 行，“alert_id”列：缺少必填值",
    ),
    "power of ten": (
        GOOD.replace("330106202401050001", "3.30106E+17").encode(),
        "Excel keeps 15",
        "Excel 只保留 15 位",
    ),
    "letters in a number": (
        GOOD.replace("112.5", "东经112").encode(),
        "«东经112»: this is not a number",
        "«东经112»：不是数字",
    ),
    "out of range": (
        GOOD.replace("112.5", "212.5").encode(),
        "outside its range; check the source",
        "超出取值范围；请核对来源",
    ),
    "neither yes nor no": (GOOD.replace(",0\n", ",也许\n").encode(), "neither yes nor no; write 1 or 0", "不是“是/否”"),
    "month or day": (
        GOOD.replace("2024-01-05", "01/05/2024").encode(),
        "without guessing; write it as 2024-01-05",
        "无法确切识别",
    ),
    "dates in 2099": (
        GOOD.replace("2024-01-05", "2099-01-05").encode(),
        "too early or lies in the future; check the year",
        "日期过早或在未来",
    ),
    "dates in 1900": (
        GOOD.replace("2024-01-05", "1900-01-05").encode(),
        "too early or lies in the future",
        "日期过早或在未来",
    ),
}


@pytest.fixture
def city(untouched: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("JICENG_LAKE", str(untouched.home))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return untouched


def say(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    status = main([str(argument) for argument in arguments])
    return status, capsys.readouterr().err


@pytest.mark.parametrize("name", CONTENTS)
def test_a_bad_file_is_refused_in_both_languages(city, tmp_path, capsys, monkeypatch, name: str):
    """Loaded once and said twice; that the terminal's language is taken is tested below."""
    content, *sentences = CONTENTS[name]
    lines = sayings.report_lines
    monkeypatch.setattr(sayings, "report_lines", lambda report, _: ["|".join(lines(report, of)) for of in ("en", "zh")])
    before = city.version()
    file = tmp_path / "calls.csv"
    file.write_bytes(content)
    status, said = say(capsys, "load", "alert", file)
    assert status == 1
    assert "Traceback" not in said
    for sentence, words in zip(sentences, said.splitlines()[-2:], strict=True):
        assert sentence in words
        assert "calls.csv" in words
    assert city.version() == before


@pytest.mark.parametrize("table", ["staff", "training_result", "indicator_return"])
def test_letters_in_a_number_of_other_tables(refuse, table: str):
    texts = {
        "staff": "org_code,as_of,officers_total\n990101,2024-01-01,twelve\n",
        "training_result": "result_id,person,person_kind,station_code,ability,event_type,held_on,round,score\n"
        "R1,P1,officer,990101010000,other,test,2024-01-01,Q1,优秀\n",
        "indicator_return": "indicator_id,org_code,period_start,period_end,numerator\n"
        "x,990101,2024-01-01,2024-02-01,12.34%\n",
    }
    [refusal] = refuse(table, texts[table]).refusals
    assert (refusal.code, refusal.row) == ("not_a_number", 2)


def test_a_file_that_is_none(city, tmp_path, capsys):
    before = city.version()
    assert say(capsys, "load", "alert", tmp_path / "nowhere.csv") == (
        1,
        "Refused; the warehouse is as it was.\nnowhere.csv: there is no such file; check the path.\n",
    )
    status, said = say(capsys, "load", "alert", tmp_path)
    assert (status, "this is a folder; name the files in it" in said) == (1, True)
    good = tmp_path / "good.csv"
    good.write_text(GOOD)
    assert say(capsys, "load", "alert", good, tmp_path / "nowhere.csv")[0] == 1  # one bad file, and none is loaded
    assert city.version() == before


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs a file that nobody can read, as Linux has")
def test_a_file_that_cannot_be_read(city, tmp_path, capsys):
    """Tests may run as root, who may read every file; this one is unreadable to anybody."""
    file = tmp_path / "locked.csv"
    file.symlink_to("/proc/self/mem")
    status, said = say(capsys, "load", "alert", file)
    assert status == 1
    assert "locked.csv: the file cannot be read (Input/output error); check its permissions" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["load", "alerts", "x.csv"], "invalid choice: 'alerts'"),
        (["load", "alert"], "the following arguments are required: FILE"),
        (["load", "alert", "x.csv", "--on-error", "ignore"], "invalid choice: 'ignore'"),
        (["laod", "alert", "x.csv"], "invalid choice: 'laod'"),
    ],
)
def test_wrong_usage_that_the_parser_notices(city, capsys, arguments: list[str], said: str):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--mapping", "no_such"],
            "there is no mapping no_such; there are: plain, ankang, changde,",
        ),
        (["--mapping", "no_such.yaml"], "there is no mapping no_such.yaml"),
        (["--encoding", "klingon"], "the encoding klingon cannot be read; there are: utf-8"),
    ],
)
def test_wrong_usage_has_its_own_exit_status_and_makes_no_lake(tmp_path, monkeypatch, capsys, options, said: str):
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "nothing"))
    file = tmp_path / "good.csv"
    file.write_text(GOOD)
    status, words = say(capsys, "load", "alert", file, *options)
    assert (status, said in words) == (2, True), words
    assert not lake_exists()


def test_without_a_lake_questions_fail_and_a_dry_run_leaves_none(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JICENG_LAKE", str(tmp_path / "nothing"))
    for command in ("batches", "status"):
        assert say(capsys, command)[0] == 3
    file = tmp_path / "district.csv"
    file.write_text("district_code,name_zh\n990101,东城区\n")
    assert main(["load", "district", str(file), "--dry-run", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["status"], report["rows_loaded"]) == ("dry-run", 1)
    assert not lake_exists()


def test_the_program_itself_prints_one_object_and_exits(stocked_folder, tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text(GOOD.replace("112.5", "东经112"), encoding="gb18030")
    environment = os.environ | {"JICENG_LAKE": str(stocked_folder), "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "etl", "load", "alert", str(file), "--json"],
        capture_output=True, encoding="utf-8", env=environment, check=False, timeout=120,
    )  # fmt: skip
    close_lake(stocked_folder)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["refusals"] == [
        {"file": "calls.csv", "sheet": None, "row": 2, "column": "lon", "value": "东经112", "code": "not_a_number",
         "reason": "不是数字，或超出该列可容纳的大小", "hint": "请只填数字"}
    ]  # fmt: skip
    assert {"status": "refused", "batch_id": None, "rows_loaded": 0, "rows_refused": 1}.items() <= report.items()
    assert done.stderr.startswith("read\n")
    assert "未装载；数据仓库保持原样。" in done.stderr
    assert "Traceback" not in done.stderr
