"""A message to a contact step that can't arrive: the next contact is told at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from aftercare.alerts.dispatching import note_telling, tell
from aftercare.alerts.models import Dispatch
from aftercare.outbox.models import Message
from aftercare.people.models import Event

logger = logging.getLogger(__name__)


def tell_instead(messages: Iterable[Message], now: datetime) -> None:
    """Let the next contact be told of what was in messages that were given up; once for each dispatch."""
    for dispatch in Dispatch.objects.filter(pk__in={message.subject for message in messages}):
        if dispatch.patient_id is None or was_told_instead(dispatch):
            continue
        alerts = list(dispatch.alerts.select_related("patient"))
        told = tell(
            alerts,
            Dispatch.Reason.UNDELIVERED,
            now=now,
            step=dispatch.step + 1,
            event=dispatch.pk,
        )
        note_telling(alerts, told, Event.Verb.UNDELIVERED, now)


def was_told_instead(dispatch: Dispatch) -> bool:
    """Whether the next contact has been told because a message of this dispatch can't arrive."""
    return Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED, event=dispatch.pk).exists()


def first_of(dispatch: Dispatch) -> Dispatch:
    """The dispatch that could not be delivered at first; itself where it tells nobody instead of another."""
    while dispatch.reason == Dispatch.Reason.UNDELIVERED:
        dispatch = Dispatch.objects.get(pk=dispatch.event)
    return dispatch


def refused_by(dispatch: Dispatch) -> set[int]:
    """The ids of the users whom messages of a clinic can't reach, as far as nobody has looked into it."""
    failed = Message.objects.unattended_failures().filter(sender=dispatch.clinic_id)
    return set(failed.values_list("recipient_id", flat=True))
