"""Running a suite leaves the caller's connection, the disk and the interpreter as they were."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.validate import ValidationError, _condition, refused_rows, suite, validate

from .rows import CLEAN
from .staging import NOW, stage

ROOT = Path(__file__).resolve().parents[2]
OPEN_DATA = {"alert_id": "SAPD-2023-1", "reported_at": "2023-10-01 00:03:00", "station_code": "CENTRAL",
             "link_type": "none", "category_group": "unmapped"}  # fmt: skip

moments = st.none() | st.datetimes(datetime(1989, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(microsecond=0))
degrees = st.none() | st.floats(-200, 200) | st.sampled_from([0.0, float("nan"), float("inf")])
alerts = st.fixed_dictionaries(
    {
        "alert_id": st.none() | st.sampled_from(["1", "3.30106E+17", "E+"]),
        "main_alert_id": st.none() | st.sampled_from(["1", "2"]),
        "link_type": st.none() | st.sampled_from(["none", "duplicate", "", "DUPLICATE"]),
        "reported_at": moments,
        "arrived_at": moments,
        "closed_at": moments,
        "recorded_at": moments,
        "category_group": st.none() | st.sampled_from(["criminal", "unmapped", "其他"]),
        "caller_key": st.none() | st.integers(0, 2**64 - 1),
        "lon": degrees,
        "lat": degrees,
    }
)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(alerts, max_size=8))
def test_great_expectations_and_the_conditions_agree_on_any_alerts(connection, rows):
    relation = stage(connection, "alert", rows)
    counted = {o.name: o.unexpected for o in validate(connection.cursor(), relation, "alert", now=NOW).outcomes}
    tests = ", ".join(f"count(*) FILTER (WHERE {_condition(e, relation, NOW)})" for e in suite("alert"))
    assert tuple(counted.values()) == connection.execute(f'SELECT {tests} FROM "{relation}"').fetchone()


def test_open_data_with_a_time_and_a_place_alone_is_refused_nothing(connection):
    relation = stage(connection, "alert", [OPEN_DATA] * 3)
    validation = validate(connection.cursor(), relation, "alert", now=NOW)
    assert validation.success_of_critical
    assert [o.name for o in validation.failed("warning")] == ["category_group_mostly_mapped"]


def test_a_view_over_parquet_is_as_good_as_a_table(connection, tmp_path):
    stage(connection, "alert", [CLEAN["alert"], CLEAN["alert"] | {"reported_at": "2099-01-01"}])
    connection.execute(f"COPY stage_alert TO '{tmp_path / 'part.parquet'}'")
    connection.execute(f"CREATE OR REPLACE VIEW stage_alert_4f0c AS FROM '{tmp_path / 'part.parquet'}'")
    assert not validate(connection.cursor(), "stage_alert_4f0c", "alert", now=NOW).success_of_critical
    rows = refused_rows(connection, "stage_alert_4f0c", "alert", now=NOW, limit=1)
    assert rows == [{"row_number": 3, "file_name": "calls.csv", "column": "reported_at",
                     "value": "2099-01-01 00:00:00", "code": "date_out_of_range"}]  # fmt: skip


def test_the_callers_cursor_stays_open_and_outside_a_transaction(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE kept AS SELECT 1 AS one")
    validate(cursor, stage(connection, "staff", [CLEAN["staff"]]), "staff", now=NOW)
    cursor.begin()
    assert cursor.execute("SELECT one FROM kept").fetchone() == (1,)
    cursor.rollback()


def test_a_relation_without_the_columns_is_an_error_of_ours_not_of_the_data(connection):
    connection.execute("CREATE OR REPLACE TABLE stage_narrow AS SELECT '1' AS org_code")
    with pytest.raises(ValidationError, match="lacks the columns as_of"):
        validate(connection.cursor(), "stage_narrow", "staff", now=NOW)


def test_a_moment_with_a_zone_is_turned_away(connection):
    relation = stage(connection, "alert", [CLEAN["alert"]])
    with pytest.raises(ValueError, match="local time"):
        validate(connection.cursor(), relation, "alert", now=datetime.now(UTC))


def test_importing_the_module_leaves_great_expectations_unloaded():
    code = "import sys, etl.validate; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_run_writes_no_file_and_prints_nothing(tmp_path):
    code = f"""
import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
import duckdb
from expectations.rows import CLEAN
from expectations.staging import NOW, stage
from etl.validate import validate
with duckdb.connect() as connection:
    assert validate(connection, stage(connection, "alert", [CLEAN["alert"]]), "alert", now=NOW).success_of_critical
"""
    home = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, env=home, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []
