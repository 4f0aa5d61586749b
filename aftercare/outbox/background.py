"""A bounded background thread for work that requests start but do not wait for; excess jobs are dropped."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Background:
    """A daemon thread per process, started at first use, with a queue of `size` jobs."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.jobs: queue.Queue[Callable[[], None]] = queue.Queue(size)
        self.lock = threading.Lock()
        self.process: int | None = None

    def submit(self, job: Callable[[], None]) -> bool:
        """Queue `job`; return False if the queue was full and the job was dropped."""
        self.start()
        try:
            self.jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def start(self) -> None:
        """Start the thread if this process has none: threads do not survive a fork."""
        if self.process == os.getpid():
            return
        with self.lock:
            if self.process != os.getpid():
                self.process = os.getpid()
                threading.Thread(target=self.work, name=self.name, daemon=True).start()

    def work(self) -> None:
        """Run jobs for ever; a job that raises is logged."""
        while True:
            job = self.jobs.get()
            try:
                job()
            except Exception as error:
                logger.warning("%s: %s", self.name, type(error).__name__)
            finally:
                self.jobs.task_done()

    def wait(self) -> None:
        """Block until every queued job has run."""
        self.jobs.join()
