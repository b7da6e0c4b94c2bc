"""What became of figures that were published: which have changed since, by how much, and through which batches."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

import warehouse
from exports.causes import Cause, attribution, causes
from exports.comparison import described, differences
from exports.figures import figures, main_questions
from exports.weeks import WEEK, Week
from warehouse import Lake

REASON = "weekly snapshot "
"""How the pin of a published week is marked; its first day follows."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Revisions:
    """The comparison of two tables of figures.

    Attributes:
        compared: number of figures in both or either.
        changed: the changed figures, worst first, as `comparison.differences` gives them.
        causes: the batches between the two versions.
        of: for each changed figure the numbers of the batches that changed it.
    """

    week: date
    old_version: int
    new_version: int
    compared: int
    changed: pl.DataFrame
    causes: list[Cause]
    of: list[list[int]]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as `exports compare --json` prints it."""
        lines = self.changed.to_dicts()
        definitions = {
            (line["indicator"], line["definition_before"], line["definition_after"])
            for line in lines
            if "definition" in line["fields"] and line["presence"] == "both"
        }
        return {
            "week": self.week.isoformat(),
            "old_version": self.old_version,
            "new_version": self.new_version,
            "compared": self.compared,
            "changed": len(lines),
            "definitions": [
                {"indicator": name, "before": before, "after": after} for name, before, after in sorted(definitions)
            ],
            "causes": [cause.to_json() for cause in self.causes],
            "figures": [described(line) | {"batches": numbers} for line, numbers in zip(lines, self.of, strict=True)],
        }


def revisions(lake: Lake | None, old: pl.DataFrame, new: pl.DataFrame, week: date) -> Revisions:
    """Compare two tables of the same week; with a lake the batches that changed the figures are found."""
    old_version, new_version = (int(frame["data_version"].max() or 0) for frame in (old, new))  # type: ignore[arg-type]
    changed = differences(old, new)
    found: list[Cause] = []
    numbers: list[list[int]] = [[] for _ in range(len(changed))]
    if lake is not None and old_version != new_version and len(changed):
        found = causes(lake, old_version, new_version, week + WEEK)
        attributed = attribution(lake, found, week, week + WEEK, max(old_version, new_version))
        periods = _periods(new, old)
        numbers = [attributed.of(line, periods[line["indicator"], line["comparison"]]) for line in changed.to_dicts()]
    compared = old.select("indicator").height + int((changed["presence"] == "new").sum())
    return Revisions(week, old_version, new_version, compared, changed, found, numbers)


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


def published(lake: Lake, week: Week) -> int | None:
    """Return the data version from which the week before was published last, as this version of the data knows it."""
    before = f"{REASON}{week.start - WEEK}"
    known = [pin["data_version"] for pin in warehouse.pins(lake, week.version) if pin["reason"] == before]
    return int(known[-1]) if known else None


def since_last_week(lake: Lake, week: Week) -> Revisions | None:
    """Return what changed in the figures published for the week before; None where none were published.

    Depends on the week and its data version alone: what was published is read from the pins that the version knows.
    """
    old = published(lake, week)
    if old is None:
        return None
    start = week.start - WEEK
    at = [Week(start, week.start, version, warehouse.moment_of(lake, version)) for version in (old, week.version)]
    before, now = (figures(lake, one, asked_for=main_questions())[0] for one in at)
    return revisions(lake, before, now, start)
