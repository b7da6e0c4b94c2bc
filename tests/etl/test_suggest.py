"""Headings of real systems are recognised (F13), nothing is mixed up silently, and saved mappings are found again."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from etl import UsageError, load_mapping, mapping_yaml, remembered, save_mapping, suggest

DETAIL = ("警情编号", "报警时间", "报警电话", "原始性质", "确认性质", "报警地址", "所属派出所", "案件编号", "更新时间")


def fields(*columns: str, table: str | None = None) -> dict[str, str]:
    return {item.field: item.column for item in suggest(columns, table_name=table).fields}


def test_a_detail_export_is_recognised():
    found = suggest(DETAIL)
    assert (found.table, found.missing, found.doubts, found.unmapped) == ("alert", (), (), ())
    assert fields(*DETAIL) == {
        "alert_id": "警情编号",
        "reported_at": "报警时间",
        "phone": "报警电话",
        "category_code_initial": "原始性质",
        "category_code": "确认性质",
        "address": "报警地址",
        "station_code": "所属派出所",
        "case_id": "案件编号",
        "updated_at": "更新时间",
    }
    assert found.is_certain


@pytest.mark.parametrize(
    "heading", ["报警时间", "报案时间", " 报 警 时 间 ", "报警\n时间", "报警时间（年月日）", "ＢＪＳＪ", "bjsj"]
)
def test_variants_of_the_time_of_the_report(heading: str):
    assert fields("警情编号", heading, "派出所代码")["reported_at"] == heading


@pytest.mark.parametrize("heading", ["管辖单位", "管辖单位名", "所属派出所", "处警单位"])
def test_variants_of_the_station(heading: str):
    assert fields("接警单编号", "报警时间", heading)["station_code"] == heading


@pytest.mark.parametrize("heading", ["警情编号", "接警单编号", "警情号"])
def test_variants_of_the_number(heading: str):
    assert fields(heading, "报警时间", "派出所")["alert_id"] == heading


def test_when_a_call_was_answered_is_never_taken_for_when_it_came_in():
    found = suggest(("警情编号", "接警时间", "管辖单位"))
    assert "reported_at" in found.missing
    assert {item.field: item.column for item in found.fields}["answered_at"] == "接警时间"
    assert found.doubts == ({"code": "answered_is_not_reported", "column": "接警时间"},)
    assert not found.is_certain


def test_a_heading_between_two_fields_is_a_doubt_and_taken_for_neither():
    found = suggest(("警情编号", "报接警时间", "管辖单位"), table_name="alert")
    assert "报接警时间" in found.unmapped
    assert {doubt["code"] for doubt in found.doubts} == {"ambiguous"}


def test_a_similar_heading_is_offered_with_its_score_and_is_not_certain():
    found = suggest(("警情编号", "报警时间", "管辖派出所名称"), table_name="alert")
    (item,) = [item for item in found.fields if item.column == "管辖派出所名称"]
    assert (item.field, item.reason_code) == ("station_code", "similar")
    assert 80 <= item.score < 100
    assert not found.is_certain


def test_the_code_is_taken_before_the_name():
    assert fields("警情编号", "报警时间", "管辖单位名称", "管辖单位代码")["station_code"] == "管辖单位代码"


def test_a_heading_that_says_the_opposite_is_turned_round():
    found = suggest(("警情编号", "报警时间", "管辖单位", "是否有效"))
    rule = yaml.safe_load(mapping_yaml(found))["fields"]["is_invalid"]
    assert rule == {"column": "是否有效", "true_values": ["0", "否", "无效", "false"]}


def test_words_of_files_become_words_of_fields():
    columns = ("成绩编号", "人员类别", "单位", "能力", "类型", "日期", "轮次")
    sample = pl.DataFrame([["1", "民警", "a", "群众工作", "考核", "2024-01-05", "1"]], schema=columns, orient="row")
    found = suggest(columns, sample)
    written = yaml.safe_load(mapping_yaml(found))
    assert (found.table, found.missing) == ("training_result", ())
    assert written["fields"]["person_kind"]["map"]["民警"] == "officer"
    assert written["fields"]["round"] == "轮次"


def test_a_suggestion_is_a_mapping(tmp_path: Path):
    path = tmp_path / "x.yaml"
    path.write_text(mapping_yaml(suggest(DETAIL)), encoding="utf-8")
    assert set(load_mapping(str(path), "alert").columns) == set(DETAIL)


def test_a_saved_mapping_is_found_by_headings_and_by_name(tmp_path: Path):
    text = mapping_yaml(suggest(DETAIL))
    save_mapping(tmp_path, "东城周报", text, DETAIL)
    assert remembered(tmp_path, ["警情 编号", *DETAIL[1:]]) == "东城周报"
    assert remembered(tmp_path, DETAIL[1:]) is None
    assert load_mapping("东城周报", "alert", tmp_path / "mappings").name == "东城周报"
    save_mapping(tmp_path, "东城周报", text, DETAIL[1:])
    assert remembered(tmp_path, DETAIL) == remembered(tmp_path, DETAIL[1:]) == "东城周报"


@pytest.mark.parametrize("name", ["plain", "auto", "milwaukee", "../x", "", "a/b", ".hidden", "x" * 61])
def test_names_that_cannot_be_used(tmp_path: Path, name: str):
    with pytest.raises(UsageError):
        save_mapping(tmp_path, name, mapping_yaml(suggest(DETAIL)), DETAIL)
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_mapping_of_another_table_is_not_replaced(tmp_path: Path):
    path = save_mapping(tmp_path, "week", mapping_yaml(suggest(DETAIL)), DETAIL)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="for the table alert"):
        save_mapping(tmp_path, "week", "table: staff\nfields: {org_code: a, as_of: b}\n", ["a", "b"])
    with pytest.raises(UsageError, match="words that mean nothing"):
        save_mapping(tmp_path, "week", "table: alert\nfields: {nothing: a}\n", ["a"])
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
