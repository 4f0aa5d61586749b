"""Messages of the past, finished: a demonstration begins with an empty outbox and mails nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import KIND
from aftercare.checkins.follow_up import unconfirmed
from aftercare.outbox.models import Message

SENT_AFTER = timedelta(seconds=2)


def messages_of(
    dispatch: Dispatch, alerts: Iterable[Alert], recipient_ids: Iterable[int], now: datetime
) -> list[Message]:
    """What a dispatch that fell due by `now` has become: sent, or withdrawn where somebody was faster."""
    if dispatch.due_at > now:
        return []
    # What was reported again matters whoever has it.
    mattered = any(
        alert.acknowledged_at is None
        or alert.acknowledged_at > dispatch.due_at
        or alert.opened_at < dispatch.decided_at
        for alert in alerts
    )
    return [
        Message(
            kind=KIND,
            subject=dispatch.pk,
            recipient_id=recipient_id,
            state=Message.State.SENT if mattered else Message.State.WITHDRAWN,
            created_at=dispatch.due_at,
            next_attempt_at=dispatch.due_at,
            claimed_at=dispatch.due_at + SENT_AFTER,
            finished_at=min(dispatch.due_at + SENT_AFTER, now),
            attempts=1,
        )
        for recipient_id in recipient_ids
    ]


def tell_patients(now: datetime) -> None:
    """What patients have been told whose check-in nobody confirmed in time: sent already."""
    unconfirmed.tell_unconfirmed(now)
    Message.objects.filter(kind=unconfirmed.KIND, created_at=now, state=Message.State.PENDING).update(
        state=Message.State.SENT, finished_at=now, attempts=1
    )
