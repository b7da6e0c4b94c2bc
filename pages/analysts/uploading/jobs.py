"""Uploads at work, one at a time in this process, each under an id that stands in the address bar.

A browser that is closed or reloaded finds its upload again. Files lie in a folder of mode 0700 beside the lake's data
(the same kind that a load works in, so that the next load removes what a killed process left behind), and go when the
upload is finished, discarded, or has been idle for half an hour. All work of all uploads is done by one thread: a
second upload waits for the first, and DuckDB's cursors never change threads.
"""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

import polars as pl

from etl import Choice, FileRefused, LoadReport, Peek, Prepared, Refusal, UsageError, workplace
from warehouse import Lake, LakeError

LOG = logging.getLogger("jiceng")
IDLE_SECONDS, SWEEP_SECONDS = 1800, 30
MOST_OPEN = 20
BUSY = ("waiting", "working", "committing")


class Stopped(Exception):
    """The person does not want to wait any longer."""


@dataclass(frozen=True)
class Plan:
    """What a person set; what is empty is found out. `spec` is a mapping that was corrected on the page."""

    table: str = ""
    mapping: str = ""
    spec: dict[str, Any] | None = None
    choice: Choice = field(default_factory=Choice)


@dataclass
class Upload:
    """One upload: its files, what was set, what was found, and how far the work is."""

    id: str
    lake: Lake
    folder: Path
    files: tuple[Path, ...]
    plan: Plan = field(default_factory=Plan)
    state: str = "ready"
    step: str = "look"
    share: float = 0.0
    rows: int = 0
    look: Peek | None = None
    guess: Any = None
    prepared: Prepared | None = None
    samples: pl.DataFrame = field(default_factory=pl.DataFrame)
    report: LoadReport | None = None
    refusal: Refusal | None = None
    error: LakeError | UsageError | None = None
    failed: bool = False
    stopped: bool = False
    turn: int = 0
    started: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.monotonic)
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def is_busy(self) -> bool:
        """Whether it is being worked on, or waits for that."""
        return self.state in BUSY

    def tell(self, step: str, share: float, rows: int = 0) -> None:
        """Take note of how far the work is; ends it where the person has asked for that."""
        if self.stopped and step != "commit":
            raise Stopped
        self.step, self.share, self.rows, self.touched = step, share, rows, time.monotonic()

    def forget(self) -> None:
        """Drop what was found out, before it is found out anew."""
        if self.prepared is not None:
            self.prepared.close()
        self.look = self.guess = self.prepared = self.report = self.refusal = self.error = None
        self.samples, self.failed, self.turn = pl.DataFrame(), False, self.turn + 1

    def key(self, name: str) -> str:
        """Return a widget's key that is new with every preparation, so that it shows what was found then."""
        return f"{name}_{self.id}_{self.turn}"


class Uploads:
    """All uploads of this process."""

    def __init__(self) -> None:
        """Start the sweeper; the worker's thread starts with the first upload."""
        self._open: dict[str, Upload] = {}
        self._lock = RLock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="upload")
        self._ended = Event()
        Thread(target=self._sweep_for_ever, name="upload-sweeper", daemon=True).start()

    def find(self, upload_id: str | None) -> Upload | None:
        """Return an upload that is still open; looking at it keeps it so."""
        with self._lock:
            upload = self._open.get(upload_id or "")
            if upload is not None:
                upload.touched = time.monotonic()
            return upload

    def begin(self, lake: Lake, files: Sequence[tuple[str, bytes | memoryview]], plan: Plan) -> Upload | None:
        """Keep the files of a new upload; None when too many are open.

        Raises:
            LakeError: the folder cannot be made.
        """
        with self._lock:
            if len(self._open) >= MOST_OPEN:
                return None
            stack = ExitStack()
            folder = stack.enter_context(workplace(lake))
            paths = [_keep(folder, number, name, content) for number, (name, content) in enumerate(files)]
            upload = Upload(secrets.token_urlsafe(9), lake, folder, tuple(paths), plan, stack=stack)
            self._open[upload.id] = upload
            return upload

    def start(self, upload: Upload, state: str, work: Callable[[Upload], None], plan: Plan | None = None) -> bool:
        """Have something done in the background; False when the upload is being worked on already."""
        with self._lock:
            if upload.id not in self._open or upload.is_busy:
                return False
            upload.state, upload.stopped = ("waiting" if state == "working" else state), False
            upload.started = time.monotonic()
            upload.step, upload.share = ("look" if state == "working" else "commit"), 0.0
            upload.rows = 0
            upload.plan = plan or upload.plan
        self._worker.submit(self._run, upload, state, work)
        return True

    def _run(self, upload: Upload, state: str, work: Callable[[Upload], None]) -> None:
        upload.state, upload.error, upload.failed = state, None, False
        try:
            work(upload)
        except Stopped:
            LOG.info("an upload was stopped")
        except FileRefused as refused:
            upload.refusal = refused.refusal
        except (LakeError, UsageError) as error:
            LOG.warning("%s", error)
            upload.error = error
        except Exception:
            LOG.exception("an upload failed")
            upload.failed = True
        finally:
            upload.touched = time.monotonic()
            with self._lock:
                upload.state = "done" if upload.state == "done" else "ready"
                closed = upload.id not in self._open
            if closed:
                _let_go(upload)

    def close(self, upload: Upload) -> None:
        """Let an upload and its files go, at work or not; nothing that was not committed is left."""
        with self._lock:
            self._open.pop(upload.id, None)
            upload.stopped, at_work = True, upload.is_busy
        if not at_work:
            _let_go(upload)

    def sweep(self) -> None:
        """Close the uploads that nobody has looked at for half an hour."""
        limit = time.monotonic() - IDLE_SECONDS
        with self._lock:
            idle = [upload for upload in self._open.values() if not upload.is_busy and upload.touched < limit]
        for upload in idle:
            self.close(upload)

    def _sweep_for_ever(self) -> None:
        while not self._ended.wait(SWEEP_SECONDS):
            self.sweep()

    def end(self) -> None:
        """Let everything go when the process ends."""
        self._ended.set()
        self._worker.shutdown(wait=False, cancel_futures=True)
        for upload in list(self._open.values()):
            _let_go(upload)


def _let_go(upload: Upload) -> None:
    """Remove what an upload holds; at the end of the process the lake may be closed already."""
    try:
        if upload.prepared is not None:
            upload.prepared.close()
    except Exception:
        LOG.debug("an upload's rows were gone already", exc_info=True)
    finally:
        upload.stack.close()


def _keep(folder: Path, number: int, name: str, content: bytes | memoryview) -> Path:
    """Write one file into a folder of its own, so that two of one name keep it."""
    place = folder / f"{number:03d}"
    place.mkdir(mode=0o700)
    path = place / (Path(name.replace("\\", "/")).name or "file")
    path.write_bytes(content)
    return path
