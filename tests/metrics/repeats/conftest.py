"""Reports written as days after 1 January 2025, ten in the morning, in the small lake with a day mart made of them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from warehouse import marts, schema

FIRST = datetime(2025, 1, 1, 10)
DEFAULTS = {
    "link_type": "none", "category_scheme": "x", "category_group": "dispute", "category_group_initial": "dispute",
    "is_invalid": False, "is_nuisance": False, "is_deleted": False, "is_service_caller": False,
    "is_service_place": False, "status_rank": 0,
}  # fmt: skip


Report = tuple[int | None, str, float]
"""Place, station, day."""


@pytest.fixture
def write(lake) -> Callable[..., list[str]]:
    """Write reports, each of a place at a station on a day (fractions allowed), and return their alert numbers."""
    written: list[str] = []

    def all_at_once(wanted: Iterable[Report], **more: Any) -> list[str]:
        lines = []
        for place, station, day in wanted:
            number = f"n{len(written) + len(lines):05}"
            known = {"alert_id": number, "reported_at": FIRST + timedelta(days=day), "station_code": station}
            lines.append(DEFAULTS | known | {"place_key": place, "caller_key": place} | more)
        numbers = [str(line["alert_id"]) for line in lines]
        written.extend(numbers)
        types = {column.name: column.type for column in schema.table("alert").columns}
        frame = pl.DataFrame([{name: line.get(name) for name in types} for line in lines], infer_schema_length=None)
        lake.connection.register("new_alerts", frame.to_arrow())
        cells = ", ".join(f'CAST("{name}" AS {kind})' for name, kind in types.items())
        lake.connection.execute(f"INSERT INTO lake.alert SELECT {cells} FROM new_alerts")
        lake.writes += 1
        return numbers

    return all_at_once


@pytest.fixture
def reports(write) -> Callable[..., list[str]]:
    """Write reports of one place at a station on some days; return their alert numbers."""
    return lambda place, station, days, **more: write([(place, station, day) for day in days], **more)


@pytest.fixture
def count(lake) -> Callable[[], None]:
    """Make the day mart of the reports written so far."""

    def make() -> None:
        marts.rebuild(lake.connection.cursor(), ("alert",))
        lake.writes += 1

    return make


@pytest.fixture
def every_day(write) -> Callable[[str, int], None]:
    """Let a station have one report a day, each at a place of its own, so that the lake knows the days."""
    return lambda station, days: write([(1_000_000 + day, station, day) for day in range(days)])
