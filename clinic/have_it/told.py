"""Who was told of what a message asks, by which way and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from aftercare.alerts.answering.asked import Asked
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Dispatch
from aftercare.alerts.notifying.taken import KIND as TAKEN_KIND
from aftercare.outbox.models import Message
from aftercare.people.models import StaffMember, User

MOST_SHOWN = 12
ARRIVED = (Message.State.SENT, Message.State.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One person who was told at one minute: `ways` is "push and SMS"."""

    at: datetime
    who: str
    ways: str
    is_woken: bool  # by more than a mail


def who_was_told(asked: Asked) -> list[Told]:
    """Return who was told since somebody is needed, the earliest first."""
    return told_by(KIND, dispatches_of(asked), asked.recipient, [*ARRIVED, Message.State.FAILED])


def who_was_told_of_taking(asked: Asked) -> list[Told]:
    """Return who was told that somebody has it; without the recipient, who has."""
    return told_by(TAKEN_KIND, dispatches_of(asked), asked.recipient, [*ARRIVED, *Message.WAITING])


def dispatches_of(asked: Asked) -> set[UUID]:
    """Return the dispatches about the same, by which anybody was told."""
    if asked.drill:
        same = Dispatch.objects.filter(reason=Dispatch.Reason.DRILL, event=asked.drill.pk)
        return set(same.values_list("pk", flat=True))
    since = min(alert.waiting_since for alert in asked.alerts)
    same = Dispatch.objects.filter(alerts__in=asked.alerts, decided_at__gte=since)
    return set(same.values_list("pk", flat=True)) | {dispatch.pk for dispatch in asked.dispatches}


def told_by(kind: str, dispatches: Iterable[UUID], reader: User, states: Sequence[str]) -> list[Told]:
    """Return whom messages of a kind went to, one line for each person and minute, the earliest first."""
    rows = Message.objects.filter(kind=kind, subject__in=dispatches, state__in=states)
    lines: dict[tuple[datetime, User], list[Message]] = {}
    for message in rows.select_related("recipient").order_by("created_at", "channel"):
        at = message.finished_at or message.claimed_at or message.created_at
        lines.setdefault((at.replace(second=0, microsecond=0), message.recipient), []).append(message)
    told = [line_of(at, who, messages, reader) for (at, who), messages in lines.items()]
    return sorted(told, key=lambda line: line.at)[-MOST_SHOWN:]


def line_of(at: datetime, who: User, messages: Sequence[Message], reader: User) -> Told:
    """Return the line of what one person was sent at one minute."""
    ways = list(dict.fromkeys(map(way_words, messages)))
    return Told(
        at=at,
        who=_("You") if who.pk == reader.pk else str(who),
        ways=get_text_list(ways, _("and")),
        is_woken=who.pk != reader.pk and any(one.channel != Message.Channel.EMAIL for one in messages),
    )


def way_words(message: Message) -> str:
    """Return "push", "push (on its way)" or "push (not handed over)"."""
    way = {"way": message.get_channel_display()}
    if message.state == Message.State.FAILED:
        return _("%(way)s (not handed over)") % way
    return _("%(way)s (on its way)") % way if message.state in Message.WAITING else str(way["way"])


def names_for(people: Iterable[StaffMember], reader: User) -> str:
    """Return the names within a sentence: "Ann Lowe, Tom Hale and you"."""
    members = sorted(people, key=lambda member: member.user_id == reader.pk)
    names = [_("you") if member.user_id == reader.pk else str(member.user) for member in members]
    return get_text_list(names, _("and"))
