"""A figure is the same to its last bit, in whatever order a database hands over the rows."""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from metrics import MetricError, Scope, catalogue, show

QUARTER = (date(2025, 10, 1), date(2026, 1, 1))
STATIONS = ("A1", "A2", "A3", "A4", "B1", "B2", "B3")
ABILITIES = ("community_work", "dispute_resolution", "law_enforcement")
ORDERED = "\nORDER BY "
"""How a query begins its last line that says in which order the rows come."""


@pytest.fixture
def filled(lake: Any) -> Any:
    """Every small upload reported by seven stations, people with scores in two rounds, and two years of alerts."""
    chance = random.Random(20251222)
    for code in STATIONS[2:4] + STATIONS[5:]:
        lake.station(code, code[0])
    for code in STATIONS:
        lake.alerts(code, date(2024, 9, 2), 486, chance.randint(5, 30), 40, caller_repeat_30=2)
        lake.add("staff", {"org_code": code, "as_of": date(2024, 1, 1), "eligible_for_training": 40})
        lake.add("population", {"org_code": code, "as_of": date(2024, 1, 1), "basis": "resident", "persons": 9_001})
        _tested(lake, code, chance)
    lake.add("indicator_return", *_returns(chance))
    return lake


def _tested(lake: Any, code: str, chance: random.Random) -> None:
    for name, day in (("2025-Q3", date(2025, 9, 10)), ("2025-Q4", date(2025, 12, 10))):
        lake.tests(name, day, code, 9, 7)
        row = {"station_code": code, "round": name, "held_on": day, "attempt": 1, "person_kind": "officer"}
        row |= {"event_type": "test", "max_score": 90, "pass_mark": 60}
        for person in range(9):
            key = 100 * STATIONS.index(code) + person
            for ability in ABILITIES:
                result = {"result_id": f"{name}{code}{person}{ability}", "person_key": key, "ability": ability}
                lake.add("training_result", row | result | {"score": chance.randint(30, 90)})


def _returns(chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for entry in catalogue().values():
        if entry.upload is None or entry.upload.table != "indicator_return":
            continue
        row = {"indicator_id": entry.upload.indicator_id or entry.id, "breakdown": entry.upload.breakdown}
        for code in STATIONS:
            day = QUARTER[0]
            while day < QUARTER[1]:  # a report a week, so that there is something to add up at every level
                period = {"org_code": code, "period_start": day, "period_end": day + timedelta(days=7)}
                part = round(chance.uniform(1, 90), 2)
                rows.append(row | period | {"numerator": part, "denominator": round(part * chance.uniform(1, 3), 2)})
                day += timedelta(days=7)
    return rows


def _shuffled(lake: Any, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Hand over what a query does not order in another order each time."""
    handed = type(lake).frame

    def frame(self: Any, sql: str, params: dict[str, Any] | None = None) -> pl.DataFrame:
        rows = handed(self, sql, params)
        return rows if ORDERED in sql or not seed else rows.sample(fraction=1, shuffle=True, seed=seed)

    monkeypatch.setattr(type(lake), "frame", frame)
    lake.writes += 1  # another version, so that nothing is remembered


def _figures(lake: Any) -> dict[tuple[str, str], str]:
    found = {}
    for name, entry in catalogue().items():
        for by in ("city", "district"):
            if by in entry.levels:
                try:
                    rows = show(lake, name, Scope(*QUARTER, by=by)).rows
                except MetricError as error:
                    found[name, by] = str(error)
                    continue
                found[name, by] = repr([(row.unit, row.value, row.change, row.interval, row.p) for row in rows])
    return found


def test_the_order_of_rows_changes_no_bit_of_any_figure(filled, monkeypatch) -> None:
    first = _figures(filled)
    told = [text for text in first.values() if "." in text]
    assert len(told) > 100  # most figures have a number with a fraction here
    for seed in (1, 2):
        with monkeypatch.context() as patched:
            _shuffled(filled, patched, seed)
            again = _figures(filled)
        assert {key: (first[key], again[key]) for key in first if first[key] != again[key]} == {}
