"""The statisticians' page names every method that there is, and only tests that exist."""

import inspect
import re
from pathlib import Path

import metrics.statistics as statistics

PLUMBING = {"normal_quantile", "ratio_limits", "share_limits", "flags", "overdispersion", "shift_ends", "trend_ends"}
PLUMBING |= {"members_of_signal"}


def test_every_method_is_on_the_page(project_root: Path) -> None:
    page = (project_root / "docs" / "statistics.md").read_text(encoding="utf-8")
    functions = {name for name in statistics.__all__ if inspect.isfunction(getattr(statistics, name))}
    assert functions - PLUMBING - set(re.findall(r"`(\w+)`", page)) == set()


def test_every_check_on_the_page_exists(project_root: Path) -> None:
    page = (project_root / "docs" / "statistics.md").read_text(encoding="utf-8")
    cells = [line.rstrip("| ").rsplit("|", 1)[1] for line in page.splitlines() if line.startswith("| ")][2:]
    named = {name.strip() for cell in cells for name in cell.split(",")}
    folder = project_root / "tests" / "metrics"
    assert {name for name in named if not list(folder.rglob(f"test_{name}.py"))} == set()
    sets = set(re.findall(r"\bp\d\d\b", "\n".join(line for line in page.splitlines() if line.startswith("| "))))
    assert sets == {f"p{number:02}" for number in range(1, 22)}
