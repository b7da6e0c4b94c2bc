"""What child processes of these tests do. Each stops at a gate that its parent can see, or runs through."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

import warehouse
from etl import Options, load_files
from warehouse import Lake

PATIENCE = 60.0


def wait_for(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Look until a condition holds; a test that waits in vain says for what."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.005)


class Gate:
    """A place in a child's work: the child says that it is there and waits to be let through, or killed."""

    def __init__(self, folder: Path) -> None:
        self.reached = folder / "reached"
        self.opened = folder / "opened"

    def stop(self) -> None:
        self.reached.touch()
        wait_for(self.opened.exists, "the parent")

    def open(self) -> None:
        self.opened.touch()


class Watched:
    """A cursor that stops at a gate after the first statement that begins with some words."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, beginning: str, gate: Gate) -> None:
        self._cursor, self._beginning, self._gate = cursor, beginning, gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, *arguments: Any) -> duckdb.DuckDBPyConnection:
        done = self._cursor.execute(sql, *arguments)
        if sql.lstrip().startswith(self._beginning) and not self._gate.reached.exists():
            self._gate.stop()
        return done


def load(folder: Path, file: Path, moment: str, gates: Path) -> None:
    """Load a file of alerts, and stop at a moment: `read`, `facts`, `before commit`, or nowhere."""
    gate, lake = Gate(gates), warehouse.open_lake(folder)
    original = Lake.commit

    def commit(self: Lake, work: Callable[[Any], Any], **options: Any) -> Any:
        def stopping(cursor: duckdb.DuckDBPyConnection) -> Any:
            if moment == "facts":
                return work(Watched(cursor, 'INSERT INTO lake."alert"', gate))
            done = work(cursor)
            if moment == "before commit":
                gate.stop()
            elif moment == "commit":
                gate.reached.touch()
            return done

        return original(self, stopping, **options)

    def progress(step: str, share: float, rows: int = 0) -> None:
        if moment == "read" and step == "read" and share == 1.0:
            gate.stop()

    Lake.commit = commit  # type: ignore[method-assign]
    report = load_files(lake, "alert", [file], options=Options(author="child"), progress=progress)
    (gates / "status").write_text(report.status)


def hold_the_lock(folder: Path, gates: Path) -> None:
    """Hold the writer's lock until the gate is opened."""
    with warehouse.open_lake(folder).writer_lock():
        Gate(gates).stop()


def load_when_told(folder: Path, files: list[Path], gates: Path) -> None:
    """Load several files one after the other."""
    lake = warehouse.open_lake(folder)
    Gate(gates).stop()
    for file in files:
        assert load_files(lake, "alert", [file], options=Options(author="child")).status == "committed"


def lock_the_catalogue(catalogue: Path, gates: Path) -> None:
    """Hold SQLite's own lock until the gate is opened, as a program does that knows nothing of ours."""
    with closing(sqlite3.connect(catalogue, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        Gate(gates).stop()


def read_figures(location: str, files: Path, versions: list[int | None], gates: Path) -> None:
    """Count the alerts at some versions and write the counts down.

    The folder of the files is handed over: a child has the environment that the fork server was started with.
    """
    os.environ["JICENG_LAKE_FILES"] = str(files)
    lake = warehouse.open_lake(location)
    counted = [
        lake.frame("SELECT count(*) FROM lake.alert AT (VERSION => $version)", {"version": lake.require_version(at)})
        for at in versions
    ]
    (gates / "figures").write_text(str([frame.item() for frame in counted]))


def kill(process: Any) -> None:
    """Kill -9, and wait until it is gone."""
    process.kill()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
