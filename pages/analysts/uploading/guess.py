"""What an upload is taken for: table, mapping and why; from what was remembered, from its headings, or as chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import yaml

import etl
from etl import Peek
from pages.analysts.uploading import specs
from pages.analysts.uploading.jobs import Plan
from pages.analysts.uploading.specs import Spec
from warehouse import Lake, table

AUTO, PLAIN = "", "plain"
SHIPPED = Path(__file__).resolve().parents[3] / "data" / "mappings"
CERTAIN = ("same_name", "alias", "remembered")


@dataclass(frozen=True)
class Guess:
    """A table and a mapping. `reasons` says of a heading why it goes to its field: a code and a score of 0 to 100."""

    table: str
    mapping: str
    spec: Spec
    reasons: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    doubts: Sequence[Mapping[str, Any]] = ()
    candidates: Sequence[str] = ()

    @property
    def missing(self) -> list[str]:
        """Required fields that nothing fills."""
        return specs.missing(self.spec, table(self.table))


def saved_folder(lake: Lake) -> Path:
    """Return where mappings saved with this lake lie."""
    return lake.home / "mappings"


def names(lake: Lake) -> list[str]:
    """Return the mappings that can be chosen: those saved with the lake, then those of the project."""
    saved = sorted(path.stem for path in saved_folder(lake).glob("*.yaml"))
    return [*saved, *(name for name in etl.available() if name not in saved)]


def table_of(lake: Lake, mapping: str) -> str:
    """Return the table that a mapping is made for; nothing for `plain`, which fits all."""
    return "" if mapping == PLAIN else str(_read(lake, mapping).get("table", ""))


def _read(lake: Lake, name: str) -> Spec:
    path = next((path for folder in (saved_folder(lake), SHIPPED) if (path := folder / f"{name}.yaml").is_file()), None)
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path else {}


def guess(lake: Lake, look: Peek, plan: Plan) -> Guess:
    """Return what a file is taken for, after what was set and then after what its headings say."""
    columns = look.layout.columns if look.layout else ()
    if plan.spec is not None:
        return Guess(plan.spec["table"], plan.mapping, plan.spec)
    remembered = None if plan.mapping else etl.remembered(lake.home, columns)
    name = plan.mapping or remembered or ""
    if remembered and plan.table and table_of(lake, remembered) != plan.table:
        remembered = name = None
    if name and name != PLAIN:
        spec = _read(lake, name)
        reasons = dict.fromkeys(columns, ("remembered", 100.0)) if remembered else {}
        return Guess(str(spec["table"]), name, spec, reasons)
    found = etl.suggest(columns, sample(look), plan.table or None)
    if name == PLAIN:
        chosen = plan.table or found.table
        known = [column for column in columns if column in specs.fields_of(table(chosen))]
        return Guess(chosen, PLAIN, {"table": chosen, "fields": {column: column for column in known}})
    spec = dict(yaml.safe_load(etl.mapping_yaml(found)))
    reasons = {item.column: (item.reason_code, float(item.score or 0)) for item in found.fields if item.column}
    reasons |= dict.fromkeys(specs.wide_columns(spec), ("wide", 100.0))
    return Guess(found.table, "", spec, reasons, found.doubts, tuple(found.tables))


def sample(look: Peek) -> pl.DataFrame:
    """Return the rows of the first look below its header, as text."""
    if look.layout is None:
        return pl.DataFrame()
    columns, first = look.layout.columns, look.layout.header_row + look.layout.header_rows
    rows = [[*cells, *[""] * len(columns)][: len(columns)] for number, cells in look.rows if number >= first]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
