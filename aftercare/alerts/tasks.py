"""Celery tasks of alerts: time-driven rules, independent of new check-ins."""

from __future__ import annotations

from celery import shared_task

from aftercare.alerts.actions import drills
from aftercare.alerts.auditing import outside_watch
from aftercare.alerts.dispatching import deferred, reminders
from aftercare.alerts.following_up import chases, escalation, unassign
from aftercare.alerts.models import QueueChange
from aftercare.alerts.on_call import confirmations, no_recipients
from aftercare.outbox import database_clock
from aftercare.outbox.heartbeats import beat_heart


@shared_task(name="aftercare.alerts.escalate")
def escalate() -> None:
    """Notify the next contact step of alerts that were not acknowledged in time."""
    now = database_clock.now()
    escalation.escalate(now)
    beat_heart(outside_watch.ESCALATION, now)


@shared_task(name="aftercare.alerts.follow_up")
def follow_up() -> None:
    """Notify the next contact step of alerts that were acknowledged and then forgotten."""
    escalation.follow_up(database_clock.now())


@shared_task(name="aftercare.alerts.left_open")
def left_open() -> None:
    """Notify owners and managers of alerts acknowledged three days ago and still open."""
    chases.notify_left_open(database_clock.now())


@shared_task(name="aftercare.alerts.nobody_to_tell")
def nobody_to_tell() -> None:
    """Mail the technical contact of clinics without any recipient."""
    no_recipients.mail_technical_contacts(database_clock.now())


@shared_task(name="aftercare.alerts.return_to_pool")
def return_to_pool() -> None:
    """Unassign alerts whose owner left or is away."""
    unassign.return_to_pool(database_clock.now())


@shared_task(name="aftercare.alerts.remind")
def remind() -> None:
    """Send the reminders of same-day alerts before closing, and the daily list of routine alerts."""
    reminders.remind(database_clock.now())


@shared_task(name="aftercare.alerts.follow_rota")
def follow_rota() -> None:
    """Ask who is on duty next to confirm, and warn the managers of duties that began unconfirmed."""
    confirmations.follow_rota(database_clock.now())


@shared_task(name="aftercare.alerts.follow_hours")
def follow_hours() -> None:
    """Reschedule deferred dispatches when a clinic's hours or closed days have changed."""
    deferred.follow_hours()


@shared_task(name="aftercare.alerts.drill")
def drill() -> None:
    """Notify the next contact step of drills that were not acknowledged in time."""
    drills.escalate_drills(database_clock.now())


@shared_task(name="aftercare.alerts.call_outside_watch", time_limit=30)
def call_outside_watch() -> None:
    """Call the outside service that raises the alarm when nobody calls it any more."""
    outside_watch.call_outside_watch(database_clock.now())


@shared_task(name="aftercare.alerts.fold_queue_changes")
def fold_queue_changes() -> None:
    """Keep the changes of each queue few."""
    QueueChange.objects.fold()
