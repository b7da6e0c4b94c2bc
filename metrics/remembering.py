"""Answers of the lake that several figures of one page ask for: read once, kept for a while.

A version of the lake never changes, so an answer is right for ever under its version and its question, and
nothing needs clearing. Only so many are kept, or so much; what was not asked for the longest goes first, and all go
with the lake object.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from metrics.types import Warehouse

T = TypeVar("T")


class Memory(Generic[T]):
    """The newest answers of each lake, by version and question."""

    def __init__(self, size: int, weight: Callable[[T], int] | None = None) -> None:
        """Keep answers that together weigh at most `size`; without a weight each counts one."""
        self._size = size
        self._weight = weight or (lambda _: 1)
        self._lakes: WeakKeyDictionary[Warehouse, dict[Hashable, T]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, lake: Warehouse, key: Hashable, read: Callable[[], T]) -> T:
        """Return the answer under a key; two threads may read the same once each, and never wait for a read."""
        with self._lock:
            kept = self._lakes.setdefault(lake, {})
            if key in kept:
                kept[key] = kept.pop(key)  # the newest stands last
                return kept[key]
        found = read()
        with self._lock:
            kept[key] = found
            excess = sum(map(self._weight, kept.values())) - self._size
            while excess > 0 and len(kept) > 1:
                excess -= self._weight(kept.pop(next(iter(kept))))
        return found
