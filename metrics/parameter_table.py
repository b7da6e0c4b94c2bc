"""Parameters as figures use them: every number that an office may set, typed, as a data version has it.

The lake keeps what was set, by whom and why; what a parameter means stands in `warehouse/parameters.yaml`. A change
holds for every period that is shown at its data version, so a series is always computed with one value and a change of
it can be no rise and no fall; it is named beneath the figures that it concerns and raises their definition's revision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from metrics.remembering import Memory
from metrics.types import Note, Warehouse
from warehouse import ParameterRule, parameter_rules, text_of, values_of

SINCE_SCHEMA = 4
"""Lakes of an earlier schema have no table `parameter`."""
WERE_SETTINGS = ("merge_gap_minutes", "late_hours")
ALL, PARAMETER_CHANGED = "all", "parameter_changed"

CHANGES_SQL = """
SELECT change_id, name, value, previous, valid_from, changed_at, author, reason
FROM lake.parameter AT (VERSION => $version)
ORDER BY change_id
"""


@dataclass(frozen=True)
class ParameterChange:
    """One change of a parameter: from what to what, marked from which day, by whom and why."""

    change_id: int
    name: str
    value: str
    previous: str
    valid_from: date
    changed_at: datetime
    author: str
    reason: str

    @property
    def note(self) -> Note:
        """Return the change as a dated note, which charts draw like an event."""
        rule, turn = parameter_rules()[self.name], f"{self.previous}→{self.value}"
        values = {
            "parameter": self.name,
            "starts_on": self.valid_from,
            "title_zh": f"{rule.name['zh']} {turn}",
            "title_en": f"{rule.name['en']} {turn}",
            "author": self.author,
            "reason": self.reason,
        }
        return Note(PARAMETER_CHANGED, values)


@dataclass(frozen=True)
class Parameters:
    """Every parameter with its value at one data version, and the changes that led there, oldest first."""

    smallest_base: int
    suppression_threshold: int
    confidence: float
    verdict_z: float
    false_discovery_rate: float
    confirmation_rate: float
    largest_share_part: float
    baseline_points: int
    funnel_units: int
    late_hours: int
    merge_gap_minutes: int
    repeat_window_days: int
    repeat_cluster_n: int
    repeat_cluster_days: int
    quiet_days: int
    look_back_gap: float
    chance_runs: int
    required_hours: float | None
    coverage_fall: float
    signal_window_days: int
    filing_line_yuan: float | None
    changes: tuple[ParameterChange, ...] = ()

    def value(self, name: str) -> float | None:
        """Return one value by the parameter's name."""
        found: float | None = getattr(self, name)
        return found

    def concerning(self, indicator_id: str, subject: str) -> dict[str, float | None]:
        """Return the parameters that an indicator is made with, and their values."""
        return {
            name: self.value(name) for name, rule in parameter_rules().items() if _is_of(rule, indicator_id, subject)
        }

    def changes_of(self, indicator_id: str, subject: str) -> tuple[ParameterChange, ...]:
        """Return the changes that revise the definition of an indicator, oldest first."""
        rules = parameter_rules()
        return tuple(change for change in self.changes if _is_of(rules[change.name], indicator_id, subject))

    def last_change(self, name: str) -> ParameterChange | None:
        """Return the change that gave a parameter its value, None where it has its default."""
        return next((change for change in reversed(self.changes) if change.name == name), None)


_memory: Memory[Parameters] = Memory(8)


def parameters(lake: Warehouse, version: int | None = None) -> Parameters:
    """Return the parameters of a data version (default: the newest)."""
    at = lake.version() if version is None else version
    return _memory.of(lake, at, lambda: _read(lake, at))


def default_parameters() -> Parameters:
    """Return the parameters of a lake that has set none."""
    return _made({}, ())


def _read(lake: Warehouse, version: int) -> Parameters:
    schema = lake.setting("schema_version", None, version=version)
    if schema is not None and int(schema) < SINCE_SCHEMA:
        return _made({name: lake.setting(name, None, version=version) for name in WERE_SETTINGS}, ())
    rows = lake.frame(CHANGES_SQL, {"version": version}).to_dicts()
    known = [ParameterChange(**row) for row in rows if row["name"] in parameter_rules()]
    return _made({change.name: change.value for change in known}, known)


def _made(changed: dict[str, str | None], changes: Sequence[ParameterChange]) -> Parameters:
    given = {name: text for name, text in changed.items() if text is not None}
    values: dict[str, Any] = values_of(given)
    return Parameters(**values, changes=tuple(changes))


def _is_of(rule: ParameterRule, indicator_id: str, subject: str) -> bool:
    return any(concern in (ALL, subject, indicator_id) for concern in rule.concerns)


def table_of_parameters(found: Parameters) -> list[dict[str, Any]]:
    """Return every parameter with meaning, value, default, range and last change, one line each."""
    lines = []
    for name, rule in parameter_rules().items():
        change = found.last_change(name)
        lines.append(
            {
                "parameter": name,
                "name": dict(rule.name),
                "meaning": dict(rule.meaning),
                "unit": rule.unit,
                "value": found.value(name),
                "default": rule.default,
                "allowed": rule.allowed,
                "concerns": list(rule.concerns),
                "changes": sum(change.name == name for change in found.changes),
                "since": change.valid_from if change else None,
                "changed_at": change.changed_at if change else None,
                "author": change.author if change else None,
                "reason": change.reason if change else None,
                "was": text_of(rule.default) if change is None else change.previous,
            }
        )
    return lines
