"""Which batches lie between two data versions and what each brought: late records, recodings, mergers, undos.

Read from the lake's change feed, record by record and by the counts of alerts that moved. A batch that was loaded and
taken back between the two versions left nothing behind and is no cause.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

import warehouse
from warehouse import Lake, VersionExpired

UNITS = ("district", "station")
RECODING = {"category_code", "category_group", "category_scheme"}
MERGING = {"main_alert_id", "link_type"}
FLAGS = {"is_invalid", "is_nuisance", "is_deleted"}
KINDS = {"recoded": RECODING, "merged": MERGING, "flagged": FLAGS, "moved": {"station_code"}}
OF_TABLE = {"category_map": "remapped", "service_place": "institutions", "event": "organisation"}
"""What a change of these tables is called, whatever was done to the record."""


@dataclass(frozen=True)
class Cause:
    """A load or an undo between two versions.

    Attributes:
        kinds: what it brought, as codes with the number of records: late, added, updated, recoded, merged, moved,
            flagged, taken_out, came_back, remapped, institutions, units_merged, organisation.
        known: whether the change feed still tells.
        figures: how many of the changed figures it is a cause of.
        records: where it touched records, as `warehouse.touched` tells.
        counts: by how much it moved the counts of alerts, as `warehouse.count_changes` tells.
    """

    batch_id: int
    table: str
    files: tuple[str, ...]
    version: int
    undone: bool
    kinds: dict[str, int]
    known: bool
    figures: int = 0
    records: pl.DataFrame | None = field(default=None, repr=False, compare=False)
    counts: pl.DataFrame | None = field(default=None, repr=False, compare=False)

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
            "figures": self.figures,
        }


def causes(lake: Lake, old: int, new: int, until: date) -> list[Cause]:
    """Return the batches between two versions, oldest first; records of days before `until` that are new are late."""
    low, high = sorted((old, new))
    found = []
    for batch in warehouse.list_batches(lake, high):
        loaded = low < batch["data_version"] <= high
        taken_back = batch["undone_version"] is not None and low < batch["undone_version"] <= high
        if loaded != taken_back:
            found.append(_cause(lake, batch, until, undone=taken_back))
    return sorted(found, key=lambda cause: (cause.version, cause.batch_id))


def _cause(lake: Lake, batch: dict[str, Any], until: date, *, undone: bool) -> Cause:
    number, table = int(batch["batch_id"]), str(batch["table_name"])
    files = tuple(str(batch["file_name"] or "").split("\n"))
    version = int(batch["undone_version"] if undone else batch["data_version"])
    try:
        records = warehouse.touched(lake, number, undo=undone)
        counts = warehouse.count_changes(lake, version)
    except VersionExpired:
        return Cause(number, table, files, version, undone, {}, known=False)
    kinds = _kinds(table, records, until)
    return Cause(number, table, files, version, undone, kinds, known=True, records=records, counts=counts)


def _kinds(table: str, records: pl.DataFrame, until: date) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for kind, columns, day, rows in records.select("kind", "columns", "day", "rows").iter_rows():
        for name in _named(table, kind, set(columns), is_late=day is not None and day < until):
            counted[name] += rows
    return dict(sorted(counted.items()))


def _named(table: str, kind: str, columns: set[str], *, is_late: bool) -> Iterator[str]:
    """Return what was done to a record, in as many words as things were done."""
    if table in OF_TABLE:
        yield OF_TABLE[table]
    elif table in UNITS:
        yield "units_merged" if "successor_code" in columns else "organisation"
    elif kind == "replaced":
        yield from [name for name, own in KINDS.items() if columns & own] or ["updated"]
    else:
        yield "late" if kind == "added" and is_late else kind
