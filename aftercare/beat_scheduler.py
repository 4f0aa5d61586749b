"""Beat's schedule. It keeps nothing on disk: every task runs at least once a minute and does what it finds due."""

from __future__ import annotations

import time
from typing import Any

from celery.beat import Scheduler

TOLERANCE = 1.0  # seconds by which a clock may be corrected without our caring


class SteadyScheduler(Scheduler):
    """Celery's scheduler, but for a clock that is set back: its own would then rest until the clock has caught up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.last_tick = 0.0
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run what is due; how many seconds until the next look."""
        now = time.time()
        if now < self.last_tick - TOLERANCE:
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now()
            # Built anew from the entries at the next tick.
            self._heap = None
        self.last_tick = now
        seconds: float = super().tick(*args, **kwargs)
        return seconds
