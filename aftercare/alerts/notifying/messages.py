"""The messages of a dispatch: to each recipient by the person's own rules; and the deadline of its first step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from aftercare.alerts.dispatching.dispatches import highest_level
from aftercare.alerts.dispatching.relevance import relevant_alerts
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.models import Message
from aftercare.people.contact_points.rules import OwnRules
from aftercare.triage import Level


def new_messages(
    dispatch: Dispatch, recipients: Iterable[int], people: Mapping[int, OwnRules], now: datetime
) -> list[Message]:
    """Return the messages to each recipient by the person's own rules, unsaved."""
    priority, level, zone = priority_of(dispatch), level_of(dispatch), dispatch.clinic.zone
    return [
        Message(
            kind=KIND,
            subject=dispatch.pk,
            thread=dispatch.patient_id,
            sender=dispatch.clinic_id,
            recipient_id=user_id,
            channel=way.channel,
            point=way.point,
            priority=priority,
            created_at=now,
            next_attempt_at=way.at,
            expires_at=dispatch.expires_at,
        )
        for user_id in recipients
        for way in people[user_id].ways(level, now, zone, dispatch.expires_at)
    ]


def level_of(dispatch: Dispatch) -> str:
    """Return the level by whose rules the recipients are told.

    What was dealt with once, and is only to be finished, wakes nobody.
    """
    if dispatch.reason in WITHOUT_ALERTS:
        return WITHOUT_ALERTS[Dispatch.Reason(dispatch.reason)].value
    alerts = relevant_alerts(dispatch) or list(dispatch.alerts.all())
    level = highest_level(alerts) if alerts else Level.SAME_DAY
    return min(level, Level.SAME_DAY).value if dispatch.reason in NOT_PRESSING else level.value


# The level of what is about no single patient, and reasons that are not pressing whatever the alert is.
WITHOUT_ALERTS = {
    Dispatch.Reason.DRILL: Level.EMERGENCY,
    Dispatch.Reason.CLOSING: Level.SAME_DAY,
    Dispatch.Reason.DIGEST: Level.ROUTINE,
}
NOT_PRESSING = {Dispatch.Reason.LEFT_OPEN, Dispatch.Reason.SILENT}


def priority_of(dispatch: Dispatch) -> Message.Priority:
    """Emergencies and drills first, lists last."""
    if dispatch.reason == Dispatch.Reason.DRILL:
        return Message.Priority.NOW
    if dispatch.patient_id is None:
        return Message.Priority.ROUTINE
    is_emergency = any(alert.triage_level is Level.EMERGENCY for alert in dispatch.alerts.all())
    return Message.Priority.NOW if is_emergency else Message.Priority.SOON


def sooner_deadlines(dispatch: Dispatch, roster: Roster, now: datetime) -> list[tuple[UUID, datetime]]:
    """Return the alerts whose first step has less time than the level gives, each with its deadline."""
    step = roster.step_at(dispatch.step, now)
    if dispatch.reason not in {Dispatch.Reason.OPENED, Dispatch.Reason.RETURNED} or step is None:
        return []
    wait = timedelta(minutes=step.wait_min)
    return [
        (alert.pk, alert.waiting_since + wait)
        for alert in dispatch.alerts.all()
        if alert.is_waiting
        and alert.next_escalation_at
        and alert.next_escalation_at > alert.waiting_since + wait
    ]
