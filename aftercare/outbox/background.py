"""A bounded thread for what a request sets off but must not wait for. What does not fit is dropped, and said so."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Background:
    """One daemon thread per process, begun at first use, with room for `size` waiting jobs."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.jobs: queue.Queue[Callable[[], None]] = queue.Queue(size)
        self.lock = threading.Lock()
        self.process: int | None = None

    def submit(self, job: Callable[[], None]) -> bool:
        """Run `job` soon, in the thread; False where there was no room and it will not run."""
        self.start()
        try:
            self.jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def start(self) -> None:
        """Begin the thread where this process has none yet (a fork takes no threads along)."""
        if self.process == os.getpid():
            return
        with self.lock:
            if self.process != os.getpid():
                self.process = os.getpid()
                threading.Thread(target=self.work, name=self.name, daemon=True).start()

    def work(self) -> None:
        """Run jobs for ever. One that fails is logged and does not stop the next."""
        while True:
            job = self.jobs.get()
            try:
                job()
            except Exception as error:
                logger.warning("%s: %s", self.name, type(error).__name__)
            finally:
                self.jobs.task_done()

    def wait(self) -> None:
        """Wait until every job so far is done."""
        self.jobs.join()
