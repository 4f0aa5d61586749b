"""Two things at the same moment, each on a database connection of its own."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 20  # seconds: a deadlock fails the test instead of hanging it


def at_once(*calls: Callable[[], T]) -> list[T | Exception]:
    """Start all calls at the same moment; return the result or exception of each."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        try:
            barrier.wait(PATIENCE)
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [done.result(PATIENCE) for done in [threads.submit(run, call) for call in calls]]


class Crossing:
    """A place in the code that two threads reach together, where the database lets both get there.

    SQLite lets one writer in at a time: there the first goes on alone after a moment.
    """

    def __init__(self, parties: int = 2, moment: float = 0.5) -> None:
        self.barrier = threading.Barrier(parties)
        self.moment = moment

    def __call__(self, function: Callable[..., T]) -> Callable[..., T]:
        """`function`, entered together."""

        def entered(*args: Any, **kwargs: Any) -> T:
            with contextlib.suppress(threading.BrokenBarrierError):
                self.barrier.wait(self.moment)
            return function(*args, **kwargs)

        return entered
