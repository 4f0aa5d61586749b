"""Celery task of second steps: the end of removals."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.people.factors.removal import end_removals


@shared_task(name="aftercare.people.end_removals")
def end() -> None:
    """Remove the second steps whose wait is over, and end requests to which nobody agreed."""
    end_removals(timezone.now())
