"""From dispatches to messages: who is told, and whether it still matters at the moment of sending."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from aftercare.alerts.contacts import Roster
from aftercare.alerts.models import Alert, Dispatch, Drill
from aftercare.alerts.wording import drill_words, list_words, words
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.triage import Level

logger = logging.getLogger(__name__)

KIND = "alert_dispatch"


def drain(now: datetime) -> None:
    """Turn every due dispatch into messages: one per recipient, however often and by whomever it is run."""
    rosters: dict[int, Roster] = {}
    for dispatch in Dispatch.objects.to_drain(now).select_related("clinic").order_by("due_at")[:500]:
        try:
            if dispatch.clinic_id not in rosters:
                rosters[dispatch.clinic_id] = Roster.of(dispatch.clinic, now)
            drain_one(dispatch, rosters[dispatch.clinic_id], now)
        except Exception:
            # A dispatch that cannot be expanded must not keep the next one waiting; it stays undrained.
            logger.exception("dispatch %s could not be expanded", dispatch.pk)


@transaction.atomic
def drain_one(dispatch: Dispatch, roster: Roster, now: datetime) -> None:
    """Write the messages of one dispatch, to the recipients of this moment; none where it comes too late."""
    if not dispatch.is_late(now):
        Message.objects.bulk_create(
            (
                Message(
                    kind=KIND,
                    subject=dispatch.pk,
                    recipient_id=user_id,
                    channel=Message.Channel.EMAIL,
                    created_at=now,
                    next_attempt_at=now,
                )
                for user_id in recipients_of(dispatch, roster, now)
            ),
            ignore_conflicts=True,
        )
        hurry_next(dispatch, roster, now)
    Dispatch.objects.filter(pk=dispatch.pk).update(drained_at=now)


def recipients_of(dispatch: Dispatch, roster: Roster, now: datetime) -> list[int]:
    """The users to tell: the dispatch's contact step, and who owns what was forgotten."""
    members = roster.recipients(dispatch.step, now)
    if not members:
        raise LookupError(f"clinic {dispatch.clinic_id} has no staff member to tell")
    told = [member.user_id for member in members]
    if dispatch.reason == Dispatch.Reason.FORGOTTEN:
        owners = set(dispatch.alerts.values_list("owner", flat=True))
        told += [m.user_id for m in roster.everybody if m.user_id in owners and m.is_reachable(now)]
    return list(dict.fromkeys(told))


def hurry_next(dispatch: Dispatch, roster: Roster, now: datetime) -> None:
    """Where the first step has less time than the level gives, the next one is told sooner."""
    step = roster.step_at(dispatch.step, now)
    if dispatch.reason != Dispatch.Reason.OPENED or step is None:
        return
    waiting = dispatch.alerts.filter(status=Alert.Status.NEW, escalations=0)
    for alert in waiting.exclude(next_escalation_at=None):
        sooner = alert.opened_at + timedelta(minutes=step.wait_min)
        waiting.filter(pk=alert.pk, next_escalation_at__gt=sooner).update(next_escalation_at=sooner)


def render(message: Message, now: datetime) -> Content | None:
    """The words of a message about a dispatch; None once there is nothing left to tell, or it comes too late."""
    dispatch = Dispatch.objects.select_related("clinic").get(pk=message.subject)
    if dispatch.is_late(now):
        return None
    if dispatch.reason == Dispatch.Reason.DRILL:
        drill = Drill.objects.running().filter(pk=dispatch.event).first()
        return drill_words(drill) if drill else None
    alerts = list(dispatch.alerts.filter(STILL_MATTERS[Dispatch.Reason(dispatch.reason)]))
    if not alerts:
        return None
    if dispatch.patient_id is None:
        return list_words(dispatch, len(alerts))
    worst = min(alerts, key=lambda alert: (-alert.triage_level.rank, alert.opened_at))
    return words(dispatch, worst, now)


# What is still worth telling: silence until the alert is closed, the rest until somebody has it or has called.
WAITING = Q(status=Alert.Status.NEW)
STILL_MATTERS = {
    Dispatch.Reason.OPENED: WAITING,
    Dispatch.Reason.UNACKNOWLEDGED: WAITING,
    Dispatch.Reason.SILENT: ~Q(status=Alert.Status.CLOSED),
    Dispatch.Reason.FORGOTTEN: Q(forgotten_since__isnull=False),
    Dispatch.Reason.RETURNED: WAITING,
    Dispatch.Reason.CLOSING: Q(level=Level.SAME_DAY.value) & ~Q(status=Alert.Status.CLOSED),
    Dispatch.Reason.DIGEST: WAITING,
}
