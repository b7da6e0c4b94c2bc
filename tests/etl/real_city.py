"""What the tests of the three real cities share: loading one, and reading its files in plain Python beside it."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from etl import LoadReport, Options, load_files
from warehouse import Lake, open_lake

SECRET = "0f" * 32


def load_city(folder: Path, files: Sequence[Path], mapping: str) -> tuple[Lake, LoadReport]:
    """A new lake in `folder` with all files of a city, under a secret of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JICENG_KEY", SECRET)
        lake = open_lake(folder, create=True)
        return lake, load_files(lake, "alert", files, mapping, Options(author="tester"))


def raw_rows(files: Sequence[Path]) -> Iterator[dict[str, str]]:
    """Every row of the files as the csv module reads it, stripped, with `file` and `row` (the header is row 1)."""
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), start=2):
                yield {"file": file.name, "row": str(number)} | {key: (cell or "").strip() for key, cell in row.items()}
