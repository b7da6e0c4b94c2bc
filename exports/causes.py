"""Which batches changed figures between two data versions: loads, undos, late records, recodings, mergers.

Read from the lake's change feed. Only what concerns the days and units of a figure counts as its cause; a figure that
no batch touches directly (an interval widened by older days, a rank among other units) names every batch that could.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

import metrics
import warehouse
from metrics import MetricError, Scope
from warehouse import Lake, VersionExpired

ORGANISATION = ("district", "station", "event")
RECODING = ("category_code", "category_group", "category_scheme")
MOVING = ("station_code",)
FLAGS = ("is_invalid", "is_nuisance", "is_deleted", "link_type", "main_alert_id")
LOOK_BACK = timedelta(days=365)
CHANGES_READ = 100_000
OF_SUBJECT = {
    "cases": ("case",),
    "training": ("training_result", "staff"),
    "repeats": ("alert", "category_map"),
    "alerts": ("alert", "category_map", "population", "indicator_return"),
    "shares": ("alert", "category_map"),
}
"""Tables that figures of a subject are made of, besides units and events, which concern all; other subjects: any."""


@dataclass(frozen=True)
class Cause:
    """A load or an undo between two versions.

    Attributes:
        kinds: what it brought, as codes with the number of records: late, added, updated, recoded, moved, flagged,
            taken_out, came_back, remapped, organisation, other.
        places: (day, unit) pairs that it touched; day and unit are None for tables that have neither.
        known: whether the change feed still tells.
    """

    batch_id: int
    table: str
    files: tuple[str, ...]
    version: int
    undone: bool
    kinds: dict[str, int]
    known: bool
    places: frozenset[tuple[date | None, str | None]] = field(default=frozenset(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the cause as JSON knows it."""
        return {
            "batch_id": self.batch_id,
            "table": self.table,
            "files": list(self.files),
            "data_version": self.version,
            "undone": self.undone,
            "kinds": self.kinds,
            "known": self.known,
        }


def causes(lake: Lake, old: int, new: int, until: date) -> list[Cause]:
    """Return the batches between two versions, oldest first; records of days before `until` that are new are late."""
    low, high = sorted((old, new))
    found = []
    for batch in warehouse.list_batches(lake, high):
        if low < batch["data_version"] <= high:
            found.append(_cause(lake, batch, until, undone=False))
        if batch["undone_version"] is not None and low < batch["undone_version"] <= high:
            found.append(_cause(lake, batch, until, undone=True))
    return sorted(found, key=lambda cause: (cause.version, cause.batch_id))


def _cause(lake: Lake, batch: dict[str, Any], until: date, *, undone: bool) -> Cause:
    number, table = int(batch["batch_id"]), str(batch["table_name"])
    files = tuple(str(batch["file_name"] or "").split("\n"))
    version = int(batch["undone_version"] if undone else batch["data_version"])
    try:
        summary = warehouse.change_summary(lake, number, undo=undone)
        kinds = _kinds(lake, number, table, summary, until, undone=undone)
        places = frozenset(summary.select("day", "unit").iter_rows())
    except VersionExpired:
        return Cause(number, table, files, version, undone, {}, known=False)
    return Cause(number, table, files, version, undone, kinds, known=True, places=places)


def _kinds(lake: Lake, number: int, table: str, summary: pl.DataFrame, until: date, *, undone: bool) -> dict[str, int]:
    counted: Counter[str] = Counter()
    total = {kind: int(summary[f"rows_{kind}"].sum()) for kind in ("added", "replaced", "taken_out", "came_back")}
    if table in ORGANISATION:
        counted["organisation"] = sum(total.values())
    elif table == "category_map":
        counted["remapped"] = sum(total.values())
    else:
        late = summary.filter(pl.col("day") < until)["rows_added"].sum()
        counted["late"] = int(late)
        counted["added"] = total["added"] - int(late)
        counted["taken_out"], counted["came_back"] = total["taken_out"], total["came_back"]
        if total["replaced"]:
            counted.update(_replaced(warehouse.batch_changes(lake, number, CHANGES_READ, undo=undone)))
    return {kind: number for kind, number in sorted(counted.items()) if number}


def _replaced(changes: pl.DataFrame) -> Counter[str]:
    counted: Counter[str] = Counter()
    for kind, columns in changes.select("kind", "columns").iter_rows():
        if kind == "replaced":
            names = set(columns)
            counted["recoded"] += bool(names & set(RECODING))
            counted["moved"] += bool(names & set(MOVING))
            counted["flagged"] += bool(names & set(FLAGS))
            counted["updated"] += not names & {*RECODING, *MOVING, *FLAGS}
    return counted


@dataclass(frozen=True)
class Attribution:
    """Finds the causes of a figure: by its days, its unit, and the tables that its subject is made of."""

    found: list[Cause]
    members: dict[str, frozenset[str]]

    def of(self, figure: dict[str, Any], periods: list[tuple[date, date]]) -> list[int]:
        """Return the numbers of the batches that changed a figure.

        Args:
            figure: one line of `comparison.differences`.
            periods: the days that the figure counts, first and last.
        """
        entry = metrics.catalogue().get(figure["indicator"])
        subject = entry.subject if entry else ""
        tables = OF_SUBJECT.get(subject)
        able = [c for c in self.found if tables is None or c.table in (*tables, *ORGANISATION)] or self.found
        back = LOOK_BACK if subject in ("repeats", "training") else timedelta(0)
        units = self._units(figure)
        direct = [
            c
            for c in able
            if not c.known
            or any(
                (unit is None or units is None or unit in units)
                and (day is None or any(first - back <= day <= last for first, last in periods))
                for day, unit in c.places
            )
        ]
        return [cause.batch_id for cause in direct or able]

    def _units(self, figure: dict[str, Any]) -> frozenset[str] | None:
        if figure["by"] == "city":
            return None
        own = frozenset({figure["unit"]})
        return own | self.members.get(figure["unit"], frozenset())


def attribution(lake: Lake, found: list[Cause], start: date, end: date, version: int) -> Attribution:
    """Return what finds the causes of figures; the stations of each district are asked of the metrics."""
    members = {}
    scope = Scope(start, end, "none", "district", version=version)
    for row in metrics.show(lake, "alerts_received", scope).rows:
        try:
            inside = Scope(start, end, "none", "station", districts=(row.unit,), version=version)
            members[row.unit] = frozenset(r.unit for r in metrics.show(lake, "alerts_received", inside).rows)
        except MetricError:
            continue
    return Attribution(found, members)
