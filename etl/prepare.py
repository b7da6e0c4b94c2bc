"""A load up to the point where a person decides: files read, cleaned, judged, counted; nothing is written.

`Prepared` keeps the staged rows in a folder of its own and holds no lock and no transaction, so readers and writers
never wait for the decision. `commit` then writes all rows, or the good ones with the rest set aside; its counts are
taken anew, because somebody else may have loaded in between.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import polars as pl

from etl import keys
from etl.auto import mapping_for
from etl.encoding import known_name, require_readable
from etl.errors import FileRefused, Refusal, mask
from etl.looking import before_and_after, raw_rows
from etl.lookups import read_lookups
from etl.mapping import Mapping, OnError
from etl.marked import Returned, write_marked
from etl.plan import Plan, service_keys
from etl.published import check_published, periods_of
from etl.reading import Choice, FoundTable, check_totals, read_files, set_aside
from etl.register import registrations
from etl.relation import Relation
from etl.report import LoadReport
from etl.scratch import workplace
from etl.stage import Progress, Staged, checksum, scan, stage
from warehouse import (
    BatchRecord,
    Lake,
    Preview,
    Quarantined,
    WrongKey,
    commit_batch,
    find_loaded,
    from_duckdb,
    preview_batch,
)

QUARANTINE_KEPT = 100_000
DAY = timedelta(days=1)
READING = 0.7
"""The share of reading in reading and cleaning a workbook, for the progress."""
KNOWN_BEFORE_READING = 1 << 26


@dataclass(frozen=True, slots=True)
class Options:
    """How to load. `on_error` None leaves the choice to the mapping."""

    on_error: OnError | None = None
    author: str | None = None
    encoding: str | None = None
    dry_run: bool = False


class Prepared:
    """One load on its way through the steps; `report` tells what would happen, and after `commit` what did."""

    def __init__(
        self,
        lake: Lake,
        table: str,
        files: Sequence[str | Path],
        mapping: str = "plain",
        options: Options | None = None,
        progress: Progress | None = None,
        choice: Choice | None = None,
    ) -> None:
        """Nothing is read yet; that begins on entering.

        Raises:
            UsageError: no such table or mapping.
        """
        self.lake = lake
        self.options = options or Options()
        self.paths = [Path(file) for file in files]
        self.mapping: Mapping = mapping_for(lake, table, self.paths, mapping, choice or Choice(self.options.encoding))
        self.choice = self._chosen(choice or Choice())
        self.report = LoadReport("refused", table, [path.name for path in self.paths], mapping=self.mapping.name)
        self.found: list[FoundTable] = []
        self.staged = Staged()
        self.preview: Preview | None = None
        self._plan: Plan | None = None
        self._progress = progress or (lambda step, share, rows=0: None)
        self._stack = ExitStack()
        self._relation: Relation | None = None
        self._settings: dict[str, str] = {}
        self._registrations: dict[str, pl.DataFrame] = {}
        self._sha256 = ""
        self._repeated = 0

    def _chosen(self, choice: Choice) -> Choice:
        """What a person set, then what the options and the mapping say."""
        encoding = choice.encoding or self.options.encoding or self.mapping.encoding
        delimiter = choice.delimiter or (self.mapping.delimiter if self.mapping.delimiter != "," else None)
        return replace(choice, encoding=known_name(encoding) if encoding else None, delimiter=delimiter)

    def __enter__(self) -> Self:
        """Read, clean and judge the files."""
        with self._errors():
            folder = self._stack.enter_context(workplace(self.lake))
            try:
                self._read(folder)
            except FileRefused as refused:
                self.report.refusals.append(refused.refusal)
            except BaseException:
                self._stack.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the staged rows go."""
        self.close()

    def close(self) -> None:
        """Let the staged rows go; nothing can be committed any more."""
        self._stack.close()
        self._relation = None

    @property
    def can_commit(self) -> bool:
        """Whether there are rows that may be loaded."""
        return self._relation is not None and self.report.rows_refused < self.report.rows_read

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, OSError, pl.exceptions.ComputeError) as error:  # Polars' for a full disk
            raise from_duckdb(error, self.lake.home) from error

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Time one step and say that it began."""
        self._progress(name, 0.0)
        started = time.perf_counter()
        try:
            yield
        finally:
            self.report.seconds[name] = time.perf_counter() - started

    def _read(self, folder: Path) -> None:
        secret = self._secret()
        for path in self.paths:
            require_readable(path)
        with ThreadPoolExecutor(1) as pool:
            digest: Future[str] = pool.submit(checksum, self.paths)
            small = sum(path.stat().st_size for path in self.paths) < KNOWN_BEFORE_READING
            if small and self._loaded_before(digest.result()):
                return
            with self._step("read"):
                self.found = read_files(self.paths, folder, self.choice, tell=self._rows_read)
                self._stage(secret, folder)
            self._sha256 = digest.result()
        if self._loaded_before(self._sha256):
            return
        self._judge(folder)

    def _rows_read(self, rows: int, of: int) -> None:
        """Tell how many rows were read of a file that is read through before it is cleaned."""
        self._progress("read", READING * min(rows / of, 1.0) if of else 0.0, rows)

    def _cleaned(self, step: str, share: float, rows: int = 0) -> None:
        """Tell how far the cleaning is; where files had to be read through first, that was the larger part."""
        before = READING if any(table.is_parquet for table in self.found) else 0.0
        self._progress(step, before + (1 - before) * share, rows)

    def _secret(self) -> bytes:
        secret = keys.load_secret()
        found, known = keys.fingerprint(secret), self.lake.settings().get("key_fingerprint", "")
        if known and found != known:
            raise WrongKey(f"fingerprint {found}, the warehouse has {known}")
        if not known:
            self._settings["key_fingerprint"] = found
        return secret

    def _loaded_before(self, sha256: str) -> bool:
        batch = find_loaded(self.lake, sha256, self.mapping.table.name, self._mapping_id())
        if batch is None:
            return False
        self.report.status = "unchanged"
        self.report.batch_id = batch
        self.report.data_version = self.lake.version()
        return True

    def _mapping_id(self) -> str:
        return f"{self.mapping.name}@{self.mapping.digest}"

    def _stage(self, secret: bytes, folder: Path) -> None:
        first = not self.lake.frame("SELECT count(*) FROM lake.batch WHERE status <> 'undone'").item()
        if first:
            self._settings |= dict(self.mapping.settings)
        zone = (self.lake.settings() | self._settings)["time_zone"]
        lookups = read_lookups(self.lake, self.mapping.categories)
        plan = Plan(self.mapping, lookups, zone, secret, service_keys(self.mapping, secret))
        self._plan = plan
        self.staged = stage(self.found, plan, folder, self._cleaned)
        self._registrations, warnings = registrations(self.mapping, self.staged, lookups)
        for why, count in sorted(self.staged.aside.items()):
            warnings.append({"code": f"{why}_rows", "count": count})
        if self.staged.hidden:
            warnings.append({"code": "numbers_hidden", "count": self.staged.hidden})
        if self.staged.fell_back:
            warnings.append({"code": "category_fell_back", "count": self.staged.fell_back})
        for column, cells in sorted(self.staged.no_rates.items()):
            warnings.append({"code": "no_rate", "column": column, "count": len(cells), "values": cells})
        self.report.warnings += [warning for table in self.found for warning in table.warnings] + warnings
        self._check_totals()
        self._check_published()
        self.report.rows_read = self.staged.rows_read
        self.report.encoding = ", ".join(dict.fromkeys(self.staged.encodings))
        self.report.refusals += self.staged.refusals

    def _check_totals(self) -> None:
        """Compare the totals that the files state with their own rows; where they differ, both are told."""
        for number in sorted(self.staged.totals):
            table = self.found[number]
            lazy = pl.scan_parquet(table.source) if table.is_parquet else scan(table, self.mapping)
            records, aside = set_aside(lazy.collect(), table.layout)
            checked = check_totals(table, records, aside.filter(pl.col("_why") == "total"))
            self.report.control_totals += checked
            self.report.warnings += [{"code": "total_differs", **total} for total in checked if not total["agrees"]]

    def _check_published(self) -> None:
        """Recompute the changes that the files state; where one is wrong, both are told."""
        for number, table in enumerate(self.found if self.mapping.checks else ()):
            records, _ = set_aside(scan(table, self.mapping).collect(), table.layout)
            self.report.warnings += check_published(
                table, records, self.mapping.checks, periods_of(self.staged.parts, number)
            )

    def _judge(self, folder: Path) -> None:
        sheets = {table.file: table.sheet for table in self.found}
        relation = Relation(self.lake, self.mapping, folder, sheets)
        self._stack.callback(relation.close)
        with self._step("arrange"):
            at_odds = relation.contradictions(self.staged)
            self._repeated = relation.arrange(self.staged)
        self.report.refusals += at_odds
        self._check_periods(relation)
        with self._step("validate"):
            critical = relation.validate(self.report)
        self.report.rows_refused = self.staged.rows_bad + len(at_odds) + critical
        self.report.rows_repeated = self._repeated
        self._relation = relation

    def _check_periods(self, relation: Relation) -> None:
        """Compare the period that a title states with the days of the rows; where they differ, it is told."""
        for number, table in enumerate(self.found):
            outside = relation.outside(number, table.period) if table.period else None
            if outside and table.period:
                count, first, last = outside
                stated = {"stated_from": table.period[0].isoformat(), "stated_to": (table.period[1] - DAY).isoformat()}
                days = {"first": first.isoformat(), "last": last.isoformat()}
                told = {"code": "period_differs", "file": table.file, "sheet": table.sheet, "count": count}
                self.report.warnings.append(told | stated | days)

    def check(self) -> LoadReport:
        """What a commit would do, counted beside the lake: the dry run."""
        relation = self._relation
        if relation is None or self._is_refused(self.options.on_error):
            return self.report
        with self._errors():
            counts = self.preview = preview_batch(
                self.lake, relation.select, self.mapping.table.name, settings=self.lake.settings() | self._settings
            )
        self.report.status = "dry-run"
        self.report.data_version = counts.data_version
        self.report.rows_loaded = counts.rows_loaded
        self.report.rows_updated = counts.rows_updated
        self.report.rows_repeated = counts.rows_repeated + self._repeated
        return self.report

    def samples(self, count: int = 20) -> pl.DataFrame:
        """The first rows as the file has them and as they would be loaded, side by side; nothing personal in clear."""
        if self._plan is None or not self.found:
            return pl.DataFrame()
        return before_and_after(self.found[0], self._plan, count)

    def write_marked(self, folder: Path, language: str = "zh") -> list[Path]:
        """The refused rows as files of the same kind, each bad cell marked; one for each table that has some."""
        written = []
        for table in self.found:
            refusals = [r for r in self.report.refusals if (r.file, r.sheet) == (table.file, table.sheet) and r.row]
            if refusals:
                rows = raw_rows(table, sorted({refusal.row for refusal in refusals if refusal.row}))
                returned = Returned(
                    name=table.file,
                    sheet=table.sheet,
                    headings=table.columns,
                    rows=rows,
                    refusals=tuple(refusals),
                    encoding="utf-8-sig" if table.encoding in ("workbook", "utf-8") else table.encoding,
                    delimiter=table.delimiter or ",",
                )
                written.append(write_marked(returned, folder, language))
        return written

    def _is_refused(self, on_error: OnError | None) -> bool:
        refused = self.report.rows_refused
        return refused >= self.report.rows_read or (refused > 0 and (on_error or self.mapping.on_error) == "reject")

    def commit(self, on_error: OnError | None = None) -> LoadReport:
        """Write the rows in one commit: all of them, or with `quarantine` the good ones and the rest set aside.

        Raises:
            LakeError: the lake could not be written; nothing was changed.
        """
        relation = self._relation
        if relation is None or self._is_refused(on_error or self.options.on_error):
            return self.report
        refused = self.report.rows_refused
        with self._errors(), self._step("commit"):
            done = commit_batch(self.lake, relation.select, self._record(relation))
        self.report.status = "unchanged" if done.batch_id is None else "quarantined" if refused else "committed"
        self.report.batch_id = done.batch_id
        self.report.data_version = done.data_version
        self.report.rows_loaded = done.rows_loaded
        self.report.rows_updated = done.rows_updated
        self.report.rows_repeated = done.rows_repeated
        return self.report

    def _record(self, relation: Relation) -> BatchRecord:
        report = self.report
        return BatchRecord(
            table=self.mapping.table.name,
            file_names=tuple(report.files),
            sha256=self._sha256,
            mapping=self._mapping_id(),
            encoding=report.encoding,
            author=self.options.author or getpass.getuser(),
            rows_read=report.rows_read,
            rows_refused=report.rows_refused,
            rows_repeated_in_file=self._repeated,
            control_totals=report.control_totals,
            validation=report.validation,
            warnings=report.warnings,
            status="quarantined" if report.rows_refused else "committed",
            period=relation.period(),
            quarantined=[_quarantined(refusal) for refusal in report.refusals[:QUARANTINE_KEPT]],
            settings=self._settings,
            registrations=self._registrations,
        )


def _quarantined(refusal: Refusal) -> Quarantined:
    return Quarantined(refusal.file, refusal.sheet, refusal.row or 0, refusal.column, mask(refusal.value), refusal.code)
