"""Claiming messages and writing what came of it: by conditional updates, so that finished ones never reopen."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from aftercare.outbox.claiming import timing
from aftercare.outbox.claiming.batching import Plan, Recipient, SentMail, plan, recent_mails, recipient_of
from aftercare.outbox.models import CLOCK_TOLERANCE, ChannelState, Message
from aftercare.outbox.registry import batched_kinds, given_up_of

logger = logging.getLogger(__name__)

BATCH = 100  # mails of one claim


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Messages that are ours to send, mail by mail. `is_probe`: the first try after an outage."""

    by: str
    mails: list[list[Message]]
    is_probe: bool


def tidy(now: datetime) -> None:
    """Free the claims of the dead, and give up what comes too late or has ended too many workers."""
    Message.objects.expired(now).update(
        state=Message.State.FAILED, finished_at=now, failure=Message.Failure.EXPIRED, error="it came too late"
    )
    dead = Message.objects.stale_claims(now, timing.claim_life())
    worn_out = Q(deaths__gte=timing.MAX_DEATHS - 1)
    died: dict[str, object] = {"deaths": F("deaths") + 1, "error": "the worker died"}
    with transaction.atomic():
        lost = list(dead.filter(worn_out).select_for_update())
        if lost:
            Message.objects.filter(pk__in=[message.pk for message in lost]).update(
                state=Message.State.FAILED, finished_at=now, failure=Message.Failure.EXHAUSTED, **died
            )
            follow_given_up(lost, now)
    dead.update(state=Message.State.RETRYING, next_attempt_at=now, **died)


@transaction.atomic
def claim(channel: str, now: datetime) -> Claim | None:
    """The next mails of a channel, the most pressing first, now ours to send; None where nothing is due.

    It holds no mail where all that was looked at waits for a later one: then there may be more behind.
    """
    state = locked_channel(channel)
    is_probe = state.paused_until is not None
    if state.paused_until is not None and now < state.paused_until <= now + timing.LONGEST_PAUSE * 2:
        return None
    leads = leads_of(channel, now, limit=1 if is_probe else BATCH)
    planned = plan_of(leads, now)
    postpone(planned)
    if not leads:
        return None
    if is_probe and planned.mails:
        ChannelState.objects.filter(pk=channel).update(paused_until=now + timing.probe())
    by = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    mark_claimed(planned.mails, by, now)
    return Claim(by=by, mails=planned.mails, is_probe=is_probe)


def locked_channel(channel: str) -> ChannelState:
    """The row of a channel, ours until the transaction ends: two claims at once would not see each other."""
    state = ChannelState.objects.select_for_update().filter(pk=channel).first()
    if state is None:
        ChannelState.objects.get_or_create(pk=channel)
        state = ChannelState.objects.select_for_update().get(pk=channel)
    return state


def leads_of(channel: str, now: datetime, *, limit: int) -> list[Message]:
    """The messages to begin with. One that has ended a worker goes by itself, so that it can end no other."""
    due = Message.objects.due(now).filter(channel=channel).most_pressing_first()
    # Recipients are looked up for these alone: a join would be made for the whole backlog, at each claim.
    leads = list(due.prefetch_related("recipient")[:limit])
    if leads and leads[0].deaths:
        return leads[:1]
    return [lead for lead in leads if not lead.deaths]


def plan_of(leads: Sequence[Message], now: datetime) -> Plan:
    """What leaves now, and what waits for the next mail."""
    recent = recent_mails_to(leads, now)
    return plan(
        leads,
        waiting=companions_of(leads, recent),
        recent=recent,
        now=now,
        batch_window=timing.batch_window(),
        kinds=batched_kinds(),
    )


def recent_mails_to(leads: Sequence[Message], now: datetime) -> dict[Recipient, list[SentMail]]:
    """The mails that the recipients of these messages have had within the fold, or are being sent."""
    since, ahead = now - timing.batch_window(), now + CLOCK_TOLERANCE
    lately = Q(state=Message.State.SENT, finished_at__gt=since, finished_at__lt=ahead)
    leaving = Q(state=Message.State.SENDING, claimed_at__gt=since, claimed_at__lt=ahead)
    rows = Message.objects.filter(
        lately | leaving, recipient__in={lead.recipient_id for lead in leads}, kind__in=batched_kinds()
    )
    return recent_mails(rows)


def companions_of(leads: Sequence[Message], recent: dict[Recipient, list[SentMail]]) -> list[Message]:
    """What else waits for the recipients of these messages and may leave with them."""
    after = Counter(map(recipient_of, leads))
    crowded = {user for (user, _), count in after.items() if count > 1} | {user for user, _ in recent}
    together = (
        Q(bundle__in={lead.bundle for lead in leads if lead.bundle})
        | Q(thread__in={lead.thread for lead in leads if lead.thread})
        | Q(recipient__in=crowded, priority__gt=Message.Priority.NOW)
    )
    rows = Message.objects.waiting().filter(together, recipient__in={lead.recipient_id for lead in leads})
    others = rows.exclude(pk__in=[lead.pk for lead in leads]).most_pressing_first()
    return list(others.prefetch_related("recipient")[: timing.MOST_IN_ONE - len(leads)])


def postpone(planned: Plan) -> None:
    """Let what follows too soon wait for the next mail."""
    for message, until in planned.held:
        Message.objects.waiting().filter(pk=message.pk).update(next_attempt_at=until)


def mark_claimed(mails: Collection[Sequence[Message]], by: str, now: datetime) -> None:
    """Mark the messages of these mails as being sent, by us."""
    singles = [mail[0].pk for mail in mails if len(mail) == 1]
    ours: dict[str, object] = {"state": Message.State.SENDING, "claimed_at": now, "claimed_by": by}
    ours["attempts"] = F("attempts") + 1
    Message.objects.filter(pk__in=singles).update(bundle=Coalesce("bundle", "id"), **ours)
    for mail in mails:
        if len(mail) > 1:
            bundle = mail[0].bundle or mail[0].pk
            Message.objects.filter(pk__in=[message.pk for message in mail]).update(bundle=bundle, **ours)
    for message in (message for mail in mails for message in mail):
        message.claimed_at, message.claimed_by = now, by
        message.state, message.attempts = Message.State.SENDING, message.attempts + 1


def settle(messages: Sequence[Message], now: datetime, state: str, **fields: object) -> int:
    """Write what came of our claim on these messages, unless it has meanwhile gone to somebody else.

    Returns for how many of them it was ours.
    """
    settled = 0
    if messages:
        ours = Message.objects.filter(
            pk__in=[message.pk for message in messages],
            state=Message.State.SENDING,
            claimed_by=messages[0].claimed_by,
        )
        finished = None if state == Message.State.RETRYING else now
        settled = ours.update(state=state, finished_at=finished, **fields)
    return settled


def release(messages: Sequence[Message], now: datetime, error: str = "") -> None:
    """Give back what we claimed and did not try: it counts as no attempt."""
    fields: dict[str, object] = {"next_attempt_at": now, "attempts": F("attempts") - 1}
    if error:
        fields["error"] = error
    settle(messages, now, Message.State.RETRYING, **fields)


def note_failure(messages: Sequence[Message], now: datetime, error: str, *, permanent: bool) -> None:
    """Try again later, or give up where that can't help."""
    attempts = max(message.attempts for message in messages)
    if permanent or attempts >= timing.MAX_ATTEMPTS:
        failure = Message.Failure.PERMANENT if permanent else Message.Failure.EXHAUSTED
        give_up(messages, now, failure=failure, error=error)
        return
    later = now + timing.retry_delay(attempts)
    settle(messages, now, Message.State.RETRYING, error=error, next_attempt_at=later)


@transaction.atomic
def give_up(messages: Sequence[Message], now: datetime, **fields: object) -> None:
    """Note that these can't arrive, and let the rooms that wrote them act on it, in one transaction."""
    if settle(messages, now, Message.State.FAILED, **fields):
        follow_given_up(messages, now)


def follow_given_up(messages: Sequence[Message], now: datetime) -> None:
    """Let each room act on its messages that were given up. Its fault must not undo that this is noted."""
    for kind in {message.kind for message in messages}:
        act = given_up_of(kind)
        if act is None:
            continue
        try:
            with transaction.atomic():
                act([message for message in messages if message.kind == kind], now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("nothing could follow from messages of kind %s that were given up", kind)


def note_outage(channel: str, now: datetime) -> None:
    """The provider can't be reached: rest a while, the longer the more often in a row."""
    with transaction.atomic():
        state = locked_channel(channel)
        until = now + timing.pause(state.outages + 1)
        ChannelState.objects.filter(pk=channel).update(outages=F("outages") + 1, paused_until=until)


def note_reachable(channel: str) -> None:
    """The provider answers again."""
    ChannelState.objects.filter(pk=channel).exclude(outages=0).update(outages=0, paused_until=None)
