"""Loads files into a table: read, clean, judge, commit. All or nothing.

The command line and the pages take the same path: `prepare.Prepared` does everything up to the decision, and its
`commit` writes facts, marts and batch in one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.prepare import Options, Prepared
from etl.report import LoadReport
from etl.stage import Progress
from warehouse import Lake

__all__ = ["Options", "load_files"]


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
    with Prepared(lake, table, files, mapping, chosen, progress) as prepared:
        return prepared.check() if chosen.dry_run else prepared.commit()
