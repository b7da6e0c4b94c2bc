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

    def __init__(self, helper: "Helper", done: Callable[..., Any], given: tuple[Any, ...]) -> None:
        """Keep what is to be done."""
        self._helper, self._done, self._given = helper, done, given
        self._answer: tuple[bool, Any] | None = None

    def outcome(self) -> Any:  # noqa: ANN401 - whatever the function returns
        """Wait for the outcome; what the process could not do is done here, with its own errors."""
        self.settle()
        assert self._answer is not None
        done, found = self._answer
        return found if done else self._done(*self._given)

    def settle(self) -> None:
        """Read the answer of the process, once."""
        if self._answer is None:
            self._answer = self._helper.read()


class Helper:
    """A process that does one piece of work after another."""

    def __init__(self, process: "subprocess.Popen[bytes] | None") -> None:
        """Use a process; without one all work is done here."""
        self._process = process
        self._last: Work | None = None

    def hand(self, done: Callable[..., T], *given: Any) -> Work:  # noqa: ANN401
        """Hand over `done(*given)`; all of it is sent before this returns, so that sending disturbs nobody."""
        if self._last is not None:
            self._last.settle()  # nobody sends while the other side sends
        self._last = Work(self, done, given)
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.write(pickle.dumps((done, given), pickle.HIGHEST_PROTOCOL))
                self._process.stdin.flush()
            except BROKEN:
                self.end()
        return self._last

    def read(self) -> tuple[bool, Any]:
        """Return whether the process did its work, and the outcome."""
        if self._process is None or self._process.stdout is None:
            return False, None
        patience = Timer(SECONDS, self._process.kill)
        patience.daemon = True
        patience.start()
        try:
            answer: tuple[bool, Any] = pickle.load(self._process.stdout)
        except BROKEN:
            self.end()
            return False, None
        finally:
            patience.cancel()
        return answer

    def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
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
