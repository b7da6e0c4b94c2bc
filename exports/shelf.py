"""Where packages rest: the folder, what lies in it, and how many weeks of them are kept."""

import os
import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path

from exports.building import WEB_PAGE, locked
from exports.errors import ExportError
from exports.manifest import parsed
from exports.packing import MANIFEST
from exports.weeks import WEEK

DEFAULT = Path(__file__).resolve().parents[1] / "data" / "snapshots"
SETTING = "JICENG_SNAPSHOTS"
LOG = "weekly.log"
ARCHIVES = "jiceng-*.zip"
WARNING = ("file", "sentence", "sentence_zh")
"""What is read of each warning."""
PAGE_LANGUAGE = re.compile(r'<html lang="\w+">')


@dataclass(frozen=True)
class Package:
    """A package on the shelf; `bytes` is the size of its ZIP."""

    name: str
    folder: Path
    archive: Path
    week: date
    data_version: int
    committed_at: str
    figures: int
    files: tuple[str, ...]
    languages: tuple[str, ...]
    warnings: tuple[dict[str, str], ...]
    bytes: int

    @property
    def period(self) -> tuple[date, date]:
        """The week as a half-open period."""
        return self.week, self.week + WEEK

    @property
    def page(self) -> Path | None:
        """The report as a page, None where the package has none."""
        found = self.folder / WEB_PAGE
        return found if found.is_file() else None

    def shown(self, language: str) -> str | None:
        """Return the report as a page that opens in a language, where it holds that; None where there is no report."""
        if self.page is None:
            return None
        return PAGE_LANGUAGE.sub(f'<html lang="{language[:2]}">', self.page.read_text(encoding="utf-8"), count=1)

    @property
    def megabytes(self) -> float:
        """The size of the ZIP."""
        return self.bytes / 1_000_000


def shelf() -> Path:
    """Return the folder of the packages: what `JICENG_SNAPSHOTS` names, or `data/snapshots`."""
    named = os.environ.get(SETTING)
    return Path(named) if named else DEFAULT


def listed(folder: Path | None = None) -> list[Package]:
    """Return the packages of a folder, the newest week first, of a week the newest version first.

    Raises:
        ExportError: the folder is none, or cannot be entered.
    """
    found = []
    for archive in _archives(folder or shelf()):
        try:
            found.append(_package(archive))
        except (OSError, ExportError, KeyError, TypeError, ValueError):
            continue  # whatever lies there besides whole packages is left alone
    return sorted(found, key=lambda package: (package.week, package.data_version), reverse=True)


def _archives(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if fnmatch(path.name, ARCHIVES))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ExportError("cannot_list", place, why=error.strerror or type(error).__name__) from error


def _package(archive: Path) -> Package:
    """Return a package by its ZIP; the manifest beside it may have been written by anybody."""
    folder = archive.with_suffix("")
    content = parsed((folder / MANIFEST).read_bytes())
    languages, warnings = content["choices"]["languages"], content["warnings"]
    told = all(isinstance(warning[name], str) for warning in warnings for name in WARNING)
    if not (told and type(content["figures"]) is int and all(isinstance(language, str) for language in languages)):
        raise ExportError("damaged_package", folder.name)
    return Package(
        archive.stem,
        folder,
        archive,
        date.fromisoformat(content["week"]["first"]),
        content["data_version"],
        datetime.fromisoformat(content["committed_at"]).isoformat(),
        content["figures"],
        tuple(content["files"]),
        tuple(languages),
        tuple(warnings),
        archive.stat().st_size,
    )


def keep(folder: Path, weeks: int, made: str = "") -> list[str]:
    """Remove the packages of all but the newest weeks, never the one just made; return the names of what is gone.

    The data versions stay pinned.
    """
    with locked(folder):
        packages = listed(folder)
        newest = sorted({package.week for package in packages}, reverse=True)[:weeks]
        gone = [package for package in packages if package.week not in newest and package.name != made]
        for package in gone:
            package.archive.unlink(missing_ok=True)
            shutil.rmtree(package.folder, ignore_errors=True)
    return [package.name for package in gone]
