"""The fixture matrix of the importer, F1 to F25: one literal input beside what it must become.

Deeper tests of each stand elsewhere; this file is the list that nothing of it is forgotten.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from etl import Prepared, load_files, suggest
from etl.cast import cast
from etl.rates import read_change
from etl.reading import Choice, FoundTable, check_totals, read_files, set_aside
from metrics import Scope, show
from pages.shared.download import csv_bytes
from warehouse import Column, Lake, tables

from .conftest import Load

HEADER = "alert_id,reported_at,station_code"
STATION = "990101010000"
CALL = f"J1,2024-01-05 08:30:00,{STATION}"
STAFF = "org_code,as_of,auxiliaries\n"
AT = dt.datetime


def table_of(folder: Path, content: str | bytes, name: str = "a.csv", choice: Choice | None = None) -> FoundTable:
    (path := folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (found,) = read_files([path], folder, choice)
    return found


def split(found: FoundTable) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records and the rows that are none."""
    frame = (
        pl.read_parquet(found.source)
        if found.is_parquet
        else pl.read_csv(
            found.source,
            infer_schema=False,
            separator=found.delimiter or ",",
            row_index_name="_row",
            row_index_offset=found.header_row + 1,
        )
    )
    return set_aside(frame, found.layout)


def told(report, code: str) -> list[dict]:
    return [warning for warning in report.warnings if warning["code"] == code]


def refused(report) -> list[tuple[int | None, str | None, str | None, str]]:
    return [(r.row, r.column, r.value, r.code) for r in report.refusals]


def book(path: Path, rows: Sequence[Sequence[object]], **options: object) -> Path:
    with xlsxwriter.Workbook(str(path), options) as made:
        sheet = made.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return path


def test_f1_one_file_in_four_encodings_gives_identical_frames(tmp_path: Path):
    text = "单位,警情数\n东城分局,12\n㵲水派出所,3\n"
    frames = [
        split(table_of(tmp_path, content))[0].rows()
        for content in (
            text.encode(),
            text.encode("utf-8-sig"),
            text.encode("gb18030"),
            b"\xff\xfe" + text.encode("utf-16-le"),
        )
    ]
    assert frames == [[(2, "东城分局", "12"), (3, "㵲水派出所", "3")]] * 4


@pytest.mark.parametrize("letter", ["㵲", "𠮷", "䶮"])
def test_f2_rare_characters_of_a_station_name_are_kept(tmp_path: Path, letter: str):
    records, _ = split(table_of(tmp_path, f"派出所名称,警情数\n{letter}水派出所,12\n".encode("gb18030")))
    assert records["派出所名称"].to_list() == [f"{letter}水派出所"]


def test_f3_a_cut_file_is_refused_with_the_byte_and_nothing_loads(refuse: Load):
    whole = f"{HEADER},channel\nJ1,2024-01-05 08:30:00,{STATION},电话报警\n".encode("gb18030")
    (refusal,) = refuse("alert", whole[:-2]).refusals
    assert refusal.code == "bad_encoding"
    assert str(len(whole) - 3) in (refusal.detail or "")


F4 = (
    "全市2024年第1周警情统计表,,,\n统计时间：2024年1月1日0时至1月7日24时,,,单位：起\n"
    "单 位,有效警情,,填报日期\n,刑事,治安,\n东城分局,2,48,2024年1月8日\n"
)


def test_f4_title_period_unit_and_two_header_rows_are_found(tmp_path: Path):
    found = table_of(tmp_path, F4.encode("gb18030"))
    assert (found.header_row, found.header_rows) == (3, 2)
    assert found.columns == ("单 位", "有效警情_刑事", "有效警情_治安", "填报日期")
    assert (found.title, found.unit) == ("全市2024年第1周警情统计表", "起")
    assert found.period == (dt.date(2024, 1, 1), dt.date(2024, 1, 8))


@pytest.mark.parametrize("word", ["合计", "合 计", "总计", "小计", "全市", "全县"])
@pytest.mark.parametrize("place", ["top", "bottom", "between"])
def test_f5_totals_are_no_records_but_are_checked(tmp_path: Path, word: str, place: str):
    stated = {"top": 5, "bottom": 5, "between": 5 if word in ("全市", "全县") else 2}[place]
    for number, agrees in ((stated, True), (7, False)):
        rows = ["东城区,2", "西城区,3"]
        rows.insert({"top": 0, "bottom": 2, "between": 1}[place], f"{word},{number}")
        found = table_of(tmp_path, "\n".join(["单位,数量", *rows]))
        records, aside = split(found)
        assert records["单位"].to_list() == ["东城区", "西城区"]
        (total,) = check_totals(found, records, aside)
        assert (total["stated"], total["computed"], total["agrees"]) == (number, stated, agrees)


def test_f5_a_total_that_is_not_the_sum_is_told_with_both_numbers(load: Load):
    report = load(
        "staff", "org_code,as_of,auxiliaries\n990101,2024-01-01,2\n990102,2024-01-01,3\n合计,,7\n", dry_run=True
    )
    assert (report.rows_read, report.rows_refused) == (2, 0)
    assert [(w["stated"], w["computed"]) for w in told(report, "total_differs")] == [(7, 5)]


def test_f6_footers_are_no_rows(tmp_path: Path):
    text = "单位,警情数\n东城分局,1\n填报人：×××    审核人：×××,\n填报时间：2024年1月8日,\n注：含110和自接警,\n"
    records, aside = split(table_of(tmp_path, text))
    assert records.rows() == [(2, "东城分局", "1")]
    assert aside["_why"].to_list() == ["footer"] * 3


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2024-01-05 08:30:00", AT(2024, 1, 5, 8, 30)),
        ("2024/1/5", AT(2024, 1, 5)),
        ("2024.1.5", AT(2024, 1, 5)),
        ("20240105", AT(2024, 1, 5)),
        ("2024年1月5日 8时30分", AT(2024, 1, 5, 8, 30)),
        ("45296", AT(2024, 1, 5)),
        ("45296.354", AT(2024, 1, 5, 8, 29, 46)),
        ("2024-01-05T08:30:00+08:00", AT(2024, 1, 5, 8, 30)),
        ("2024-01-05T00:30:00Z", AT(2024, 1, 5, 8, 30)),
        ("2024年1月5日24时", AT(2024, 1, 6)),
        ("1月5日", None),
        ("01/05/2024", None),
    ],
)
def test_f7_times_as_people_write_them(cell: str, time: dt.datetime | None):
    column = tables()["alert"].column("reported_at")
    done = cast(pl.Series("t", [cell]), column, zone="Asia/Shanghai")
    assert done.values.to_list() == [time]
    assert (done.bad is not None) == (time is None)


def test_f7_a_day_without_its_year_takes_that_of_the_period_above_the_table(lake: Lake, load: Load):
    rows = f"J1,1月5日,{STATION}\nJ2,12月31日 23时10分,{STATION}\nJ3,2月5日,{STATION}\n"
    title = "统计时间：2023年12月30日0时至2024年1月7日24时,,\n"
    report = load("alert", f"{title}{HEADER}\n{rows}", on_error="quarantine")
    assert lake.frame("SELECT alert_id, reported_at FROM lake.alert ORDER BY 1").rows() == [
        ("J1", AT(2024, 1, 5)),
        ("J2", AT(2023, 12, 31, 23, 10)),
    ]
    assert refused(report) == [(5, "reported_at", "2月5日", "not_a_time")]  # not within the period: never guessed


def test_f8_a_workbook_of_the_1904_system_keeps_its_days(lake: Lake, tmp_path: Path):
    path = book(tmp_path / "mac.xlsx", [HEADER.split(","), ["J1", 43834.5, STATION]], date_1904=True)
    assert load_files(lake, "alert", [path]).rows_loaded == 1
    assert lake.frame("SELECT reported_at FROM lake.alert").item() == AT(2024, 1, 5, 12)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("１２", 12), (" 12 ", 12), ("1,234", 1234), ("12起", 12), ("12件", 12), ("0", 0),
        ("-", None), ("—", None), ("/", None), ("空", None), ("无", None), ("", None),
    ],
)  # fmt: skip
def test_f9_numbers_and_what_is_missing(cell: str, number: int | None):
    done = cast(pl.Series("n", [cell]), Column("n", "INTEGER", "", ""), zone="UTC")
    assert (done.values.to_list(), done.bad) == ([number], None)


def test_f9_the_word_for_zero_is_a_zero_only_by_rule(load: Load, lake: Lake, tmp_path: Path):
    rows = f"{STAFF}990101,2024-01-01,零\n"
    assert refused(load("staff", rows)) == [(2, "auxiliaries", "零", "not_a_number")]
    rule = tmp_path / "zero.yaml"
    rule.write_text(
        "table: staff\nfields: {org_code: org_code, as_of: as_of, auxiliaries: {column: auxiliaries, map: {零: 0}}}\n",
        encoding="utf-8",
    )
    assert load("staff", rows, mapping=str(rule)).rows_loaded == 1
    assert lake.frame("SELECT auxiliaries FROM lake.staff").item() == 0


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("12.34%", "0.1234"), ("0.1234", "0.1234"), ("↓36.36%", "-0.3636"), ("下降5.3%", "-0.053"), ("持平", "0"),
        ("上升3起", None), ("#DIV/0!", "refused"), ("#REF!", "refused"),
    ],
)  # fmt: skip
def test_f10_rates_have_their_sign_or_are_none(cell: str, rate: str | None):
    said = read_change(cell)
    assert said.is_known == (rate != "refused")
    assert said.rate == (None if rate in (None, "refused") else Decimal(rate))


def test_f11_long_numbers_are_text_and_rounded_ones_refused(load: Load, lake: Lake):
    assert load("alert", f"{HEADER}\n'330106202401050001,2024-01-05 08:30:00,{STATION}\n").rows_loaded == 1
    assert lake.frame("SELECT alert_id FROM lake.alert").item() == "330106202401050001"
    for cell in ("3.30106E+17", "330106202401050000"):
        (refusal,) = load("alert", f"{HEADER}\n{cell},2024-01-05 08:30:00,{STATION}\n").refusals
        assert (refusal.value, refusal.code) == (cell, "spoilt_id")
        assert all("15" in refusal.to_json(language)["reason"] for language in ("zh", "en"))


def test_f12_codes_of_units_are_brought_to_one_form_or_set_aside(load: Load, lake: Lake):
    forms = ["990101010000", "990101010000.0", " 990101 010000 ", "99010101", "990102", "990101", "880101010000"]
    rows = [f"J{number},2024-01-05 08:30:00,{form}" for number, form in enumerate(forms)]
    report = load("alert", "\n".join([HEADER, *rows]), on_error="quarantine")
    assert lake.frame("SELECT station_code FROM lake.alert ORDER BY alert_id")["station_code"].to_list() == [
        STATION, STATION, STATION, STATION, "990102010000",
    ]  # fmt: skip
    assert refused(report) == [  # two stations begin with 990101, and none is 88…
        (7, "station_code", "990101", "unknown_station"),
        (8, "station_code", "880101010000", "unknown_station"),
    ]


def test_f12_a_code_that_a_workbook_keeps_as_a_number(lake: Lake, tmp_path: Path):
    path = book(tmp_path / "n.xlsx", [HEADER.split(","), ["J1", "2024-01-05 08:30:00", 990101010000.0]])
    assert load_files(lake, "alert", [path]).rows_loaded == 1


@pytest.mark.parametrize("number", ["警情编号", "接警单编号", "警情号", "警情\n编号", "警情编号（系统）"])
@pytest.mark.parametrize("time", ["报警时间", "报案时间", "报 警 时 间", "报警时间(年月日)"])
@pytest.mark.parametrize("unit", ["管辖单位", "管辖单位名", "所属派出所", "处警单位"])
def test_f13_headings_of_real_systems(number: str, time: str, unit: str):
    found = {item.field: item.column for item in suggest((number, time, unit), table_name="alert").fields}
    assert (found["alert_id"], found["reported_at"], found["station_code"]) == (number, time, unit)


def test_f13_when_a_call_was_answered_is_not_when_it_came_in():
    found = suggest(("警情编号", "接警时间", "管辖单位"), table_name="alert")
    assert "reported_at" in found.missing
    assert not found.is_certain


def test_f14_repeated_headers_blank_and_hidden_rows_extra_and_empty_sheets(tmp_path: Path):
    with xlsxwriter.Workbook(str(tmp_path / "b.xlsx")) as made:
        made.add_worksheet("细类统计").write(0, 0, "无数据")
        sheet = made.add_worksheet("警情数据")
        for number, cells in enumerate([["单位", "警情"], ["东城", 1], [], ["单位", "警情"], ["西城", 2]]):
            sheet.write_row(number, 0, cells)
        sheet.set_row(1, None, None, {"hidden": True})
        made.add_worksheet("说明").write(0, 0, "说明文字")
    (found,) = read_files([tmp_path / "b.xlsx"], tmp_path)
    assert split(found)[0].rows() == [(2, "东城", "1"), (5, "西城", "2")]
    assert (found.sheet, found.hidden_rows) == ("警情数据", 1)
    assert {warning["code"] for warning in found.warnings} == {"hidden_rows", "sheets_left_out"}


def test_f15_twice_the_same_a_later_one_and_the_same_file_again(load: Load, lake: Lake):
    rows = [
        f"{HEADER},updated_at,result_code",
        f"J1,2024-01-05 08:30:00,{STATION},2024-01-06 00:00:00,new",
        f"J1,2024-01-05 08:30:00,{STATION},2024-01-05 09:00:00,old",
        f"J2,2024-01-05 08:30:00,{STATION},,once",
        f"J2,2024-01-05 08:30:00,{STATION},,once",
    ]
    first = load("alert", "\n".join(rows))
    assert (first.rows_read, first.rows_loaded, first.rows_repeated) == (4, 2, 2)
    assert lake.frame("SELECT alert_id, result_code FROM lake.alert ORDER BY 1").rows() == [
        ("J1", "new"),
        ("J2", "once"),
    ]
    version = lake.version()
    assert load("alert", "\n".join(rows)).status == "unchanged"
    assert load("alert", f"{rows[0]}\n{rows[2]}\n", name="older").status == "unchanged"
    assert lake.version() == version


CATEGORIES = (
    "scheme,code,name,category_group,valid_from,valid_to\n"
    "local,10,刑事,criminal,1900-01-01,\nlocal,20,治安,public_order,1900-01-01,\n"
    "local,30,旧类,dispute,1900-01-01,2023-01-01\n"
)


def test_f16_initial_and_final_category_fall_back_and_codes_that_no_scheme_has(load: Load, lake: Lake):
    assert load("category_map", CATEGORIES, name="c").rows_loaded == 3
    codes = ["10,20", ",20", "77,20", "30,", ","]
    rows = [f"J{n},2024-01-05 08:30:00,{STATION},{pair}" for n, pair in enumerate(codes)]
    report = load("alert", "\n".join([f"{HEADER},category_code,category_code_initial", *rows]))
    sql = """SELECT category_code, category_group, category_code_initial, category_group_initial FROM lake.alert
        ORDER BY alert_id"""
    assert lake.frame(sql).rows() == [
        ("10", "criminal", "20", "public_order"),  # both are kept
        (None, "public_order", "20", "public_order"),  # the final one is empty: falls back, and is told
        ("77", "unmapped", "20", "public_order"),
        ("30", "unmapped", None, None),  # valid in the older scheme only
        (None, "unmapped", None, None),
    ]
    assert [w["count"] for w in told(report, "category_fell_back")] == [1]
    assert [sorted(w["values"]) for w in told(report, "unmapped_categories")] == [["local: 30", "local: 77"]]
    load("category_map", "scheme,code,category_group\nlocal,77,help\n", name="late")  # a map that comes later
    groups = lake.frame("SELECT category_group FROM lake.alert ORDER BY alert_id")["category_group"].to_list()
    assert groups == ["criminal", "public_order", "help", "unmapped", "unmapped"]


def test_f16_one_code_with_two_names_is_set_aside_both_times(load: Load, lake: Lake):
    meanings = "local,909900,其他举报,tip_off\nlocal,909900,其他投诉,other\nlocal,10,刑事,criminal\n"
    rows = f"scheme,code,name,category_group\n{meanings}"
    report = load("category_map", rows, on_error="quarantine")
    assert refused(report) == [(2, "code", "909900", "two_meanings"), (3, "code", "909900", "two_meanings")]
    assert lake.frame("SELECT code FROM lake.category_map")["code"].to_list() == ["10"]


@pytest.mark.parametrize(
    ("table", "header", "row", "column", "code"),
    [
        ("alert", f"{HEADER},arrived_at", f"{CALL},2024-01-05 08:00:00", "arrived_at", "time_order"),
        ("alert", f"{HEADER},arrived_at,closed_at", f"{CALL},2024-01-05 09:00,2024-01-05 08:50", "closed_at",
         "time_order"),
        ("alert", HEADER, f"J1,2099-01-05 08:30:00,{STATION}", "reported_at", "date_out_of_range"),
        ("alert", HEADER, f"J1,1900-01-05 08:30:00,{STATION}", "reported_at", "date_out_of_range"),
        ("case", "case_id,station_code,kind,occurred_from,occurred_to", f"C1,{STATION},criminal,2024-01-03,2024-01-02",
         "occurred_to", "time_order"),
    ],
)  # fmt: skip
def test_f17_times_that_cannot_be_are_refused_by_the_expectations(
    refuse: Load, table: str, header: str, row: str, column: str, code: str
):
    report = refuse(table, f"{header}\n{row}\n")
    assert [(r.row, r.column, r.code) for r in report.refusals] == [(2, column, code)]
    assert any(not check["success"] and check["severity"] == "critical" for check in report.validation)


def test_f18_cases_and_merged_calls_do_not_multiply_alerts(load: Load, lake: Lake):
    rows = [f"{HEADER},main_alert_id,link_type,case_id", f"J1,2024-01-05 08:30:00,{STATION},,none,C0，C1",
            f"J2,2024-01-05 08:31:00,{STATION},J1,duplicate,"]  # fmt: skip
    assert load("alert", "\n".join(rows)).rows_loaded == 2
    cases = "case_id,alert_id,station_code,kind,filed_at\n" + "".join(
        f"C{n},{alert},{STATION},criminal,2024-01-05 10:00:00\n" for n, alert in enumerate(["J1", "J1", ""])
    )
    assert load("case", cases).rows_loaded == 3
    scope = Scope(dt.date(2024, 1, 5), dt.date(2024, 1, 6), comparison="none")
    assert show(lake, "alerts_valid", scope).rows[0].value == 1
    assert show(lake, "alerts_received", scope).rows[0].value == 2
    filed = show(lake, "cases_filed", scope).rows[0]
    assert (filed.value, filed.extra["transfer_share"]) == (3, 1.0)


STATIONS = (
    "station_code,district_code,name_zh,kind,valid_from,valid_to,successor_code\n"
    "990102020000,990102,河口派出所,station,1900-01-01,2024-03-01,990102030000\n"
    "990102030000,990102,河口派出所,station,2024-03-01,,\n"
    "990102990000,990102,西城交警大队,other,1900-01-01,,\n"
)


def test_f19_a_name_means_the_unit_of_its_day_and_brigades_stand_apart(load: Load, lake: Lake):
    assert load("station", STATIONS, name="s").rows_loaded == 3
    days = [
        ("J1", "2024-02-29", "河口派出所"),
        ("J2", "2024-03-01", "河口派出所"),
        ("J3", "2024-03-01", "西城交警大队"),
    ]
    report = load("alert", "\n".join([HEADER, *(f"{one},{day} 08:30:00,{unit}" for one, day, unit in days)]))
    assert report.rows_loaded == 3, report.refusals
    assert lake.frame("SELECT alert_id, station_code FROM lake.alert ORDER BY 1").rows() == [
        ("J1", "990102020000"), ("J2", "990102030000"), ("J3", "990102990000"),
    ]  # fmt: skip
    scope = Scope(dt.date(2024, 2, 1), dt.date(2024, 4, 1), comparison="none", by="station", districts=("990102",))
    counted = {row.unit: (row.value, row.has_note("not_a_station")) for row in show(lake, "alerts_valid", scope).rows}
    assert counted == {  # the merged one counts for its successor
        "990102010000": (0, False), "990102030000": (2, False), "990102990000": (1, True),
    }  # fmt: skip


TRAINING = "result_id,person,person_kind,station_code,ability,event_type,held_on,round,attempt,score,stated_pass"


def test_f20_scores_that_contradict_themselves(load: Load):
    cells = ["officer,1,105,", "officer,1,59,是", "officer,1,90,不合格", "officer,2,90,", ",1,90,", "民警/辅警,1,90,"]
    rows = [
        f"R{number},P{number},{kind},{STATION},response_casework,test,2024-01-05,2024-Q1,{rest}"
        for number, (kind, _, rest) in enumerate(cell.partition(",") for cell in cells)
    ]
    report = load("training_result", "\n".join([TRAINING, *rows]).replace("不合格", "0"), on_error="quarantine")
    assert [(r.row, r.column, r.code) for r in report.refusals] == [
        (6, "person_kind", "required"),  # officers and auxiliaries are never mixed
        (7, "person_kind", "not_in_list"),
        (2, "score", "score_above_maximum"),
    ]
    failed = {check["name"]: check["unexpected"] for check in report.validation if not check["success"]}
    assert failed == {"score_at_most_max_score": 1, "pass_flag_agrees": 2, "first_attempt_present": 1}


def test_f20_an_absent_person_has_no_score_and_not_zero(load: Load, lake: Lake):
    row = f"R1,P1,officer,{STATION},response_casework,test,2024-01-05,2024-Q1,1,%s,,病假"
    report = load("training_result", f"{TRAINING},absent_reason\n{row % '-'}\n")
    assert lake.frame("SELECT score FROM lake.training_result").rows() == [(None,)]
    assert report.status == "committed"
    report = load("training_result", f"{TRAINING},absent_reason\n{row % '0'}\n", name="zero")
    assert "absent_without_score" in {check["name"] for check in report.validation if not check["success"]}


def test_f21_formulas_stay_text_and_leave_with_a_quote(load: Load, lake: Lake, tmp_path: Path):
    cells = ["=1+1", "+cmd", "-2+3", "@SUM(A1)"]
    rows = [f"J{number},2024-01-05 08:30:00,{STATION},{cell}" for number, cell in enumerate(cells)]
    load("alert", "\n".join([f"{HEADER},channel", *rows]))
    assert lake.frame("SELECT channel FROM lake.alert ORDER BY alert_id")["channel"].to_list() == cells
    shown = csv_bytes(pl.DataFrame({"channel": cells}), []).decode("utf-8-sig")
    (path := tmp_path / "f.csv").write_text("\n".join([f"{HEADER},channel", *rows]).replace("2024-01-05", "bad"))
    with Prepared(lake, "alert", [path]) as prepared:
        (marked,) = prepared.write_marked(tmp_path)
    for cell in cells:
        assert f"'{cell}" in shown
        assert f",'{cell}," in marked.read_text(encoding="utf-8-sig")


def test_f22_archives_old_workbooks_and_what_cannot_be_read_have_messages(lake: Lake, tmp_path: Path):
    from msoffcrypto.format.ooxml import OOXMLFile

    text = f"{HEADER}\nJ1,2024-01-05 08:30:00,{STATION}\n"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("一.csv", text.encode("gb18030"))
    old = xlwt.Workbook()
    sheet = old.add_sheet("s")
    for row, line in enumerate(text.replace("J1", "J2").splitlines()):
        for column, cell in enumerate(line.split(",")):
            sheet.write(row, column, cell)
    old.save(str(tmp_path / "b.xls"))
    assert load_files(lake, "alert", [tmp_path / "a.zip", tmp_path / "b.xls"]).rows_loaded == 2
    plain = book(tmp_path / "c.xlsx", [["a", "b"], [1, 2]])
    with (tmp_path / "locked.xlsx").open("wb") as sink:
        OOXMLFile(io.BytesIO(plain.read_bytes())).encrypt("x", sink)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", b"0" * (64 << 20))
    for name, code in (("locked.xlsx", "has_password"), ("bomb.zip", "zip_bomb")):
        report = load_files(lake, "alert", [tmp_path / name])
        assert [refusal.code for refusal in report.refusals] == [code]
        assert all(len(report.refusals[0].to_json(language)["hint"]) > 3 for language in ("zh", "en"))


def test_f22_three_hundred_thousand_lines_of_36_mb(tmp_path: Path):
    line = f"990101202401050%06d,2024-01-05 08:30:00,{STATION},110报警电话,东城区胜利路人民街口东侧,13900001111,0\n"
    text = "".join(line % number for number in range(300_000))
    found = table_of(tmp_path, f"{HEADER},channel,address,phone,is_invalid\n{text}")
    assert found.source.stat().st_size > 34e6
    assert (found.header_row, len(found.columns)) == (1, 7)


def test_f23_numbers_of_people_are_hashed_before_they_are_stored(load: Load, lake: Lake):
    person = "11010519491231002X"
    load("alert", f"{HEADER},phone,报警人,channel\n{CALL},13987654321,张三丰,来电13987654321\n")
    row = f"R1,{person},officer,{STATION},response_casework,test,2024-01-05,2024-Q1,1,90,"
    load("training_result", f"{TRAINING}\n{row}\n", name="t")
    kept = str([lake.frame(f"SELECT * FROM lake.{table}").rows() for table in ("alert", "training_result")])
    assert not any(secret in kept for secret in ("13987654321", person, "张三丰"))
    assert lake.frame("SELECT caller_key IS NOT NULL, channel FROM lake.alert").row(0) == (True, "来电***")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_f24_delimiters_line_ends_and_quoted_line_breaks(tmp_path: Path, delimiter: str, end: str):
    rows = [["警情编号", "报警内容"], ["J1", '"他说：\n""在门口"""'], ["J2", f'"甲{delimiter}乙"']]
    found = table_of(tmp_path, end.join(delimiter.join(row) for row in rows) + end)
    assert split(found)[0]["报警内容"].to_list() == ['他说：\n"在门口"', f"甲{delimiter}乙"]


def test_f25_a_period_in_the_title_that_the_rows_do_not_have_is_told(load: Load):
    rows = f"{HEADER}\nJ1,2024-01-05 08:30:00,{STATION}\nJ2,2024-02-05 08:30:00,{STATION}\n"
    (warning,) = told(load("alert", f"2024年1月警情明细,,\n{rows}"), "period_differs")
    assert (warning["count"], warning["stated_from"], warning["stated_to"]) == (1, "2024-01-01", "2024-01-31")
    assert (warning["first"], warning["last"]) == ("2024-01-05", "2024-02-05")
    assert (
        told(load("alert", f"2024年1月至2月警情明细,,\n{rows.replace('J', 'K')}", name="fits"), "period_differs") == []
    )


def test_every_fixture_of_the_matrix_has_its_test():
    here = Path(__file__).read_text(encoding="utf-8")
    assert [number for number in range(1, 26) if f"def test_f{number}_" not in here] == []
