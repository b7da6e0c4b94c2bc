"""A version knows when it was made; pins and maintenance bring no new data; pins are read as of a version."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import warehouse
from warehouse import Lake

from .facts import load, row


def test_a_version_was_made_in_the_lakes_own_time(lake: Lake) -> None:
    load(lake, "A", row(alert_id="a"))
    now = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
    assert 0 <= (now - warehouse.moment_of(lake, lake.version())).total_seconds() < 60
    with pytest.raises(warehouse.VersionExpired):
        warehouse.moment_of(lake, 99)


def test_pins_and_maintenance_bring_no_new_data(lake: Lake) -> None:
    load(lake, "A", row(alert_id="a"))
    loaded = lake.version()
    assert warehouse.settled_version(lake) == loaded
    warehouse.pin(lake, loaded, author="t", reason="weekly snapshot 2024-01-01")
    warehouse.pin(lake, loaded, author="t", reason="link")
    warehouse.pin(lake, loaded, author="t", reason="link")
    warehouse.maintain(lake)
    assert lake.version() > loaded == warehouse.settled_version(lake)
    assert sorted((pin["data_version"], pin["reason"]) for pin in warehouse.pins(lake)) == [
        (loaded, "link"),
        (loaded, "weekly snapshot 2024-01-01"),
    ]
    assert warehouse.pins(lake, loaded) == []
    load(lake, "B", row(alert_id="b"))
    assert warehouse.settled_version(lake) == lake.version()
