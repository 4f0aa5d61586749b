"""Undelivered notifications: the next contact step is notified at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from aftercare.alerts.dispatching.dispatches import create_dispatch, record_notified
from aftercare.alerts.dispatching.relevance import relevant_alerts
from aftercare.alerts.models import Dispatch
from aftercare.outbox.models import Message
from aftercare.people.models import Event

# Message kind of notifications.
KIND = "alert_dispatch"
# What wakes nobody.
QUIET = (Message.Channel.EMAIL, Message.Channel.CHAT)


@transaction.atomic
def notify_next_step(messages: Iterable[Message], now: datetime) -> None:
    """Notify the next contact step of messages that were given up, once per dispatch."""
    lost = {message.subject for message in messages if not is_reached_otherwise(message)}
    told = Dispatch.objects.select_for_update().filter(pk__in=lost)
    for dispatch in told.filter(patient__isnull=False):
        alerts = relevant_alerts(dispatch)
        if not alerts or has_notified_next_step(dispatch):
            continue
        step = dispatch.step + 1
        escalated = create_dispatch(
            alerts, Dispatch.Reason.UNDELIVERED, now=now, step=step, event=dispatch.pk
        )
        record_notified(alerts, escalated, Event.Verb.UNDELIVERED, now)


def is_reached_otherwise(message: Message) -> bool:
    """Return True if the same dispatch has reached its recipient, or soon does, by another point that wakes as well.

    A mail or a chat does not stand for an SMS: nobody is woken by it.
    """
    others = Message.objects.filter(kind=KIND, subject=message.subject, recipient=message.recipient_id)
    others = others.exclude(pk=message.pk).exclude(state__in=[Message.State.FAILED, Message.State.WITHDRAWN])
    if message.channel not in QUIET:
        others = others.exclude(channel__in=QUIET)
    return others.exists()


def has_notified_next_step(dispatch: Dispatch) -> bool:
    """Return True if the next step was notified because a message of this dispatch was given up."""
    return Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED, event=dispatch.pk).exists()


def undelivered_messages(clinic_id: int) -> QuerySet[Message]:
    """Return unhandled failures of a clinic's notifications to staff who have received none since.

    The same notification by another way counts: the mailbox of whoever refuses an SMS may be sound.
    """
    later = Message.objects.filter(
        Q(finished_at__gt=OuterRef("finished_at")) | Q(kind=KIND, subject=OuterRef("subject")),
        recipient=OuterRef("recipient"),
        state=Message.State.SENT,
    )
    failed: QuerySet[Message] = Message.objects.unattended_failures().filter(sender=clinic_id, kind=KIND)
    return failed.exclude(Exists(later))


def undeliverable_users(dispatch: Dispatch) -> set[int]:
    """Return the ids of users whom notifications of the dispatch's clinic do not reach."""
    return set(undelivered_messages(dispatch.clinic_id).values_list("recipient_id", flat=True))
