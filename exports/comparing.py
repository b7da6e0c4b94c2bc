"""Two packages held against each other: every figure that changed, and the batches that changed it.

Packages of one week are compared figure by figure. Of two weeks the older one is compared with the same week as the
newer package's data version has it: what became of last week's figures. That needs the lake.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from exports.errors import ExportError
from exports.figures import figures
from exports.manifest import parsed
from exports.packing import MANIFEST, read
from exports.revisions import Revisions, revisions
from exports.verifying import figures_of
from exports.weeks import WEEK, Week
from warehouse import Lake, moment_of


@dataclass(frozen=True)
class Opened:
    """A package that was read."""

    name: str
    week: date
    version: int
    city: dict[str, str]
    table: pl.DataFrame


def opened(source: Path | bytes, name: str = "") -> Opened:
    """Read a package.

    Raises:
        ExportError: it is none, or it holds no table of figures.
    """
    files = read(source, name)
    content: dict[str, Any] = parsed(files[MANIFEST])
    table = figures_of(files)
    if table is None:
        raise ExportError("no_figures", content.get("package", name))
    week = date.fromisoformat(content["week"]["first"])
    return Opened(str(content["package"]), week, int(content["data_version"]), dict(content["city"]), table)


def compare(old: Opened, new: Opened, lake: Lake | None = None) -> Revisions:
    """Compare two packages; with the lake the batches are found that changed the figures.

    Raises:
        ExportError: they are of two cities, or of two weeks and there is no lake to count the older week again.
        warehouse.VersionExpired: the newer version is not kept, where it is needed.
    """
    if old.city != new.city:
        raise ExportError("other_city", old.name, other=new.name)
    known = lake if lake is not None and _is_of(lake, new) else None
    if old.week == new.week:
        return revisions(known, old.table, new.table, old.week)
    if known is None:
        raise ExportError("other_week", old.name, other=new.name)
    at = Week(old.week, old.week + WEEK, new.version, moment_of(known, new.version))
    return revisions(known, old.table, figures(known, at)[0], old.week)


def _is_of(lake: Lake, package: Opened) -> bool:
    """Return whether a lake holds the city and the version of a package."""
    if not lake.has_version(package.version):
        return False
    settings = lake.settings(package.version)
    return {"zh": settings["city_zh"], "en": settings["city_en"]} == package.city
