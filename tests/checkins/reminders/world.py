"""Patients with reminders, and runs of the task at an instant."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from aftercare.checkins.models import Reminder, ReminderPlan
from aftercare.checkins.reminders.running import plan_reminders, remind
from aftercare.outbox.models import Message
from aftercare.people.models import Patient

KIND = "check_in_reminder"


def run(now: datetime) -> int:
    """Plan what is to be planned, and return how many reminders were written."""
    plan_reminders(now)
    return remind(now)


def with_plan(patient: Patient, **fields: Any) -> ReminderPlan:
    """Give a patient a plan of their own."""
    values = {"at_time": time(18), "next_at": None, **fields}
    plan, _made = ReminderPlan.objects.update_or_create(patient=patient, defaults=values)
    return plan


def sorts(patient: Patient) -> list[str]:
    """Return the sorts of the patient's reminders in the order in which they were due."""
    return list(Reminder.objects.filter(patient=patient).order_by("due_at").values_list("sort", flat=True))


def reminders() -> list[Message]:
    """Return the messages of reminders, oldest first."""
    return list(Message.objects.filter(kind=KIND).order_by("created_at", "channel"))
