"""A, then B updating A, then C, then undo B gives A's values and C; what a load does to repeats and marts.

`load` and `undo` compare the mart with a rebuild each time.
"""

import pytest

import warehouse
from warehouse import Lake

from .facts import load, row, undo


def stations(lake: Lake) -> dict[str, str]:
    return dict(lake.frame("SELECT alert_id, station_code FROM lake.alert ORDER BY 1").rows())


def test_undo_of_the_middle_batch_gives_the_first_values_and_keeps_the_last(lake: Lake):
    load(lake, "A", row(alert_id="a", reported_at="2024-01-01 10:00:00", station_code="s1", caller_key="1"))
    b = load(
        lake,
        "B",
        row(alert_id="a", reported_at="2024-01-01 10:00:00", station_code="s2", caller_key="2"),
        row(alert_id="b", reported_at="2024-01-05 10:00:00", station_code="s2", caller_key="1"),
    )
    load(lake, "C", row(alert_id="c", reported_at="2024-01-06 10:00:00", station_code="s3", caller_key="1"))
    assert stations(lake) == {"a": "s2", "b": "s2", "c": "s3"}
    undone = undo(lake, b.batch_id)
    assert (undone.rows_removed, undone.rows_restored) == (2, 1)
    assert stations(lake) == {"a": "s1", "c": "s3"}


@pytest.mark.parametrize(
    ("second", "duplicate", "repeat_30"),
    [
        ("2024-01-01 11:59:59", 1, 0),
        ("2024-01-01 12:00:00", 0, 1),
        ("2024-01-31 10:00:00", 0, 1),
        ("2024-01-31 10:00:01", 0, 0),
    ],
)
def test_a_repeat_lies_between_two_hours_and_thirty_days(lake: Lake, second: str, duplicate: int, repeat_30: int):
    load(lake, "A", row(alert_id="a", reported_at="2024-01-01 10:00:00", station_code="s1", place_key="7"))
    load(lake, "B", row(alert_id="b", reported_at=second, station_code="s1", place_key="7"))
    found = lake.frame("SELECT sum(place_duplicate)::INT, sum(place_repeat_30)::INT FROM lake.mart_alert_day").row(0)
    assert found == (duplicate, repeat_30)


def test_an_earlier_row_that_comes_late_changes_the_one_after_it(lake: Lake):
    load(lake, "A", row(alert_id="b", reported_at="2024-01-05 10:00:00", station_code="s1", place_key="7"))
    load(lake, "B", row(alert_id="a", reported_at="2024-01-01 10:00:00", station_code="s1", place_key="7"))
    days = lake.frame("SELECT day::VARCHAR FROM lake.mart_alert_day GROUP BY day HAVING sum(place_repeat_30) = 1")
    assert days.rows() == [("2024-01-05",)]


def test_the_same_rows_again_change_nothing(lake: Lake):
    one = row(alert_id="a", reported_at="2024-01-01 10:00:00", station_code="s1")
    load(lake, "A", one)
    before = lake.version()
    assert load(lake, "B", one).batch_id is None
    assert lake.version() == before


def test_an_unknown_version_and_an_undone_batch_are_said(lake: Lake):
    load(lake, "A", row(alert_id="a", reported_at="2024-01-01 10:00:00", station_code="s1"))
    warehouse.undo_batch(lake, 1, "tester")
    with pytest.raises(warehouse.BatchUndone, match="undone already"):
        warehouse.undo_batch(lake, 1, "tester")
    with pytest.raises(warehouse.UnknownBatch, match="no batch 9"):
        warehouse.undo_batch(lake, 9, "tester")
    with pytest.raises(warehouse.VersionExpired, match="999"):
        lake.require_version(999)
