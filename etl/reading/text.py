"""Text files: delimiter, records, and whether the plain fast path will do.

A plain file (its header on the first line, every record as wide) goes to Polars as it is. Any other is read record by
record, so that titles, ragged lines and old Mac line ends are no trouble; such files are small, being made for people.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from etl.encoding import TextFile
from etl.errors import FileRefused, Refusal
from etl.reading.types import Numbered, Sheet

DELIMITERS = (",", "\t", ";", "|")
LOOK_AT = 200
PROBE = 1 << 20
PROBE_HTML = 512
LONE_RETURN = re.compile(rb"\r(?!\n|\Z)")
HTML = (b"<html", b"<!doctype html", b"<table")


def records(path: Path, delimiter: str, name: str) -> Iterator[Numbered]:
    """All records with their numbers; a line break in quotes does not begin a new one.

    Raises:
        FileRefused: quotes that do not close, or a byte that is no UTF-8.
    """
    csv.field_size_limit(sys.maxsize)
    number = 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            for number, cells in enumerate(csv.reader(stream, delimiter=delimiter, strict=True), start=1):
                yield number, [cell if cell != "" else None for cell in cells]
        except csv.Error as error:
            raise FileRefused(Refusal(name, "malformed", number + 1, detail=str(error)[:120])) from error
        except UnicodeDecodeError as error:
            raise FileRefused(Refusal(name, "bad_encoding", detail=f"after row {number}")) from error


def find_delimiter(path: Path, name: str, wanted: str | None = None) -> str:
    """The delimiter under which most records have the same number of cells, more than one."""
    if wanted:
        return wanted
    scores = {}
    for delimiter in DELIMITERS:
        try:
            first = list(islice(records(path, delimiter, name), LOOK_AT))
        except FileRefused:
            first = []
        widths = [len(cells) for _, cells in first if any(cells)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 0
        scores[delimiter] = (usual > 1, widths.count(usual) / len(widths) if widths else 0, usual)
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best][0] else ","


def is_plain(path: Path, delimiter: str, first: list[Numbered], header_row: int, header_rows: int) -> bool:
    """Whether Polars can read the file as it is: header first, records equally wide, its first rows come out equal."""
    with path.open("rb") as stream:
        head = stream.read(PROBE)
    names = [(cell or "").strip() for cell in first[0][1]]
    widths = {len(cells) for _, cells in first if cells}
    if LONE_RETURN.search(head) or (header_row, header_rows, len(widths)) != (1, 1, 1) or len(set(names)) < len(names):
        return False
    try:
        frame = pl.scan_csv(path, separator=delimiter, infer_schema=False).head(len(first) - 1).collect()
    except pl.exceptions.PolarsError:
        return False
    wide = [None] * len(names)
    return [tuple(cell or None for cell in row) for row in frame.iter_rows()] == [
        tuple((cells + wide)[: len(names)]) for _, cells in first[1:]
    ]


def open_text(file: TextFile, name: str, delimiter: str) -> Sheet:
    """A text file as a sheet.

    Raises:
        FileRefused: no CSV at all, or a web page.
    """
    with file.path.open("rb") as stream:
        if stream.read(PROBE_HTML).lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(HTML):
            raise FileRefused(Refusal(name, "is_html"))
    first = list(islice(records(file.path, delimiter, name), LOOK_AT))
    return Sheet(None, first, records(file.path, delimiter, name))
