"""The small lake of these tests, and what it is filled with most."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.metrics.small_lake import SmallLake, two_districts


@pytest.fixture
def lake() -> SmallLake:
    """Two districts without counts, for one test."""
    return two_districts()


@pytest.fixture
def week() -> tuple[date, date]:
    """Monday 22 December 2025 to Sunday 28; the end is the first day after it."""
    return date(2025, 12, 22), date(2025, 12, 29)


@pytest.fixture
def history(lake: SmallLake) -> Callable[..., None]:
    """A year and more before the week, the same every day, then the week itself."""

    def fill(station: str, before: int, now: int, received: int | None = None, now_received: int | None = None) -> None:
        lake.alerts(station, date(2024, 11, 4), 413, before, received)
        lake.alerts(station, date(2025, 12, 22), 7, now, now_received)

    return fill
