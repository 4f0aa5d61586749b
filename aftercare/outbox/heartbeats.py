"""Signs of life of the worker and of beat, kept in the database, where a dead broker does not hide them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from aftercare.outbox.models import CLOCK_TOLERANCE, Heartbeat

# A beat or worker that was silent for this long is taken to be down.
SILENT_AFTER = timedelta(seconds=30)


def beat_heart(name: str, now: datetime) -> None:
    """Keep that `name` was alive at `now`."""
    if not Heartbeat.objects.filter(name=name).update(at=now):
        Heartbeat.objects.get_or_create(name=name, defaults={"at": now})


def claim_turn(name: str, every: timedelta, now: datetime) -> bool:
    """Whether it is time again for what is done `every` so often; of two who ask at once, one is told so."""
    long_ago = Q(at__lte=now - every) | Q(at__gt=now + CLOCK_TOLERANCE)
    if Heartbeat.objects.filter(long_ago, name=name).update(at=now):
        return True
    return Heartbeat.objects.get_or_create(name=name, defaults={"at": now})[1]


def give_back_turn(name: str) -> None:
    """Let what could not be done be tried again at once."""
    Heartbeat.objects.filter(name=name).delete()


def last_beats() -> dict[str, datetime]:
    """When each part was last known to be alive."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def is_fresh(at: datetime | None, now: datetime) -> bool:
    """Whether a sign of life is recent; one from a clock that was set back since says nothing."""
    return at is not None and now - SILENT_AFTER < at < now + CLOCK_TOLERANCE
