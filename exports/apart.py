"""A package made in a process of its own, for pages: a browser that draws must not live inside the dashboard."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from exports.errors import ExportError, refusal

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 600
MINUTE = 60
LOG = logging.getLogger("jiceng.exports")


@dataclass(frozen=True)
class Apart:
    """What the other process said: its exit status, and its answer or, in both languages, why there is none."""

    status: int
    told: dict[str, Any]

    def why(self, language: str) -> str:
        """Return why the package was not made, for the reader."""
        return str(self.told["sentence_zh" if language.startswith("zh") else "sentence"])


def make_apart(day: date, folder: Path, version: int, author: str) -> Apart:
    """Make the package of a week in a process of its own; it reads the lake that this one reads."""
    command = [sys.executable, "-m", "exports", "weekly", "--json", "--week", day.isoformat()]
    command += ["--version", str(version), "--out", str(folder.resolve()), "--author", author]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(ExportError("too_long", SECONDS // MINUTE))
    except OSError as error:
        return _failed(ExportError("stopped", error.strerror or type(error).__name__))
    try:
        return Apart(run.returncode, json.loads(run.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        LOG.error("a package was not made: %s", run.stderr)
        return _failed(ExportError("stopped", run.returncode))


def _failed(error: ExportError) -> Apart:
    return Apart(3, refusal(error))
