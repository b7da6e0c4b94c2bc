"""Loads files into a table: stage, drop repeats within the files, validate, commit. All or nothing.

The steps, each with its own module: `stage` reads and cleans into Parquet parts; here the parts become one relation
with one row a key; `validate` lets Great Expectations decide over it; `warehouse.commit_batch` writes facts, marts and
batch in one commit. A load under another secret than the lake's is refused before anything is read.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from etl import keys
from etl.clean import LISTED_LIMIT, Plan, service_keys
from etl.encoding import known_name, require_readable
from etl.errors import FileRefused, Refusal, mask
from etl.lookups import read_lookups
from etl.mapping import Mapping, OnError, load_mapping
from etl.register import registrations
from etl.report import LoadReport
from etl.scratch import workplace
from etl.stage import Progress, Staged, checksum, stage
from warehouse import BatchRecord, Lake, Quarantined, WrongKey, commit_batch, find_loaded, from_duckdb, preview_batch

QUARANTINE_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Options:
    """How to load. `on_error` None leaves the choice to the mapping."""

    on_error: OnError | None = None
    author: str | None = None
    encoding: str | None = None
    dry_run: bool = False


def load_files(
    lake: Lake,
    table: str,
    files: Sequence[str | Path],
    mapping: str = "plain",
    options: Options | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load files into a table; the report says what happened to every row.

    Raises:
        UsageError: no such table or mapping.
        LakeError: the lake could not be written; nothing was changed.
    """
    chosen = options or Options()
    rules = load_mapping(mapping, table)
    if chosen.encoding:
        rules = replace(rules, encoding=known_name(chosen.encoding))
    paths = [Path(file) for file in files]
    report = LoadReport("refused", table, [path.name for path in paths], mapping=rules.name)
    try:
        with workplace(lake) as folder:
            _Load(lake, rules, paths, chosen, report, folder, progress).run()
    except FileRefused as refused:
        report.refusals.append(refused.refusal)
    except duckdb.Error as error:
        raise from_duckdb(error) from error
    except OSError as error:
        raise from_duckdb(error) from error
    return report


class _Load:
    """One load on its way through the steps."""

    def __init__(
        self,
        lake: Lake,
        mapping: Mapping,
        paths: list[Path],
        options: Options,
        report: LoadReport,
        folder: Path,
        progress: Progress | None,
    ) -> None:
        self.lake = lake
        self.mapping = mapping
        self.paths = paths
        self.options = options
        self.report = report
        self.folder = folder
        self.progress = progress or (lambda _step, _share: None)
        self.on_error = options.on_error or mapping.on_error
        self.author = options.author or getpass.getuser()
        self.relation = f"stage_{mapping.table.name}_{uuid4().hex[:12]}"
        self.settings: dict[str, str] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step and say that it began."""
        self.progress(name, 0.0)
        started = time.perf_counter()
        try:
            yield
        finally:
            self.report.seconds[name] = time.perf_counter() - started

    def run(self) -> None:
        """All steps; the report is filled on the way."""
        secret = self._secret()
        for path in self.paths:
            require_readable(path)
        with ThreadPoolExecutor(1) as pool:
            digest: Future[str] = pool.submit(checksum, self.paths)
            if sum(path.stat().st_size for path in self.paths) < 1 << 26 and self._loaded_before(digest.result()):
                return
            with self.step("read"):
                staged = self._stage(secret)
            sha256 = digest.result()
        if self._loaded_before(sha256):
            return
        cursor = self.lake.cursor()
        try:
            self._decide(cursor, staged, sha256)
        finally:
            cursor.execute(f"DROP VIEW IF EXISTS memory.main.{self.relation}_good")
            cursor.execute(f"DROP VIEW IF EXISTS memory.main.{self.relation}")
            cursor.close()

    def _secret(self) -> bytes:
        secret = keys.load_secret()
        found, known = keys.fingerprint(secret), self.lake.settings().get("key_fingerprint", "")
        if known and found != known:
            raise WrongKey(f"fingerprint {found}, the warehouse has {known}")
        if not known:
            self.settings["key_fingerprint"] = found
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

    def _stage(self, secret: bytes) -> Staged:
        current = self.lake.settings()
        first = not self._has_batches()
        if first:
            self.settings |= dict(self.mapping.settings)
        zone = (current | self.settings)["time_zone"]
        lookups = read_lookups(self.lake, self.mapping.categories)
        plan = Plan(self.mapping, lookups, zone, secret, service_keys(self.mapping, secret))
        staged = stage(self.paths, plan, self.folder, self.progress)
        self.registrations, warnings = registrations(self.mapping, staged, lookups)
        if staged.rows_blank:
            warnings.append({"code": "blank_rows", "count": staged.rows_blank})
        self.report.warnings += warnings
        self.report.rows_read = staged.rows_read
        self.report.encoding = ", ".join(dict.fromkeys(staged.encodings))
        self.report.refusals += staged.refusals
        return staged

    def _has_batches(self) -> bool:
        return bool(self.lake.frame("SELECT count(*) FROM lake.batch WHERE status <> 'undone'").item())

    def _decide(self, cursor: duckdb.DuckDBPyConnection, staged: Staged, sha256: str) -> None:
        with self.step("arrange"):
            repeated = self._arrange(cursor, staged)
        with self.step("validate"):
            critical = self._validate(cursor)
        refused = staged.rows_bad + critical
        self.report.rows_refused = refused
        self.report.rows_repeated = repeated
        if refused and (self.on_error == "reject" or refused >= staged.rows_read):
            return
        if self.options.dry_run:
            self._preview(cursor, repeated)
            return
        with self.step("commit"):
            self._commit(cursor, sha256, repeated)

    def _arrange(self, cursor: duckdb.DuckDBPyConnection, staged: Staged) -> int:
        """Make the relation: of the rows that may be loaded one a key; give the number that a newer one replaces.

        Every row is judged by itself: one that the expectations refuse replaces none, and stays in to be named.
        """
        from etl.validate import critical_condition

        parts = ", ".join("'" + str(path).replace("'", "''") + "'" for path in staged.parts)
        good = f"SELECT * EXCLUDE (_bad) FROM read_parquet([{parts}]) WHERE NOT _bad"
        table = self.mapping.table
        key = ", ".join(f'"{name}"' for name in table.key)
        found = cursor.execute(f"SELECT count(*), count(DISTINCT hash({key})) FROM ({good})").fetchone()
        repeated = 0
        if found and found[0] != found[1]:
            order = ", ".join([f'"{name}" DESC NULLS LAST' for name in table.newest_by] + ["_part DESC", "_row DESC"])
            cursor.execute(
                f"""CREATE OR REPLACE TEMP TABLE loser AS SELECT _part, _row FROM ({good})
                WHERE NOT {critical_condition(table.name, now=self.lake.now())}
                QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) > 1"""
            )
            losers = self.folder / "losers.parquet"
            cursor.execute(f"COPY loser TO '{losers}' (FORMAT parquet)")
            row = cursor.execute("SELECT count(*) FROM loser").fetchone()
            repeated = int(row[0]) if row else 0
            good = f"SELECT * FROM ({good}) ANTI JOIN read_parquet('{losers}') USING (_part, _row)"
        cursor.execute(f"CREATE OR REPLACE VIEW memory.main.{self.relation} AS {good}")
        return repeated

    def _validate(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Let Great Expectations decide; give the number of rows that fail a critical expectation."""
        from etl.validate import critical_condition, refused_rows, validate

        name, now = self.mapping.table.name, self.lake.now()
        validation = validate(cursor, self.relation, name, now=now)
        self.report.validation = validation.to_json()
        self.report.warnings += [
            {"code": "expectation", "name": outcome.name, "severity": outcome.severity, "column": outcome.column,
             "unexpected": outcome.unexpected, "evaluated": outcome.evaluated}
            for outcome in validation.outcomes
            if not outcome.success and outcome.severity != "critical"
        ]  # fmt: skip
        if validation.success_of_critical:
            return 0
        for row in refused_rows(cursor, self.relation, name, now=now, limit=LISTED_LIMIT):
            self.report.refusals.append(self._refusal(row))
        condition = critical_condition(name, self.relation, now=now)
        failing = cursor.execute(f"SELECT count(*) FROM memory.main.{self.relation} WHERE {condition}").fetchone()
        cursor.execute(
            f"CREATE OR REPLACE VIEW memory.main.{self.relation}_good AS "
            f"SELECT * FROM memory.main.{self.relation} WHERE NOT {condition}"
        )
        return int(failing[0]) if failing else 0

    def _refusal(self, row: dict[str, Any]) -> Refusal:
        rule = self.mapping.rule(str(row["column"]))
        named = " + ".join(rule.columns) if rule and rule.columns else row["column"]
        value = None if row["value"] is None else str(row["value"])
        return Refusal(str(row["file_name"]), str(row["code"]), int(row["row_number"]), named, value)

    def _commit(self, cursor: duckdb.DuckDBPyConnection, sha256: str, repeated: int) -> None:
        refused = self.report.rows_refused
        relation = f"{self.relation}_good" if self._has_view(cursor, f"{self.relation}_good") else self.relation
        batch = BatchRecord(
            table=self.mapping.table.name,
            file_names=tuple(self.report.files),
            sha256=sha256,
            mapping=self._mapping_id(),
            encoding=self.report.encoding,
            author=self.author,
            rows_read=self.report.rows_read,
            rows_refused=refused,
            rows_repeated_in_file=repeated,
            control_totals=self.report.control_totals,
            validation=self.report.validation,
            warnings=self.report.warnings,
            status="quarantined" if refused else "committed",
            period=self._period(cursor, relation),
            quarantined=[_quarantined(refusal) for refusal in self.report.refusals[:QUARANTINE_KEPT]],
            settings=self.settings,
            registrations=self.registrations,
        )
        try:
            done = commit_batch(self.lake, f"SELECT * FROM memory.main.{relation}", batch)
        finally:
            cursor.execute(f"DROP VIEW IF EXISTS memory.main.{self.relation}_good")
        self.report.status = "unchanged" if done.batch_id is None else "quarantined" if refused else "committed"
        self.report.batch_id = done.batch_id
        self.report.data_version = done.data_version
        self.report.rows_loaded = done.rows_loaded
        self.report.rows_updated = done.rows_updated
        self.report.rows_repeated = done.rows_repeated

    def _preview(self, cursor: duckdb.DuckDBPyConnection, repeated: int) -> None:
        relation = f"{self.relation}_good" if self._has_view(cursor, f"{self.relation}_good") else self.relation
        counts = preview_batch(self.lake, f"SELECT * FROM memory.main.{relation}", self.mapping.table.name)
        self.report.status = "dry-run"
        self.report.data_version = counts.data_version
        self.report.rows_loaded = counts.rows_loaded
        self.report.rows_updated = counts.rows_updated
        self.report.rows_repeated = counts.rows_repeated + repeated

    @staticmethod
    def _has_view(cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
        row = cursor.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = ?", [name]).fetchone()
        return bool(row and row[0])

    def _period(self, cursor: duckdb.DuckDBPyConnection, relation: str) -> tuple[date, date] | None:
        column = {"alert": "reported_at", "case": "reported_at", "training_result": "held_on", "staff": "as_of",
                  "population": "as_of", "indicator_return": "period_start"}.get(self.mapping.table.name)  # fmt: skip
        if column is None:
            return None
        row = cursor.execute(
            f"SELECT min({column})::DATE, max({column})::DATE + 1 FROM memory.main.{relation}"
        ).fetchone()
        return (row[0], row[1]) if row and row[0] else None


def _quarantined(refusal: Refusal) -> Quarantined:
    return Quarantined(refusal.file, refusal.sheet, refusal.row or 0, refusal.column, mask(refusal.value), refusal.code)
