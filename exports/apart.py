"""A package made in a process of its own, for pages: a browser that draws must not live inside the dashboard."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 600


@dataclass(frozen=True)
class Apart:
    """What the other process said: its exit status, its answer, and its sentence where it has none."""

    status: int
    told: dict[str, Any]
    sentence: str


def make_apart(day: date, folder: Path, version: int, author: str) -> Apart:
    """Make the package of a week in a process of its own; it reads the lake that this one reads."""
    command = [sys.executable, "-m", "exports", "weekly", "--json", "--week", day.isoformat()]
    command += ["--version", str(version), "--out", str(folder.resolve()), "--author", author]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Apart(3, {}, str(error))
    if run.returncode:
        return Apart(run.returncode, {}, (run.stderr.strip().splitlines() or [""])[-1])
    return Apart(0, json.loads(run.stdout.splitlines()[-1]), "")
