"""A bounded store of this process: what was not asked for the longest goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")
PATIENCE = 2.0  # seconds for which a value is awaited that another thread makes
MAKERS = 64  # at most so many threads make values at once


class Kept(Generic[V]):
    """At most `size` values by their keys. Whoever keeps a value puts all that it depends on into its key."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.values: OrderedDict[Hashable, V] = OrderedDict()
        self.lock = threading.Lock()
        self.makers = [threading.Lock() for _ in range(MAKERS)]

    def found_or_made(self, key: Hashable, make: Callable[[], V], is_valid: Callable[[V], bool]) -> V:
        """Return the value of a key, made and kept if there is none that is valid.

        Of several threads that ask at once, one makes it: after a change all screens of a clinic ask for the same. One
        that is not given it in two seconds makes it too.
        """
        found = self.get(key)
        if found is not None and is_valid(found):
            return found
        maker = self.makers[hash(key) % MAKERS]
        is_first = maker.acquire(timeout=PATIENCE)
        try:
            found = self.get(key)
            if found is None or not is_valid(found):
                found = make()
                self.keep(key, found)
            return found
        finally:
            if is_first:
                maker.release()

    def get(self, key: Hashable) -> V | None:
        with self.lock:
            found = self.values.get(key)
            if found is not None:
                self.values.move_to_end(key)
            return found

    def keep(self, key: Hashable, value: V) -> None:
        with self.lock:
            self.values[key] = value
            self.values.move_to_end(key)
            while len(self.values) > self.size:
                self.values.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Forget the value of a key, if there is one."""
        with self.lock:
            self.values.pop(key, None)

    def clear(self) -> None:
        with self.lock:
            self.values.clear()
