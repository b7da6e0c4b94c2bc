"""Readers go on while another process writes, and see whole versions only; a second writer waits, or says why not."""

import sys
import threading
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

import warehouse
from warehouse import Lake

from .children import Gate, hold_the_lock, load_when_told, wait_for
from .conftest import alerts
from .facts import load, row

BATCHES, ROWS = 3, 1500
# Facts and mart in one statement: a reader must never see the one without the other.
FIGURES_SQL = """
SELECT (SELECT count(*) FROM lake.alert {at}), (SELECT sum(received)::INT FROM lake.mart_alert_day {at}),
    (SELECT sum(rows_loaded)::INT FROM lake.batch {at} WHERE table_name = 'alert')"""


def figures(lake: Lake, version: int | None = None) -> tuple[int, int, int]:
    """Alerts by facts, by mart and by batch."""
    at = "" if version is None else f"AT (VERSION => {version})"
    found: tuple[int, int, int] = lake.frame(FIGURES_SQL.format(at=at)).row(0)
    return found


def test_readers_see_whole_versions_while_another_process_loads(
    stocked: Lake, processes: ForkServerContext, gates: Path, tmp_path: Path
):
    files = []
    for number in range(BATCHES):
        files.append(tmp_path / f"{number}.csv")
        files[-1].write_text(alerts(f"batch{number}", ROWS), encoding="utf-8")
    pinned, first = stocked.version(), figures(stocked)
    child = processes.Process(target=load_when_told, args=(stocked.home, files, gates))
    child.start()
    wait_for(Gate(gates).reached.exists, "the child")

    newest: list[tuple[int, int, int]] = []
    old: set[tuple[int, int, int]] = set()
    raised: list[BaseException] = []

    def read() -> None:
        try:
            while child.is_alive():
                newest.append(figures(stocked))
                old.add(figures(stocked, pinned))
        except BaseException as error:
            raised.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    Gate(gates).open()
    child.join(60)
    for reader in readers:
        reader.join(60)
    newest.append(figures(stocked))

    assert (child.exitcode, raised) == (0, [])
    assert first == (40, 40, 40)
    assert old == {first}
    whole = {(40 + ROWS * n,) * 3 for n in range(BATCHES + 1)}
    assert set(newest) <= whole
    assert newest[-1] == (40 + ROWS * BATCHES,) * 3
    assert len(set(newest)) > 2, "the readers looked only before and after"


def test_a_second_writer_waits_until_the_first_is_done(stocked: Lake, processes: ForkServerContext, gates: Path):
    child = processes.Process(target=hold_the_lock, args=(stocked.home, gates))
    child.start()
    wait_for(Gate(gates).reached.exists, "the lock being held")
    before = stocked.version()

    written: list[int] = []

    def write() -> None:
        written.append(warehouse.write_settings(stocked, {"city_en": "X"}, author="t"))

    writer = threading.Thread(target=write)
    writer.start()
    wait_for(lambda: "acquire" in functions_of(writer), "the second writer at the lock")
    assert (written, stocked.version()) == ([], before)
    Gate(gates).open()
    child.join(60)
    writer.join(60)
    assert (written, stocked.version()) == ([before + 1], before + 1)


def functions_of(thread: threading.Thread) -> set[str]:
    """Names of the functions that a thread is in."""
    frame = sys._current_frames().get(thread.ident or 0)
    names = set()
    while frame is not None:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return names


def test_a_writer_that_waits_too_long_says_who_to_wait_for(stocked: Lake, processes: ForkServerContext, gates: Path):
    child = processes.Process(target=hold_the_lock, args=(stocked.home, gates))
    child.start()
    wait_for(Gate(gates).reached.exists, "the lock being held")
    before = stocked.version()
    with pytest.raises(warehouse.Busy) as said, stocked.writer_lock(seconds=0.2):
        pytest.fail("the lock was given twice")
    Gate(gates).open()
    child.join(60)
    assert said.value.sentence("en") == (
        f"The warehouse is being written by another process ({stocked.home}). "
        "Nothing was changed. Try again when it is done."
    )
    assert said.value.sentence("zh") == f"仓库正由另一个进程写入（{stocked.home}）。没有改动任何数据，请稍后再试。"
    assert stocked.version() == before


def test_two_processes_that_load_at_once_both_get_in(stocked: Lake, processes: ForkServerContext, tmp_path: Path):
    children = []
    for number in range(2):
        file, gates = tmp_path / f"{number}.csv", tmp_path / f"gates{number}"
        file.write_text(alerts(f"batch{number}", ROWS), encoding="utf-8")
        gates.mkdir()
        children.append((processes.Process(target=load_when_told, args=(stocked.home, [file], gates)), Gate(gates)))
    for child, _ in children:
        child.start()
    for _, gate in children:
        wait_for(gate.reached.exists, "both loads")
    for _, gate in children:
        gate.open()
    for child, _ in children:
        child.join(60)
        assert child.exitcode == 0
    assert figures(stocked) == (40 + 2 * ROWS,) * 3


def test_threads_of_one_process_read_and_write_together(lake: Lake):
    load(lake, "A", row(alert_id="a"))
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(figures(lake)[0])) for _ in range(8)]
    threads += [
        threading.Thread(target=warehouse.write_settings, args=(lake, {f"x{n}": "1"}), kwargs={"author": "t"})
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [1] * 8
    assert {"x0", "x1"} <= lake.settings().keys()
