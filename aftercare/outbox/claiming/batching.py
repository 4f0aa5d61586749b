"""Flood control: which messages leave as one mail, and which wait for the next. The first is never kept back.

Messages of one thread (alerts of one patient) to one recipient within a minute are one mail: those that wait
leave with the first, and what follows a mail within the minute leaves together when the minute is over, unless
it is more pressing than what was said. After five mails in a minute a recipient gets what waits in one
mail, then again every 15 seconds; what is to be told now (emergencies) still goes at once and by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare.outbox.claiming.timing import BURST, DIGEST_EVERY
from aftercare.outbox.models import Message

Recipient = tuple[int, str]  # user and channel


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMail:
    """A mail that has left, or is leaving."""

    at: datetime
    bundle: uuid.UUID
    priority: int
    threads: frozenset[uuid.UUID | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What leaves now, mail by mail, and what waits until when."""

    mails: list[list[Message]] = field(default_factory=list)
    held: list[tuple[Message, datetime]] = field(default_factory=list)


def recipient_of(message: Message) -> Recipient:
    return message.recipient_id, message.channel


def audience_of(message: Message) -> tuple[str, int | None, Recipient]:
    """What messages of one mail have in common."""
    return message.kind, message.sender, recipient_of(message)


def recent_mails(rows: Iterable[Message]) -> dict[Recipient, list[SentMail]]:
    """The mails that messages sent or being sent stand for, by recipient."""
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
    """What leaves now of `leads`, given in the order in which they are to go.

    `waiting`: what else waits for their recipients; `recent`: what these were told within `batch_window`;
    `kinds`: those of which several may leave as one mail.
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
    """The other messages to the same recipient that leave in the same mail as `lead`."""
    others = [message for message in waiting if message.pk != lead.pk]
    if lead.bundle is not None:
        # Tried before: the same mail again, so that a repeat is recognisable.
        return [message for message in others if message.bundle == lead.bundle]
    if lead.kind not in kinds:
        return []
    crowded = lead.priority > Message.Priority.NOW and is_burst(mails)
    return [message for message in others if goes_with(message, lead, crowded, now)]


def goes_with(message: Message, lead: Message, crowded: bool, now: datetime) -> bool:
    """Whether a waiting message leaves in the same mail as `lead`."""
    if message.bundle is not None or message.created_at > now:
        return False
    if audience_of(message) != audience_of(lead):
        return False
    same_thread = lead.thread is not None and message.thread == lead.thread
    return same_thread or (crowded and message.priority > Message.Priority.NOW)


def is_burst(mails: Collection[SentMail]) -> bool:
    """Whether a recipient had so many mails lately that the rest come together."""
    return len(not_pressing(mails)) >= BURST


def not_pressing(mails: Collection[SentMail]) -> list[SentMail]:
    """The mails that flood control may keep back, in the order in which they left."""
    return sorted((mail for mail in mails if mail.priority > Message.Priority.NOW), key=lambda mail: mail.at)


def wait_until(lead: Message, mails: Collection[SentMail], batch_window: timedelta) -> datetime | None:
    """Until when a message waits for the next mail of its kind; None where it goes at once."""
    until = [
        mail.at + batch_window
        for mail in mails
        if lead.thread is not None and lead.thread in mail.threads and mail.priority <= lead.priority
    ]
    if lead.priority > Message.Priority.NOW:
        # Each mail after a burst's first five stands for all that waited.
        until += [mail.at + DIGEST_EVERY for mail in not_pressing(mails)[BURST:]]
    return max(until, default=None)
