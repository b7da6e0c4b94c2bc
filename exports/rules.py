"""Rules that changed between two data versions: definitions of the program, parameters of the office, settings.

They change figures without any batch. A parameter is a cause of the figures that it concerns; one that concerns all
indicators (the smallest base, a confidence) never changes what is counted, so a figure whose counts moved is not put
down to it, unless it is shown or hidden now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

import metrics
import warehouse
from exports.figures import COUNTS
from warehouse import Lake

DEFINITION, PARAMETER, SETTING = "definition", "parameter", "setting"
SETTINGS = ("time_zone", "week_start")
"""Settings that figures are made with."""
ALL = "all"


@dataclass(frozen=True)
class Rule:
    """A rule that is another now: the definition of an indicator, a parameter or a setting, by its name."""

    kind: str
    name: str
    before: str
    after: str

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON knows it."""
        return {"kind": self.kind, "name": self.name, "before": self.before, "after": self.after}


def rules(lake: Lake | None, old: int, new: int, changed: pl.DataFrame) -> list[Rule]:
    """Return the rules that differ: definitions as two tables of figures have them, the rest as the lake does."""
    pairs = changed.filter((pl.col("presence") == "both") & pl.col("fields").list.contains("definition"))
    columns = ("indicator", "definition_before", "definition_after")
    found = [Rule(DEFINITION, *map(str, line)) for line in pairs.select(columns).unique().sort(columns).iter_rows()]
    if lake is None or old == new:
        return found
    before, after = (metrics.parameters(lake, version) for version in (old, new))
    found += [
        Rule(PARAMETER, name, warehouse.text_of(before.value(name)), warehouse.text_of(after.value(name)))
        for name in warehouse.parameter_rules()
        if before.value(name) != after.value(name)
    ]
    was, is_now = lake.settings(old), lake.settings(new)
    return found + [Rule(SETTING, name, was[name], is_now[name]) for name in SETTINGS if was[name] != is_now[name]]


def rules_of(figure: dict[str, Any], found: Sequence[Rule]) -> list[Rule]:
    """Return the rules that can have changed a figure; `figure` is one line of `comparison.differences`."""
    return [rule for rule in found if _concerns(rule, figure)]


def _concerns(rule: Rule, figure: dict[str, Any]) -> bool:
    if rule.kind == DEFINITION:
        return rule.name == figure["indicator"] and "definition" in figure["fields"]
    if rule.kind == SETTING:
        return True
    entry = metrics.catalogue().get(figure["indicator"])
    concerned = warehouse.parameter_rule(rule.name).concerns
    if ALL in concerned:
        return "suppressed" in figure["fields"] or not set(figure["fields"]) & set(COUNTS)
    return entry is not None and bool({entry.id, entry.subject} & set(concerned))
