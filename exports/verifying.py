"""Is a package what it says it is: checksums, the lake's record of it, and every figure counted again.

Genuine means that the lake has recorded this package when it was made, that each file is the one of then, and that the
figures in it are those that the lake gives for the version. Checksums within a package prove nothing against somebody
who writes them anew, so a package that the lake has no record of is told apart, even if its figures are right. One of
another city, or of a version that is not kept, cannot be counted again, and that is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from exports.comparison import described, differences
from exports.errors import ExportError
from exports.figures import KEY, SCHEMA, counted_by_two
from exports.helping import helped
from exports.manifest import parsed
from exports.packing import MANIFEST, SUMS, digest, read
from exports.publishing import recorded
from exports.weeks import WEEK, Week
from warehouse import Busy, CatalogueUnreachable, Lake, LakeError, VersionExpired, moment_of

MOST = 200
"""So many differing figures are told one by one."""


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        outcome: genuine, changed (a file is not what was made), differs (files are right, the lake gives other
            figures), other_package (the lake has recorded another one), unrecorded (it has recorded none), other_city,
            version_gone, older_program, no_figures (it holds no table, and the lake has recorded none).
        is_recorded: whether the lake has recorded this package.
        files: files that differ, are missing or were added, with which of the three.
        figures: the figures that differ from the lake's, worst first, as `comparison.described` gives them.
    """

    outcome: str
    name: str
    week: date
    data_version: int
    committed_at: str
    files: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[dict[str, Any], ...] = ()
    compared: int = 0
    differing: int = 0
    is_recorded: bool = False

    @property
    def is_genuine(self) -> bool:
        """Whether nothing differs."""
        return self.outcome == "genuine"

    def to_json(self) -> dict[str, Any]:
        """Return it as `exports verify --json` prints it."""
        return {
            "outcome": self.outcome,
            "package": self.name,
            "week": self.week.isoformat(),
            "data_version": self.data_version,
            "committed_at": self.committed_at,
            "files": dict(self.files),
            "recorded": self.is_recorded,
            "figures_compared": self.compared,
            "figures_differing": self.differing,
            "figures": list(self.figures),
        }


def verify(lake: Lake, source: Path | bytes, name: str = "") -> Verified:
    """Hold a package against its checksums and against the lake.

    Raises:
        ExportError: it is no package or cannot be read.
        warehouse.LakeError: the lake cannot be read.
    """
    files = read(source, name)
    content = parsed(files[MANIFEST])
    start, version = date.fromisoformat(content["week"]["first"]), int(content["data_version"])
    common: dict[str, Any] = {
        "name": str(content.get("package", "")),
        "week": start,
        "data_version": version,
        "committed_at": str(content.get("committed_at", "")),
    }
    wrong = checked(files, content)
    table = _readable(files, wrong)
    if not lake.has_version(version):
        return Verified("version_gone", files=wrong, **common)
    settings = lake.settings(version)
    if {"zh": settings["city_zh"], "en": settings["city_en"]} != content.get("city"):
        return Verified("other_city", files=wrong, **common)
    known = recorded(lake, start, version)
    common["is_recorded"] = digest(files.get(SUMS, b"")) in known
    if table is None:
        outcome = "changed" if wrong else "genuine" if common["is_recorded"] else "no_figures"
        return Verified(outcome, files=wrong, **common)
    try:
        week = Week(start, start + WEEK, version, moment_of(lake, version))
        with helped() as helper:
            counted, _ = counted_by_two(lake, week, helper)
    except VersionExpired:
        return Verified("version_gone", files=wrong, **common)
    except (Busy, CatalogueUnreachable):
        raise
    except LakeError:  # columns that this program needs and that version had not
        return Verified("older_program", files=wrong, **common)
    found = differences(table, counted)
    right = "genuine" if common["is_recorded"] else "other_package" if known else "unrecorded"
    return Verified(
        "changed" if wrong else "differs" if len(found) else right,
        files=wrong,
        figures=tuple(described(line) for line in found.head(MOST).to_dicts()),
        compared=len(table),
        differing=len(found),
        **common,
    )


def _readable(files: Mapping[str, bytes], wrong: Mapping[str, str]) -> pl.DataFrame | None:
    """Return the table of figures; one that cannot be read because it was changed counts as none."""
    try:
        return figures_of(files)
    except ExportError:
        if wrong:
            return None
        raise


def checked(files: Mapping[str, bytes], content: Mapping[str, Any]) -> dict[str, str]:
    """Return which files are missing, added, or not the ones that were made."""
    known = {name: str(entry["sha256"]) for name, entry in content["files"].items()}
    wrong = {name: "missing" for name in known if name not in files}
    wrong |= {name: "changed" for name, found in known.items() if name in files and digest(files[name]) != found}
    wrong |= {name: "added" for name in files if name not in known and name not in (MANIFEST, SUMS)}
    lines = [line.partition("  ") for line in files.get(SUMS, b"").decode("utf-8", "replace").splitlines()]
    listed = {name: found for found, _, name in lines}
    if listed.get(MANIFEST) != digest(files[MANIFEST]):
        wrong[MANIFEST] = "changed"
    return dict(sorted(wrong.items()))


def figures_of(files: Mapping[str, bytes]) -> pl.DataFrame | None:
    """Return the table of figures of a package, from its Parquet or else its CSV; None when it has neither.

    Raises:
        ExportError: the table cannot be read.
    """
    try:
        if "figures.parquet" in files:
            frame = pl.read_parquet(files["figures.parquet"])
        elif "figures.csv" in files:
            frame = pl.read_csv(files["figures.csv"], infer_schema=False)
            text = pl.col("unit", "name_zh", "name_en", "parameters")
            frame = frame.with_columns(text.str.replace(r"^[\t']", "")).with_columns(pl.col("parameters").fill_null(""))
            frame = frame.with_columns(pl.col("notes").fill_null(""))
        else:
            return None
        return frame.select(_as(name, kind, frame.schema[name]) for name, kind in SCHEMA.items()).sort(KEY)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # a changed byte can do either
        raise ExportError("damaged_package", "figures.parquet, figures.csv") from error


def _as(name: str, kind: Any, given: Any) -> pl.Expr:  # noqa: ANN401 - types of Polars
    """Return a column in its type; Polars reads days from text by another name than it casts."""
    column = pl.col(name)
    return column.str.to_date() if kind == pl.Date and given == pl.String else column.cast(kind)
