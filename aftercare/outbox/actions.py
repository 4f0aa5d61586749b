"""Actions on failed messages: dismiss the failure, or send the message again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit


class NotFailedError(ValueError):
    """The message has not failed, or its failure was handled before."""


class TooLateError(ValueError):
    """The message would expire before it could be sent again."""


@transaction.atomic
def attend(*, message: Message, now: datetime) -> None:
    """Mark a failure as handled; raise NotFailedError unless the message has an unhandled failure."""
    failed = Message.objects.unattended_failures().filter(pk=message.pk)
    if not failed.update(attended_at=now):
        raise NotFailedError


def attend_failures(messages: Sequence[Message], now: datetime) -> None:
    """Take failures as handled: the handler of kinds that nobody has to look into."""
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(attended_at=now)


@transaction.atomic
def try_again(*, message: Message, now: datetime) -> Message:
    """Send a failed message again, once per failure, as a new row; the failed row is kept.

    Raise TooLateError, and change nothing, if the message has expired.
    """
    if message.expires_at is not None and message.expires_at <= now:
        raise TooLateError
    attend(message=message, now=now)
    again: Message = Message.objects.create(
        kind=message.kind,
        subject=message.subject,
        thread=message.thread,
        sender=message.sender,
        recipient_id=message.recipient_id,
        channel=message.channel,
        point=message.point,
        repeat=message.repeat + 1,
        priority=message.priority,
        created_at=now,
        next_attempt_at=now,
        expires_at=message.expires_at,
    )
    nudge_after_commit()
    return again


@transaction.atomic
def forget_recipient(*, recipient: int, now: datetime) -> int:
    """Withdraw what waits for a user, drop what mail servers said of it, and return how many were withdrawn.

    Failures count as handled: nobody is to send them again.
    """
    messages = Message.objects.filter(recipient=recipient)
    withdrawn: int = messages.waiting().update(state=Message.State.WITHDRAWN, finished_at=now)
    messages.unattended_failures().update(attended_at=now)
    messages.exclude(error="").update(error="")
    return withdrawn
