"""Every table from a plain CSV of hand-written rows: each value comes back as written, as the type of its column.

Then what happens to a record over time: again, newer, older, twice in a file, in two files that overlap.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from etl.keys import hash_series
from warehouse import tables

ALERT = (
    "alert_id,main_alert_id,link_type,channel,reported_at,answered_at,dispatched_at,arrived_at,closed_at,recorded_at,"
    "updated_at,station_code,station_code_initial,category_scheme,category_code,category_code_initial,level,is_invalid,"
    "is_nuisance,is_deleted,phone,address,is_service_caller,is_service_place,lon,lat,result_code,case_id,status_rank\n"
    "A1,A0,duplicate,110,2024-01-05 08:30:00,2024-01-05 08:30:05,2024-01-05 08:31:00,2024-01-05 08:40:00,"
    "2024-01-05 09:00:00,2024-01-05 08:30:06,2024-01-06 00:00:00,990101010000,990102010000,GA,0101,0202,二级,1,否,0,"
    "138 0013 8000,文明路12号,0,是,112.5,31.25,办结,C1,2\n"
)
CASE = (
    "case_id,alert_id,station_code,kind,cause,is_preventable,is_small_livelihood,occurred_from,occurred_to,reported_at,"
    "accepted_at,filed_at,cleared_at,closed_at,cancelled_at,cancel_reason,status,officer,merged_into,loss_yuan\n"
    "C1,A1,990101010000,criminal,盗窃,是,1,2024-01-04 20:00,2024-01-05 06:00,2024-01-05 08:30:00,2024-01-05 10:00,"
    "2024-01-06,2024-02-01,2024-03-01,,,办结,P-0007,,9007199254740.99\n"
)
RESULT = (
    "result_id,person,person_kind,station_code,ability,event_type,held_on,round,attempt,score,max_score,pass_mark,hours,"
    "absent_reason\nR1,P-0007,officer,西门派出所,community_work,test,2024/3/1,2024-Q1,2,59.5,100,60,1.25,\n"
    "R2,P-0008,auxiliary,990102010000,other,course,2024-03-01,2024-Q1,,,,,8,病假\n"
)


SECRET = bytes.fromhex("5e" * 32)  # as tests/conftest.py sets it


def key(text: str, kind: str) -> int:
    return hash_series(pl.Series([text]), kind, SECRET)[0]


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


FIRST = day("1900-01-01")
FILES: dict[str, tuple[str, list[dict[str, object]]]] = {
    "district": (
        "district_code,name_zh,name_en,is_municipal_district,valid_from,valid_to,successor_code\n"
        "990103,南城区,South,是,2000-01-01,2024年6月1日,990101\n990104,北城区,,,,,\n",
        [
            {"district_code": "990103", "name_zh": "南城区", "name_en": "South", "is_municipal_district": True,
             "valid_from": day("2000-01-01"), "valid_to": day("2024-06-01"), "successor_code": "990101"},
            {"district_code": "990104", "name_zh": "北城区", "name_en": None, "is_municipal_district": False,
             "valid_from": FIRST, "valid_to": None, "successor_code": None},
        ],
    ),
    "station": (
        "station_code,district_code,name_zh,name_en,kind,lon,lat,valid_from,valid_to,successor_code,aliases\n"
        "990102020000,990102,𠮷祥里派出所,Jixiangli,other,112.5,31.25,2010-01-01,2024-06-01,990102010000,祥里|祥里所\n",
        [
            {"station_code": "990102020000", "district_code": "990102", "name_zh": "𠮷祥里派出所",
             "name_en": "Jixiangli", "kind": "other", "lon": 112.5, "lat": 31.25, "valid_from": day("2010-01-01"),
             "valid_to": day("2024-06-01"), "successor_code": "990102010000", "aliases": "祥里|祥里所"},
        ],
    ),
    "population": (
        'org_code,as_of,basis,persons,households\n990101,2023-12-31,actual,"350,000",120000\n',
        [{"org_code": "990101", "as_of": day("2023-12-31"), "basis": "actual", "persons": 350_000,
          "households": 120_000}],
    ),
    "category_map": (
        "scheme,version,code,name,category_group,is_police_matter,valid_from,valid_to\n"
        "GA,2,0101,盗窃,criminal,,2020-01-01,2025-01-01\nGA,,0101,盗窃,public_order,否,2025-01-01,\n",
        [
            {"scheme": "GA", "version": "2", "code": "0101", "name": "盗窃", "category_group": "criminal",
             "is_police_matter": True, "valid_from": day("2020-01-01"), "valid_to": day("2025-01-01")},
            {"scheme": "GA", "version": "1", "code": "0101", "name": "盗窃", "category_group": "public_order",
             "is_police_matter": False, "valid_from": day("2025-01-01"), "valid_to": None},
        ],
    ),
    "target": (
        "indicator_id,org_level,org_code,value,comparison,valid_from,valid_to,source\n"
        "station_officers_share,city,,0.4,at_least,2023-01-01,2026-01-01,三年行动计划\n",
        [{"indicator_id": "station_officers_share", "org_level": "city", "org_code": "*", "value": 0.4,
          "comparison": "at_least", "valid_from": day("2023-01-01"), "valid_to": day("2026-01-01"),
          "source": "三年行动计划"}],
    ),
    "event": (
        'event_id,starts_on,ends_on,org_code,kind,title_zh,title_en,source\nE1,2025-01-28,2025-02-05,,festival,"春节,八天",,历\n',
        [{"event_id": "E1", "starts_on": day("2025-01-28"), "ends_on": day("2025-02-05"), "org_code": None,
          "kind": "festival", "title_zh": "春节,八天", "title_en": None, "source": "历"}],
    ),
    "alert": (
        ALERT,
        [{"alert_id": "A1", "main_alert_id": "A0", "link_type": "duplicate", "channel": "110",
          "reported_at": at("2024-01-05T08:30:00"), "answered_at": at("2024-01-05T08:30:05"),
          "dispatched_at": at("2024-01-05T08:31:00"), "arrived_at": at("2024-01-05T08:40:00"),
          "closed_at": at("2024-01-05T09:00:00"), "recorded_at": at("2024-01-05T08:30:06"),
          "updated_at": at("2024-01-06T00:00:00"), "station_code": "990101010000",
          "station_code_initial": "990102010000", "category_scheme": "GA", "category_code": "0101",
          "category_code_initial": "0202", "category_group": "unmapped", "category_group_initial": "unmapped",
          "level": "二级", "is_invalid": True, "is_nuisance": False, "is_deleted": False,
          "caller_key": key("13800138000", "phone"), "place_key": key("文明路１２号", "address"),
          "is_service_caller": False, "is_service_place": True, "lon": 112.5, "lat": 31.25, "result_code": "办结",
          "case_id": "C1", "status_rank": 2}],
    ),
    "case": (
        CASE,
        [{"case_id": "C1", "alert_id": "A1", "station_code": "990101010000", "kind": "criminal", "cause": "盗窃",
          "is_preventable": True, "is_small_livelihood": True, "occurred_from": at("2024-01-04T20:00:00"),
          "occurred_to": at("2024-01-05T06:00:00"), "reported_at": at("2024-01-05T08:30:00"),
          "accepted_at": at("2024-01-05T10:00:00"), "filed_at": at("2024-01-06T00:00:00"),
          "cleared_at": at("2024-02-01T00:00:00"), "closed_at": at("2024-03-01T00:00:00"), "cancelled_at": None,
          "cancel_reason": None, "status": "办结", "officer_key": key("P-0007", "person"), "merged_into": None,
          "loss_yuan": Decimal("9007199254740.99")}],
    ),
    "training_result": (
        RESULT,
        [
            {"result_id": "R1", "person_key": key("P-0007", "person"), "person_kind": "officer",
             "station_code": "990102010000", "ability": "community_work", "event_type": "test",
             "held_on": day("2024-03-01"), "round": "2024-Q1", "attempt": 2, "score": Decimal("59.50"),
             "max_score": Decimal("100.00"), "pass_mark": Decimal("60.00"), "hours": Decimal("1.25"),
             "absent_reason": None, "stated_pass": None},
            {"result_id": "R2", "person_key": key("P-0008", "person"), "person_kind": "auxiliary",
             "station_code": "990102010000", "ability": "other", "event_type": "course", "held_on": day("2024-03-01"),
             "round": "2024-Q1", "attempt": 1, "score": None, "max_score": Decimal("100.00"),
             "pass_mark": Decimal("60.00"), "hours": Decimal("8.00"), "absent_reason": "病假",
             "stated_pass": None},
        ],
    ),
    "staff": (
        "org_code,as_of,officers_total,officers_station,officers_community,auxiliaries,eligible_for_training,"
        "auxiliaries_eligible\n990101,2023-12-31,120,60,30,200,58,\n北门派出所,2023-12-31,12,12,6,20,0,19\n",
        [
            {"org_code": "990101", "as_of": day("2023-12-31"), "officers_total": 120, "officers_station": 60,
             "officers_community": 30, "auxiliaries": 200, "eligible_for_training": 58, "auxiliaries_eligible": None},
            {"org_code": "990101020000", "as_of": day("2023-12-31"), "officers_total": 12, "officers_station": 12,
             "officers_community": 6, "auxiliaries": 20, "eligible_for_training": 0, "auxiliaries_eligible": 19},
        ],
    ),
    "indicator_return": (
        "indicator_id,org_code,period_start,period_end,numerator,denominator\n"
        "village_officers,990101,2024-01-01,2024-02-01,1234567890123456.78,9999999999999999.99\n"
        "visits,990102,2024-01-01,2024-02-01,0,\n",
        [
            {"indicator_id": "village_officers", "org_code": "990101", "period_start": day("2024-01-01"),
             "period_end": day("2024-02-01"), "numerator": Decimal("1234567890123456.78"),
             "denominator": Decimal("9999999999999999.99"), "breakdown": "all"},
            {"indicator_id": "visits", "org_code": "990102", "period_start": day("2024-01-01"),
             "period_end": day("2024-02-01"), "numerator": Decimal(0), "denominator": None, "breakdown": "all"},
        ],
    ),
    "treatment": (
        "alert_id,treated_on,measure\nA1,2024-02-01,mediation\nA1,2024-03-01,\n",
        [
            {"alert_id": "A1", "treated_on": day("2024-02-01"), "measure": "mediation"},
            {"alert_id": "A1", "treated_on": day("2024-03-01"), "measure": "other"},
        ],
    ),
    "service_place": (
        "entry_id,alert_id,covers,address,phone,kind\n1,,place,人民医院,,hospital\n2,,caller,,0571-8765 4321,hotline\n"
        "3,A9,,,,\n",
        [
            {"entry_id": "1", "alert_id": None, "covers": "place", "place_key": key("人民医院", "address"),
             "caller_key": None, "kind": "hospital"},
            {"entry_id": "2", "alert_id": None, "covers": "caller", "place_key": None,
             "caller_key": key("057187654321", "phone"), "kind": "hotline"},
            {"entry_id": "3", "alert_id": "A9", "covers": "place", "place_key": None, "caller_key": None,
             "kind": "other"},
        ],
    ),
}  # fmt: skip


def stored(lake, name: str, version: int | None = None, where: str = "true") -> Iterator[dict[str, object]]:
    at_version = "" if version is None else f"AT (VERSION => {version})"
    sql = f"SELECT * EXCLUDE (batch_id) FROM {tables()[name].quoted} {at_version} WHERE {where} ORDER BY ALL"
    return lake.frame(sql).iter_rows(named=True)


def test_no_table_is_left_out():
    assert set(FILES) == set(tables())


@pytest.mark.parametrize("name", FILES)
def test_every_value_comes_back_as_written_and_again_changes_nothing(lake, load, name: str):
    text, rows = FILES[name]
    already = list(stored(lake, name))
    first = load(name, text)
    assert (first.status, first.rows_loaded, first.rows_refused) == ("committed", len(rows), 0)
    came = [row for row in stored(lake, name) if row not in already]
    assert sorted(came, key=str) == sorted(rows, key=str)
    again = load(name, text)
    assert (again.status, again.batch_id, again.data_version) == ("unchanged", first.batch_id, first.data_version)
    header, *lines = text.splitlines()
    other_bytes = load(name, "\n".join([header, *reversed(lines)]) + "\n\n")  # the same records in another file
    assert (other_bytes.status, other_bytes.data_version) == ("unchanged", first.data_version)


HEAD = "alert_id,reported_at,station_code,updated_at,status_rank,result_code\n"


def alert(number: str, result: str, updated: str = "2024-01-05 09:00:00", rank: int = 0) -> str:
    return f"{number},2024-01-05 08:30:00,990101010000,{updated},{rank},{result}\n"


def results(lake, version: int | None = None) -> dict[str, str]:
    return {str(row["alert_id"]): str(row["result_code"]) for row in stored(lake, "alert", version)}


def test_a_newer_version_wins_and_the_older_stays_visible_at_its_data_version(lake, load):
    first = load("alert", HEAD + alert("A1", "old") + alert("A2", "same"))
    second = load(
        "alert", HEAD + alert("A1", "new", "2024-01-05 10:00:00") + alert("A2", "same") + alert("A3", "added")
    )
    assert (second.rows_loaded, second.rows_updated, second.rows_repeated) == (1, 1, 1)
    assert results(lake) == {"A1": "new", "A2": "same", "A3": "added"}
    assert results(lake, first.data_version) == {"A1": "old", "A2": "same"}


def test_an_older_version_that_comes_late_replaces_nothing(lake, load):
    load("alert", HEAD + alert("A1", "new", "2024-01-05 10:00:00") + alert("B1", "final", rank=1))
    late = load("alert", HEAD + alert("A1", "old") + alert("B1", "in progress", "2024-01-09") + alert("C1", "first"))
    assert (late.rows_loaded, late.rows_updated, late.rows_repeated) == (1, 0, 2)
    assert results(lake) == {"A1": "new", "B1": "final", "C1": "first"}


def test_twice_in_one_file_the_newest_wins_and_the_other_is_counted(lake, load):
    text = HEAD + alert("A1", "newest", "2024-01-05 11:00:00") + alert("A1", "oldest") + alert("A2", "only")
    text += alert("A1", "middle", "2024-01-05 10:00:00") + alert("A3", "first line") + alert("A3", "last line")
    report = load("alert", text)
    assert (report.rows_read, report.rows_loaded, report.rows_repeated) == (6, 3, 3)
    assert results(lake) == {"A1": "newest", "A2": "only", "A3": "last line"}


def test_files_that_overlap_count_each_record_once_in_any_order(lake, load):
    monday = HEAD + alert("A1", "open") + alert("A2", "open")
    tuesday = HEAD + alert("A2", "closed", "2024-01-06") + alert("A3", "open")
    report = load("alert", tuesday, monday)
    assert (report.rows_read, report.rows_loaded, report.rows_repeated) == (4, 3, 1)
    assert results(lake) == {"A1": "open", "A2": "closed", "A3": "open"}
    assert load("alert", monday, name="alone").status == "unchanged"
