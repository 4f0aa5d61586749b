"""The Celery tasks of this room: time-driven rules, each on its own, with no need of new traffic."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.alerts.dispatching import deferred, reminders
from aftercare.alerts.following_up import chases, drills, escalation
from aftercare.alerts.on_call import nobody
from aftercare.alerts.ownership import unassign


@shared_task(name="aftercare.alerts.escalate")
def escalate() -> None:
    """Tell the next contact of what nobody acknowledged in time."""
    escalation.escalate(timezone.now())


@shared_task(name="aftercare.alerts.follow_up")
def follow_up() -> None:
    """Tell the next contact of what was acknowledged and then forgotten."""
    escalation.follow_up(timezone.now())


@shared_task(name="aftercare.alerts.left_open")
def left_open() -> None:
    """Tell owners and managers of what was acknowledged three days ago and is not closed."""
    chases.tell_left_open(timezone.now())


@shared_task(name="aftercare.alerts.nobody_to_tell")
def nobody_to_tell() -> None:
    """Mail the technical contact of a clinic at which nobody can be told."""
    nobody.mail_technical_contacts(timezone.now())


@shared_task(name="aftercare.alerts.return_to_pool")
def return_to_pool() -> None:
    """Take back what belongs to somebody who left or is away."""
    unassign.return_to_pool(timezone.now())


@shared_task(name="aftercare.alerts.remind")
def remind() -> None:
    """Remind of same-day alerts before closing, and of the routine list once a working day."""
    reminders.remind(timezone.now())


@shared_task(name="aftercare.alerts.follow_hours")
def follow_hours() -> None:
    """Move what waits for an opening where the clinic's hours or closed days have changed."""
    deferred.follow_hours()


@shared_task(name="aftercare.alerts.drill")
def drill() -> None:
    """Tell the next contact of a drill that nobody acknowledged in time."""
    drills.escalate_drills(timezone.now())
