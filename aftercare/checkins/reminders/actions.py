"""Actions on a patient's reminders: change, stop, start again, and remind once more later today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from aftercare.checkins.models import Reminder, ReminderPlan
from aftercare.checkins.reminders.deciding import takes_part
from aftercare.checkins.reminders.planning import LATE, Occasion, Sort
from aftercare.checkins.reminders.rows import times_of, with_facts
from aftercare.checkins.reminders.writing import KIND, new_reminder, write_messages
from aftercare.outbox.models import Message
from aftercare.people.actions.events import record_event
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Clinic, Event, Patient

HOURS_LATER = (1, 3)


class QuietError(ValueError):
    """The reminder would come in the patient's quiet hours."""


class NotOpenError(ValueError):
    """There is no check-in to remind of: reminders are stopped, or the patient takes no part."""


def plan_of(patient: Patient) -> ReminderPlan:
    """Return the patient's plan, made on first sight; the task plans it then."""
    return ReminderPlan.objects.get_or_create(patient=patient)[0]


@transaction.atomic
def change_reminders(
    *, patient: Patient, now: datetime, values: Mapping[str, Any], time_zone: str = ""
) -> None:
    """Store how the patient wants reminders, and begin them again if they were stopped.

    `time_zone`: the zone by whose clock they come from now on, if another one.
    """
    if time_zone:
        change_details(patient=patient, by=patient.user, now=now, details={"time_zone": time_zone})
    plan = locked(patient)
    for name, value in values.items():
        setattr(plan, name, value)
    plan.stopped_at, plan.next_at = None, now
    plan.save()
    record(patient, now, {"reminders": "changed"})


@transaction.atomic
def stop_reminders(*, patient: Patient, now: datetime) -> bool:
    """Stop all reminders, and withdraw those that wait; return False if they were stopped before."""
    plan = locked(patient)
    if not plan.is_on:
        return False
    plan.stopped_at, plan.next_at = now, None
    plan.save()
    withdraw(patient, now)
    record(patient, now, {"reminders": "stopped"})
    return True


@transaction.atomic
def start_reminders(*, patient: Patient, now: datetime) -> None:
    """Begin reminders again as they were."""
    change_reminders(patient=patient, now=now, values={})


@transaction.atomic
def remind_later(*, patient: Patient, hours: int, now: datetime) -> datetime:
    """Remind once more in some hours, instead of what else would come today; return when.

    Raise QuietError if that is quiet, NotOpenError if there is nothing to remind of.
    """
    plan = with_facts(ReminderPlan.objects.filter(pk=locked(patient).pk), now).get()
    times, at = times_of(plan), now + timedelta(hours=hours)
    if not takes_part(plan):
        raise NotOpenError
    if times.is_quiet(at):
        raise QuietError
    withdraw(patient, now)
    day = now.astimezone(times.zone).date()
    expires_at = min(at + LATE, times.quiet_after(at))
    later = new_reminder(plan, Occasion(due_at=at, expires_at=expires_at, day=day, sort=Sort.LATER))
    later.save(force_insert=True)
    write_messages([(plan, later)], now)
    return at


def plan_clinic_anew(*, clinic: Clinic, now: datetime) -> None:
    """Let the next run plan for all patients of a clinic whose days have changed."""
    plans = ReminderPlan.objects.filter(patient__clinic=clinic, stopped_at=None, counted_from__isnull=False)
    plans.update(next_at=now)


def later_reminder(patient: Patient, now: datetime) -> Reminder | None:
    """Return the reminder that the patient has asked for, while it is ahead and waits."""
    waiting = Message.objects.waiting().filter(kind=KIND, recipient=patient.user_id)
    ahead = Reminder.objects.filter(patient=patient, sort=Sort.LATER, due_at__gt=now)
    return ahead.filter(pk__in=waiting.values("subject")).order_by("-due_at").first()


def locked(patient: Patient) -> ReminderPlan:
    """Lock and return the plan."""
    plan_of(patient)
    return ReminderPlan.objects.select_for_update().get(patient=patient)


def withdraw(patient: Patient, now: datetime) -> None:
    """Withdraw the reminders that wait to be sent."""
    waiting = Message.objects.waiting().filter(kind=KIND, recipient=patient.user_id, sender=patient.clinic_id)
    waiting.update(state=Message.State.WITHDRAWN, finished_at=now)


def record(patient: Patient, now: datetime, data: dict[str, str]) -> None:
    record_event(
        verb=Event.Verb.CHANGED_REACH,
        actor=patient.user,
        now=now,
        patient=patient,
        subject=patient.pk,
        data=data,
    )
