"""Who was woken is told once who has the alert, by the same way, so that nobody gets up for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from aftercare.alerts.dispatching.undelivered import KIND as DISPATCH_KIND
from aftercare.alerts.models import Alert, Dispatch
from aftercare.outbox import database_clock
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.models import User

KIND = "alert_taken"
WORTH_TELLING = timedelta(hours=1)
HANDED_OVER = (Message.State.SENDING, Message.State.SENT)
# What wakes anew: a call, and a pager, to which every message is an incident.
LOUD = frozenset({Message.Channel.VOICE, Message.Channel.PAGER})
READ = frozenset({Message.Channel.PUSH, Message.Channel.SMS})


def needed_since(alert: Alert) -> datetime | None:
    """Return since when people are told that the alert needs somebody; None while somebody sees to it."""
    return alert.waiting_since if alert.is_waiting else alert.forgotten_since


def tell_others(alert: Alert, *, by: User, since: datetime, now: datetime) -> None:
    """Tell the others who were told of an alert since then that somebody has it; once for each dispatch.

    Call in the transaction that acknowledges the alert. What is due counts as well: a worker that does not see this
    transaction yet may be sending it. `render` knows whether it did.
    """
    told = Message.objects.filter(
        kind=DISPATCH_KIND,
        subject__in=Dispatch.objects.filter(alerts=alert, decided_at__gte=since).values("pk"),
        state__in=[*Message.WAITING, *HANDED_OVER],
        next_attempt_at__lte=now,
    ).exclude(recipient=by)
    # A mail wakes nobody: who reads it sees in the queue that somebody has it.
    told = told.exclude(channel=Message.Channel.EMAIL)
    newest: dict[tuple[int, str, UUID | None], Message] = {}
    for message in sorted(told, key=lambda one: (one.state in HANDED_OVER, one.created_at)):
        newest[message.recipient_id, message.channel, message.point] = message
    if not newest:
        return
    rows = [taken_message(message, now) for message in without_noise(list(newest.values()))]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    nudge_after_commit()


def without_noise(told: Sequence[Message]) -> list[Message]:
    """Leave calls and pagers out for whoever reads it on a telephone or browser, and need not be woken again."""
    handed_over = [message for message in told if message.state in HANDED_OVER]
    readers = {message.recipient_id for message in handed_over if message.channel in READ}
    return [message for message in told if message.channel not in LOUD or message.recipient_id not in readers]


def taken_message(told: Message, now: datetime) -> Message:
    """Return the message to whoever got this one, unsaved."""
    return Message(
        kind=KIND,
        subject=told.subject,
        sender=told.sender,
        recipient_id=told.recipient_id,
        channel=told.channel,
        point=told.point,
        created_at=now,
        next_attempt_at=database_clock.not_ahead(now),
        expires_at=now + WORTH_TELLING,
    )


def render(message: Message, _now: datetime) -> Content | None:
    """Say who has the alerts of a dispatch; None if one of them waits again, or the recipient was not told of it."""
    if not was_told(message):
        return None
    dispatch = Dispatch.objects.get(pk=message.subject)
    alerts: Sequence[Alert] = list(dispatch.alerts.select_related("owner", "acknowledged_by"))
    owners = {str(alert.owner or alert.acknowledged_by) for alert in alerts}
    if any(alert.is_waiting or alert.acknowledged_by is None for alert in alerts) or len(owners) != 1:
        return None
    worst = max(alerts, key=lambda alert: alert.triage_level)
    named = {"name": owners.pop(), "number": worst.number}
    said = _("%(name)s has alert %(number)s.") if worst.number else _("%(name)s has it.")
    if not any(alert.is_open for alert in alerts):
        said = _("%(name)s has closed alert %(number)s.") if worst.number else _("%(name)s has closed it.")
    said = f"{said % named} {_('You need do nothing.')}"
    return Content(subject=said, body=said, short=said, path=f"/clinic/alerts/{alerts[0].pk}/")


def was_told(message: Message) -> bool:
    """Return True if the message about the dispatch was handed over to the same point, or is being."""
    told = Message.objects.filter(kind=DISPATCH_KIND, subject=message.subject, recipient=message.recipient_id)
    return told.filter(channel=message.channel, point=message.point, state__in=HANDED_OVER).exists()
