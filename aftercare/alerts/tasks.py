"""The Celery task of this room."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.alerts import escalation


@shared_task(name="aftercare.alerts.escalate")
def escalate() -> None:
    """Tell the next contact of what nobody acknowledged in time."""
    escalation.escalate(timezone.now())
