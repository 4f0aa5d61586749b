"""The database's clock, which every process shares. Claims and due times are read from it, not from a host's own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

NO_OFFSET = timedelta(0)
# A smaller difference may be the time of the query itself.
TOLERANCE = timedelta(seconds=1)
MEASURE_EVERY = 30.0  # seconds
CLOCK_STEP = 0.5  # seconds by which the host's clock has been set, so that the measurement no longer holds


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """Offset of the database's clock from this host's; it holds for one process."""

    process: int
    at: float
    host_clock: float
    offset: timedelta


_measurements: list[Measurement] = []


def now() -> datetime:
    """Return the time by the database's clock."""
    return timezone.now() + offset()


def not_ahead(instant: datetime) -> datetime:
    """Return an instant of this host's clock, brought back if that clock is ahead of the database's.

    An instant of a clock that is behind is returned as it is: it lies in the past already.
    """
    return instant + min(offset(), NO_OFFSET)


def offset() -> timedelta:
    """Return how far the database's clock is ahead of this host's, measured at most twice a minute."""
    if not (_measurements and is_valid(_measurements[-1])):
        measured = measure()
        _measurements[:] = [
            Measurement(
                process=os.getpid(), at=time.monotonic(), host_clock=host_clock_start(), offset=measured
            )
        ]
    return _measurements[-1].offset


def is_valid(measurement: Measurement) -> bool:
    """Return True if a measurement is recent, this process's own, and the host's clock was not set since."""
    return (
        measurement.process == os.getpid()
        and time.monotonic() - measurement.at < MEASURE_EVERY
        and abs(host_clock_start() - measurement.host_clock) < CLOCK_STEP
    )


def host_clock_start() -> float:
    """Return the host clock's reading at the start of the monotonic clock; it changes when the clock is set."""
    return time.time() - time.monotonic()


def measure() -> timedelta:
    """Ask PostgreSQL for its time. SQLite is a file of this host, and has no clock of its own."""
    if connection.vendor != "postgresql":
        return NO_OFFSET
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    here = before + (timezone.now() - before) / 2
    difference: timedelta = there - here
    return difference if abs(difference) > TOLERANCE else NO_OFFSET
