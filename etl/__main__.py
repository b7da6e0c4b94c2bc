"""The command line of the importer: `python -m etl demo | load | undo | batches | status`.

Exit status: 0 done, 1 the data were refused, 2 wrong usage, 3 the warehouse could not be reached or is busy.
With `--json` one object goes to standard output; everything for people goes to standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from etl import sayings
from etl.auto import AUTO
from etl.encoding import known_name
from etl.errors import UsageError
from etl.load import Options, load_files
from etl.mapping import available, load_mapping
from etl.reading import Choice
from etl.saved import folder_of as saved_in
from warehouse import (
    BatchUndone,
    Lake,
    LakeError,
    UnknownBatch,
    close_lake,
    lake_exists,
    list_batches,
    open_lake,
    tables,
    undo_batch,
)
from warehouse import (
    folder_of as lake_folder,
)

BATCH_KEYS = ("batch_id", "table", "file_name", "author", "loaded_at", "rows_loaded", "status", "data_version")


def parser() -> argparse.ArgumentParser:
    """The command line, also for the test that every option is documented."""
    root = argparse.ArgumentParser(prog="python -m etl", description="Load files into the warehouse, and undo it.")
    commands = root.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="make the demonstration city (fictional)")
    demo.add_argument("--seed", type=int, default=20230101, help="same seed, same city")
    demo.add_argument("--years", type=int, default=3, help="years of data, ending 2025-12-31")
    demo.add_argument("--stations", type=int, default=120, help="number of stations")
    load = commands.add_parser("load", help="load CSV, XLSX, XLS or ZIP files into a table")
    load.add_argument("table", choices=sorted(tables()), metavar="TABLE", help=", ".join(sorted(tables())))
    load.add_argument("files", nargs="+", metavar="FILE")
    load.add_argument(
        "--mapping",
        default="plain",
        help=f"auto (by the headings), {', '.join(available())}, one saved with the lake, or a YAML file",
    )
    load.add_argument("--sheet", help="of a workbook (default: the first that holds a table)")
    load.add_argument("--header-row", type=int, metavar="N", help="first row of the header, as the spreadsheet counts")
    load.add_argument("--header-rows", type=int, metavar="N", help="how many rows the header has")
    load.add_argument("--delimiter", help="of a text file, when the guess is wrong")
    load.add_argument("--marked", metavar="DIR", help="write the refused rows there, the bad cells marked")
    load.add_argument("--encoding", help="when the guess is wrong: utf-8, gb18030, utf-16")
    load.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
    load.add_argument("--on-error", choices=("reject", "quarantine"), help="refuse all, or set bad rows aside")
    load.add_argument("--author", help="who loads it (default: the user of this machine)")
    load.add_argument("--json", action="store_true")
    undo = commands.add_parser("undo", help="take a batch back")
    undo.add_argument("batch_id", type=int, metavar="BATCH_ID")
    undo.add_argument("--author", help="who takes it back")
    undo.add_argument("--json", action="store_true")
    for name, text in (("batches", "list the batches"), ("status", "version, freshness, rows, open warnings")):
        commands.add_parser(name, help=text).add_argument("--json", action="store_true")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give the exit status."""
    chosen = parser().parse_args(arguments)
    try:
        return {"demo": _demo, "load": _load, "undo": _undo, "batches": _batches, "status": _status}[chosen.command](
            chosen
        )
    except UsageError as error:
        print(f"etl: {error}", file=sys.stderr)
        return 2
    except (UnknownBatch, BatchUndone) as error:
        print(f"etl: {error.sentence(sayings.chosen_language())}", file=sys.stderr)
        return 2
    except LakeError as error:
        print(f"etl: {error.sentence(sayings.chosen_language())}", file=sys.stderr)
        return 3


def _print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON holds
    print(json.dumps(value, ensure_ascii=False, default=str))


class _Bar:
    """A progress line on standard error, redrawn only on a terminal."""

    def __init__(self) -> None:
        self.last = ""

    def __call__(self, step: str, share: float, rows: int = 0) -> None:
        if sys.stderr.isatty():
            filled = round(share * 30)
            counted = f" {rows:>11,} rows" if rows else ""
            print(f"\r{step:<12} [{'█' * filled}{'·' * (30 - filled)}] {share:4.0%}{counted}", end="", file=sys.stderr)
        elif step != self.last:
            print(step, file=sys.stderr)
        self.last = step

    def done(self) -> None:
        if sys.stderr.isatty() and self.last:
            print(file=sys.stderr)


def _demo(chosen: argparse.Namespace) -> int:
    from etl.demo.build import build

    bar, started = _Bar(), time.perf_counter()
    build(None, seed=chosen.seed, years=chosen.years, stations=chosen.stations, progress=bar)
    bar.done()
    print(f"The demonstration city is ready ({time.perf_counter() - started:.0f} s).", file=sys.stderr)
    return 0


def _load(chosen: argparse.Namespace) -> int:
    encoding = known_name(chosen.encoding) if chosen.encoding else None
    _require_mapping(chosen.mapping, chosen.table)
    options, bar = Options(chosen.on_error, chosen.author, encoding, chosen.dry_run), _Bar()
    with _lake_to_load(chosen.dry_run) as lake:
        choice = Choice(encoding, chosen.delimiter, chosen.sheet, chosen.header_row, chosen.header_rows)
        marked = Path(chosen.marked) if chosen.marked else None
        report = load_files(lake, chosen.table, chosen.files, chosen.mapping, options, bar, choice, marked)
    bar.done()
    language = sayings.chosen_language()
    for line in sayings.report_lines(report, language):
        print(line, file=sys.stderr)
    if chosen.json:
        _print_json(report.to_json(language))
    return report.exit_status


def _require_mapping(name: str, table: str) -> None:
    """Make sure that there is such a mapping before a lake is made: wrong usage must not leave an empty one behind.

    Raises:
        UsageError: there is none, or it is not for this table.
    """
    if name != AUTO:
        load_mapping(name, table, saved_in(lake_folder()))


@contextmanager
def _lake_to_load(dry_run: bool) -> Iterator[Lake]:
    """The lake, made where there is none; a dry run has an empty one of its own then, which goes again."""
    if not dry_run or lake_exists():
        yield open_lake(create=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield open_lake(folder, create=True)
        close_lake(folder)


def _undo(chosen: argparse.Namespace) -> int:
    import getpass

    done = undo_batch(open_lake(), chosen.batch_id, chosen.author or getpass.getuser())
    if chosen.json:
        _print_json({"batch_id": done.batch_id, "status": "undone", "data_version": done.data_version,
                     "rows_removed": done.rows_removed, "rows_restored": done.rows_restored})  # fmt: skip
    else:
        print(
            f"Batch {done.batch_id} is undone: {done.rows_removed} rows taken out, "
            f"{done.rows_restored} earlier versions back."
        )
    return 0


def batch_json(row: dict[str, Any]) -> dict[str, Any]:
    """One batch in the shape that other programs rely on."""
    row = {"table": row["table_name"], **row}
    shape = {key: row[key] for key in BATCH_KEYS}
    shape["file_name"] = str(row["file_name"]).replace("\n", ", ")
    extra = (
        "rows_read",
        "rows_updated",
        "rows_repeated",
        "rows_refused",
        "mapping",
        "encoding",
        "undone_by",
        "undone_at",
    )
    return shape | {key: row[key] for key in extra}


def _batches(chosen: argparse.Namespace) -> int:
    rows = [batch_json(row) for row in list_batches(open_lake())]
    if chosen.json:
        _print_json({"batches": rows})
        return 0
    for row in rows:
        print(
            f"{row['batch_id']:>5}  {row['table']:<17} {row['status']:<12} +{row['rows_loaded']:<9} "
            f"{row['loaded_at']}  {row['author']}  {row['file_name'][:60]}"
        )
    return 0


STATUS_SQL = """
SELECT (SELECT count(*) FROM lake.alert) AS alerts, (SELECT min(reported_at) FROM lake.alert) AS first_alert,
    (SELECT max(reported_at) FROM lake.alert) AS last_alert, (SELECT max(loaded_at) FROM lake.batch) AS last_load,
    (SELECT count(*) FROM lake.batch) AS batches, (SELECT count(*) FROM lake.quarantine) AS quarantined_cells"""


def _status(chosen: argparse.Namespace) -> int:
    lake = open_lake()
    status: dict[str, Any] = {"data_version": lake.version(), "settings": lake.settings()}
    status |= lake.frame(STATUS_SQL).to_dicts()[0]
    status["rows"] = {
        name: lake.frame(f"SELECT count(*) FROM {table.quoted}").item() for name, table in tables().items()
    }
    status["warnings"] = [
        {"batch_id": row["batch_id"], **warning}
        for row in list_batches(lake)
        if row["status"] != "undone"
        for warning in json.loads(row["warnings"])
    ]
    if chosen.json:
        _print_json(status)
        return 0
    print(
        f"data version {status['data_version']}; {status['alerts']:,} alerts "
        f"from {status['first_alert']} to {status['last_alert']}"
    )
    print(
        f"{status['batches']} batches, the last one loaded {status['last_load']}; "
        f"{status['quarantined_cells']} cells set aside"
    )
    for name, rows in status["rows"].items():
        print(f"  {name:<17} {rows:>12,}")
    for warning in status["warnings"]:
        print(f"  batch {warning['batch_id']}: {sayings.warning_line(warning)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
