"""How long the server takes for one rerun of each page, cold and warm, on a lake and on one ten times larger.

Cold: caches emptied and the lake opened anew. Warm: the same page again; the 95th percentile of the reruns counts.
The plain baseline is a Streamlit script that writes one line, run the same way in the same process. Each lake gets a
process of its own. Lakes are demonstration cities made for the run, or existing ones (--small, --large).

    python -m benchmarks.pages [--small DIR] [--large DIR] [--reruns 20] [--skip-large]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "overview": "pages/leadership/overview.py",
    "alert_reduction": "pages/leadership/alert_reduction.py",
    "repeat_reports": "pages/leadership/repeat_reports.py",
    "training": "pages/leadership/training.py",
    "data_status": "pages/analysts/data_status.py",
}
PLAIN = "import streamlit as st\nst.write('plain')\n"
TEN_TIMES = 10.0


def main() -> int:
    """Run the measurements that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=Path)
    parser.add_argument("--large", type=Path)
    parser.add_argument("--reruns", type=int, default=20)
    parser.add_argument("--skip-large", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(chosen.reruns)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        small = chosen.small or made(Path(folder) / "small", volume=1.0)
        found = {"small": apart(small, chosen.reruns)}
        if not chosen.skip_large:
            large = chosen.large or made(Path(folder) / "large", volume=TEN_TIMES)
            found["large"] = apart(large, chosen.reruns)
    tell(found)
    return 0


def made(location: Path, volume: float) -> Path:
    """A demonstration city with that many times the usual alerts."""
    from etl.demo.build import build

    build(location, volume=volume)
    return location


def apart(lake: Path, reruns: int) -> dict[str, Any]:
    """Measure one lake in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pages", "--measure", "--reruns", str(reruns)]
    environment = os.environ | {"JICENG_LAKE": str(lake)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure(reruns: int) -> dict[str, Any]:
    """Cold and warm seconds of every page on the lake of JICENG_LAKE, and of a plain script."""
    from streamlit.testing.v1 import AppTest

    plain = AppTest.from_string(PLAIN).run(timeout=60)
    found: dict[str, Any] = {"plain": [_timed(plain) for _ in range(reruns)], "pages": {}}
    AppTest.from_file(str(ROOT / "app.py")).run(timeout=120)  # imports are part of startup, not of a page
    for name, file in PAGES.items():
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        app.switch_page(file)
        _forget()
        cold = _timed(app)
        if app.exception:
            raise SystemExit(f"{name}: {app.exception[0].message}")
        found["pages"][name] = {"cold": cold, "warm": [_timed(app) for _ in range(reruns)]}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _timed(app: Any) -> float:  # noqa: ANN401 - AppTest, imported late
    started = time.perf_counter()
    app.run(timeout=120)
    return time.perf_counter() - started


def _forget() -> None:
    """Empty Streamlit's caches and close the lake, so that nothing is remembered."""
    import streamlit as st

    from warehouse import close_lake

    st.cache_data.clear()
    st.cache_resource.clear()
    close_lake()


def tell(found: dict[str, dict[str, Any]]) -> None:
    """One JSON line a page, lake and state; for the larger lake also the ratio to the smaller."""
    for lake, result in found.items():
        plain = statistics.median(result["plain"])
        for page, times in result["pages"].items():
            p95 = sorted(times["warm"])[max(0, round(0.95 * len(times["warm"])) - 1)]
            for state, value in (("cold", times["cold"]), ("warm_p95", p95)):
                line = {"name": f"page_{page}_{state}_{lake}", "value": round(value, 4), "unit": "s",
                        "baseline": round(plain, 4), "ratio": round(value / plain, 2), "peak_mb": result["peak_mb"],
                        "detail": {"warm_median": round(statistics.median(times["warm"]), 4)}}  # fmt: skip
                if lake == "large":
                    small = found["small"]["pages"][page]
                    against = (
                        small["cold"]
                        if state == "cold"
                        else sorted(small["warm"])[round(0.95 * len(small["warm"])) - 1]
                    )
                    line["detail"] |= {"times_the_small_lake": round(value / against, 2)}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
