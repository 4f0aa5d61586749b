"""From dispatches to messages: who is told, and whether it still matters at the moment of sending."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aftercare.alerts.contacts import Roster
from aftercare.alerts.models import Alert, Dispatch, Drill
from aftercare.alerts.nobody import note_nobody
from aftercare.alerts.recipients import recipients_of
from aftercare.alerts.uncovering import is_covered
from aftercare.alerts.undelivered import first_of
from aftercare.alerts.waiting import keep_to_hours
from aftercare.alerts.wording import drill_words, list_words, together_words, words
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.triage import CONTACT_REQUESTED, Level

logger = logging.getLogger(__name__)

KIND = "alert_dispatch"


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

    Where there is nobody to tell it stays to be told, and the technical contact is.
    """
    if dispatch.reason == Dispatch.Reason.UNCOVERED and is_covered(dispatch):
        dispatch.delete()
        return
    if not dispatch.is_late(now):
        recipients = recipients_of(dispatch, roster, now)
        if not recipients and words_of(dispatch, now) is not None:
            note_nobody(dispatch, now)
            return
        write_messages(dispatch, recipients, now)
        hurry_next(dispatch, roster, now)
    Dispatch.objects.filter(pk=dispatch.pk).update(drained_at=now, nobody_since=None)


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


def still_waiting(dispatch: Dispatch) -> list[Alert]:
    """The alerts of a dispatch that are still worth telling, the worst first."""
    matters = STILL_MATTERS[Dispatch.Reason(first_of(dispatch).reason)]
    alerts = [alert for alert in dispatch.alerts.all() if matters(alert)]
    return sorted(alerts, key=lambda alert: (-alert.triage_level.rank, alert.opened_at))


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


def waits(alert: Alert) -> bool:
    """Whether nobody has acknowledged it, or seen its newest report, where that asks for somebody again."""
    asks_again = alert.rule == CONTACT_REQUESTED and alert.is_open and alert.reported_again_at is not None
    return alert.is_waiting or asks_again


def is_not_reached(alert: Alert) -> bool:
    """Whether it is open and nobody reached the patient since the newest report."""
    return alert.is_open and not alert.is_reached


# What is still worth telling: silence until the alert is closed, the rest until somebody has it or has called.
STILL_MATTERS: dict[Dispatch.Reason, Callable[[Alert], bool]] = {
    Dispatch.Reason.OPENED: waits,
    Dispatch.Reason.UNACKNOWLEDGED: waits,
    Dispatch.Reason.SILENT: lambda alert: alert.is_open,
    Dispatch.Reason.FORGOTTEN: lambda alert: alert.is_forgotten,
    Dispatch.Reason.RETURNED: waits,
    Dispatch.Reason.UNCOVERED: waits,
    Dispatch.Reason.WRONG_NUMBER: is_not_reached,
    Dispatch.Reason.NOT_REACHED: is_not_reached,
    Dispatch.Reason.LEFT_OPEN: lambda alert: alert.status == Alert.Status.ACKNOWLEDGED,
    Dispatch.Reason.CLOSING: lambda alert: alert.is_open and alert.triage_level is Level.SAME_DAY,
    Dispatch.Reason.DIGEST: waits,
}
