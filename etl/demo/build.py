"""Makes the demonstration city's lake: generate the files, load each through the importer, put the outlines beside it.

The lake is built in a folder next to its place and moved there when it is whole, so a run that is killed half-way
leaves nothing that could be opened by mistake.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from etl.demo import CITY_NAME_EN, CITY_NAME_ZH, generate
from etl.errors import UsageError
from etl.load import Options, load_files
from warehouse import close_lake, folder_of, lake_exists, open_lake, write_outlines, write_settings

AUTHOR = "demonstration"
SHARE_OF_GENERATING = 0.4


def build(
    location: str | Path | None = None,
    *,
    seed: int = 20230101,
    years: int = 3,
    stations: int = 120,
    volume: float = 1.0,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Build the demonstration lake at a location (default: JICENG_LAKE or the project's folder); give its folder.

    Raises:
        UsageError: there is a lake already, or a file of the city was refused (a defect of the generator).
    """
    home = folder_of(location)
    if lake_exists(location):
        raise UsageError(f"there is a warehouse at {home} already; remove it or set JICENG_LAKE to another folder")
    tell = progress or (lambda _step, _share: None)
    home.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        files = generate(
            work / "files", seed=seed, years=years, stations=stations, volume=volume,
            progress=lambda step, share: tell(step, share * SHARE_OF_GENERATING),
        )  # fmt: skip
        lake = open_lake(work / "lake", create=True)
        names = {"city_zh": CITY_NAME_ZH, "city_en": CITY_NAME_EN, "is_demonstration": "true"}
        write_settings(lake, names, author=AUTHOR)
        for number, (table, paths) in enumerate(files.tables.items()):
            tell(f"load {table}", SHARE_OF_GENERATING + (1 - SHARE_OF_GENERATING) * number / len(files.tables))
            report = load_files(lake, table, paths, options=Options(author=AUTHOR))
            if report.status != "committed":
                raise UsageError(f"the demonstration's {table} was {report.status}: {report.to_json()['refusals'][:3]}")
        write_outlines(lake, files.outline)
        close_lake(work / "lake")
        if home.exists():
            shutil.rmtree(home)
        (work / "lake").rename(home)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tell("ready", 1.0)
    return home
