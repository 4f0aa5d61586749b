"""Answers to a message, as its recipient: take on what it asks, pass it on, give it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.alerts.actions.drills import DrillEndedError, end_drill
from aftercare.alerts.actions.ownership import acknowledge, data_of_way, give_back
from aftercare.alerts.answering.asked import Asked, alerts_of, is_for_taking, is_owned
from aftercare.alerts.following_up.escalation import notify_next_step
from aftercare.alerts.locking import locked_patient
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, StaffMember

# By these the next step is told already.
TOLD_NEXT = (Dispatch.Reason.UNACKNOWLEDGED, Dispatch.Reason.UNDELIVERED)


@transaction.atomic
def take(*, asked: Asked, now: datetime, way: str) -> bool:
    """Acknowledge what a message asks, for its recipient; return False if somebody was first.

    `way`: how the recipient answered: "link", "sms" or "call".
    """
    by = asked.recipient
    if asked.drill:
        try:
            end_drill(drill=asked.drill, by=by, now=now, acknowledged=True, way=way)
        except DrillEndedError:
            return False
        return True
    locked_patient(asked.alerts[0].patient)
    free = [alert for alert in alerts_of(asked.dispatches) if is_for_taking(alert, by)]
    for alert in free:
        acknowledge(alert=alert, by=by, now=now, way=way)
    return bool(free)


@transaction.atomic
def return_taken(*, asked: Asked, now: datetime, way: str) -> bool:
    """Give back what the recipient has of a message; return False if that is nothing."""
    if asked.drill:
        return False
    locked_patient(asked.alerts[0].patient)
    own = [alert for alert in alerts_of(asked.dispatches) if is_owned(alert, asked.recipient)]
    for alert in own:
        give_back(alert=alert, by=asked.recipient, now=now, way=way)
    return bool(own)


@transaction.atomic
def pass_on(*, asked: Asked, now: datetime, way: str) -> bool:
    """Notify the next contact step at once, as if the deadline had passed; return False if that is not possible.

    Only whoever was told last can pass on, once for each message, and only while there is a next step.
    """
    if asked.drill:
        return False
    locked_patient(asked.alerts[0].patient)
    roster = Roster.of(asked.clinic, now)
    alerts = [alert for alert in alerts_of(asked.dispatches) if can_escalate(alert)]
    if not next_people(asked, alerts, roster, now):
        return False
    claimed, dispatch = notify_next_step(alerts, roster, now)
    for alert in claimed:
        assert dispatch is not None
        record_event(
            verb=Event.Verb.PASSED_ON,
            actor=asked.recipient,
            now=now,
            patient=alert.patient,
            subject=alert.pk,
            data={"step": dispatch.step, "turn": dispatch.turn, **data_of_way(way)},
        )
    return bool(claimed)


def can_escalate(alert: Alert) -> bool:
    """Return True if the next step is told of the alert at its deadline."""
    return alert.is_waiting and alert.next_escalation_at is not None


def next_people(asked: Asked, alerts: list[Alert], roster: Roster, now: datetime) -> list[StaffMember]:
    """Return whom passing on would tell; nobody if they were told already, or there is no next step."""
    told = Dispatch.objects.filter(alerts__in=alerts, reason__in=TOLD_NEXT, decided_at__gte=asked.decided_at)
    if not alerts or told.exclude(pk__in=[dispatch.pk for dispatch in asked.dispatches]).exists():
        return []
    step = max(alert.escalations for alert in alerts) + 1
    if step > roster.last_position(now):
        return []
    people = roster.recipients(step, now)
    return people if any(member.user_id != asked.recipient.pk for member in people) else []
