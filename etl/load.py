"""Loads files into a table: read, clean, judge, commit. All or nothing.

The command line and the pages take the same path: `prepare.Prepared` does everything up to the decision, and its
`commit` writes facts, marts and batch in one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.prepare import Options, Prepared
from etl.reading import Choice
from etl.report import LoadReport
from etl.sayings import chosen_language
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
    choice: Choice | None = None,
    marked: Path | None = None,
) -> LoadReport:
    """Load files into a table; the report says what happened to every row.

    With `marked`, the refused rows are written into that folder as files of the same kind, the bad cells marked.

    Raises:
        UsageError: no such table or mapping.
        LakeError: the lake could not be written; nothing was changed.
    """
    chosen = options or Options()
    with Prepared(lake, table, files, mapping, chosen, progress, choice) as prepared:
        if marked is not None:
            marked.mkdir(parents=True, exist_ok=True)
            prepared.write_marked(marked, chosen_language())
        return prepared.check() if chosen.dry_run else prepared.commit()
