"""Replies of staff from a telephone: "ACK 4711" by SMS, the key press of a call, STOP and START."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aftercare.alerts.answering.actions import take
from aftercare.alerts.answering.asked import Asked, State, asked_by, may_answer
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Alert, Dispatch, Drill, Reply
from aftercare.alerts.models.links import LIFE
from aftercare.alerts.models.replies import KEPT
from aftercare.outbox.models import Message
from aftercare.people.contact_points.stopping import owners_of, stop_points

logger = logging.getLogger(__name__)

Result = Reply.Result
MOST_AN_HOUR = 20  # from one telephone
ACKNOWLEDGE = re.compile(r"\W*ACK(?:NOWLEDGE)?\W*(?:ALERT\W*)?(?P<number>[0-9]{1,9})?\W*", re.IGNORECASE)
# The words by which Twilio stops, and starts again, what it sends to a telephone.
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
START = frozenset({"START", "UNSTOP", "YES"})
RESULTS = {State.YOURS: Result.YOURS, State.TAKEN: Result.TAKEN, State.CLOSED: Result.CLOSED}


@transaction.atomic
def take_sms(*, sid: str, number: str, text: str, now: datetime) -> Reply | None:
    """Do what an SMS says, once; return what came of it. None beyond the limit of its telephone."""
    sender = Reply.sender_of(number)
    reply, is_new = keep(sid, sender, now)
    if not is_new:
        return reply
    lately = Reply.objects.filter(sender=sender, received_at__gt=now - timedelta(hours=1))
    if lately.count() > MOST_AN_HOUR:
        logger.warning("too many replies from one telephone: this one is not read")
        reply.delete()
        return None
    reply.result, reply.number = act_on(number, text, now)
    reply.save(update_fields=["result", "number"])
    return reply


def keep(sid: str, sender: str, now: datetime) -> tuple[Reply, bool]:
    """Keep a reply, and return whether it is new: what is sent again waits here for the first to be done."""
    Reply.objects.filter(received_at__lte=now - KEPT).delete()
    fields = {"sender": sender, "received_at": now, "result": Result.UNCLEAR}
    reply, is_new = Reply.objects.get_or_create(sid=sid, defaults=fields)
    return reply, is_new


def act_on(number: str, text: str, now: datetime) -> tuple[Result, int | None]:
    """Do what a text from a telephone says; return the result, and the number of the alert that it names."""
    word = text.strip().strip(".!").upper()
    if word in STOP:
        stop_points(number=number, now=now)
        return Result.STOPPED, None
    users = owners_of(number)
    if not users:
        logger.info("a reply came from a telephone that nobody has confirmed")
        return (Result.STARTED if word in START else Result.STRANGER), None
    said = ACKNOWLEDGE.fullmatch(text.strip())
    if said is None:
        return Result.UNCLEAR, None
    if said["number"] is None:
        return Result.NO_NUMBER, None
    named = int(said["number"])
    return acknowledge_by_number(named, users, now), named


def acknowledge_by_number(named: int, users: Collection[int], now: datetime) -> Result:
    """Acknowledge the alert or drill of that number for whoever of these users was told of it."""
    told: dict[int, Message] = {}
    sent = Message.objects.filter(
        kind=KIND,
        subject__in=dispatches_about(named),
        recipient__in=users,
        state__in=[Message.State.SENT, Message.State.SENDING],
    )
    for message in sent.select_related("recipient").order_by("created_at"):
        told[message.recipient_id] = message
    if not told:
        return Result.NOT_TOLD
    return Result.SHARED if len(told) > 1 else answer(next(iter(told.values())), now, "sms")


def dispatches_about(named: int) -> list[UUID]:
    """Return the ids of the dispatches about the alert or drill of that number."""
    drill = Drill.objects.filter(number=named).first()
    if drill:
        return list(
            Dispatch.objects.filter(reason=Dispatch.Reason.DRILL, event=drill.pk).values_list("pk", flat=True)
        )
    alert = Alert.objects.filter(number=named).first()
    return list(alert.dispatches.filter(patient__isnull=False).values_list("pk", flat=True)) if alert else []


def answer(message: Message, now: datetime, way: str) -> Result:
    """Take on what a message asks, for its recipient, within two hours of it."""
    asked = asked_by(message)
    if asked is None or not may_answer(asked):
        return Result.NOT_TOLD
    if asked.is_waiting:
        sent_at = message.finished_at or message.claimed_at or message.created_at
        if now >= sent_at + LIFE:
            return Result.OLD
        take(asked=asked, now=now, way=way)
        asked = asked_by(message) or asked
    return RESULTS[asked.state]


@transaction.atomic
def take_key(*, sid: str, message: Message, now: datetime) -> Reply:
    """Take on what a call asks, once for each call."""
    reply, is_new = keep(sid, Reply.sender_of(sid), now)
    if is_new:
        asked = asked_by(message)
        reply.number = asked.number if asked else None
        reply.result = answer(message, now, "call")
        reply.save(update_fields=["result", "number"])
    return reply


def asked_in(reply: Reply) -> Asked | None:
    """Return what the reply was about, as it is now; None if it named nothing."""
    if reply.number is None:
        return None
    message = Message.objects.filter(kind=KIND, subject__in=dispatches_about(reply.number))
    newest = message.select_related("recipient").order_by("created_at").last()
    return asked_by(newest) if newest else None
