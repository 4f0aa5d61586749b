"""Scheduler of beat. It stores nothing: tasks run at least once a minute and do what they find due."""

from __future__ import annotations

import time
from typing import Any

from celery.beat import Scheduler

TOLERANCE = 1.0  # seconds of clock correction that are ignored


class SteadyScheduler(Scheduler):
    """Celery's scheduler, which keeps running when the clock is set back instead of waiting until it catches up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.last_tick = 0.0
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run due tasks; return the seconds until the next tick."""
        now = time.time()
        if now < self.last_tick - TOLERANCE:
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now()
            # Rebuilt from the entries at the next tick.
            self._heap = None
        self.last_tick = now
        seconds: float = super().tick(*args, **kwargs)
        return seconds
