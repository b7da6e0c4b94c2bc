"""What a signal says: which unit, which check, how far beyond what is usual, and what to look at.

A signal is a prompt to look, never proof and never an accusation: most misclassification is confusion
(../shared/domain/integrity.md). A check without data says what it would need; nothing is silently absent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from metrics.definitions import FOLDER
from metrics.statistics import Interval
from metrics.types import Note, Period
from warehouse import parsed_yaml

State = Literal["raised", "quiet", "not_enough", "no_data"]
STATES: tuple[State, ...] = ("raised", "quiet", "not_enough", "no_data")
"""From what is said first to what is said last when several measures make one signal."""
Text = Mapping[str, str]
Limit = Callable[[float], float | None]
"""The value at which a measure has a given two-sided p."""


@dataclass(frozen=True)
class MeasureEntry:
    """One measure of a signal in the catalogue; `high` says on which side it is suspicious."""

    name: str
    text: Text
    unit: str
    high: bool
    against_fall: bool


@dataclass(frozen=True)
class SignalEntry:
    """One signal of the catalogue; texts are keyed by language, `zh` and `en`."""

    id: str
    family: str
    name: Text
    checked: Text
    threshold: Text
    false_alarms: Text
    look_at: Text
    needs: Text
    measures: Mapping[str, MeasureEntry]


@dataclass(frozen=True)
class Rules:
    """The numbers of the panel; see the head of `catalogue/signals.yaml`."""

    history_days: int
    smallest_expected: int
    part_of_larger_unit: float


@dataclass(frozen=True)
class Finding:
    """What a check found at one unit, before all checks are judged together.

    Attributes:
        p: two-sided, None for a rule that is met or not.
        odd: whether the value lies on the side that the signal is about (for a rule: whether it is met).
        expected: what peers or the past lead one to expect.
        limit: the value at a given p, for the threshold that this publication comes to.
        band: 99.8 % limits around what is expected, for drawing.
        threshold: the fixed threshold of a rule.
        missing: `no_data` or `not_enough` where there is nothing to judge.
    """

    signal: str
    measure: str
    unit: str
    level: str
    value: float | None = None
    expected: float | None = None
    interval: Interval | None = None
    n: int | None = None
    p: float | None = None
    odd: bool = False
    limit: Limit | None = None
    band: Interval | None = None
    threshold: float | None = None
    missing: State | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Measured:
    """One measure of a signal at one unit, judged."""

    name: str
    level: str
    unit_of_value: str
    state: State
    value: float | None
    expected: float | None
    threshold: float | None
    interval: Interval | None
    n: int | None
    p: float | None
    adjusted_p: float | None
    against_fall: bool
    band: Interval | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Signal:
    """One signal at one unit.

    Attributes:
        unit: code of the unit, its names beside it.
        measure: name of the leading measure; `value` to `p` are its own. `measures` holds all of them.
        threshold: the value from which this measure would be raised in this publication.
        family: which checks belong together; all of them share one false-discovery rate.
        look_at: code of the sentence that says what to look at (`signal_entries()[look_at].look_at`).
        raised_at: stations at which it is raised, for a district or the city.
    """

    id: str
    unit: str
    name_zh: str
    name_en: str | None
    level: str
    state: State
    family: str
    period: Period
    look_at: str
    measure: str | None = None
    unit_of_value: str | None = None
    value: float | None = None
    expected: float | None = None
    threshold: float | None = None
    interval: Interval | None = None
    n: int | None = None
    p: float | None = None
    against_fall: bool = False
    measures: tuple[Measured, ...] = ()
    raised_at: tuple[str, ...] = ()
    notes: tuple[Note, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the signal as plain values."""
        names = ("id", "unit", "name_zh", "name_en", "level", "state", "family", "look_at", "measure", "unit_of_value")
        figures = ("value", "expected", "threshold", "n", "p", "against_fall")
        return {name: getattr(self, name) for name in (*names, *figures)} | {
            "interval": list(self.interval) if self.interval else None,
            "period": [day.isoformat() for day in self.period],
            "raised_at": list(self.raised_at),
            "notes": [note.to_json() for note in self.notes],
        }


@cache
def signal_entries() -> dict[str, SignalEntry]:
    """Return every signal of the catalogue by its id, G1 first."""
    return {name: _entry(name, content) for name, content in _read()["signals"].items()}


@cache
def rules() -> Rules:
    """Return the numbers of the panel."""
    return Rules(**_read()["rules"])


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = parsed_yaml((FOLDER / "signals.yaml").read_text(encoding="utf-8"))
    return content


def _entry(name: str, content: dict[str, Any]) -> SignalEntry:
    measures = {
        key: MeasureEntry(key, {"zh": m["zh"], "en": m["en"]}, m["unit"], m["high"], m["against_fall"])
        for key, m in content["measures"].items()
    }
    return SignalEntry(**(content | {"id": name, "measures": measures}))
