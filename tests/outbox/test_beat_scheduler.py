"""Beat goes on whatever happens to the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aftercare.beat.scheduler import SteadyScheduler
from aftercare.celery import app
from tests.clock import frozen_at

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)


class Recorder(SteadyScheduler):
    """Keeps the names of what is to run, where the real one tells the broker."""

    def __init__(self, **kwargs: Any) -> None:
        self.ran: list[str] = []
        super().__init__(app, **kwargs)

    def apply_entry(self, entry: Any, producer: object = None) -> None:
        self.ran.append(entry.name)

    def run(self, clock: Any, seconds: int) -> set[str]:
        """Return the tasks that run within this many seconds."""
        self.ran.clear()
        for _second in range(seconds):
            clock.shift(timedelta(seconds=1))
            while self.tick() == 0:
                pass
        return set(self.ran)


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=-30), timedelta(hours=1)])
def test_everything_runs_within_a_minute_of_a_clock_that_was_set(step: timedelta) -> None:
    with frozen_at(NOON) as clock:
        scheduler = Recorder()
        periodic = {name for name in scheduler.schedule if name in app.conf.beat_schedule}
        assert scheduler.run(clock, 61) >= periodic

        clock.shift(step)

        assert scheduler.run(clock, 62) >= periodic


def test_nothing_runs_more_often_for_it() -> None:
    with frozen_at(NOON) as clock:
        scheduler = Recorder()
        scheduler.run(clock, 10)
        clock.shift(timedelta(hours=-1))
        scheduler.run(clock, 20)

        assert scheduler.ran.count("sweep") <= 10
        assert scheduler.ran.count("silence") == 0
