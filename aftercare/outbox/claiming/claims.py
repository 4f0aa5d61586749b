"""Claims on messages and their results. Every change is a conditional update, so finished messages never reopen."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from aftercare.outbox.claiming import pace, timing
from aftercare.outbox.claiming.batching import Plan, Recipient, SentMail, plan, recent_mails, recipient_of
from aftercare.outbox.models import CLOCK_TOLERANCE, ChannelState, Message, MessageQuerySet
from aftercare.outbox.registry import batched_kinds, given_up_of

logger = logging.getLogger(__name__)

BATCH = 100  # mails per claim


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Messages claimed by this worker, grouped into mails. `is_probe`: the first attempt after an outage."""

    by: str
    mails: list[list[Message]]
    is_probe: bool


def release_stale_claims(now: datetime) -> None:
    """Release claims of crashed workers; fail expired and crash-looping messages."""
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
            call_failure_handlers(lost, now)
    dead.update(state=Message.State.RETRYING, next_attempt_at=now, **died)


@transaction.atomic
def claim(channel: str, now: datetime, *, kind: str = "") -> Claim | None:
    """Claim the next mails of a channel, most urgent first; return None if nothing is due or may leave yet.

    May be empty if every candidate was postponed; call again. `kind` limits it to messages of one kind.
    """
    state = locked_channel(channel)
    is_probe = state.paused_until is not None
    if state.paused_until is not None and now < state.paused_until <= now + timing.LONGEST_PAUSE * 2:
        return None
    rate = pace.per_second(channel)
    if rate and pace.seconds_until(state.next_turn_at, now):
        return None
    leads = leads_of(channel, now, limit=1 if is_probe else pace.most_mails(rate, BATCH), kind=kind)
    planned = plan_of(leads, now)
    postpone(planned)
    if not leads:
        return None
    if is_probe and planned.mails:
        ChannelState.objects.filter(pk=channel).update(paused_until=now + timing.probe())
    if rate and planned.mails:
        turn = pace.next_turn(rate, len(planned.mails), now)
        ChannelState.objects.filter(pk=channel).update(next_turn_at=turn)
    by = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    mark_claimed(planned.mails, by, now)
    return Claim(by=by, mails=planned.mails, is_probe=is_probe)


def seconds_until_turn(channel: str, now: datetime) -> float | None:
    """Return how long something that is due waits for the pace of its channel alone; None if nothing does."""
    if not pace.per_second(channel):
        return None
    state = ChannelState.objects.filter(pk=channel).first()
    if state is None or state.paused_until or not due_on(channel, now).exists():
        return None
    return pace.seconds_until(state.next_turn_at, now)


def locked_channel(channel: str) -> ChannelState:
    """Lock and return the row of a channel: concurrent claims would not see each other's mails."""
    state = ChannelState.objects.select_for_update().filter(pk=channel).first()
    if state is None:
        ChannelState.objects.get_or_create(pk=channel)
        state = ChannelState.objects.select_for_update().get(pk=channel)
    return state


def channels_due(channels: Sequence[str], now: datetime) -> list[str]:
    """Return those of the channels on which something is due."""
    return [channel for channel in channels if due_on(channel, now).exists()]


def due_on(channel: str, now: datetime) -> MessageQuerySet:
    """Return the messages of a channel that are due and have not expired."""
    due: MessageQuerySet = Message.objects.due(now).filter(channel=channel).exclude(expires_at__lte=now)
    return due


def leads_of(channel: str, now: datetime, *, limit: int, kind: str = "") -> list[Message]:
    """Return the candidates to start mails with. A message that crashed a worker is claimed alone."""
    due = due_on(channel, now).most_pressing_first()
    if kind:
        due = due.filter(kind=kind)
    # prefetch, not select_related: a join would scan the whole backlog.
    leads = list(due.prefetch_related("recipient")[:limit])
    if leads and leads[0].deaths:
        return leads[:1]
    return [lead for lead in leads if not lead.deaths]


def plan_of(leads: Sequence[Message], now: datetime) -> Plan:
    """Decide what to send now and what to postpone."""
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
    """Return the mails sent, or being sent, within the batch window to the recipients of these messages."""
    since, ahead = now - timing.batch_window(), now + CLOCK_TOLERANCE
    lately = Q(state=Message.State.SENT, finished_at__gt=since, finished_at__lt=ahead)
    leaving = Q(state=Message.State.SENDING, claimed_at__gt=since, claimed_at__lt=ahead)
    rows = Message.objects.filter(
        lately | leaving, recipient__in={lead.recipient_id for lead in leads}, kind__in=batched_kinds()
    )
    return recent_mails(rows)


def companions_of(leads: Sequence[Message], recent: dict[Recipient, list[SentMail]]) -> list[Message]:
    """Return further waiting messages to the same recipients that may be sent in the same mails."""
    after = Counter(map(recipient_of, leads))
    crowded = {user for (user, *_), count in after.items() if count > 1} | {user for user, *_ in recent}
    together = (
        Q(bundle__in={lead.bundle for lead in leads if lead.bundle})
        | Q(thread__in={lead.thread for lead in leads if lead.thread})
        | Q(recipient__in=crowded, priority__gt=Message.Priority.NOW)
    )
    rows = Message.objects.waiting().filter(together, recipient__in={lead.recipient_id for lead in leads})
    others = rows.exclude(pk__in=[lead.pk for lead in leads]).most_pressing_first()
    return list(others.prefetch_related("recipient")[: timing.MAX_BATCH - len(leads)])


def postpone(planned: Plan) -> None:
    """Set the next attempt of postponed messages."""
    for message, until in planned.held:
        Message.objects.waiting().filter(pk=message.pk).update(next_attempt_at=until)


def mark_claimed(mails: Collection[Sequence[Message]], by: str, now: datetime) -> None:
    """Mark the messages of these mails as being sent by this worker."""
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
    """Write the result for messages that are still claimed by this worker; return how many were."""
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
    """Return claimed messages that were not tried to the queue; no attempt is counted."""
    fields: dict[str, object] = {"next_attempt_at": now, "attempts": F("attempts") - 1}
    if error:
        fields["error"] = error
    settle(messages, now, Message.State.RETRYING, **fields)


def record_failure(
    messages: Sequence[Message],
    now: datetime,
    error: str,
    *,
    permanent: bool,
    asked_for: timedelta | None = None,
) -> None:
    """Schedule a retry, not before what the provider asked for, or fail the messages if none can help."""
    attempts = max(message.attempts for message in messages)
    if permanent or attempts >= timing.MAX_ATTEMPTS:
        failure = Message.Failure.PERMANENT if permanent else Message.Failure.EXHAUSTED
        give_up(messages, now, failure=failure, error=error)
        return
    asked = min(asked_for or timedelta(0), timing.LONGEST_RETRY)
    later = now + max(timing.retry_delay(attempts), asked)
    settle(messages, now, Message.State.RETRYING, error=error, next_attempt_at=later)


@transaction.atomic
def give_up(messages: Sequence[Message], now: datetime, **fields: object) -> None:
    """Fail the messages and call the handlers of their kinds, in one transaction."""
    if settle(messages, now, Message.State.FAILED, **fields):
        call_failure_handlers(messages, now)


def call_failure_handlers(messages: Sequence[Message], now: datetime) -> None:
    """Call the failure handler of each kind. An error of a handler is logged and does not undo the failure."""
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


def record_outage(channel: str, now: datetime, asked_for: timedelta | None = None) -> None:
    """Pause a channel whose provider is unreachable, longer with each outage in a row, or for as long as it asked."""
    with transaction.atomic():
        state = locked_channel(channel)
        until = now + (min(asked_for, timing.LONGEST_PAUSE) if asked_for else timing.pause(state.outages + 1))
        ChannelState.objects.filter(pk=channel).update(outages=F("outages") + 1, paused_until=until)


def record_reachable(channel: str) -> None:
    """End the pause of a channel."""
    ChannelState.objects.filter(pk=channel).exclude(outages=0).update(outages=0, paused_until=None)
