"""The workbook of the second language, written by a process of its own while this one writes the first.

Writing cells is Python's own work, which two threads of one process do not share. The process is started before the
figures are counted, so that it has loaded what it needs when they are there. If it cannot be had, nothing is lost: the
workbook is written here afterwards. Both ways give the same bytes.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from exports.report.model import Picture, Report, Section
from exports.report.workbook import workbook
from exports.weeks import Week

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300


@dataclass(frozen=True)
class Beside:
    """A process that waits for one workbook."""

    process: "subprocess.Popen[bytes] | None"

    def workbooks(self, reports: list[Report], table: pl.DataFrame, week: Week) -> list[bytes]:
        """Return the workbook of each of at most two reports, in their order."""
        if self.process is None or len(reports) < 2:
            return [workbook(one, table, week) for one in reports]
        asked = pickle.dumps((without_pictures(reports[1]), table, week))
        with ThreadPoolExecutor(1) as waiting:
            answer = waiting.submit(_answer, self.process, asked)
            first = workbook(reports[0], table, week)
        return [first, answer.result() or workbook(reports[1], table, week)]


@contextmanager
def all_kept() -> Iterator[None]:
    """Look for nothing to throw away meanwhile: a package makes millions of cells that all live until its end.

    Python's search for rings of objects takes a fifth of the time and would find none.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def beside(*, wanted: bool) -> Iterator[Beside]:
    """Start the process where it is wanted, and see that it ends."""
    process = _started() if wanted else None
    try:
        yield Beside(process)
    finally:
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def _answer(process: "subprocess.Popen[bytes]", asked: bytes) -> bytes:
    """Return what the process made, nothing where it failed."""
    try:
        made, _ = process.communicate(asked, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return made if process.returncode == 0 else b""


def _started() -> "subprocess.Popen[bytes] | None":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "exports.report.beside"]
    pipe: Any = subprocess.PIPE
    try:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def without_pictures(report: Report) -> Report:
    """Return a report without its charts, which a workbook does not hold: Excel draws its own."""
    return replace(report, sections=tuple(_bare(section) for section in report.sections))


def _bare(section: Section) -> Section:
    blocks = tuple(block for block in section.blocks if not isinstance(block, Picture))
    return replace(section, blocks=blocks, parts=tuple(_bare(part) for part in section.parts))


def main() -> None:
    """Read what a workbook is made of, and write the workbook."""
    with all_kept():
        report, table, week = pickle.load(sys.stdin.buffer)
        sys.stdout.buffer.write(workbook(report, table, week))


if __name__ == "__main__":
    main()
