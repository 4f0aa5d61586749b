"""The messages of reminders: one for each way that the patient wants and has proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from aftercare.checkins.models import Reminder, ReminderPlan
from aftercare.checkins.reminders.links import token_of
from aftercare.checkins.reminders.planning import Occasion
from aftercare.outbox.channels import is_set_up
from aftercare.outbox.models import Message
from aftercare.people.models import ContactPoint
from aftercare.people.patient_channels.messages import KINDS, MAIL_AFTER

KIND = "check_in_reminder"
Due = Sequence[tuple[Any, Reminder]]


def new_reminder(plan: ReminderPlan, occasion: Occasion) -> Reminder:
    """Return the reminder of an occasion, unsaved."""
    pk = uuid4()
    return Reminder(
        id=pk,
        patient_id=plan.pk,
        sort=occasion.sort,
        day=occasion.day,
        due_at=occasion.due_at,
        expires_at=occasion.expires_at,
        token_hash=Reminder.hash_of(token_of(pk)),
    )


def write_messages(due: Due, now: datetime) -> None:
    """Write the messages of these reminders, given with their plans, in two statements."""
    if not due:
        return
    users = [plan.patient.user_id for plan, _reminder in due]
    points = ContactPoint.objects.filter(user__in=users, kind__in=KINDS, agreed_at__isnull=False).usable()
    by_user: dict[int, list[ContactPoint]] = {}
    for point in points:
        if is_set_up(point.kind):
            by_user.setdefault(point.user_id, []).append(point)
    Message.objects.bulk_create(
        (
            message
            for plan, reminder in due
            for message in messages_of(plan, reminder, by_user.get(plan.patient.user_id, []), now)
        ),
        ignore_conflicts=True,
    )


def messages_of(
    plan: Any, reminder: Reminder, points: Sequence[ContactPoint], now: datetime
) -> list[Message]:
    """Return the messages of a reminder, unsaved.

    An e-mail waits behind the others, and leaves if none of them was handed over. "Please call us" goes by all
    ways at once, whatever the patient chose for reminders.
    """
    send_at = max(now, reminder.due_at)
    if plan.must_call:
        wanted, mail_at = list(points), send_at
    else:
        wanted = [point for point in points if wants(plan, point.kind)]
        mail_at = send_at + MAIL_AFTER if wanted else send_at
    made = [message_of(plan, reminder, point.kind, send_at, point) for point in wanted]
    if plan.by_email or plan.must_call or not wanted:
        made.append(message_of(plan, reminder, Message.Channel.EMAIL, mail_at))
    for message in made:
        message.created_at = now
        message.priority = Message.Priority.SOON if plan.must_call else Message.Priority.ROUTINE
    return made


def wants(plan: ReminderPlan, kind: str) -> bool:
    """Return True if the patient wants reminders by this way."""
    return plan.by_push if kind == ContactPoint.Kind.PUSH else plan.by_sms


def message_of(
    plan: ReminderPlan, reminder: Reminder, channel: str, at: datetime, point: ContactPoint | None = None
) -> Message:
    return Message(
        kind=KIND,
        subject=reminder.pk,
        sender=plan.patient.clinic_id,
        recipient_id=plan.patient.user_id,
        channel=channel,
        point=point.pk if point else None,
        next_attempt_at=at,
        expires_at=reminder.expires_at,
    )
