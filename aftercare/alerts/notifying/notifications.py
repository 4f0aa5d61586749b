"""From dispatches to messages: who is told, and whether it still matters at the moment of sending."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from aftercare.alerts.dispatching.deferred import keep_to_hours
from aftercare.alerts.dispatching.relevance import still_waiting
from aftercare.alerts.dispatching.uncovering import is_covered
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Dispatch, Drill
from aftercare.alerts.notifying.texts import drill_words, list_words, together_words, words
from aftercare.alerts.on_call.nobody import note_nobody
from aftercare.alerts.on_call.recipients import recipients_of
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Backlog, Content
from aftercare.triage import Level

__all__ = ["KIND", "backlog", "drain", "render", "render_for_all", "render_together"]

logger = logging.getLogger(__name__)


def drain(now: datetime) -> None:
    """Turn every due dispatch into messages: one per recipient, however often and by whomever it is run."""
    rosters: dict[int, Roster] = {}
    for dispatch in Dispatch.objects.to_drain(now).select_related("clinic", "patient")[:500]:
        try:
            if keep_to_hours(dispatch) > now:
                continue
            if dispatch.clinic_id not in rosters:
                rosters[dispatch.clinic_id] = Roster.of(dispatch.clinic, now)
            drain_one(dispatch, rosters[dispatch.clinic_id], now)
        except Exception:
            # A dispatch that cannot be expanded must not keep the next one waiting; it stays undrained.
            logger.exception("dispatch %s could not be expanded", dispatch.pk)


@transaction.atomic
def drain_one(dispatch: Dispatch, roster: Roster, now: datetime) -> None:
    """Write the messages of one dispatch, to the recipients of this moment; none where it comes too late.

    Where nobody is there, those who are away are told, and it stays to be told to whoever comes.
    """
    if dispatch.reason == Dispatch.Reason.UNCOVERED and is_covered(dispatch):
        dispatch.delete()
        return
    if not dispatch.is_late(now) and not is_overtaken(dispatch):
        recipients = recipients_of(dispatch, roster, now)
        write_messages(dispatch, recipients, now)
        hurry_next(dispatch, roster, now)
        if not (recipients and roster.has_somebody(now)) and words_of(dispatch, now) is not None:
            note_nobody(dispatch, now)
            return
    Dispatch.objects.filter(pk=dispatch.pk).update(drained_at=now, nobody_since=None)


def is_overtaken(dispatch: Dispatch) -> bool:
    """Whether somebody has meanwhile taken on what stood quietly until now: then nobody need be told."""
    return dispatch.reason == Dispatch.Reason.UNCOVERED and not still_waiting(dispatch)


def write_messages(dispatch: Dispatch, recipients: Collection[int], now: datetime) -> None:
    """One message to each recipient, unless it was written before."""
    priority = priority_of(dispatch)
    Message.objects.bulk_create(
        (
            Message(
                kind=KIND,
                subject=dispatch.pk,
                thread=dispatch.patient_id,
                sender=dispatch.clinic_id,
                recipient_id=user_id,
                channel=Message.Channel.EMAIL,
                priority=priority,
                created_at=now,
                next_attempt_at=now,
                expires_at=dispatch.expires_at,
            )
            for user_id in recipients
        ),
        ignore_conflicts=True,
    )


def priority_of(dispatch: Dispatch) -> Message.Priority:
    """Emergencies, and a drill as one, before everything else; lists after it."""
    if dispatch.reason == Dispatch.Reason.DRILL:
        return Message.Priority.NOW
    if dispatch.patient_id is None:
        return Message.Priority.ROUTINE
    is_emergency = dispatch.alerts.filter(level=Level.EMERGENCY.value).exists()
    return Message.Priority.NOW if is_emergency else Message.Priority.SOON


def hurry_next(dispatch: Dispatch, roster: Roster, now: datetime) -> None:
    """Where the first step has less time than the level gives, the next one is told sooner."""
    step = roster.step_at(dispatch.step, now)
    if dispatch.reason not in {Dispatch.Reason.OPENED, Dispatch.Reason.RETURNED} or step is None:
        return
    waiting = dispatch.alerts.waiting().filter(escalations=0)
    for alert in waiting.exclude(next_escalation_at=None):
        sooner = alert.waiting_since + timedelta(minutes=step.wait_min)
        waiting.filter(pk=alert.pk, next_escalation_at__gt=sooner).update(next_escalation_at=sooner)


def backlog(now: datetime) -> Backlog:
    """Since when the dispatches have been due that have waited longest to be turned into messages."""
    due = Dispatch.objects.filter(drained_at=None, due_at__lte=now)
    has_nobody = Q(nobody_since__isnull=False)
    found = due.aggregate(
        due=Min("due_at", filter=~has_nobody), without_recipient=Min("due_at", filter=has_nobody)
    )
    return Backlog(**found)


def render(message: Message, now: datetime) -> Content | None:
    """The words of a message about a dispatch; None once there is nothing left to tell, or it comes too late."""
    return words_of(loaded([message.subject]).get(pk=message.subject), now)


def render_for_all(subjects: Collection[UUID], now: datetime) -> dict[UUID, Content | None]:
    """The words about many dispatches, which are the same for everybody who is told of one."""
    return {dispatch.pk: words_of(dispatch, now) for dispatch in loaded(subjects)}


def loaded(subjects: Collection[UUID]) -> QuerySet[Dispatch]:
    """Dispatches with what their words need, in two queries however many there are."""
    dispatches: QuerySet[Dispatch] = Dispatch.objects.filter(pk__in=subjects).select_related("clinic")
    return dispatches.prefetch_related("alerts")


def words_of(dispatch: Dispatch, now: datetime) -> Content | None:
    """What is to be said about a dispatch now; None where nothing is any more."""
    if dispatch.is_late(now):
        return None
    if dispatch.reason == Dispatch.Reason.DRILL:
        drill = Drill.objects.running().filter(pk=dispatch.event).first()
        return drill_words(drill) if drill else None
    alerts = still_waiting(dispatch)
    if not alerts:
        return None
    return words(dispatch, alerts[0], now) if dispatch.patient_id else list_words(dispatch, len(alerts))


def render_together(messages: Sequence[Message], now: datetime) -> Content:
    """One mail for several messages: of one patient the most pressing one's words, else how many there are."""
    dispatches = list(loaded([message.subject for message in messages]))
    patients = {dispatch.patient_id for dispatch in dispatches}
    waiting = [(alerts[0], one) for one in dispatches if (alerts := still_waiting(one))]
    if not waiting or len(patients) > 1 or None in patients:
        levels = [alert.triage_level for alert, one in waiting if one.patient_id]
        return together_words(len(patients), max(levels, default=None))
    worst, dispatch = min(waiting, key=lambda found: (-found[0].triage_level.rank, weight(found[1])))
    return words(dispatch, worst, now)


def weight(dispatch: Dispatch) -> int:
    """The place of its reason among those that say the most."""
    return REASONS_BY_WEIGHT.index(Dispatch.Reason(dispatch.reason))


# Of several messages about one patient, the first of these says the most.
REASONS_BY_WEIGHT = [
    Dispatch.Reason.UNACKNOWLEDGED,
    Dispatch.Reason.UNDELIVERED,
    Dispatch.Reason.WRONG_NUMBER,
    Dispatch.Reason.NOT_REACHED,
    Dispatch.Reason.FORGOTTEN,
    Dispatch.Reason.OPENED,
    Dispatch.Reason.RETURNED,
    Dispatch.Reason.UNCOVERED,
    Dispatch.Reason.SILENT,
    Dispatch.Reason.LEFT_OPEN,
]
