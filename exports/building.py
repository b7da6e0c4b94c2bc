"""Makes the package of a week: every file in memory first, then written beside its place and renamed.

The bytes depend on the week, the data version, the choices and the software that the manifest names. What this machine
cannot make (paper without a browser or a Chinese font) is a warning in the manifest, and everything else is made.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import filelock
import polars as pl

from exports import manifest as manifests
from exports.errors import ExportError
from exports.figures import figures, handed, joined, own_questions
from exports.helping import Helper, all_kept, helped
from exports.packing import MANIFEST, SUMS, digest, read, sums, zip_bytes
from exports.publishing import record, recorded
from exports.report.content import report
from exports.report.desk import Answers
from exports.report.lateness import late_of
from exports.report.model import Report
from exports.revisions import since_last_week
from exports.tables import csv_bytes, parquet_bytes
from exports.weeks import Week, week_of
from warehouse import Lake, LakeError

FORMATS = ("xlsx", "pdf", "html", "parquet", "csv")
LANGUAGES = {"zh": ("zh_CN",), "en": ("en",), "both": ("zh_CN", "en")}
LOCK_SECONDS = 10.0
WEB_PAGE = "report" + ".html"  # not the name of a message, which tests look for


@dataclass(frozen=True)
class Made:
    """What was done: `status` is made or unchanged; `folder` and `archive` are the package."""

    status: str
    name: str
    folder: Path
    archive: Path
    week: date
    data_version: int
    warnings: tuple[dict[str, str], ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return {
            "status": self.status,
            "package": self.name,
            "folder": str(self.folder),
            "zip": str(self.archive),
            "zip_sha256": digest(self.archive.read_bytes()),
            "week": self.week.isoformat(),
            "data_version": self.data_version,
            "warnings": list(self.warnings),
        }


def weekly(
    lake: Lake,
    day: date,
    folder: Path,
    *,
    version: int | None = None,
    formats: Sequence[str] = FORMATS,
    language: str = "both",
    author: str = "exports",
) -> Made:
    """Make the package of the week that holds a day, pin its data version, and return where it lies.

    A package that is there already, whole and with all that is asked for, stays as it is; one with less is made anew
    with what it holds and what is asked for, so that no run takes away what another published.

    Raises:
        ExportError: the week or a choice is refused, another run is at work, or the folder cannot be written.
        warehouse.LakeError: the lake cannot be read or pinned.
    """
    chosen = [name for name in FORMATS if name in formats]
    for unknown in [name for name in formats if name not in FORMATS] + [language] * (language not in LANGUAGES):
        raise ExportError("bad_format", unknown, choices=", ".join((*FORMATS, *LANGUAGES)))
    if not chosen:
        raise ExportError("bad_format", '""', choices=", ".join(FORMATS))
    week = week_of(lake, day, version)
    with locked(folder):
        there = _whole(lake, folder, week)
        had = there[1]["choices"] if there else {"formats": [], "languages": []}
        languages = [code[:2] for code in LANGUAGES[language]]
        choices = {
            "formats": [name for name in FORMATS if name in {*chosen, *had["formats"]}],
            "languages": [code for code in ("zh", "en") if code in {*languages, *had["languages"]}],
        }
        if there and choices == had and not there[1]["warnings"]:
            return there[0]
        return _make(lake, week, folder, choices, author)


def name_of(week: Week) -> str:
    """Return the name of a package: the week by its first day, and the data version."""
    return f"jiceng-{week.start}-v{week.version}"


def _whole(lake: Lake, folder: Path, week: Week) -> tuple[Made, dict[str, Any]] | None:
    """Return the package that is there already with its manifest, when it is the one that was made."""
    place, archive = folder / name_of(week), folder / f"{name_of(week)}.zip"
    if not (place.is_dir() and archive.is_file()):
        return None
    try:
        files = read(place)
        content = manifests.parsed(files[MANIFEST])
        counted = sums({name: held for name, held in files.items() if name != SUMS})
        is_whole = read(archive) == files and counted == files[SUMS]
    except (ExportError, KeyError):
        return None
    if not is_whole or digest(files[SUMS]) not in recorded(lake, week.start, week.version):
        return None
    return Made("unchanged", place.name, place, archive, week.start, week.version), content


def _make(lake: Lake, week: Week, folder: Path, choices: dict[str, Any], author: str) -> Made:
    name = name_of(week)
    with all_kept():
        files, content = package(lake, week, choices)
        archive = zip_bytes(files, name, week.made_at)
        try:
            _put(folder, name, files, archive, lambda: record(lake, week, files[SUMS], author))
        except OSError as error:
            raise ExportError("cannot_write", f"{error.strerror}: {error.filename}") from error
    warnings = tuple(content["warnings"])
    return Made("made", name, folder / name, folder / f"{name}.zip", week.start, week.version, warnings)


def package(lake: Lake, week: Week, choices: dict[str, Any]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return every file of a package by name, and its manifest."""
    codes = [code for code in LANGUAGES["both"] if code[:2] in choices["languages"]]
    answers = Answers(lake, week)
    wanted, files = set(choices["formats"]), dict[str, bytes]()
    warnings: list[dict[str, str]] = []
    with helped(wanted=bool(wanted & {"xlsx", "pdf"})) as helper:
        if "pdf" in wanted:
            _warm_up()
        # The helper begins with last week's figures as they were published: the reports tell what became of them.
        revised = since_last_week(lake, week, helper) if wanted & {"xlsx", "html", "pdf"} else None
        part = handed(lake, week, helper)
        own = figures(lake, week, answers.shared, own_questions())
        changed = revised() if revised else None
        reports = [report(code, answers, changed) for code in codes] if revised else []
        if "pdf" in wanted:
            for made, told in _on_paper(reports, week):
                files |= made
                warnings += told
        table, unanswered = joined(own, part.outcome())
        files |= _on_screen(reports, table, week, wanted, helper)
    if "parquet" in wanted:
        files["figures.parquet"] = parquet_bytes(table)
    if "csv" in wanted:
        files["figures.csv"] = csv_bytes(table)
    content = manifests.manifest(
        lake,
        week,
        table,
        files,
        name=name_of(week),
        choices=choices,
        warnings=warnings,
        unanswered=unanswered,
        reach=late_of(answers).reach,
    )
    files[MANIFEST] = manifests.as_bytes(content)
    files[SUMS] = sums(files)
    return files, content


def _warm_up() -> None:
    from exports.report import drawing

    with suppress(drawing.NoBrowser):
        drawing.warm_up()


def _suffixes(reports: list[Report]) -> Iterator[tuple[Report, str]]:
    """Return each report with the ending of its files' names; the first language has the plain names."""
    for place, one in enumerate(reports):
        yield one, f".{one.language[:2]}" if place else ""


def _on_paper(reports: list[Report], week: Week) -> Iterator[tuple[dict[str, bytes], list[dict[str, str]]]]:
    """Return each paper, or why this machine cannot make it."""
    from exports.report.paper import CannotPrint, paper

    for one, suffix in _suffixes(reports):
        try:
            yield {f"report{suffix}.pdf": paper(one, week)}, []
        except CannotPrint as error:
            told = {"file": f"report{suffix}.pdf", "reason": error.code}
            yield {}, [told | {"sentence": error.sentence(), "sentence_zh": error.sentence("zh")}]


def _on_screen(
    reports: list[Report], table: pl.DataFrame, week: Week, wanted: set[str], helper: Helper
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    if "xlsx" in wanted:
        from exports.report.workbook import workbooks

        made = workbooks(reports, table, week, helper)
        files |= {f"workbook{suffix}.xlsx": book for (_, suffix), book in zip(_suffixes(reports), made, strict=True)}
    if "html" in wanted:
        from exports.report.web import web_page

        files[WEB_PAGE] = web_page(reports)
    return files


def _put(folder: Path, name: str, files: dict[str, bytes], archive: bytes, publish: Callable[[], None]) -> None:
    """Write the package beside its place, publish it, then put it there; what was there goes at the last moment."""
    partial, place = folder / f".{name}.partial", folder / name
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        for file, content in files.items():
            (partial / file).write_bytes(content)
        zipped = folder / f".{name}.zip.partial"
        zipped.write_bytes(archive)
        publish()
        if place.exists():
            old = folder / f".{name}.old"
            shutil.rmtree(old, ignore_errors=True)
            place.rename(old)
            partial.rename(place)
            shutil.rmtree(old, ignore_errors=True)
        else:
            partial.rename(place)
        zipped.replace(folder / f"{name}.zip")
    except (OSError, LakeError):
        shutil.rmtree(partial, ignore_errors=True)
        (folder / f".{name}.zip.partial").unlink(missing_ok=True)
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of packages.

    Raises:
        ExportError: another run holds it, or the folder cannot be made.
    """
    lock = filelock.FileLock(folder / ".lock", timeout=LOCK_SECONDS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise ExportError("busy", folder) from error
    except OSError as error:
        raise ExportError("cannot_write", f"{error.strerror}: {error.filename}") from error
    try:
        yield
    finally:
        lock.release()
