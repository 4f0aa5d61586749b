"""Delivering what the outbox holds: at least once, by claim, never inside a transaction."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from aftercare.outbox.channels import CHANNELS, DeliveryError
from aftercare.outbox.models import QUEUE_PATIENCE, Message
from aftercare.outbox.registry import renderer_of, sources

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=5)
SWEEP_SIZE = 500


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after `attempts` failed ones: doubling from 5 s to 5 min, with a fifth of jitter."""
    doubled: timedelta = min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311 (spreads load, guards nothing)


def claim(message_id: uuid.UUID, now: datetime) -> Message | None:
    """The message, now ours to send; None where it is finished, not due, or somebody else's."""
    claimed = (
        Message.objects.due(now)
        .filter(pk=message_id)
        .update(state=Message.State.SENDING, claimed_at=now, attempts=F("attempts") + 1)
    )
    return Message.objects.select_related("recipient").get(pk=message_id) if claimed else None


def settle(message: Message, state: str, now: datetime, **fields: object) -> None:
    """Write what came of our claim, unless the claim has meanwhile gone to somebody else."""
    finished = None if state == Message.State.RETRYING else now
    Message.objects.filter(pk=message.pk, state=Message.State.SENDING, claimed_at=message.claimed_at).update(
        state=state, finished_at=finished, **fields
    )


def deliver(message_id: uuid.UUID, now: datetime) -> None:
    """Send one message if it is due and unclaimed. What goes wrong is written on the row, for people to see."""
    message = claim(message_id, now)
    if message is None:
        return
    try:
        content = renderer_of(message.kind)(message, now)
        if content is None:
            settle(message, Message.State.WITHDRAWN, now)
            return
        CHANNELS[message.channel].send(message, content)
    except DeliveryError as error:
        note_failure(message, timezone.now(), str(error), permanent=error.permanent)
    except Exception as error:
        # A fault of ours in one message must not stop the others; it stays on its row, and in the log.
        logger.exception("message %s could not be sent", message.pk)
        note_failure(message, timezone.now(), type(error).__name__, permanent=False)
    else:
        settle(message, Message.State.SENT, timezone.now(), error="")


def note_failure(message: Message, now: datetime, error: str, *, permanent: bool) -> None:
    """Try again later, or give up where that can't help."""
    if permanent or message.attempts >= MAX_ATTEMPTS:
        logger.error("message %s failed for good after %s attempts", message.pk, message.attempts)
        settle(message, Message.State.FAILED, now, error=error)
        return
    later = now + retry_delay(message.attempts)
    settle(message, Message.State.RETRYING, now, error=error, next_attempt_at=later, queued_at=None)


def sweep(now: datetime, enqueue: Callable[[uuid.UUID], None]) -> int:
    """Ask the sources for messages, free the claims of the dead, and enqueue what is due. Returns how many."""
    for name, source in sources().items():
        try:
            source(now)
        except Exception:
            # One source that fails must not keep the messages of the others.
            logger.exception("source %s failed", name)
    Message.objects.stale_claims(now).update(
        state=Message.State.RETRYING, next_attempt_at=now, queued_at=None, error="the worker died"
    )
    unqueued = Q(queued_at=None) | Q(queued_at__lte=now - QUEUE_PATIENCE)
    due = Message.objects.due(now).filter(unqueued).order_by("next_attempt_at")
    ids = list(due.values_list("pk", flat=True)[:SWEEP_SIZE])
    Message.objects.filter(pk__in=ids).update(queued_at=now)
    for message_id in ids:
        enqueue(message_id)
    return len(ids)
