"""How many messages a second the provider of a channel takes, counted over all workers.

A claim takes no more than a second's worth, and says when the next may be made, so what is written meanwhile and is
more urgent goes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from aftercare.outbox.models import Message

# The clock may have been set back: nobody waits longer than for one message at the slowest pace.
LONGEST_WAIT = timedelta(seconds=10)


def per_second(channel: str) -> float:
    """Return the most messages a second of a channel; 0 for no limit."""
    limits = {
        Message.Channel.SMS: settings.SMS_PER_SECOND,
        Message.Channel.VOICE: settings.CALLS_PER_SECOND,
    }
    return float(limits.get(Message.Channel(channel), 0))


def most_mails(rate: float, batch: int) -> int:
    """Return the most mails that one claim may take: what may leave within a second, and at least one."""
    return min(batch, max(1, int(rate))) if rate else batch


def next_turn(rate: float, mails: int, now: datetime) -> datetime:
    """Return when the next claim may be made after one of so many mails at `now`."""
    return now + timedelta(seconds=mails / rate)


def seconds_until(turn: datetime | None, now: datetime) -> float:
    """Return how long it is until the next claim may be made; 0 if it may be made now."""
    wait = turn - now if turn else timedelta(0)
    return wait.total_seconds() if timedelta(0) < wait <= LONGEST_WAIT else 0.0
