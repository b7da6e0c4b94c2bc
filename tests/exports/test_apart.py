"""A package made in a process of its own: whatever becomes of that process is a sentence in both languages."""

import sys
from datetime import date
from pathlib import Path

import pytest

from exports import apart, make_apart

LAST = date(2025, 12, 22)


def test_a_refusal_comes_back_in_both_languages(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JICENG_LAKE", str(built))
    done = make_apart(date(2026, 1, 5), tmp_path / "shelf", 8, "Clerk")
    assert done.status == 1
    assert done.why("en").startswith("The week of 2026-01-05 is not complete: the data end on 2025-12-28.")
    assert done.why("zh_CN").startswith("2026-01-05所在周尚不完整：数据截止2025-12-28。")


@pytest.mark.parametrize(
    ("program", "seconds", "told"),
    [
        ("/bin/false", 600, "The program that makes packages stopped (1)."),
        ("/nowhere/python", 600, "The program that makes packages stopped (No such file or directory)."),
        (sys.executable, 0.01, "Making the package took more than 0.0 minutes and was stopped."),
    ],
)
def test_a_process_that_ends_badly_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, seconds: float, told: str
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    monkeypatch.setattr(apart, "SECONDS", seconds)
    done = make_apart(LAST, tmp_path, 8, "Clerk")
    assert done.status == 3
    assert done.why("en").startswith(told) and "{" not in done.why("zh")
