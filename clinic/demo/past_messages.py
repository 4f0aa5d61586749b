"""Messages of the past in a finished state: a demonstration begins with an empty outbox and mails nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying.notifications import KIND
from aftercare.checkins.follow_up import unconfirmed
from aftercare.outbox.models import Message

SENT_AFTER = timedelta(seconds=2)


def past_messages_of(
    dispatch: Dispatch, alerts: Iterable[Alert], recipient_ids: Iterable[int], now: datetime
) -> list[Message]:
    """Return the messages of a dispatch that fell due by `now`: sent, or withdrawn if acknowledged before."""
    if dispatch.due_at > now:
        return []
    # A repeated report is sent even if the alert has an owner.
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


def finish_unconfirmed_messages(now: datetime) -> None:
    """Write the "please call" messages of unconfirmed check-ins, as sent already."""
    unconfirmed.tell_unconfirmed(now)
    Message.objects.filter(kind=unconfirmed.KIND, created_at=now, state=Message.State.PENDING).update(
        state=Message.State.SENT, finished_at=now, attempts=1
    )
