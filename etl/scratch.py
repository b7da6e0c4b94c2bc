"""The folder that one load works in, beside the lake's data, and the removal of what killed loads have left behind.

A load of a file in GB18030 or UTF-16 keeps a UTF-8 copy of it there while it reads, with numbers and names in it. A
load that is killed cannot tidy up, so the next one does. Assumes that a process's number is not taken anew within a
day by another that looks like a load; if it is, its folder goes a day later.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse import Lake

DAY_SECONDS = 86_400
NAME = re.compile(r"jiceng-(?P<host>.+)-(?P<process>\d+)-[^-]+")


@contextmanager
def workplace(lake: Lake) -> Iterator[Path]:
    """A folder of mode 0700 for one load; gone afterwards, as are those of loads that were killed."""
    scratch = lake.home / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    sweep(scratch)
    folder = Path(tempfile.mkdtemp(prefix=f"jiceng-{socket.gethostname()}-{os.getpid()}-", dir=scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(scratch: Path) -> None:
    """Remove the folders of loads that are not running any more."""
    for folder in scratch.glob("jiceng-*"):
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    found = NAME.fullmatch(folder.name)
    if found is None or found["host"] != socket.gethostname():
        return folder.is_dir() and time.time() - folder.stat().st_mtime > DAY_SECONDS
    try:
        os.kill(int(found["process"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
