"""Signs of life of the worker and of beat, kept in the database, where a dead broker does not hide them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.outbox.models import Heartbeat, Message

# A beat or worker that was silent for this long is taken to be down.
SILENT_AFTER = timedelta(seconds=30)


def beat_heart(name: str, now: datetime) -> None:
    """Keep that `name` was alive at `now`."""
    if not Heartbeat.objects.filter(name=name).update(at=now):
        Heartbeat.objects.get_or_create(name=name, defaults={"at": now})


def is_alive(name: str, now: datetime) -> bool:
    """Whether `name` has shown a sign of life lately."""
    return Heartbeat.objects.filter(name=name, at__gt=now - SILENT_AFTER).exists()


def oldest_due_seconds(now: datetime) -> float:
    """For how long the longest-waiting message has been due, in seconds; 0 where none is."""
    oldest = Message.objects.due(now).aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
