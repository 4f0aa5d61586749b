"""What people do about messages that failed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit


class NotFailedError(ValueError):
    """The message has not failed, or somebody has looked into its failure before."""


class TooLateError(ValueError):
    """The message would come too late to be of use: it would expire unsent, and nobody would see that."""


@transaction.atomic
def attend(*, message: Message, now: datetime) -> None:
    """Note that a person has looked into a failure; NotFailedError where there is none to look into."""
    failed = Message.objects.unattended_failures().filter(pk=message.pk)
    if not failed.update(attended_at=now):
        raise NotFailedError


@transaction.atomic
def try_again(*, message: Message, now: datetime) -> Message:
    """Send a message that failed once more: a new row, the failed one stays as it is. Once for each failure.

    TooLateError, and nothing is noted, where it would come too late to be of use.
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
        repeat=message.repeat + 1,
        priority=message.priority,
        created_at=now,
        next_attempt_at=now,
        expires_at=message.expires_at,
    )
    nudge_after_commit()
    return again
