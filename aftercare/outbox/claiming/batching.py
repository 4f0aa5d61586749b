"""Flood control: batch messages into mails, and postpone those that follow too soon. The first is never postponed.

Messages of one thread (alerts of one patient) to one recipient within a minute are one mail: waiting ones leave
with the first, and later ones leave together when the minute is over, unless they are more urgent than what was
sent. After five mails in a minute, a recipient gets all waiting messages in one mail, and a further one every
15 seconds at most. Messages of priority NOW (emergencies) always leave at once and by themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare.outbox.claiming.timing import BURST, DIGEST_EVERY
from aftercare.outbox.models import Message

Recipient = tuple[int, str, uuid.UUID | None]  # user id, channel and contact point


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMail:
    """A mail that was sent, or is being sent."""

    at: datetime
    bundle: uuid.UUID
    priority: int
    threads: frozenset[uuid.UUID | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The mails to send now, each a list of messages, and the postponed messages with their next attempt."""

    mails: list[list[Message]] = field(default_factory=list)
    held: list[tuple[Message, datetime]] = field(default_factory=list)


def recipient_of(message: Message) -> Recipient:
    return message.recipient_id, message.channel, message.point


def audience_of(message: Message) -> tuple[str, int | None, Recipient]:
    """Key that all messages of one mail share."""
    return message.kind, message.sender, recipient_of(message)


def recent_mails(rows: Iterable[Message]) -> dict[Recipient, list[SentMail]]:
    """Group messages that are sent or being sent into mails, by recipient."""
    mails: dict[tuple[Recipient, uuid.UUID], list[Message]] = {}
    for row in rows:
        assert row.bundle is not None
        mails.setdefault((recipient_of(row), row.bundle), []).append(row)
    recent: dict[Recipient, list[SentMail]] = {}
    for (recipient, bundle), members in mails.items():
        at = max(member.finished_at or member.claimed_at for member in members)  # type: ignore[type-var]
        assert at is not None
        recent.setdefault(recipient, []).append(sent_mail(members, bundle, at))
    return recent


def sent_mail(members: Collection[Message], bundle: uuid.UUID, at: datetime) -> SentMail:
    return SentMail(
        at=at,
        bundle=bundle,
        priority=min(member.priority for member in members),
        threads=frozenset(member.thread for member in members),
    )


def plan(
    leads: Sequence[Message],
    *,
    waiting: Sequence[Message],
    recent: dict[Recipient, list[SentMail]],
    now: datetime,
    batch_window: timedelta,
    kinds: frozenset[str],
) -> Plan:
    """Decide which of `leads`, given in order of urgency, to send now and which to postpone.

    `waiting`: further unclaimed messages to the same recipients; those that a rule sends later wait for their time.
    `recent`: mails to them within `batch_window`; `kinds`: the message kinds that may be batched.
    """
    made, taken = Plan(), set[uuid.UUID]()
    theirs: dict[Recipient, list[Message]] = {}
    for message in (*leads, *waiting):
        theirs.setdefault(recipient_of(message), []).append(message)
    for lead in leads:
        if lead.pk in taken:
            continue
        mails = recent.setdefault(recipient_of(lead), [])
        until = wait_until(lead, mails, batch_window) if lead.bundle is None and lead.kind in kinds else None
        if until is not None and until > now:
            made.held.append((lead, until))
            taken.add(lead.pk)
            continue
        free = [message for message in theirs[recipient_of(lead)] if message.pk not in taken]
        soon = now + max(batch_window, DIGEST_EVERY)
        free = [message for message in free if message.bundle or message.next_attempt_at <= soon]
        made.mails.append([lead, *leaving_with(lead, free, mails=mails, now=now, kinds=kinds)])
        taken.update(member.pk for member in made.mails[-1])
        mails.append(sent_mail(made.mails[-1], lead.bundle or lead.pk, now))
    return made


def leaving_with(
    lead: Message,
    waiting: Iterable[Message],
    *,
    mails: Collection[SentMail],
    now: datetime,
    kinds: frozenset[str],
) -> list[Message]:
    """Return the other messages to the same recipient that are sent in the mail of `lead`."""
    others = [message for message in waiting if message.pk != lead.pk]
    if lead.bundle is not None:
        # A retry repeats exactly the same mail, so that the recipient can recognise a duplicate.
        return [message for message in others if message.bundle == lead.bundle]
    if lead.kind not in kinds:
        return []
    crowded = lead.priority > Message.Priority.NOW and is_burst(mails)
    return [message for message in others if goes_with(message, lead, crowded, now)]


def goes_with(message: Message, lead: Message, crowded: bool, now: datetime) -> bool:
    """Return True if a waiting message may be sent in the mail of `lead`."""
    if message.bundle is not None or message.created_at > now:
        return False
    if audience_of(message) != audience_of(lead):
        return False
    same_thread = lead.thread is not None and message.thread == lead.thread
    return same_thread or (crowded and message.priority > Message.Priority.NOW)


def is_burst(mails: Collection[SentMail]) -> bool:
    """Return True if a recipient has had BURST mails within the window."""
    return len(not_pressing(mails)) >= BURST


def not_pressing(mails: Collection[SentMail]) -> list[SentMail]:
    """Return the mails that count towards a burst, oldest first."""
    return sorted((mail for mail in mails if mail.priority > Message.Priority.NOW), key=lambda mail: mail.at)


def wait_until(lead: Message, mails: Collection[SentMail], batch_window: timedelta) -> datetime | None:
    """Return the instant until which a message is postponed, or None to send it now."""
    until = [
        mail.at + batch_window
        for mail in mails
        if lead.thread is not None and lead.thread in mail.threads and mail.priority <= lead.priority
    ]
    if lead.priority > Message.Priority.NOW:
        # Each mail after the first five of a burst carries everything that waited.
        until += [mail.at + DIGEST_EVERY for mail in not_pressing(mails)[BURST:]]
    return max(until, default=None)
