"""What became of figures that were published: which have changed since, by how much, and through which batches."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

import warehouse
from exports.attribution import attribution
from exports.causes import Cause, causes
from exports.comparison import described, differences
from exports.figures import counted_apart, figures, main_questions
from exports.helping import Helper
from exports.publishing import published
from exports.rules import DEFINITION, Rule, rules, rules_of
from exports.weeks import WEEK, Week
from warehouse import Lake

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Revisions:
    """The comparison of two tables of figures.

    Attributes:
        compared: number of figures in both or either.
        changed: the changed figures, worst first, as `comparison.differences` gives them.
        causes: the batches between the two versions, those that changed most figures first.
        of: for each changed figure the numbers of the batches that changed it.
        rules: definitions, parameters and settings that are others now.
        under: for each changed figure those of the rules that can have changed it.
    """

    week: date
    old_version: int
    new_version: int
    compared: int
    changed: pl.DataFrame
    causes: list[Cause]
    of: list[list[int]]
    rules: list[Rule]
    under: list[list[Rule]]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as `exports compare --json` prints it."""
        lines = self.changed.to_dicts()
        named = [[f"{rule.kind}:{rule.name}" for rule in own] for own in self.under]
        return {
            "week": self.week.isoformat(),
            "old_version": self.old_version,
            "new_version": self.new_version,
            "compared": self.compared,
            "changed": len(lines),
            "definitions": [
                {"indicator": rule.name, "before": int(rule.before), "after": int(rule.after)}
                for rule in self.rules
                if rule.kind == DEFINITION
            ],
            "rules": [rule.to_json() for rule in self.rules],
            "causes": [cause.to_json() for cause in self.causes],
            "figures": [
                described(line) | {"batches": numbers, "rules": own}
                for line, numbers, own in zip(lines, self.of, named, strict=True)
            ],
        }


def revisions(lake: Lake | None, old: pl.DataFrame, new: pl.DataFrame, week: date) -> Revisions:
    """Compare two tables of the same week; with a lake the batches that changed the figures are found."""
    before, now = (int(frame["data_version"].max() or 0) for frame in (old, new))  # type: ignore[arg-type]
    changed = differences(old, new)
    lines = changed.to_dicts()
    found: list[Cause] = []
    other = rules(lake, before, now, changed)
    under = [rules_of(line, other) for line in lines]
    numbers: list[list[int]] = [[] for _ in lines]
    if lake is not None and before != now and lines:
        found = causes(lake, before, now, week + WEEK)
        finding, periods = attribution(lake, found, (before, now)), _periods(new, old)
        numbers = [
            finding.of(line, periods[line["indicator"], line["comparison"]], only_direct=bool(own))
            for line, own in zip(lines, under, strict=True)
        ]
    compared = old.select("indicator").height + int((changed["presence"] == "new").sum())
    return Revisions(week, before, now, compared, changed, _worst_first(found, numbers), numbers, other, under)


def _worst_first(found: list[Cause], numbers: Iterable[list[int]]) -> list[Cause]:
    """Return the causes with the number of figures that each changed, most first."""
    counted = Counter(number for own in numbers for number in own)
    known = [replace(cause, figures=counted[cause.batch_id]) for cause in found]
    return sorted(known, key=lambda cause: (-cause.figures, cause.version, cause.batch_id))


def _periods(*frames: pl.DataFrame) -> dict[tuple[str, str], list[tuple[date, date]]]:
    """Return the days that the figures of an indicator and a comparison count."""
    found: dict[tuple[str, str], set[tuple[date, date]]] = {}
    columns = ("indicator", "comparison", "period_first", "period_last", "base_first", "base_last")
    for frame in frames:
        for indicator, comparison, first, last, base_first, base_last in frame.select(columns).unique().iter_rows():
            days = found.setdefault((indicator, comparison), set())
            days.add((first, last))
            if base_first is not None:
                days.add((base_first, base_last))
    return {key: sorted(days) for key, days in found.items()}


def since_last_week(lake: Lake, week: Week, helper: Helper | None = None) -> Callable[[], Revisions | None]:
    """Start a helper on the figures published for the week before; what is returned gives what has changed in them.

    It gives None where none were published. Depends on the week and its data version alone: what was published is
    read from the pins that the version knows.
    """
    old = published(lake, week)
    if old is None:
        return lambda: None
    start = week.start - WEEK
    then, now = (
        Week(start, week.start, version, warehouse.moment_of(lake, version)) for version in (old, week.version)
    )
    asked = list(main_questions())
    before = (helper or Helper(None)).hand(counted_apart, lake.location, then, asked)
    return lambda: revisions(lake, before.outcome()[0], figures(lake, now, asked_for=asked)[0], start)
