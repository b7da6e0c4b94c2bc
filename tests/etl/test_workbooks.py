"""A workbook on its whole way: dry run, refused cells by name, marked file back, good rows committed, undone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from etl import Options, Prepared, load_files
from warehouse import Lake, close_lake, open_lake, undo_batch

DISTRICT = "district_code,name_zh\n990101,东城区\n"
STATION = "station_code,district_code,name_zh\n990101010000,990101,东一所\n"
HEADINGS = ["alert_id", "reported_at", "station_code", "phone", "address", "is_invalid"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = open_lake(tmp_path / "lake", create=True)
    for table, text in (("district", DISTRICT), ("station", STATION)):
        path = tmp_path / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        assert load_files(made, table, [path]).status == "committed"
    yield made
    close_lake(tmp_path / "lake")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "警情.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        made.add_worksheet("封面")
        sheet = made.add_worksheet("警情数据")
        time = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write(0, 0, "2024年1月警情明细")
        sheet.write_row(1, 0, HEADINGS)
        sheet.write_row(2, 0, ["9901012024010500001", "", "990101010000", "13900001111", "甲路1号", 0])
        sheet.write_datetime(2, 1, dt.datetime(2024, 1, 5, 8, 30), time)
        sheet.write_row(3, 0, ["9901012024010500002", "2024年1月5日 9时10分", "东一所", "", "甲路1号", "否"])
        sheet.write_row(4, 0, ["9901012024010500003", 45296.5, "990101010000", "", "乙路2号", "也许"])
        sheet.write_number(5, 0, 9901012024010500004)
        sheet.write_row(5, 1, ["2024-01-06 10:00", "西二所", "", "", 0])
        sheet.write_formula(6, 1, "=1/0", None, "#DIV/0!")
        sheet.write_row(7, 0, ["合计", "", "", "", "", ""])
    return path


def test_every_bad_cell_is_named_and_nothing_is_written(lake: Lake, book: Path) -> None:
    version = lake.version()
    with Prepared(lake, "alert", [book], options=Options(on_error="quarantine")) as prepared:
        report = prepared.check()
        named = {(refusal.sheet, refusal.row, refusal.column, refusal.code) for refusal in report.refusals}
    assert named == {
        ("警情数据", 5, "is_invalid", "not_yes_no"),
        ("警情数据", 6, "alert_id", "spoilt_id"),
        ("警情数据", 6, "station_code", "unknown_station"),
        ("警情数据", 7, "alert_id", "required"),
        ("警情数据", 7, "reported_at", "not_a_time"),
        ("警情数据", 7, "station_code", "required"),
    }
    assert (report.status, report.rows_read, report.rows_loaded, report.rows_refused) == ("dry-run", 5, 2, 3)
    assert lake.version() == version


def test_the_good_rows_go_in_and_the_marked_file_comes_back(lake: Lake, book: Path, tmp_path: Path) -> None:
    with Prepared(lake, "alert", [book]) as prepared:
        (marked,) = prepared.write_marked(tmp_path / ".", "zh")
        report = prepared.commit("quarantine")
    assert report.status == "quarantined"
    assert lake.frame("SELECT alert_id, reported_at, is_invalid FROM lake.alert ORDER BY 1").rows() == [
        ("9901012024010500001", dt.datetime(2024, 1, 5, 8, 30), False),
        ("9901012024010500002", dt.datetime(2024, 1, 5, 9, 10), False),
    ]
    sheet = openpyxl.load_workbook(marked)["警情数据"]
    assert [cell.value for cell in sheet[1]][:6] == HEADINGS
    assert [row[6].value for row in sheet.iter_rows(min_row=2)] == [5, 6, 7]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {
        "F2", "A3", "C3", "A4", "B4", "C4",
    }  # fmt: skip
    undo_batch(lake, report.batch_id or 0, "test")
    assert lake.frame("SELECT count(*) FROM lake.alert").item() == 0


def test_a_long_workbook_tells_its_rows_while_it_is_read(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEADINGS[:3])
        for row in range(1, 12_001):
            sheet.write_row(row, 0, [f"J{row}", "2024-01-05 08:30:00", "990101010000"])
    told: list[tuple[str, float, int]] = []
    with Prepared(lake, "alert", [path], progress=lambda step, share, rows=0: told.append((step, share, rows))):
        pass
    assert [rows for step, _, rows in told if step == "read"][:3] == [0, 5_000, 10_000]
    shares = [share for step, share, _ in told if step == "read"]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert list(dict.fromkeys(step for step, _, _ in told)) == ["read", "arrange", "validate"]


def test_nothing_personal_is_in_the_sample(lake: Lake, book: Path) -> None:
    with Prepared(lake, "alert", [book]) as prepared:
        shown = prepared.samples()
    assert shown["row"].to_list() == [3, 4, 5, 6, 7]
    assert shown["phone (file)"].to_list()[0] == "99999999999"
    assert shown["phone"].to_list()[0] == "•••"
    assert shown["reported_at (file)"].to_list()[:3] == ["2024-01-05 08:30:00", "2024年1月5日 9时10分", "45296.5"]
    assert shown["reported_at"].to_list()[2].startswith("2024-01-05 12:00:00")
    assert "13900001111" not in str(shown.rows())
