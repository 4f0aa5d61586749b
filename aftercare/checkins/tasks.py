"""Celery tasks of check-ins: time-driven rules, independent of new check-ins."""

from __future__ import annotations

from celery import shared_task

from aftercare.checkins.clusters import actions as clusters
from aftercare.checkins.follow_up import auditing, unconfirmed
from aftercare.checkins.follow_up.non_response import record_missed_check_ins, record_silence_after_alerts
from aftercare.checkins.photos import retention, upkeep
from aftercare.checkins.reminders import running
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


@shared_task(name="aftercare.checkins.find_clusters")
def find_clusters() -> None:
    """Tell managers of signs that several patients of their clinic have reported."""
    clusters.find_clusters(database_clock.now())


@shared_task(name="aftercare.checkins.remind")
def remind() -> None:
    """Remind the patients whose check-in is due by their clock."""
    running.remind(database_clock.now())


@shared_task(name="aftercare.checkins.plan_reminders")
def plan_reminders() -> None:
    """Plan the reminders after procedures that were recorded or corrected, and in changed time zones."""
    running.plan_reminders(database_clock.now())


@shared_task(name="aftercare.checkins.make_thumbnails")
def make_thumbnails() -> None:
    """Make small pictures of those that patients have sent."""
    upkeep.make_thumbnails()


@shared_task(name="aftercare.checkins.delete_photos")
def delete_photos() -> None:
    """Remove pictures that their clinic keeps no longer, and delete the files of removed ones."""
    now = database_clock.now()
    retention.end_retention(now)
    upkeep.delete_left_behind(now)
