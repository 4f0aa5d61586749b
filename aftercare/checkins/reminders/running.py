"""The run of each minute: reminders that are due become messages, once each, in a bounded number of statements."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from aftercare.checkins.models import NonResponse, Reminder, ReminderPlan
from aftercare.checkins.reminders.deciding import Decision, decide
from aftercare.checkins.reminders.rows import due_plans, patients_to_plan, reminded
from aftercare.checkins.reminders.writing import new_reminder, write_messages
from aftercare.checkins.schedule import LAST_DAY
from aftercare.logs.isolation import isolated
from aftercare.outbox.heartbeats import claim_periodic_job
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.models import Patient

logger = logging.getLogger(__name__)

BATCH = 500  # plans in one transaction
MOST_BATCHES = 20  # in one run; the next one goes on
LOOK_BACK = timedelta(days=4)  # of reminders that may be those of an occasion
AFTER_FAULT = timedelta(hours=1)
PLANNED_AT_ONCE = 1000  # patients
LATELY = timedelta(days=2)
JOB, EVERY = "plan_all_reminders", timedelta(hours=1)


def remind(now: datetime) -> int:
    """Write the reminders that are due; return their number."""
    written = 0
    for _number in range(MOST_BATCHES):
        looked_at, reminders = remind_batch(now)
        written += reminders
        if looked_at < BATCH:
            break
    return written


@transaction.atomic
def remind_batch(now: datetime) -> tuple[int, int]:
    """Look at some plans, and return how many there were and how many reminders were written.

    A plan is locked while its reminder is written; another worker passes over it.
    """
    plans = list(due_plans(now).select_for_update(of=("self",), skip_locked=True)[:BATCH])
    if not plans:
        return 0, 0
    known = reminded([plan.pk for plan in plans], (now - LOOK_BACK).date())
    decided = [(plan, decide_safely(plan, now, known)) for plan in plans]
    due = [(plan, new_reminder(plan, decision.reminder)) for plan, decision in decided if decision.reminder]
    Reminder.objects.bulk_create(reminder for _plan, reminder in due)
    write_messages(due, now)
    NonResponse.objects.bulk_create(
        (entry(plan, now) for plan, decision in decided if decision.is_listed), ignore_conflicts=True
    )
    keep(decided)
    if due:
        nudge_after_commit()
    return len(plans), len(due)


def decide_safely(plan: ReminderPlan, now: datetime, known: set[Any]) -> Decision:
    """Return what is due for a plan; after an error nothing for an hour."""
    with isolated(logger, "the reminder of patient %s could not be planned", plan.pk):
        return decide(plan, now, known)
    return Decision(next_at=now + AFTER_FAULT, counted_from=plan.counted_from)


def keep(decided: Sequence[tuple[ReminderPlan, Decision]]) -> None:
    """Store when the plans are looked at next, and by what that was planned."""
    for plan, decision in decided:
        plan.next_at, plan.counted_from = decision.next_at, decision.counted_from
        plan.time_zone = plan.patient.time_zone
    plans = [plan for plan, _decision in decided]
    ReminderPlan.objects.bulk_update(plans, ["next_at", "counted_from", "time_zone"])


def entry(plan: Any, now: datetime) -> NonResponse:
    """Return the entry on the clinic's list, unsaved; the same as the rule of missed check-ins makes."""
    return NonResponse(
        patient_id=plan.pk,
        procedure_id=plan.procedure_id,
        silent_since=max(at for at in (plan.performed_at, plan.last_at) if at is not None),
        noted_at=now,
    )


def plan_reminders(now: datetime) -> int:
    """Plan for patients without a plan, or whose procedure or zone changed; return the number of patients.

    Each run looks at those treated lately, and once an hour one looks at all with a planned day ahead.
    """
    planned = plan_for(patients_to_plan(now, now - LATELY), now)
    if claim_periodic_job(JOB, EVERY, now):
        planned += plan_for(patients_to_plan(now, now - timedelta(days=LAST_DAY + 2)), now)
    return planned


def plan_for(patients: QuerySet[Patient], now: datetime) -> int:
    """Make plans that are due at once: the next run looks at each, and finds when its reminder is due."""
    planned, after = 0, None
    while True:
        rest = patients.filter(pk__gt=after) if after else patients
        found = list(rest.values_list("pk", flat=True)[:PLANNED_AT_ONCE])
        ReminderPlan.objects.bulk_create(
            (ReminderPlan(patient_id=pk, next_at=now) for pk in found),
            update_conflicts=True,
            unique_fields=["patient"],
            update_fields=["next_at"],
        )
        planned += len(found)
        if len(found) < PLANNED_AT_ONCE:
            return planned
        after = found[-1]
