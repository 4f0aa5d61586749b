"""Heartbeats of worker and beat, stored in the database so that they are readable while the broker is down."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from aftercare.outbox.models import CLOCK_TOLERANCE, Heartbeat

# A part without a heartbeat for this long is taken to be down.
SILENT_AFTER = timedelta(seconds=30)


def beat_heart(name: str, now: datetime) -> None:
    """Store a heartbeat of `name`."""
    if not Heartbeat.objects.filter(name=name).update(at=now):
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
