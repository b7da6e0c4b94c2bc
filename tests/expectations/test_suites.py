"""Every suite is whole, passes clean rows, and counts by Great Expectations what its conditions count."""

import json

import duckdb
import pytest

from etl.gx_duckdb import COUNTED
from etl.validate import SUITES, _condition, critical_condition, refused_rows, suite, validate

from .rows import BREAKS, CLEAN
from .staging import NOW, TABLES, stage

NAMES = sorted(TABLES)
CRITICAL = [(table, e.name) for table in NAMES for e in suite(table) if e.severity == "critical"]


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def by_condition(connection, relation, expected):
    condition = _condition(expected, relation, NOW)
    return connection.execute(f'SELECT count(*) FROM "{relation}" WHERE {condition}').fetchone()[0]


def test_every_table_has_a_suite_and_every_suite_a_table():
    assert sorted(file.stem for file in SUITES.glob("*.yaml")) == NAMES


@pytest.mark.parametrize("table", NAMES)
def test_names_are_unique_and_columns_and_types_exist(table):
    expectations = suite(table)
    assert len({e.name for e in expectations}) == len(expectations)
    assert {e.severity for e in expectations} <= {"critical", "warning", "info"}
    assert {e.column for e in expectations} <= set(TABLES[table]["columns"])
    assert {e.type for e in expectations} <= set(COUNTED)


@pytest.mark.parametrize("table", NAMES)
def test_a_critical_condition_needs_no_other_row_and_every_row_may_fail_none(table):
    assert not [
        e.name for e in suite(table) if e.severity == "critical" and ("{batch}" in e.condition or "mostly" in e.kwargs)
    ]


@pytest.mark.parametrize("table", NAMES)
def test_every_rule_of_the_table_definition_is_critical(table):
    critical = {e.name: e.kwargs for e in suite(table) if e.severity == "critical"}
    for column, spec in TABLES[table]["columns"].items():
        options = spec[3] if len(spec) > 3 else {}
        if options.get("required"):
            assert f"{column}_given" in critical
        if "enum" in options:
            assert critical[f"{column}_known"]["value_set"] == options["enum"]
        if bounds := {f"{end}_value": options[end] for end in ("min", "max") if end in options}:
            assert critical[f"{column}_in_range"] == bounds


@pytest.mark.parametrize("table", NAMES)
def test_a_clean_row_passes_everything(connection, table):
    relation = stage(connection, table, [CLEAN[table]] * 3)
    outcomes = validate(connection.cursor(), relation, table, now=NOW).outcomes
    assert [o.name for o in outcomes if not o.success or o.unexpected] == []
    assert refused_rows(connection, relation, table, now=NOW, limit=10) == []


@pytest.mark.parametrize("table", NAMES)
def test_an_empty_batch_passes(connection, table):
    assert validate(connection.cursor(), stage(connection, table, []), table, now=NOW).success_of_critical


@pytest.mark.parametrize("table", NAMES)
def test_great_expectations_counts_what_the_conditions_count_and_every_expectation_can_fail(connection, table):
    assert list(BREAKS[table]) == [e.name for e in suite(table)]
    relation = stage(connection, table, [CLEAN[table]] + [CLEAN[table] | broken for broken in BREAKS[table].values()])
    validation = validate(connection.cursor(), relation, table, now=NOW)
    counted = {o.name: o.unexpected for o in validation.outcomes}
    assert counted == {e.name: by_condition(connection, relation, e) for e in suite(table)}
    assert [name for name, count in counted.items() if count == 0] == []
    assert not validation.success_of_critical


@pytest.mark.parametrize(("table", "name"), CRITICAL)
def test_what_breaks_a_critical_expectation_refuses_its_row_with_place_and_reason(connection, table, name):
    broken = BREAKS[table][name]
    relation = stage(connection, table, [CLEAN[table], CLEAN[table] | broken])
    expected = next(e for e in suite(table) if e.name == name)
    refused = refused_rows(connection, relation, table, now=NOW, limit=10)
    assert {(row["row_number"], row["file_name"]) for row in refused} == {(3, "calls.csv")}
    assert (expected.column, expected.code) in {(row["column"], row["code"]) for row in refused}
    condition = critical_condition(table, now=NOW)
    assert connection.execute(f'SELECT _row FROM "{relation}" WHERE {condition}').fetchall() == [(3,)]


@pytest.mark.parametrize("table", NAMES)
def test_warnings_and_infos_refuse_nothing(connection, table):
    softer = [e.name for e in suite(table) if e.severity != "critical"]
    relation = stage(connection, table, [CLEAN[table] | BREAKS[table][name] for name in softer] or [CLEAN[table]])
    validation = validate(connection.cursor(), relation, table, now=NOW)
    assert [o.name for o in validation.failed("critical")] == []
    assert refused_rows(connection, relation, table, now=NOW, limit=10) == []


def test_what_is_stored_holds_counts_and_no_cell(connection):
    odd = {"station_code": None, "link_type": "secret-link", "lon": 987.654321, "alert_id": "7.77777E+17"}
    relation = stage(connection, "alert", [CLEAN["alert"] | odd])
    validation = validate(connection.cursor(), relation, "alert", now=NOW)
    stored = json.dumps(validation.to_json())
    assert not [cell for cell in ("secret-link", "987.65", "7.77777") if cell in stored]
    assert validation.to_json()[2] == {
        "name": "station_code_given", "severity": "critical", "column": "station_code", "code": "required",
        "evaluated": 1, "unexpected": 1, "success": False,
    }  # fmt: skip


def test_a_share_may_be_missing_up_to_its_allowance(connection):
    rows = [CLEAN["alert"] | {"category_group": "unmapped"}] + [CLEAN["alert"]] * 19
    for share, passes in ((rows, True), ([rows[0], *rows], False)):
        relation = stage(connection, "alert", share)
        outcomes = {o.name: o for o in validate(connection.cursor(), relation, "alert", now=NOW).outcomes}
        assert outcomes["category_group_mostly_mapped"].success is passes
