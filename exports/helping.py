"""A second process that takes over a part of a package: Python works on one core, and the machine has more.

Counting figures and writing cells are Python's own work, which two threads of one process do not share. What is handed
over is a function of a module with what it is given; the outcome is the same whoever does it. Where the process cannot
be had or dies, nothing is lost: the work is done here. It ends with the one that started it, whatever becomes of that.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300.0
BROKEN = (OSError, EOFError, ValueError, pickle.UnpicklingError)


class Work:
    """A piece of work that was handed over, or is still to be done here."""

    def __init__(self, answer: "Future[tuple[bool, Any]]", done: Callable[..., Any], given: tuple[Any, ...]) -> None:
        """Keep what is to be done, and where the answer will be."""
        self._answer, self._done, self._given = answer, done, given

    def outcome(self) -> Any:  # noqa: ANN401 - whatever the function returns
        """Wait for the outcome; what the process could not do is done here, with its own errors."""
        done, found = self._answer.result()
        return found if done else self._done(*self._given)


class Helper:
    """A process that does one piece of work after another."""

    def __init__(self, process: "subprocess.Popen[bytes] | None") -> None:
        """Use a process; without one all work is done here."""
        self._process = process
        self._reader = ThreadPoolExecutor(1, "helper")
        """Answers are read as they come, so that the process never waits for somebody to take one."""

    def hand(self, done: Callable[..., T], *given: Any) -> Work:  # noqa: ANN401
        """Hand over `done(*given)`; all of it is sent before this returns, so that sending disturbs nobody."""
        process = self._process
        if process is not None and process.stdin is not None:
            try:
                process.stdin.write(pickle.dumps((done, given), pickle.HIGHEST_PROTOCOL))
                process.stdin.flush()
            except BROKEN:
                self._kill()
        return Work(self._reader.submit(self._read), done, given)

    def _read(self) -> tuple[bool, Any]:
        """Return whether the process did its next piece of work, and the outcome."""
        process = self._process
        if process is None or process.stdout is None:
            return False, None
        patience = Timer(SECONDS, process.kill)
        patience.daemon = True
        patience.start()
        try:
            answer: tuple[bool, Any] = pickle.load(process.stdout)
        except BROKEN:
            self._kill()
            return False, None
        finally:
            patience.cancel()
        return answer

    def _kill(self) -> None:
        """Have no process any more; what was handed over is done here."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process = self._process
        self._kill()
        self._reader.shutdown()
        if process is None:
            return
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


@contextmanager
def helped(*, wanted: bool = True) -> Iterator[Helper]:
    """Start the process where it is wanted and the machine has a core for it, and see that it ends."""
    helper = Helper(_started() if wanted and (os.cpu_count() or 1) > 1 else None)
    try:
        yield helper
    finally:
        helper.end()


@contextmanager
def all_kept() -> Iterator[None]:
    """Look for nothing to throw away meanwhile: a package makes millions of cells that all live until its end.

    Python's search for rings of objects takes a fifth of the time and would find none.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _started() -> "subprocess.Popen[bytes] | None":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "exports.helping"]
    pipe: Any = subprocess.PIPE
    try:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def main() -> None:
    """Do what is asked, one after another, until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    with all_kept(), suppress(EOFError, BrokenPipeError):
        while True:
            done, given = pickle.load(sys.stdin.buffer)
            try:
                answer = True, done(*given)
            except Exception:  # the one who asked does it again and meets the error itself
                answer = False, None
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


if __name__ == "__main__":
    main()
