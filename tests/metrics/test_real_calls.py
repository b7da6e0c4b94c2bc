"""San Antonio's own files: an independent count over the raw rows, and a split that is not a fall.

The files of October 2023 and October 2024 hold the first six days of each month. DOWNTOWN was split from CENTRAL
between April and June 2024; the mapping records it as an event.
"""

from datetime import date
from pathlib import Path

import pytest

from etl import load_files
from metrics import Row, Scope, default_period, show
from warehouse import open_lake

OCTOBER = {"start": date(2024, 10, 1), "end": date(2024, 10, 7), "comparison": "yoy"}


@pytest.fixture(scope="module")
def lake(san_antonio_files: list[Path], tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JICENG_KEY", "0f" * 32)
        found = open_lake(tmp_path_factory.mktemp("san_antonio"), create=True)
        files = [path for path in san_antonio_files if path.stem in ("2023-10", "2024-10")]
        load_files(found, "alert", files, mapping="san_antonio")
    return found


def districts(lake) -> dict[str, Row]:
    return {row.unit: row for row in show(lake, "alert_change", Scope(by="district", **OCTOBER)).rows}


def test_the_same_complete_days_as_counted_by_hand(lake) -> None:
    row = show(lake, "alerts_received", Scope(**OCTOBER)).rows[0]
    assert (row.numerator, row.base_numerator) == (20_528, 20_419)  # 20,530 rows, two without an incident number


def test_districts_add_up_to_the_city(lake) -> None:
    rows = districts(lake).values()
    city = show(lake, "alert_change", Scope(**OCTOBER)).rows[0]
    assert sum(row.numerator for row in rows) == city.numerator
    assert sum(row.base_numerator for row in rows) == city.base_numerator


def test_central_has_not_fallen_it_was_split(lake) -> None:
    central = districts(lake)["CENTRAL"]
    assert central.change == pytest.approx(-0.51, abs=0.01)
    assert central.verdict == "not_established"
    assert central.has_note("series_break")
    assert districts(lake)["DOWNTOWN"].suppressed == "no_base"


def test_six_days_a_month_are_no_week_and_no_look_back(lake) -> None:
    assert default_period(lake) == (date(2024, 10, 1), date(2024, 10, 7))
    row = show(lake, "repeat_share", Scope(**OCTOBER)).rows[0]
    assert (row.value, row.suppressed) == (None, "look_back_incomplete")
