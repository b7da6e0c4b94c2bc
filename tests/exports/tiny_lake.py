"""A city of ten alerts in two weeks, so that every changed figure can be written down; and figures at two versions."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import metrics
import warehouse
from exports import Revisions, figures
from exports.revisions import revisions
from exports.weeks import Week
from tests.exports.small_lake import alert, load, reference
from warehouse import Lake

MONDAY, NEXT = date(2025, 12, 22), date(2025, 12, 29)
GATE, SECOND, HARBOUR, FOOTHILL = "339901010000", "339901020000", "339902010000", "339902020000"
EAST, SEA = "339901", "339902"
GROUPS = ("public_order", "traffic", "dispute", "help")
CODES = {"20": "public_order", "30": "traffic", "80": "dispute", "40": "help"}

Line = tuple[str, str, str]
"""Indicator, unit and class of a figure."""


def call(name: str, code: str, station: str = GATE, day: int = 23, **more: Any) -> dict[str, Any]:
    """Return one call record of December 2025 by its category code."""
    codes = {"category_code": code, "category_code_initial": code}
    return alert(name, datetime(2025, 12, day, 9), station, CODES[code]) | codes | more


CALLS = [
    call("a", "20"),
    call("b", "20", caller_key=1),
    call("c", "30"),
    call("d", "80", SECOND),
    call("e", "40", HARBOUR),
    call("f", "40", HARBOUR, 24),
    call("g", "30", FOOTHILL, 28),
    call("h", "30", GATE, 16),
    call("i", "20", SECOND, 17, caller_key=2),
    call("j", "40", HARBOUR, 21),
]


def build(folder: Path) -> Path:
    """Make the lake in a folder, closed, and return where it is."""
    lake = warehouse.open_lake(folder / "lake", create=True)
    mapped = [{"scheme": "local", "version": "1", "code": c, "category_group": g} for c, g in CODES.items()]
    known = {"valid_from": "1900-01-01", "is_police_matter": "true"}
    tables = reference() | {"category_map": [row | known for row in mapped], "alert": CALLS}
    for table, rows in tables.items():
        load(lake, table, rows, f"{table}.csv")
    warehouse.close_lake(folder / "lake")
    return folder / "lake"


def counted(lake: Lake, version: int, monkeypatch: pytest.MonkeyPatch, indicators: Iterable[str]) -> Any:
    """Return the table of some indicators' figures of the week at a version."""
    with monkeypatch.context() as patch:
        patch.setattr(figures, "published", lambda: [metrics.catalogue()[name] for name in indicators])
        patch.setattr(figures, "GROUPS", GROUPS)
        return figures.figures(lake, Week(MONDAY, NEXT, version, warehouse.moment_of(lake, version)))[0]


class Compared:
    """The figures of the week before and after what a test does to the lake."""

    def __init__(self, lake: Lake, monkeypatch: pytest.MonkeyPatch, indicators: Iterable[str]) -> None:
        self.lake, self.indicators, self.patch = lake, tuple(indicators), monkeypatch
        self.before = counted(lake, lake.version(), monkeypatch, self.indicators)

    def now(self) -> Revisions:
        after = counted(self.lake, self.lake.version(), self.patch, self.indicators)
        return revisions(self.lake, self.before, after, MONDAY)


def blamed(found: Revisions) -> dict[Line, list[int]]:
    """Return for each changed figure, by its name against the week before, the batches that are named."""
    lines = zip(found.changed.iter_rows(named=True), found.of, strict=True)
    return {
        (line["indicator"], line["unit"], line["category"]): numbers
        for line, numbers in lines
        if line["comparison"] == "previous"
    }


def kinds(found: Revisions) -> list[tuple[int, bool, dict[str, int]]]:
    """Return each cause with whether it is an undo, and what it brought."""
    return [(cause.batch_id, cause.undone, cause.kinds) for cause in found.causes]
