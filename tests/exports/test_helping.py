"""A helper does what it is given, and where it cannot, the work is done by the one who asked."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from exports.figures import Asked, answer, counted_by_two, figures
from exports.helping import Helper, helped
from exports.weeks import week_of
from tests.warehouse.children import wait_for
from warehouse import Lake

ROOT = Path(__file__).resolve().parents[2]
ASKED = [Asked("alerts_valid", "previous", by) for by in ("city", "district")]


def its_process() -> int:
    """Return who works, and disturb as libraries do."""
    print("a library that prints")
    return os.getpid()


def refused(number: int) -> int:
    """Refuse odd numbers."""
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number


def die_elsewhere(here: int) -> int:
    """End the process that works, unless it is the one who asked."""
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return here


def test_work_is_done_by_another_process_one_after_another() -> None:
    with helped() as helper:
        first, second = helper.hand(its_process), helper.hand(its_process)
        assert second.outcome() == first.outcome() != os.getpid()
        large = b"x" * 5_000_000  # more than a pipe holds, both ways
        works = [helper.hand(bytes.upper, large) for _ in range(2)]
        assert [work.outcome() for work in works] == [large.upper()] * 2


@pytest.mark.parametrize("helper", [Helper(None), "one"])
def test_an_error_is_met_by_the_one_who_asked(helper: "Helper | str") -> None:
    with helped() as started:
        used = started if helper == "one" else helper
        assert isinstance(used, Helper)
        assert used.hand(refused, 4).outcome() == 4
        with pytest.raises(ValueError, match="3 is odd"):
            used.hand(refused, 3).outcome()
        assert used.hand(refused, 6).outcome() == 6


def test_a_helper_that_dies_costs_time_and_nothing_else() -> None:
    here = os.getpid()
    with helped() as helper:
        assert helper.hand(die_elsewhere, here).outcome() == here
        assert helper.hand(its_process).outcome() == here


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux to see whether a process lives")
def test_a_helper_ends_with_the_one_that_started_it() -> None:
    """Also when that one is killed and can tidy nothing."""
    lines = (
        "from exports.helping import helped",
        "from tests.exports.test_helping import its_process",
        "import os, signal",
        "with helped() as helper:",
        "    print(helper.hand(its_process).outcome(), flush=True)",
        "    os.kill(os.getpid(), signal.SIGKILL)",
    )
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == -signal.SIGKILL
    helper = int(run.stdout)
    wait_for(lambda: not _lives(helper), "the helper has ended")


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_two_count_what_one_counts(read_only: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    week = week_of(read_only, date(2025, 12, 22))
    monkeypatch.setattr("exports.figures.own_questions", lambda: iter(ASKED[:1]))
    monkeypatch.setattr("exports.figures.helped_questions", lambda: iter(ASKED[1:]))
    alone, unanswered = figures(read_only, week)
    with helped() as helper:
        table, also = counted_by_two(read_only, week, helper)
    assert table.equals(alone) and also == unanswered
    assert len(table) == sum(len(answer(read_only, week, one).rows) for one in ASKED) > 2
