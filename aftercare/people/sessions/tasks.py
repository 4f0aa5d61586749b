"""Celery task of sessions: those that have run out are deleted."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.people.sessions.purging import purge_sessions


@shared_task(name="aftercare.people.purge_sessions")
def purge() -> None:
    """Delete sessions that have run out."""
    purge_sessions(timezone.now())
