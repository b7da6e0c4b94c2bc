"""Parameters: the numbers that figures are made with. What may be set, what a lake has set, and who set it.

What a parameter is, its default and its range stand in `parameters.yaml`; what a lake has set stands in its table
`parameter`, one row a change. The highest change of a name holds for every period shown, so figures stay comparable
with themselves; an older data version keeps the value that it had (docs/decisions/0036).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import BadParameter, UnknownParameter
from warehouse.yamls import parsed_yaml

FILE = Path(__file__).with_name("parameters.yaml")
SINCE_SCHEMA = 4
"""Lakes of an earlier schema have no table `parameter`; two of the numbers were settings then."""
UNSET = "none"
FIRST_DAY = date(1900, 1, 1)
WERE_SETTINGS = ("merge_gap_minutes", "late_hours")
INSERT_SQL = """
INSERT INTO lake.parameter (change_id, name, value, previous, valid_from, changed_at, author, reason)
SELECT coalesce(max(change_id), 0) + 1, $name, $value, $previous, $valid_from, $now, $author, $reason
FROM lake.parameter"""
IN_FORCE_SQL = """
SELECT name, arg_max(coalesce(value, ''), change_id) AS value FROM lake.parameter GROUP BY name"""

Number = int | float


@dataclass(frozen=True, slots=True)
class ParameterRule:
    """What one parameter means and which values it takes; texts are keyed by language, `zh` and `en`."""

    id: str
    name: Mapping[str, str]
    meaning: Mapping[str, str]
    consequence: Mapping[str, str]
    unit: str
    default: Number | None
    minimum: Number | None
    maximum: Number | None
    whole: bool
    choices: tuple[Number, ...]
    concerns: tuple[str, ...]
    rebuilds: tuple[str, ...]

    def read(self, text: str) -> Number | None:
        """The value that a text stands for; None for `none` where nothing is a value.

        Raises:
            BadParameter: with the sentence that says what may be set.
        """
        if self.default is None and text.strip().lower() in ("", UNSET):
            return None
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        inside = number in self.choices if self.choices else self._within(number)
        if not isfinite(number) or not inside or (self.whole and number != int(number)):
            raise BadParameter(f"{self.id} = {text}", self.allowed)
        return int(number) if self.whole else number

    def _within(self, number: float) -> bool:
        low = self.minimum is None or number >= self.minimum
        return low and (self.maximum is None or number <= self.maximum)

    @property
    def allowed(self) -> str:
        """What may be set, in figures: `7, 30, 90, 365` or `2 – 10`."""
        if self.choices:
            return ", ".join(map(str, self.choices))
        return f"{self.minimum} – {self.maximum}"


def text_of(value: Number | None) -> str:
    """A value as the table keeps it and as `set-parameter` takes it: `none` for nothing."""
    return UNSET if value is None else f"{value:g}"


@cache
def parameter_rules() -> dict[str, ParameterRule]:
    """Every parameter by its name, in the order in which a page lists them."""
    return {name: _rule(name, entry) for name, entry in parsed_yaml(FILE.read_text(encoding="utf-8")).items()}


def _rule(name: str, entry: dict[str, Any]) -> ParameterRule:
    return ParameterRule(
        id=name,
        name=entry["name"],
        meaning=entry["meaning"],
        consequence=entry["consequence"],
        unit=entry["unit"],
        default=entry["default"],
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        whole=entry.get("whole", False),
        choices=tuple(entry.get("choices", ())),
        concerns=tuple(entry["concerns"]),
        rebuilds=tuple(entry.get("rebuilds", ())),
    )


def parameter_rule(name: str) -> ParameterRule:
    """One parameter.

    Raises:
        UnknownParameter: there is none of this name.
    """
    if name not in parameter_rules():
        raise UnknownParameter(name, ", ".join(parameter_rules()))
    return parameter_rules()[name]


def values_of(changed: Mapping[str, str | None]) -> dict[str, Number | None]:
    """Every parameter with its value: the one that was set, else the default.

    A value that this program no longer accepts, or a name that it does not know, is left aside: a lake must open.
    """
    values: dict[str, Number | None] = {name: rule.default for name, rule in parameter_rules().items()}
    for name, text in changed.items():
        if name in values:
            try:
                values[name] = parameter_rules()[name].read(text or "")
            except BadParameter:
                continue
    return values


def in_force(cursor: duckdb.DuckDBPyConnection) -> dict[str, Number | None]:
    """Every parameter with its value, as the lake has it now; for work inside a transaction."""
    return values_of(dict(cursor.execute(IN_FORCE_SQL).fetchall()))


def record(cursor: duckdb.DuckDBPyConnection, change: Mapping[str, Any]) -> None:
    """Add one change to the table, numbered after the last one."""
    cursor.execute(INSERT_SQL, dict(change))


def carry_over(cursor: duckdb.DuckDBPyConnection, settings: Mapping[str, str], now: object) -> None:
    """Turn the two numbers that were settings before into parameters; for lakes of an earlier schema."""
    for name in WERE_SETTINGS:
        if name in settings:
            rule = parameter_rule(name)
            kept = values_of({name: settings[name]})[name]
            if kept != rule.default:
                row = {
                    "name": name,
                    "value": text_of(kept),
                    "previous": text_of(rule.default),
                    "valid_from": FIRST_DAY,
                    "now": now,
                    "author": "jiceng",
                    "reason": "设置沿用 / carried over from the settings",
                }
                record(cursor, row)
            cursor.execute("DELETE FROM lake.setting WHERE name = ?", [name])
