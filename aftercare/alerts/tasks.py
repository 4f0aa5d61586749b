"""Celery tasks of alerts: time-driven rules, independent of new check-ins."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.alerts.actions import drills
from aftercare.alerts.dispatching import deferred, reminders
from aftercare.alerts.following_up import chases, escalation, unassign
from aftercare.alerts.on_call import no_recipients


@shared_task(name="aftercare.alerts.escalate")
def escalate() -> None:
    """Notify the next contact step of alerts that were not acknowledged in time."""
    escalation.escalate(timezone.now())


@shared_task(name="aftercare.alerts.follow_up")
def follow_up() -> None:
    """Notify the next contact step of alerts that were acknowledged and then forgotten."""
    escalation.follow_up(timezone.now())


@shared_task(name="aftercare.alerts.left_open")
def left_open() -> None:
    """Notify owners and managers of alerts acknowledged three days ago and still open."""
    chases.notify_left_open(timezone.now())


@shared_task(name="aftercare.alerts.nobody_to_tell")
def nobody_to_tell() -> None:
    """Mail the technical contact of clinics without any recipient."""
    no_recipients.mail_technical_contacts(timezone.now())


@shared_task(name="aftercare.alerts.return_to_pool")
def return_to_pool() -> None:
    """Unassign alerts whose owner left or is away."""
    unassign.return_to_pool(timezone.now())


@shared_task(name="aftercare.alerts.remind")
def remind() -> None:
    """Send the reminders of same-day alerts before closing, and the daily list of routine alerts."""
    reminders.remind(timezone.now())


@shared_task(name="aftercare.alerts.follow_hours")
def follow_hours() -> None:
    """Reschedule deferred dispatches when a clinic's hours or closed days have changed."""
    deferred.follow_hours()


@shared_task(name="aftercare.alerts.drill")
def drill() -> None:
    """Notify the next contact step of drills that were not acknowledged in time."""
    drills.escalate_drills(timezone.now())
