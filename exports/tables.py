"""The tidy table of figures as files: Parquet for programs, CSV for Excel in Chinese. The same frame, the same bytes.

In the CSV a code of digits has a tab before it, because Excel would otherwise round it as a number, and text that
begins like a formula is neutralised. Programs read the Parquet file.
"""

import csv
import io

import polars as pl

from wording import guarded

BOM = "\ufeff"


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Return the table as Parquet, compressed with zstd."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", statistics=True)
    return out.getvalue()


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return the table as CSV in UTF-8 with a byte-order mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.iter_rows():
        writer.writerow(_plain(cell) for cell in row)
    return (BOM + out.getvalue()).encode("utf-8")


def _plain(cell: object) -> object:
    return f"\t{cell}" if isinstance(cell, str) and cell.isdigit() else guarded(cell)
