"""The question and the answer that pages, exports and the command line share.

A `Scope` is half-open: `end` is the first day after the period. People see and type an inclusive last
day; only `Result.to_json` and the command line translate. Shares and changes are fractions (-0.09 is
−9 %). Reasons and notes are codes, which `locale/` turns into sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, Protocol

import polars as pl

from metrics.statistics import Interval

Comparison = Literal["yoy", "previous", "none"]
Alignment = Literal["aligned", "calendar"]
Level = Literal["city", "district", "station"]
Step = Literal["day", "week", "month"]
Period = tuple[date, date]
"""First day and first day after."""

ROW_KEYS = (
    "unit",
    "name_zh",
    "name_en",
    "value",
    "unit_of_value",
    "numerator",
    "denominator",
    "base_numerator",
    "base_denominator",
    "change",
    "interval",
    "p",
    "verdict",
    "suppressed",
    "notes",
)


class Warehouse(Protocol):
    """What this room needs of a lake; `warehouse.Lake` is one."""

    def version(self) -> int:
        """Return the newest committed version."""

    def frame(self, sql: str, params: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """Return the answer to one query."""

    def setting(self, name: str, default: str | None = None, version: int | None = None) -> str | None:
        """Return one setting at a version."""


@dataclass(frozen=True)
class Scope:
    """The question: when, against what, where, which classes, at which data version, and how days are paired."""

    start: date
    end: date
    comparison: Comparison = "yoy"
    by: Level = "city"
    districts: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    version: int | None = None
    alignment: Alignment = "aligned"


@dataclass(frozen=True)
class Note:
    """Something that a reader must know: a code for `locale/` and the values that fill its sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the code with its values, dates as text."""
        return {"code": self.code} | {key: plain(value) for key, value in self.values.items()}


@dataclass(frozen=True)
class Row:
    """One unit's figure.

    Attributes:
        value: the indicator's value; None when it is suppressed or there is none.
        change: relative change of a count, or difference of two shares, as a fraction.
        interval: of the change for `alert_change`, of the value for every other indicator.
        p: of the comparison, already widened for scatter beyond Poisson where that is known.
        verdict: confirmed, possible, not_established or contradicted; the sign of `change` says
            whether of a rise or of a fall.
        suppressed: code of the reason why value or change is not given.
        extra: counter-metrics and what else belongs to the figure.
    """

    unit: str
    name_zh: str
    name_en: str | None
    unit_of_value: str
    value: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    base_numerator: int | None = None
    base_denominator: int | None = None
    change: float | None = None
    interval: Interval | None = None
    p: float | None = None
    verdict: str | None = None
    suppressed: str | None = None
    notes: tuple[Note, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the row as `metrics show --json` prints it, with `extra` after the promised keys."""
        cells = {key: getattr(self, key) for key in ROW_KEYS}
        cells["interval"] = list(self.interval) if self.interval else None
        cells["notes"] = [note.to_json() for note in self.notes]
        return cells | {"extra": {key: plain(value) for key, value in self.extra.items()}}

    def has_note(self, code: str) -> bool:
        """Return whether the row carries a note with this code."""
        return any(note.code == code for note in self.notes)


@dataclass(frozen=True)
class Result:
    """The answer, the same object on a page, in a file and on the command line."""

    indicator: str
    definition: int
    data_version: int
    period: Period
    base_period: Period | None
    by: Level
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def definition_text(self) -> str:
        """Return the definition with its revision: `2`, and `2.1` after one change of a parameter that concerns it."""
        revision = self.provenance.get("definition_revision", 0)
        return f"{self.definition}.{revision}" if revision else str(self.definition)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of `metrics show --json`; the last day of a period is inclusive."""
        return {
            "indicator": self.indicator,
            "definition": self.definition,
            "data_version": self.data_version,
            "period": _inclusive(self.period),
            "base_period": _inclusive(self.base_period) if self.base_period else None,
            "by": self.by,
            "rows": [row.to_json() for row in self.rows],
            "notes": [note.to_json() for note in self.notes],
            "provenance": {key: plain(value) for key, value in self.provenance.items()},
        }

    def frame(self) -> pl.DataFrame:
        """Return one line a row: the promised keys, `low` and `high`, and the notes' codes as a list."""
        lines = [_line(row) for row in self.rows]
        return pl.DataFrame(lines, schema=FRAME_SCHEMA)


FRAME_SCHEMA: dict[str, Any] = {
    "unit": pl.String,
    "name_zh": pl.String,
    "name_en": pl.String,
    "value": pl.Float64,
    "unit_of_value": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "base_numerator": pl.Int64,
    "base_denominator": pl.Int64,
    "change": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
    "verdict": pl.String,
    "suppressed": pl.String,
    "notes": pl.List(pl.String),
}


def _line(row: Row) -> dict[str, Any]:
    low, high = row.interval if row.interval else (None, None)
    cells = {key: getattr(row, key) for key in ROW_KEYS if key not in ("interval", "notes")}
    return cells | {"low": low, "high": high, "notes": [note.code for note in row.notes]}


def _inclusive(period: Period) -> list[str]:
    return [period[0].isoformat(), (period[1] - timedelta(days=1)).isoformat()]


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON of any depth
    """Return a value that JSON knows: dates as text, tuples as lists, records as objects."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Note):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
