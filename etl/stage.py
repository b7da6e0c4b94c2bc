"""Reads files into cleaned Parquet parts: the first half of a load. Nothing touches the lake here.

Batches of rows are cleaned by two workers while Polars reads on; each becomes one part file, in order.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from etl.clean import LISTED_LIMIT, Cleaned, Plan, clean
from etl.encoding import TextFile, as_utf8, second_guess
from etl.errors import FileRefused, Refusal
from etl.mapping import Mapping

BATCH_ROWS = 200_000
WORKERS = 2
Progress = Callable[[str, float], None]


@dataclass(slots=True)
class Staged:
    """Cleaned parts on disk, and what was found on the way."""

    parts: list[Path] = field(default_factory=list)
    rows_read: int = 0
    rows_bad: int = 0
    rows_blank: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    units: list[pl.DataFrame] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)

    def add(self, other: Staged) -> None:
        """Take in what was staged of one file."""
        self.parts += other.parts
        self.rows_read += other.rows_read
        self.rows_bad += other.rows_bad
        self.rows_blank += other.rows_blank
        self.refusals += other.refusals[: max(LISTED_LIMIT - len(self.refusals), 0)]
        self.units += other.units


def checksum(paths: Sequence[Path]) -> str:
    """SHA-256 over the files' SHA-256, so that the same files in the same order are known again."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def scan(file: TextFile, mapping: Mapping, name: str) -> pl.LazyFrame:
    """A lazy frame of text columns and `_row`, with tidy headers.

    Raises:
        FileRefused: no rows, a column is missing, or the file is malformed.
    """
    lazy = pl.scan_csv(
        file.path,
        separator=mapping.delimiter,
        infer_schema=False,
        row_index_name="_row",
        encoding="utf8",
    )
    try:
        header = lazy.collect_schema().names()
    except pl.exceptions.NoDataError as error:
        raise FileRefused(Refusal(name, "empty_file")) from error
    except pl.exceptions.PolarsError as error:
        raise FileRefused(Refusal(name, "malformed", detail=str(error).splitlines()[0])) from error
    tidy = {column: column.replace("\ufeff", "").replace("\u200b", "").strip() for column in header}
    lazy = lazy.rename({old: new for old, new in tidy.items() if old != new})
    missing = missing_columns(mapping, list(tidy.values()))
    if missing:
        there = ", ".join(value for value in tidy.values() if value != "_row")
        detail = f"missing: {', '.join(missing)}; the file has: {there[:300]}"
        raise FileRefused(Refusal(name, "missing_column", column=missing[0], detail=detail))
    wanted = [column for column in mapping.columns if column in tidy.values()]
    return lazy.select("_row", *wanted)


def missing_columns(mapping: Mapping, header: list[str]) -> list[str]:
    """Columns that the mapping needs and a file lacks; `plain` needs only those of required fields."""
    if mapping.name != "plain":
        return [column for column in mapping.columns if column not in header]
    required = [column.source_name for column in mapping.table.columns if column.required and not column.derived]
    return [column for column in required if column not in header]


def stage(paths: Sequence[Path], plan: Plan, folder: Path, progress: Progress | None = None) -> Staged:
    """Clean all files into Parquet parts in `folder`.

    Raises:
        FileRefused: a whole file cannot be read.
    """
    staged = Staged()
    total = sum(path.stat().st_size for path in paths if path.is_file()) or 1
    done = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for number, path in enumerate(paths):
            _one_file(pool, path, number, plan, folder, staged)
            done += path.stat().st_size
            if progress:
                progress("read", done / total)
    return staged


def _one_file(pool: ThreadPoolExecutor, path: Path, number: int, plan: Plan, folder: Path, staged: Staged) -> None:
    """Stage one file; one that begins like UTF-8 and turns out not to be is read as GB18030 throughout."""
    file = as_utf8(path, folder, plan.mapping.encoding)
    first = len(staged.parts)
    try:
        found = _stage_file(pool, file, path.name, number, plan, folder, first)
    except FileRefused as refused:
        if refused.refusal.code != "bad_encoding" or file.is_copy or plan.mapping.encoding:
            raise
        file = as_utf8(path, folder, second_guess(path))
        found = _stage_file(pool, file, path.name, number, plan, folder, first)
    if found.rows_read == 0:
        raise FileRefused(Refusal(path.name, "empty_file"))
    staged.add(found)
    staged.encodings.append(file.encoding)
    if file.is_copy:
        file.path.unlink()


def _batches(lazy: pl.LazyFrame, name: str) -> Iterator[pl.DataFrame]:
    try:
        yield from lazy.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
    except pl.exceptions.PolarsError as error:
        text = str(error).splitlines()[0]
        code = "bad_encoding" if "utf-8" in text.lower() or "utf8" in text.lower() else "malformed"
        raise FileRefused(Refusal(name, code, detail=text[:200])) from error


def _without_blank(batch: pl.DataFrame) -> pl.DataFrame:
    """Spacer rows left out: every cell that the mapping reads is empty."""
    cells = [column for column in batch.columns if column != "_row"]
    if any(batch[column].null_count() == 0 for column in cells):
        return batch
    return batch.filter(pl.any_horizontal(pl.col(cells).is_not_null()))


def _stage_file(
    pool: ThreadPoolExecutor, file: TextFile, name: str, number: int, plan: Plan, folder: Path, first: int
) -> Staged:
    """Clean one file into parts numbered from `first`; no worker is left at work when it raises."""
    plan = replace(plan, has_lost_letters=file.has_lost_letters)
    waiting: deque[Future[Cleaned]] = deque()
    staged = Staged()

    def work(batch: pl.DataFrame, target: Path) -> Cleaned:
        cleaned = clean(batch, plan, name, number)
        cleaned.frame.write_parquet(target, compression="uncompressed", statistics=False, row_group_size=BATCH_ROWS)
        return cleaned

    try:
        for rows in _batches(scan(file, plan.mapping, name), name):
            batch = _without_blank(rows)
            target = folder / f"part-{first + len(staged.parts):06d}.parquet"
            staged.parts.append(target)
            staged.rows_read += batch.height
            staged.rows_blank += rows.height - batch.height
            waiting.append(pool.submit(work, batch, target))
            while len(waiting) > WORKERS:
                _take(waiting.popleft().result(), staged)
        while waiting:
            _take(waiting.popleft().result(), staged)
    finally:
        wait(waiting)
    return staged


def _take(cleaned: Cleaned, staged: Staged) -> None:
    staged.rows_bad += int(cleaned.frame["_bad"].sum())
    staged.refusals.extend(cleaned.refusals[: max(LISTED_LIMIT - len(staged.refusals), 0)])
    if cleaned.units is not None and cleaned.units.height:
        staged.units.append(cleaned.units)
