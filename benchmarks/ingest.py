"""How long a whole load takes, against DuckDB's plain CREATE TABLE AS SELECT of the same file in the same run.

A whole load: read, keys hashed, cleaned, validated, committed, marts with all repeat windows refreshed. Each load runs
in a process of its own, so that its peak memory is its own; imports are timed apart. One JSON line a measurement.

    python -m benchmarks.ingest [--sizes 2000000 10000000] [--folder DIR] [--skip-append]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.generate import write_alerts, write_reference

DAY_ROWS = 3_000
START = datetime(2023, 1, 1)
YEARS_DAYS = 1_095
LAST_DAY = datetime(2025, 12, 31)


def main() -> int:
    """Run the measurements that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--skip-append", action="store_true")
    parser.add_argument("--load", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.load:
        print(json.dumps(load_here(chosen.load[0], [tuple(pair.split("=", 1)) for pair in chosen.load[1:]])))
        return 0
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        run(Path(name), chosen.sizes, append=not chosen.skip_append)
    return 0


def run(folder: Path, sizes: list[int], *, append: bool) -> None:
    """Measure every size into an empty lake, then appending and one day's file on the largest."""
    reference = write_reference(folder)
    per_row: dict[int, float] = {}
    lake, file = folder, folder
    for size in sizes:
        file = folder / f"alerts-{size}.csv"
        write_alerts(file, size, start=START, days=YEARS_DAYS)
        base = plain_load(file, folder)
        lake = folder / f"lake-{size}"
        taken = load_apart(lake, {**{k: str(v) for k, v in reference.items()}, "alert": str(file)})
        per_row[size] = taken["alert"] / size
        tell(
            "ingest_empty",
            taken["alert"],
            base,
            taken["peak_mb"],
            rows=size,
            imports=taken["imports"],
            steps=taken["steps"],
        )
    if len(sizes) > 1:
        value = per_row[sizes[-1]] / per_row[sizes[0]]
        print(json.dumps({"name": "cost_per_row_growth", "value": round(value, 3), "unit": "ratio", "baseline": None,
                          "ratio": round(value, 3), "peak_mb": None, "detail": {"sizes": sizes}}), flush=True)  # fmt: skip  # noqa: E501
    if append:
        size = sizes[-1]
        day = folder / "day.csv"
        write_alerts(day, DAY_ROWS, first_id=5 * size, start=LAST_DAY, days=1, seed=3)
        base = plain_load(day, folder)
        taken = load_apart(lake, {"alert": str(day)})
        tell(
            "ingest_day",
            taken["alert"],
            base,
            taken["peak_mb"],
            rows=DAY_ROWS,
            onto=size,
            imports=taken["imports"],
            steps=taken["steps"],
        )
        file.unlink()
        write_alerts(file, size, first_id=size, start=datetime(2026, 1, 1), days=300, seed=2)
        base = plain_load(file, folder)
        taken = load_apart(lake, {"alert": str(file)})
        tell(
            "ingest_append",
            taken["alert"],
            base,
            taken["peak_mb"],
            rows=size,
            onto=size,
            imports=taken["imports"],
            steps=taken["steps"],
        )


def tell(name: str, value: float, baseline: float, peak_mb: int, **detail: Any) -> None:  # noqa: ANN401 - JSON
    """Print one measurement as a JSON line."""
    line = {"name": name, "value": round(value, 3), "unit": "s", "baseline": round(baseline, 3),
            "ratio": round(value / baseline, 2), "peak_mb": peak_mb, "detail": detail}  # fmt: skip
    print(json.dumps(line), flush=True)


def plain_load(file: Path, folder: Path) -> float:
    """Seconds that DuckDB takes to read the file into a table of a database on disk."""
    database = folder / "plain.duckdb"
    database.unlink(missing_ok=True)
    started = time.perf_counter()
    connection = duckdb.connect(str(database))
    connection.execute("CREATE TABLE plain AS SELECT * FROM read_csv(?)", [str(file)])
    connection.close()
    taken = time.perf_counter() - started
    database.unlink()
    return taken


def load_apart(lake: Path, files: dict[str, str]) -> dict[str, Any]:
    """Load in a process of its own; seconds a table, of the imports, and peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--load", str(lake), *(f"{k}={v}" for k, v in files.items())]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def load_here(location: str, files: list[tuple[str, ...]]) -> dict[str, Any]:
    """Load the files into the lake in this process."""
    started = time.perf_counter()
    import great_expectations  # noqa: F401 - its import is timed apart

    from etl import load_files
    from etl.gx_duckdb import open_batch  # noqa: F401 - as above
    from warehouse import open_lake

    taken: dict[str, Any] = {"imports": round(time.perf_counter() - started, 2)}
    lake = open_lake(location, create=True)
    for table, file in files:
        started = time.perf_counter()
        report = load_files(lake, table, [file])
        taken[table] = time.perf_counter() - started
        taken["steps"] = {step: round(seconds, 2) for step, seconds in report.seconds.items()}
        if report.status != "committed":
            raise SystemExit(json.dumps(report.to_json())[:2000])
    taken["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return taken


if __name__ == "__main__":
    sys.exit(main())
