"""A message to a contact step that can't arrive: the next contact is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from aftercare.alerts.dispatching.dispatches import note_telling, tell
from aftercare.alerts.dispatching.relevance import still_waiting
from aftercare.alerts.models import Dispatch
from aftercare.outbox.models import Message
from aftercare.people.models import Event

# The kind of the messages that dispatches are turned into.
KIND = "alert_dispatch"


@transaction.atomic
def tell_instead(messages: Iterable[Message], now: datetime) -> None:
    """Let the next contact be told of what was in messages that were given up; once for each dispatch."""
    told = Dispatch.objects.select_for_update().filter(pk__in={message.subject for message in messages})
    for dispatch in told.filter(patient__isnull=False):
        alerts = still_waiting(dispatch)
        if not alerts or was_told_instead(dispatch):
            continue
        step = dispatch.step + 1
        instead = tell(alerts, Dispatch.Reason.UNDELIVERED, now=now, step=step, event=dispatch.pk)
        note_telling(alerts, instead, Event.Verb.UNDELIVERED, now)


def was_told_instead(dispatch: Dispatch) -> bool:
    """Whether the next contact has been told because a message of this dispatch can't arrive."""
    return Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED, event=dispatch.pk).exists()


def refused_mails(clinic_id: int) -> QuerySet[Message]:
    """The messages of a clinic to its staff that can't arrive, as far as nobody looked into it and none came since."""
    later = Message.objects.filter(
        recipient=OuterRef("recipient"), state=Message.State.SENT, finished_at__gt=OuterRef("finished_at")
    )
    failed: QuerySet[Message] = Message.objects.unattended_failures().filter(sender=clinic_id, kind=KIND)
    return failed.exclude(Exists(later))


def refused_by(dispatch: Dispatch) -> set[int]:
    """The ids of the users whom messages of the dispatch's clinic can't reach."""
    return set(refused_mails(dispatch.clinic_id).values_list("recipient_id", flat=True))
