"""The whole catalogue for one week over every station: each indicator at its finest level, cold, in one process.

The lake is opened and the first figure (which reads the reference tables) is asked before the clock starts; nothing
else is kept from before. The target is 5 s on 2 cores.

    python -m benchmarks.catalogue [--lake DIR] [--slowest N]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from metrics.types import Level

TARGET_SECONDS = 5.0


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, help="a lake to open (default: a demonstration city made for the run)")
    parser.add_argument("--slowest", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.lake is None:
            from etl.demo.build import build

            build(Path(folder) / "lake")
        print(json.dumps(measure(chosen.lake or Path(folder) / "lake", chosen.slowest)))
    return 0


def measure(folder: Path, slowest: int) -> dict[str, object]:
    """Ask every indicator for the last whole week at its finest level and tell how long that took."""
    import metrics
    from metrics import Scope
    from warehouse import open_lake

    lake = open_lake(folder)
    week = metrics.last_complete_week(lake)
    assert week is not None, "the lake holds no whole week"
    version = lake.version()  # a page and a package fix it, too
    units = len(metrics.show(lake, "alerts_received", Scope(*week, "none", "station", version=version)).rows)
    taken: dict[str, float] = {}
    cpu, started = time.process_time(), time.perf_counter()
    for name, entry in metrics.catalogue().items():
        before = time.perf_counter()
        metrics.show(lake, name, Scope(*week, "yoy", cast("Level", entry.levels[-1]), version=version))
        taken[name] = time.perf_counter() - before
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    subjects: dict[str, float] = {}
    for name, took in taken.items():
        subject = metrics.catalogue()[name].subject
        subjects[subject] = subjects.get(subject, 0.0) + took
    worst = sorted(taken, key=lambda name: -taken[name])[:slowest]
    return {
        "name": "catalogue_week",
        "value": round(seconds, 2),
        "unit": "s",
        "target": TARGET_SECONDS,
        "detail": {
            "indicators": len(taken),
            "stations": units,
            "cores": os.cpu_count(),
            "cpu_s": round(cpu, 2),
            "load": round(os.getloadavg()[0], 1),
            "by_subject_ms": {name: round(1000 * took) for name, took in sorted(subjects.items())},
            "slowest_ms": {name: round(1000 * taken[name]) for name in worst},
        },
    }


if __name__ == "__main__":
    sys.exit(main())
