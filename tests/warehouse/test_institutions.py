"""The list of institutions takes their reports out of the repeats, by address, number or alert; undo puts them back."""

import pytest

from warehouse import Lake

from .facts import load, row, undo

FIGURES_SQL = """SELECT sum(place_keyed)::INT, sum(place_repeat_30)::INT, sum(caller_keyed)::INT,
    sum(caller_repeat_30)::INT FROM lake.mart_alert_day"""
DAYS = ("2024-03-01", "2024-03-05", "2024-03-09")


def figures(lake: Lake) -> tuple[int, ...]:
    return lake.frame(FIGURES_SQL).row(0)


@pytest.fixture
def hospital(lake: Lake) -> Lake:
    """Three reports from a hospital (place 7), all by its own number (9)."""
    load(lake, "A", *(row(alert_id=day, reported_at=f"{day} 10:00:00", place_key=7, caller_key=9) for day in DAYS))
    assert figures(lake) == (3, 2, 3, 2)
    return lake


def entry(**cells: object) -> str:
    return row("service_place", **cells)


def test_by_address_and_undone(hospital: Lake):
    batch = load(hospital, "L", entry(place_key=7), table="service_place")
    assert figures(hospital) == (0, 0, 3, 2)
    undo(hospital, batch.batch_id, "alert")
    assert figures(hospital) == (3, 2, 3, 2)


def test_by_the_number_of_an_alert(hospital: Lake):
    load(hospital, "L", entry(alert_id=DAYS[0], covers="caller"), table="service_place")
    assert figures(hospital) == (3, 2, 0, 0)
    assert hospital.frame("SELECT caller_key, place_key FROM lake.service_place").row(0) == (9, None)


def test_an_alert_that_comes_after_the_list(hospital: Lake):
    load(hospital, "L", entry(alert_id="later"), table="service_place")
    assert figures(hospital) == (3, 2, 3, 2)
    load(hospital, "B", row(alert_id="later", reported_at="2024-03-12 10:00:00", place_key=7))
    assert figures(hospital) == (0, 0, 3, 2)
