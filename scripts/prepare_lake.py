"""Makes the demonstration city before the dashboard starts, where no lake is there yet.

A lake named by JICENG_LAKE is never filled with made-up data: whoever names one wants that one.
"""

import os
import subprocess
import sys

import warehouse


def main() -> int:
    """Return 0 when there is a lake to show."""
    if os.environ.get("JICENG_LAKE") or warehouse.lake_exists():
        return 0
    return subprocess.run([sys.executable, "-m", "etl", "demo"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
