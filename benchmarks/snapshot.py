"""How long the package of the last complete week takes: every file, both languages, from a cold process.

Run against the lake that JICENG_LAKE names; the demonstration city is to be done in at most 20 seconds on two cores.
Prints one JSON line. The baseline is a process that only opens the lake and counts one figure.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAIN = [sys.executable, "-m", "metrics", "show", "alerts_valid", "--json"]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
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
                "name": "weekly package",
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
