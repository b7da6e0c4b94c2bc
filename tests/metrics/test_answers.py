"""The shape of an answer, the trends, and the promises that every query keeps."""

import json
import pickle
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from metrics import Scope, catalogue, data_span, default_period, last_complete_week, series, show
from metrics.types import ROW_KEYS
from tests.metrics.small_lake import SmallLake, two_districts

ROOT = Path(__file__).resolve().parents[2]
MONDAY, END = date(2025, 12, 22), date(2025, 12, 29)
SEVEN = (
    "alerts_received",
    "alerts_valid",
    "alert_change",
    "alert_rate",
    "repeat_share",
    "training_coverage",
    "training_first_pass",
)


FROM = {"alert_rolling_year": "2024-12-29", "alert_year_to_date": "2025-01-01"}
BASE = {
    "alert_rolling_year": ["2023-12-30", "2024-12-28"],
    "alert_year_to_date": ["2024-01-01", "2024-12-28"],
    "alert_course": None,
    "alert_funnel": None,
}
ROWS_OF_ITS_OWN = ("alert_course",)  # one a week


@pytest.fixture(scope="module")
def full() -> SmallLake:
    """A filled lake that every test of this module only reads."""
    return filled()


def filled() -> SmallLake:
    lake = two_districts()
    lake.alerts("A1", date(2024, 9, 2), 483, 10, 15, caller_repeat_30=1)
    lake.alerts("B1", date(2024, 9, 2), 483, 4, 4)
    for org in ("A", "B"):
        lake.add("population", {"org_code": org, "as_of": date(2024, 1, 1), "basis": "resident", "persons": 9_000})
    lake.add("staff", {"org_code": "A1", "as_of": date(2024, 1, 1), "eligible_for_training": 40})
    lake.tests("2025-Q1", date(2025, 3, 3), "A1", 30, 20)
    lake.tests("2025-Q4", date(2025, 12, 23), "A1", 36, 27)
    lake.add("event", {"event_id": "e", "starts_on": date(2025, 12, 24), "kind": "festival", "title_zh": "节"})
    return lake


@pytest.mark.parametrize(("name", "by"), [(name, by) for name, entry in catalogue().items() for by in entry.levels])
def test_every_answer_has_the_promised_shape(full, name: str, by: str) -> None:
    result = show(full, name, Scope(MONDAY, END, by=by))
    shape = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert shape["indicator"] == name
    assert shape["period"] == [FROM.get(name, "2025-12-22"), "2025-12-28"]
    assert shape["base_period"] == BASE.get(name, ["2024-12-23", "2024-12-29"])
    assert (shape["by"], shape["data_version"]) == (by, full.version())
    assert shape["definition"] == catalogue()[name].definition
    if name not in ROWS_OF_ITS_OWN and not name.endswith("_encouraged"):
        assert len(shape["rows"]) == {"city": 1, "district": 2, "station": 3}[by]
    for row in shape["rows"]:
        assert set(ROW_KEYS) <= set(row)
        assert row["interval"] is None or len(row["interval"]) == 2
    assert result.frame().height == len(shape["rows"])
    assert pickle.loads(pickle.dumps(result)) == result  # pages keep results in a cache


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_indicator_has_a_course_or_an_empty_one(full, name: str) -> None:
    if "city" in catalogue()[name].levels:
        course = series(full, name, Scope(date(2025, 11, 3), END))
        assert course.columns == ["period_start", "value", "numerator", "denominator"]


def test_the_figures_of_the_frame_are_those_of_the_rows(full) -> None:
    frame = show(full, "alerts_valid", Scope(MONDAY, END, by="district")).frame()
    assert frame.select("unit", "value", "base_numerator").rows() == [("A", 70.0, 70), ("B", 28.0, 28)]
    assert frame.schema["change"] == pl.Float64


def test_no_comparison_has_no_base_period(full) -> None:
    assert show(full, "alerts_valid", Scope(MONDAY, END, "none")).to_json()["base_period"] is None


def test_classes_do_not_apply_to_training(full) -> None:
    notes = show(full, "training_coverage", Scope(MONDAY, END, groups=("help",))).notes
    assert "category_not_applicable" in [note.code for note in notes]


def test_the_catalogue_holds_the_first_set_and_says_what_each_is() -> None:
    assert set(SEVEN) <= set(catalogue())
    for entry in catalogue().values():
        assert entry.name["zh"] and entry.name["en"] and entry.numerator["zh"] and entry.target["en"]
        assert entry.counter_metrics or entry.subject == "repeats"
        assert entry.smallest_base in (5, 20)
        assert set(entry.levels) <= {"city", "district", "station"} and entry.levels
        json.dumps(entry.to_json())


def test_weeks_of_a_trend_are_whole(full) -> None:
    trend = series(full, "alerts_valid", Scope(date(2025, 12, 3), date(2026, 1, 5)))
    assert trend.rows() == [
        (date(2025, 12, 8), 98.0, 98, None),
        (date(2025, 12, 15), 98.0, 98, None),
        (date(2025, 12, 22), 98.0, 98, None),
        (date(2025, 12, 29), None, None, None),  # no data, not zero
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alert_change", 98.0),
        ("valid_share", 98 / 133),
        ("repeat_share", 7 / 98),
        ("missing_caller_share", 0.0),
        ("alert_rate", 98 / 1.8),
        ("training_coverage", 0.9),
        ("training_first_pass", 0.75),
    ],
)
def test_a_trends_last_point_is_the_figure_itself(full, name: str, value: float) -> None:
    trend = series(full, name, Scope(MONDAY, END))
    assert trend["value"].to_list() == [pytest.approx(value)]
    assert trend.columns == ["period_start", "value", "numerator", "denominator"]
    shown = show(full, name, Scope(MONDAY, END)).rows[0]
    assert trend["numerator"][0] == shown.numerator


def test_a_trend_of_one_district_and_by_month(full) -> None:
    trend = series(full, "alerts_valid", Scope(date(2025, 1, 1), date(2025, 3, 1), districts=("B",)), "month")
    assert trend["value"].to_list() == [124.0, 112.0]


def test_the_burn_in_of_a_trend_is_empty(full) -> None:
    trend = series(full, "repeat_share", Scope(date(2024, 9, 2), date(2024, 10, 14)))
    assert trend["value"].is_null().to_list() == [True, True, True, True, False, False]


def test_default_period_and_span(full) -> None:
    assert data_span(full) == (date(2024, 9, 2), date(2025, 12, 28))
    assert last_complete_week(full) == default_period(full) == (MONDAY, END)


def test_scattered_days_have_no_week_but_a_period(lake) -> None:
    lake.alerts("A1", date(2024, 11, 1), 5, 10)
    lake.alerts("A1", date(2024, 12, 1), 3, 10)
    assert last_complete_week(lake) is None
    assert default_period(lake) == (date(2024, 12, 1), date(2024, 12, 4))


def test_an_empty_lake_has_no_week(lake) -> None:
    assert data_span(lake) is None
    assert last_complete_week(lake) is default_period(lake) is None


def test_few_queries_and_the_small_tables_only_once() -> None:
    full = filled()  # nobody has asked it yet
    show(full, "alert_change", Scope(MONDAY, END, by="station"))
    assert len(full.queries) <= 10
    full.queries.clear()
    show(full, "alert_change", Scope(MONDAY, END, by="district"))
    assert full.queries == []  # a version never changes, so its answers are kept


def test_importing_the_room_loads_no_heavy_library() -> None:
    heavy = ("scipy.stats", "statsmodels", "pandas", "streamlit", "great_expectations")
    code = f"import sys, metrics, metrics.command_line; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
