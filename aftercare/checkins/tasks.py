"""Celery tasks of check-ins: time-driven rules, independent of new check-ins."""

from __future__ import annotations

from celery import shared_task

from aftercare.checkins.follow_up import auditing, unconfirmed
from aftercare.checkins.follow_up.non_response import record_missed_check_ins, record_silence_after_alerts
from aftercare.outbox import database_clock


@shared_task(name="aftercare.checkins.silence")
def silence() -> None:
    """Notify the clinic of patients who are silent after an alert."""
    record_silence_after_alerts(database_clock.now())


@shared_task(name="aftercare.checkins.missed_check_ins")
def missed_check_ins() -> None:
    """Update the non-responder list."""
    record_missed_check_ins(database_clock.now())


@shared_task(name="aftercare.checkins.tell_unconfirmed")
def tell_unconfirmed() -> None:
    """Notify patients whose check-in was not confirmed in time."""
    unconfirmed.tell_unconfirmed(database_clock.now())


@shared_task(name="aftercare.checkins.audit")
def audit() -> None:
    """Find what nobody would be told of any more, and let it be told now."""
    auditing.audit(database_clock.now())
