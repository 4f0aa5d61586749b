"""What is due for one plan: a reminder, an entry on the clinic's list, or nothing; and when to look again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from aftercare.checkins.models import ReminderPlan
from aftercare.checkins.reminders.planning import (
    Occasion,
    Sort,
    current,
    missed,
    next_instant,
    occasions,
)
from aftercare.checkins.reminders.rows import times_of
from aftercare.checkins.schedule import planned_dates

FIRST, SECOND = 1, 2  # missed days
Reminded = Collection[tuple[UUID, date, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """`is_listed`: the clinic is told, on its list, that the patient does not check in."""

    reminder: Occasion | None = None
    is_listed: bool = False
    next_at: datetime | None = None
    counted_from: datetime | None = None


def decide(plan: Any, now: datetime, reminded: Reminded = ()) -> Decision:
    """Return what is due for a plan with the annotations of `rows.with_facts`.

    Everything is read anew here: `next_at` says when to look, never what to send.
    """
    if not takes_part(plan) or plan.performed_at is None:
        return Decision()
    clinic = plan.patient.clinic
    dates = planned_dates(plan.performed_at, clinic.zone, clinic.check_in_days)
    times = times_of(plan)
    found = [one for one in occasions(dates, times, now) if one.due_at > plan.performed_at]
    due = current(found, now)
    reminder, is_listed = None, False
    if due is not None and (plan.pk, due.day, due.sort) not in reminded:
        is_needed, is_listed = judge(plan, due, dates, reminded)
        reminder = due if is_needed else None
    return Decision(
        reminder=reminder,
        is_listed=is_listed,
        next_at=next_instant(found, now),
        counted_from=plan.performed_at,
    )


def takes_part(plan: ReminderPlan) -> bool:
    """Return True unless the patient was withdrawn, has not accepted the record, has no account or wants none."""
    patient = plan.patient
    is_out = patient.is_withdrawn or patient.is_pending or not patient.user.is_active
    return plan.is_on and not is_out


def judge(plan: Any, due: Occasion, dates: list[date], reminded: Reminded) -> tuple[bool, bool]:
    """Return whether the patient gets this reminder, and whether the clinic gets it on its list instead."""
    if (plan.pk, due.day, Sort.LATER.value) in reminded:
        return False, False  # the patient asked for another hour
    if due.sort == Sort.PLANNED and plan.must_call:
        return True, False
    last = plan.last_at.astimezone(plan.zone).date() if plan.last_at else None
    if last is not None and last >= due.day:
        return False, False
    if due.sort == Sort.PLANNED:
        return True, False
    since = plan.recorded_at.astimezone(plan.zone).date()
    count = missed(dates, due.day, last, since)
    return count == FIRST and not plan.must_call, count == SECOND
