"""Celery task of the outbox."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.outbox import delivery
from aftercare.outbox.heartbeats import beat_heart


@shared_task(name="aftercare.outbox.sweep", time_limit=45)
def sweep(*, from_beat: bool = False) -> None:
    """Deliver everything that is due, and store the heartbeats of worker and beat."""
    now = timezone.now()
    beat_heart("worker", now)
    if from_beat:
        beat_heart("beat", now)
    delivery.sweep()
