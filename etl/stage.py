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
from typing import Protocol

import polars as pl

from etl.clean import clean
from etl.encoding import second_guess
from etl.errors import FileRefused, Refusal
from etl.mapping import Mapping
from etl.plan import LISTED_LIMIT, Cleaned, Plan
from etl.reading import Choice, FoundTable, read_files, set_aside
from etl.reading.aside import LABEL_COLUMNS
from etl.reading.words import squeezed
from etl.sections import first_section, name_sections
from etl.unpivot import for_table, unpivot

BATCH_ROWS = 200_000
WORKERS = 2


class Progress(Protocol):
    """Is told how far a load is: the step, the share of it that is done, and the rows read where they are counted."""

    def __call__(self, step: str, share: float, rows: int = 0) -> None:
        """Take note."""


@dataclass(slots=True)
class Staged:
    """Cleaned parts on disk, and what was found on the way."""

    parts: list[Path] = field(default_factory=list)
    lines_read: int = 0
    rows_read: int = 0
    rows_bad: int = 0
    hidden: int = 0
    fell_back: int = 0
    no_rates: dict[str, list[str]] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    totals: dict[int, pl.DataFrame] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    units: list[pl.DataFrame] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)

    def add(self, other: Staged) -> None:
        """Take in what was staged of one file."""
        self.parts += other.parts
        self.lines_read += other.lines_read
        self.rows_read += other.rows_read
        self.rows_bad += other.rows_bad
        self.hidden += other.hidden
        self.fell_back += other.fell_back
        self.note_no_rates(other.no_rates)
        for why, count in other.aside.items():
            self.aside[why] = self.aside.get(why, 0) + count
        self.totals |= other.totals
        self.refusals += other.refusals[: max(LISTED_LIMIT - len(self.refusals), 0)]
        self.units += other.units

    def note_no_rates(self, found: dict[str, list[str]]) -> None:
        """Keep the cells that state a change and no rate, by their column."""
        for column, cells in found.items():
            self.no_rates.setdefault(column, []).extend(cells)

    def set_aside(self, number: int, rows: pl.DataFrame) -> None:
        """Count rows that are no records, and keep the totals among them (by the number of their table)."""
        if rows.is_empty():
            return
        for why, count in rows["_why"].value_counts().iter_rows():
            self.aside[why] = self.aside.get(why, 0) + count
        totals = rows.filter(pl.col("_why") == "total")
        if totals.height:
            self.totals[number] = pl.concat([self.totals[number], totals]) if number in self.totals else totals


def checksum(paths: Sequence[Path]) -> str:
    """SHA-256 over the files' SHA-256, so that the same files in the same order are known again."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def scan(found: FoundTable, mapping: Mapping) -> pl.LazyFrame:
    """A lazy frame of `_row`, the columns that the mapping reads, and those that may hold the word for a total.

    Raises:
        FileRefused: a column is missing, or the file is malformed.
    """
    missing = missing_columns(mapping, list(found.columns))
    if missing:
        detail = f"missing: {', '.join(missing)}; the file has: {', '.join(found.columns)[:300]}"
        raise FileRefused(Refusal(found.file, "missing_column", column=missing[0], sheet=found.sheet, detail=detail))
    named = {column: _as_mapped(column, mapping) for column in found.columns}
    wanted = [name for at, name in enumerate(named.values()) if name in mapping.columns or at < LABEL_COLUMNS]
    if found.is_parquet:
        return pl.scan_parquet(found.source).rename(named).select("_row", *wanted)
    lazy = pl.scan_csv(
        found.source,
        separator=found.delimiter or ",",
        infer_schema=False,
        row_index_name="_row",
        row_index_offset=found.header_row + 1,
        encoding="utf8",
    )
    try:
        header = lazy.collect_schema().names()[1:]
    except pl.exceptions.PolarsError as error:
        raise FileRefused(Refusal(found.file, "malformed", detail=str(error).splitlines()[0])) from error
    return lazy.rename(dict(zip(header, named.values(), strict=True))).select("_row", *wanted)


def _as_mapped(column: str, mapping: Mapping) -> str:
    """The name under which the mapping knows a column; white space and width make no other column."""
    if column in mapping.columns:
        return column
    return next((name for name in mapping.columns if squeezed(name) == squeezed(column)), column)


def missing_columns(mapping: Mapping, header: list[str]) -> list[str]:
    """Columns that the mapping needs and a file lacks; `plain` needs only those of required fields."""
    there = {squeezed(column) for column in header}
    if mapping.name != "plain":
        return [column for column in mapping.columns if squeezed(column) not in there]
    required = [column.source_name for column in mapping.table.columns if column.required and not column.derived]
    return [column for column in required if squeezed(column) not in there]


def stage(found: Sequence[FoundTable], plan: Plan, folder: Path, progress: Progress | None = None) -> Staged:
    """Clean all tables into Parquet parts in `folder`.

    Raises:
        FileRefused: a whole file cannot be read.
    """
    staged = Staged()
    total = sum(table.source.stat().st_size for table in found) or 1
    done = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for number, table in enumerate(found):
            size = table.source.stat().st_size

            def tell(share: float, rows: int = 0, before: int = done, size: int = size) -> None:
                if progress:
                    progress("read", min((before + share * size) / total, 1.0), staged.lines_read + rows)

            _one_table(pool, table, number, plan, folder, staged, tell)
            done += size
            tell(1.0)
    return staged


def _one_table(
    pool: ThreadPoolExecutor,
    found: FoundTable,
    number: int,
    plan: Plan,
    folder: Path,
    staged: Staged,
    tell: Callable[..., None],
) -> None:
    """Stage one table; a file that begins like UTF-8 and turns out not to be is read as GB18030 throughout."""
    first = len(staged.parts)
    try:
        done = _stage_table(pool, found, number, plan, folder, first, tell)
    except FileRefused as refused:
        if refused.refusal.code != "bad_encoding" or found.is_parquet or found.encoding != "utf-8":
            raise
        choice = Choice(second_guess(found.source), found.delimiter)
        (found,) = read_files([found.source], folder, choice)
        done = _stage_table(pool, found, number, plan, folder, first, tell)
    if done.lines_read == 0:
        raise FileRefused(Refusal(found.file, "empty_file", sheet=found.sheet))
    staged.add(done)
    staged.encodings.append(found.encoding)


def _batches(lazy: pl.LazyFrame, name: str) -> Iterator[pl.DataFrame]:
    try:
        yield from lazy.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
    except pl.exceptions.PolarsError as error:
        text = str(error).splitlines()[0]
        code = "bad_encoding" if "utf-8" in text.lower() or "utf8" in text.lower() else "malformed"
        raise FileRefused(Refusal(name, code, detail=text[:200])) from error


def _stage_table(
    pool: ThreadPoolExecutor,
    found: FoundTable,
    number: int,
    plan: Plan,
    folder: Path,
    first: int,
    tell: Callable[..., None],
) -> Staged:
    """Clean one table into parts numbered from `first`; no worker is left at work when it raises."""
    plan = replace(
        plan,
        mapping=for_table(plan.mapping, found),
        has_lost_letters=found.has_lost_letters,
        sheet=found.sheet,
        first_row=found.header_row + found.header_rows,
        date_system=found.date_system,
        period=found.period,
    )
    waiting: deque[Future[Cleaned]] = deque()
    staged = Staged()
    lines = _about_rows(found)
    section = first_section(found, plan.mapping)

    def work(batch: pl.DataFrame, target: Path) -> Cleaned:
        cleaned = clean(unpivot(batch, plan.mapping), plan, found.file, number)
        cleaned.frame.write_parquet(target, compression="uncompressed", statistics=False, row_group_size=BATCH_ROWS)
        return cleaned

    try:
        for rows in _batches(scan(found, plan.mapping), found.file):
            rows, titles, section = name_sections(rows, plan.mapping, section)
            staged.set_aside(number, titles)
            batch, aside = set_aside(rows, found.layout)
            staged.set_aside(number, aside)
            target = folder / f"part-{first + len(staged.parts):06d}.parquet"
            staged.parts.append(target)
            staged.lines_read += batch.height
            waiting.append(pool.submit(work, batch, target))
            tell(min(staged.lines_read / lines, 1.0), staged.lines_read)
            while len(waiting) > WORKERS:
                _take(waiting.popleft().result(), staged)
        while waiting:
            _take(waiting.popleft().result(), staged)
    finally:
        wait(waiting)
    return staged


def _about_rows(found: FoundTable) -> int:
    """About how many rows a table has, for the progress: by the length of its first ones."""
    if found.is_parquet:
        return max(int(pl.scan_parquet(found.source).select(pl.len()).collect().item()), 1)
    length = sum(len(cell.encode()) + 1 for _, cells in found.preview for cell in cells) / max(len(found.preview), 1)
    return max(int(found.source.stat().st_size / max(length, 1.0)), 1)


def _take(cleaned: Cleaned, staged: Staged) -> None:
    staged.hidden += cleaned.hidden
    staged.fell_back += cleaned.fell_back
    staged.note_no_rates(cleaned.no_rates)
    staged.rows_read += cleaned.frame.height
    staged.rows_bad += int(cleaned.frame["_bad"].sum())
    staged.refusals.extend(cleaned.refusals[: max(LISTED_LIMIT - len(staged.refusals), 0)])
    if cleaned.units is not None and cleaned.units.height:
        staged.units.append(cleaned.units)
