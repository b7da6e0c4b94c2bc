"""Runs calamine in a process of its own, so that a workbook that breaks it cannot end the one that serves everybody.

Calamine trusts numbers in the file when it sets memory aside: one wrong count aborts the process, and nothing can catch
that. Here the abort ends the child, and the parent refuses the file. The child is this module run as a script: it needs
nothing but calamine, starts in some fifty milliseconds, and hands over rows in pieces.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

MEMORY_BYTES = 6 << 30
CPU_SECONDS = 600
ROWS = 2_000
Cell = tuple[int, int]


class Broken(Exception):
    """The workbook cannot be read; `kind` is the name of calamine's error, or `died`."""

    def __init__(self, kind: str, words: str) -> None:
        """Keep both."""
        self.kind, self.words = kind, words
        super().__init__(f"{kind}: {words}")


class Book:
    """A workbook that a child holds open. `sheets`: name, whether it is a work sheet, whether it is visible."""

    def __init__(self, path: Path) -> None:
        """Start the child.

        Raises:
            Broken: calamine cannot open the workbook.
        """
        self._child = subprocess.Popen(
            [sys.executable, "-I", __file__, os.fspath(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.sheets: list[tuple[str, bool, bool]] = self._take()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Nothing to do: the child is there."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child."""
        self.close()

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def open(self, sheet: str) -> tuple[Cell | None, list[tuple[Cell, Cell]], Iterator[list[Any]]]:
        """First cell that is filled (row and column from 0), merged ranges, and the rows from row 1 on.

        Rows begin at the column of the first filled cell. What was opened before must have been read to its end.
        """
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):
            self._child.stdin.write(json.dumps(sheet).encode() + b"\n")
            self._child.stdin.flush()
        start, merges = self._take()
        return start, merges, self._rows()

    def _rows(self) -> Iterator[list[Any]]:
        while piece := self._take():
            yield from piece

    def _take(self) -> Any:  # noqa: ANN401 - what the child sends
        assert self._child.stdout is not None
        try:
            done, content = pickle.load(self._child.stdout)
        except (EOFError, pickle.UnpicklingError, ValueError) as error:
            raise Broken("died", "the reader gave up") from error
        if not done:
            raise Broken(*content)
        return content


def _serve(path: str, asked: BinaryIO, out: BinaryIO) -> None:
    """The child: names of the sheets, then the rows of each sheet that is asked for."""
    import python_calamine as calamine

    def send(content: object) -> None:
        pickle.dump((True, content), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    book = calamine.CalamineWorkbook.from_path(path)
    work, visible = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    send([(sheet.name, sheet.typ == work, sheet.visible == visible) for sheet in book.sheets_metadata])
    for line in asked:
        sheet = book.get_sheet_by_name(json.loads(line))
        send((sheet.start, list(sheet.merged_cell_ranges or ())))
        rows = sheet.iter_rows()
        while piece := list(islice(rows, ROWS)):
            send(piece)
        send([])


def _main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    try:
        _serve(sys.argv[1], sys.stdin.buffer, out)
    except BaseException as error:  # a panic of Rust is no Exception
        pickle.dump((False, (type(error).__name__, str(error)[:200])), out)
        out.flush()


if __name__ == "__main__":
    _main()
