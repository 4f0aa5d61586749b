"""The outbox's Celery tasks."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.utils import timezone

from aftercare.outbox import delivery
from aftercare.outbox.heartbeats import beat_heart


@shared_task(name="aftercare.outbox.deliver", time_limit=45)
def deliver(message_id: str) -> None:
    """Send one message."""
    delivery.deliver(uuid.UUID(message_id), timezone.now())


@shared_task(name="aftercare.outbox.sweep")
def sweep(*, from_beat: bool = False) -> None:
    """Queue everything that is due: the guarantee behind the nudge. Also the sign of life of worker and beat."""
    now = timezone.now()
    beat_heart("worker", now)
    if from_beat:
        beat_heart("beat", now)
    delivery.sweep(now, queue_delivery)


def queue_delivery(message_id: uuid.UUID) -> None:
    """Hand one message to the workers."""
    deliver.delay(str(message_id))
