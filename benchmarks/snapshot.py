"""How long the package of the last complete week takes: every file, both languages, from a cold process.

Run against the lake that JICENG_LAKE names; the demonstration city is to be done in at most 20 seconds on two cores.
Prints one JSON line. The baseline is a process that only opens the lake and counts one figure. With `--revised` the
week before has been published and a late record come in since, in a copy of the lake: what became of every figure of
that week is counted as well.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import exports
import warehouse
from etl import load_files

ROOT = Path(__file__).resolve().parents[1]
PLAIN = [sys.executable, "-m", "metrics", "show", "alerts_valid", "--json"]


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--revised", action="store_true", help="with a week before that has changed since")
    is_revised = given.parse_args().revised
    with tempfile.TemporaryDirectory() as folder:
        if is_revised:
            os.environ["JICENG_LAKE"] = _with_a_late_record(Path(folder))
        whole, said = _timed([sys.executable, "-m", "exports", "weekly", "--out", folder, "--json"])
        told = json.loads(said)
        sizes = {path.name: path.stat().st_size for path in sorted(Path(told["folder"]).iterdir())}
        cpu = _processor_seconds()
        plain, _ = _timed(PLAIN)
    detail = {
        "cpu_s": round(cpu, 1),
        "cores": os.cpu_count(),
        "week": told["week"],
        "warnings": told["warnings"],
        "bytes": sizes,
        "load": os.getloadavg()[0],
    }
    print(
        json.dumps(
            {
                "name": "weekly package" + ", revised" * is_revised,
                "value": round(whole, 1),
                "unit": "s",
                "baseline": round(plain, 1),
                "ratio": round(whole / plain, 1),
                "peak_mb": None,
                "detail": detail,
            },
            ensure_ascii=False,
        )
    )


def _with_a_late_record(folder: Path) -> str:
    """Copy the lake, publish the week before there, load a record of it, and return where the copy is."""
    lake = warehouse.open_lake()
    home = Path(shutil.copytree(lake.home, folder / "lake"))
    warehouse.close_lake(lake.home)
    copied = warehouse.open_lake(home)
    before = exports.newest_week(copied) - timedelta(weeks=1)
    exports.weekly(copied, before, folder / "before", formats=("parquet",))
    station = copied.frame("SELECT min(station_code) FROM lake.station AT (VERSION => $v)", {"v": copied.version()})
    late = folder / "late.csv"
    late.write_text(f"alert_id,reported_at,station_code\nLATE-1,{before} 12:00:00,{station.item()}\n", encoding="utf-8")
    assert load_files(copied, "alert", [late]).status == "committed"
    warehouse.close_lake(home)
    return str(home)


def _processor_seconds() -> float:
    """Return what the processes that have ended took, which a busy machine changes less than the clock."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(command: list[str]) -> tuple[float, str]:
    start = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, run.stdout


if __name__ == "__main__":
    main()
