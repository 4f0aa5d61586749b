"""Heartbeats of workers and beat, stored in the database so that they are readable while the broker is down.

Each worker has a row of its own, named after its host and main process.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from aftercare.outbox.models import CLOCK_TOLERANCE, Heartbeat

WORKER = "worker"

# A heartbeat is written no more often than this: each is a write to the disk, for which the others wait.
BEAT_EVERY = timedelta(seconds=1)
# A part without a heartbeat for this long is taken to be down.
SILENT_AFTER = timedelta(seconds=30)
# A dead worker that none has replaced is forgotten after this long.
FORGOTTEN_AFTER = timedelta(days=1)
_main_process: list[int] = []


def beat_heart(name: str, now: datetime) -> None:
    """Store a heartbeat of `name`, unless one was stored within the last second."""
    just_now = Q(at__gt=now - BEAT_EVERY, at__lte=now)
    if not Heartbeat.objects.filter(name=name).exclude(just_now).update(at=now):
        Heartbeat.objects.get_or_create(name=name, defaults={"at": now})


def claim_periodic_job(name: str, every: timedelta, now: datetime) -> bool:
    """Claim the periodic job `name`, due once per `every`; return True for exactly one of several concurrent
    callers.
    """
    long_ago = Q(at__lte=now - every) | Q(at__gt=now + CLOCK_TOLERANCE)
    if Heartbeat.objects.filter(long_ago, name=name).update(at=now):
        return True
    return Heartbeat.objects.get_or_create(name=name, defaults={"at": now})[1]


def release_periodic_job(name: str) -> None:
    """Release a claimed job that failed, so that it is retried at once."""
    Heartbeat.objects.filter(name=name).delete()


def last_beats() -> dict[str, datetime]:
    """Return the last heartbeat of each part."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def is_fresh(at: datetime | None, now: datetime) -> bool:
    """Return True for a recent heartbeat; False for one in the future, written before the clock was set back."""
    return at is not None and now - SILENT_AFTER < at < now + CLOCK_TOLERANCE


def name_own_worker() -> None:
    """Keep the id of this process as that of the worker; processes forked from it inherit it."""
    _main_process[:] = [os.getpid()]


def own_worker() -> str:
    """Return the name of the heartbeat of the worker that this process belongs to."""
    process = _main_process[0] if _main_process else os.getpid()
    return f"{WORKER} {socket.gethostname()[:60]}:{process}"


def begin_own_worker(now: datetime) -> None:
    """Store the first heartbeat of this worker, and forget workers that have been silent for a day."""
    Heartbeat.objects.filter(name__startswith=f"{WORKER} ", at__lte=now - FORGOTTEN_AFTER).delete()
    Heartbeat.objects.update_or_create(name=own_worker(), defaults={"at": now, "started_at": now})


def forget_own_worker() -> None:
    """Remove the heartbeat of this worker, which ends as it should."""
    Heartbeat.objects.filter(name=own_worker()).delete()


def dead_workers(now: datetime) -> list[str]:
    """Return the names of workers that have been silent for less than a day, and that none has replaced.

    A worker that is started again has a new name: each that has begun since a death stands for one dead one, of
    its own host first.
    """
    workers = Heartbeat.objects.filter(name__startswith=f"{WORKER} ", at__gt=now - FORGOTTEN_AFTER)
    rows = list(workers.order_by("at", "name"))
    dead = [row for row in rows if not is_fresh(row.at, now)]
    for worker in sorted(rows, key=lambda row: (row.started_at is None, row.started_at, row.name)):
        before = [row for row in dead if worker.started_at and row.at <= worker.started_at and row != worker]
        if before:
            dead.remove(min(before, key=lambda row: (host_of(row) != host_of(worker), row.at, row.name)))
    return [row.name for row in dead]


def host_of(worker: Heartbeat) -> str:
    return worker.name.rpartition(":")[0]


def newest_worker_beat(beats: Mapping[str, datetime], now: datetime) -> datetime | None:
    """Return the last heartbeat of any worker; a recent one if there is one."""
    found = [at for name, at in beats.items() if name.partition(" ")[0] == WORKER]
    return max((at for at in found if is_fresh(at, now)), default=max(found, default=None))
