"""Celery tasks of people: sealing the events."""

from __future__ import annotations

from celery import shared_task

from aftercare.outbox import database_clock
from aftercare.people.sealing.actions import seal_events
from aftercare.people.sealing.mail import mail_newest_seal


@shared_task(name="aftercare.people.seal_events")
def seal() -> None:
    """Seal the events so far, and mail the newest hash once a day."""
    now = database_clock.now()
    seal_events(now)
    mail_newest_seal(now)
