"""Slots to work in: a process answers a few requests at once, each with a database connection of its own.

Django keeps one connection per thread. The many threads that wait for slow clients would open as many; they take
a connection together with the slot instead, and leave it for the next.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class WorkingSlots:
    """As many slots as requests are worked on at once. The slot that was used last is taken first: it is warm."""

    def __init__(self, number: int) -> None:
        self.free: queue.LifoQueue[BaseDatabaseWrapper] = queue.LifoQueue()
        for _slot in range(number):
            connection = connections.create_connection(DEFAULT_DB_ALIAS)
            connection.inc_thread_sharing()
            self.free.put(connection)

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a slot; within the block, its connection stands in for the thread's own."""
        connection = self.free.get()
        own = connections.all(initialized_only=True)
        connections[DEFAULT_DB_ALIAS] = connection
        try:
            yield
        finally:
            del connections[DEFAULT_DB_ALIAS]
            for before in own:
                connections[before.alias] = before
            self.free.put(connection)
