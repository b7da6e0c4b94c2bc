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


@pytest.fixture
def reports(lake) -> Callable[..., list[str]]:
    """Write reports of one place at a station on days (fractions allowed); return their alert numbers."""
    written = []

    def write(place: int | None, station: str, days: Iterable[float], **more: Any) -> list[str]:
        lines = []
        for day in days:
            number = f"n{len(written) + len(lines):05}"
            known = {"alert_id": number, "reported_at": FIRST + timedelta(days=day), "station_code": station}
            lines.append(DEFAULTS | known | {"place_key": place, "caller_key": place} | more)
        written.extend(lines)
        types = {column.name: column.type for column in schema.table("alert").columns}
        frame = pl.DataFrame([{name: line.get(name) for name in types} for line in lines], infer_schema_length=None)
        lake.connection.register("new_alerts", frame.to_arrow())
        cells = ", ".join(f'CAST("{name}" AS {kind})' for name, kind in types.items())
        lake.connection.execute(f"INSERT INTO lake.alert SELECT {cells} FROM new_alerts")
        lake.writes += 1
        return [str(line["alert_id"]) for line in lines]

    return write


@pytest.fixture
def count(lake) -> Callable[[], None]:
    """Make the day mart of the reports written so far."""

    def make() -> None:
        marts.rebuild(lake.connection.cursor(), ("alert",))
        lake.writes += 1

    return make


@pytest.fixture
def every_day(reports) -> Callable[[str, int], None]:
    """Let a station have one report a day, each at a place of its own, so that the lake knows the days."""

    def write(station: str, days: int) -> None:
        for day in range(days):
            reports(1_000_000 + day, station, [day])

    return write
