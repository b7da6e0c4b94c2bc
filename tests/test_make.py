"""What `make run` does before the dashboard starts works in an environment that knows nothing of this folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_the_lake_is_prepared_without_any_path_set() -> None:
    if not (ROOT / ".venv" / "bin" / "python").exists():
        pytest.skip("needs the environment that make has made")
    told = subprocess.run(["make", "-n", "run"], cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = [line for line in told.stdout.splitlines() if "prepare_lake" in line]
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "JICENG_LAKE": "/nowhere"}
    done = subprocess.run(line, shell=True, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
