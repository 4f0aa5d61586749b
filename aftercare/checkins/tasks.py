"""The Celery tasks of this room: time-driven rules, with no need of new traffic."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from aftercare.checkins.follow_up import unconfirmed
from aftercare.checkins.follow_up.non_response import note_missed_check_ins, note_silence_after_alerts


@shared_task(name="aftercare.checkins.silence")
def silence() -> None:
    """Tell the clinic of patients who went silent after a red flag."""
    note_silence_after_alerts(timezone.now())


@shared_task(name="aftercare.checkins.missed_check_ins")
def missed_check_ins() -> None:
    """Bring the non-responder list up to date."""
    note_missed_check_ins(timezone.now())


@shared_task(name="aftercare.checkins.tell_unconfirmed")
def tell_unconfirmed() -> None:
    """Tell patients to call whose check-in nobody has confirmed in time."""
    unconfirmed.tell_unconfirmed(timezone.now())
