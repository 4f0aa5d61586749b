"""Escalation: notify the next contact step until an alert is acknowledged and the patient called."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F

from aftercare.alerts.dispatching.dispatches import create_dispatch, record_notified
from aftercare.alerts.following_up.chases import next_step
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.transitions import follow_up_deadline
from aftercare.logs.isolation import isolated
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient, User
from aftercare.triage import LIMITS, Level, Limits, unacknowledged

logger = logging.getLogger(__name__)

# The last step is notified again at this interval.
LAST_STEP_EVERY = timedelta(minutes=30)


def unacknowledged_alerts(patient: Patient, now: datetime, limits: Limits = LIMITS) -> list[Alert]:
    """Return the alerts for which the rule `unacknowledged` holds now, whether or not anybody was notified."""
    waiting = Alert.objects.filter(patient=patient).waiting().order_by("opened_at")
    return [
        alert
        for alert in waiting
        if unacknowledged(now=now, level=alert.triage_level, opened_at=alert.waiting_since, limits=limits)
    ]


def escalate(now: datetime, limits: Limits = LIMITS, *, only: Patient | None = None) -> int:
    """Notify the next step of every overdue emergency or urgent alert; return the number of patients.

    After an outage each alert is notified once, not once per missed turn. `only` limits it to one patient, so
    that a rehearsal locks no other rows.
    """
    late = Alert.objects.to_escalate(now).select_related("clinic")
    if only:
        late = late.filter(patient=only)
    return for_each_patient(late, lambda alerts: escalate_patient(alerts, now, limits))


def follow_up(now: datetime) -> int:
    """Notify the next step of alerts that were acknowledged and then forgotten; return the number of patients."""
    return for_each_patient(
        Alert.objects.to_follow_up(now).select_related("clinic"),
        lambda alerts: follow_up_patient(alerts, now),
    )


def for_each_patient(alerts: Iterable[Alert], act: Callable[[list[Alert]], bool]) -> int:
    """Call `act` with the alerts of each patient; return for how many it returned True."""
    patients = 0
    by_patient = sorted(alerts, key=lambda alert: (str(alert.patient_id), alert.opened_at, alert.pk))
    for patient_id, group in groupby(by_patient, key=lambda alert: alert.patient_id):
        with isolated(logger, "the alerts of patient %s could not be told again", patient_id):
            patients += act(list(group))
    return patients


@transaction.atomic
def escalate_patient(alerts: list[Alert], now: datetime, limits: Limits) -> bool:
    """Create one dispatch for the overdue alerts of a patient; return False if none is overdue any more."""
    # The patient's row first, as everywhere: the reverse order could deadlock with a check-in.
    Patient.objects.select_for_update().get(pk=alerts[0].patient_id)
    claimed, dispatch = notify_next_step(alerts, Roster.of(alerts[0].clinic, now), now, limits)
    if dispatch is not None:
        record_notified(claimed, dispatch, Event.Verb.ESCALATED, now)
    return dispatch is not None


def notify_next_step(
    alerts: Iterable[Alert], roster: Roster, now: datetime, limits: Limits = LIMITS
) -> tuple[list[Alert], Dispatch | None]:
    """Advance the deadlines of a patient's alerts and create one dispatch to the next step.

    Return the alerts that nobody was faster with, and their dispatch. Call in a transaction that holds the patient's
    lock.
    """
    claimed = [alert for alert in alerts if claim_escalation(alert, now, roster, limits)]
    if not claimed:
        return [], None
    behind = max(alert.escalations for alert in claimed) + 1
    step = min(behind, roster.last_position(now))
    return claimed, create_dispatch(claimed, Dispatch.Reason.UNACKNOWLEDGED, now=now, step=step)


def claim_escalation(alert: Alert, now: datetime, roster: Roster, limits: Limits) -> bool:
    """Advance the alert's deadline; return False if it was acknowledged or another worker was faster."""
    turn = alert.escalations + 1
    wait = escalation_delay(turn, alert.triage_level, now, roster, limits)
    same = Alert.objects.waiting().filter(pk=alert.pk, next_escalation_at=alert.next_escalation_at)
    return bool(same.update(next_escalation_at=now + wait, escalations=F("escalations") + 1))


def escalation_delay(
    position: int, level: Level, now: datetime, roster: Roster, limits: Limits = LIMITS
) -> timedelta:
    """Return how long the step at `position` has before the next is notified; the last one is notified again."""
    if position >= roster.last_position(now):
        return LAST_STEP_EVERY
    minutes = limits.ack_min_emergency if level is Level.EMERGENCY else limits.ack_min_urgent
    step = roster.step_at(position, now)
    return timedelta(minutes=min(minutes, step.wait_min) if step else minutes)


@transaction.atomic
def follow_up_patient(alerts: list[Alert], now: datetime) -> bool:
    """Create one dispatch for the forgotten alerts of a patient; return False if none is forgotten any more."""
    Patient.objects.select_for_update().get(pk=alerts[0].patient_id)
    roster = Roster.of(alerts[0].clinic, now)
    claimed = [alert for alert in alerts if claim_follow_up(alert, now, roster)]
    if not claimed:
        return False
    dispatch = create_dispatch(
        claimed, Dispatch.Reason.FORGOTTEN, now=now, step=next_step(claimed[0], roster, now)
    )
    record_notified(claimed, dispatch, Event.Verb.FORGOTTEN, now)
    return True


def claim_follow_up(alert: Alert, now: datetime, roster: Roster) -> bool:
    """Mark an alert as forgotten and advance its deadline; return False if somebody acted or was faster."""
    last = next_step(alert, roster, now) >= roster.last_position(now)
    due = follow_up_deadline(alert, alert.clinic.hours, now)
    if last and alert.triage_level >= Level.URGENT:
        due = now + LAST_STEP_EVERY
    return bool(
        Alert.objects.filter(
            pk=alert.pk, status=Alert.Status.ACKNOWLEDGED, follow_up_at=alert.follow_up_at
        ).update(follow_up_at=due, forgotten_since=alert.forgotten_since or now)
    )


@transaction.atomic
def dispatch_silence(*, alerts: list[Alert], event: UUID, now: datetime, due_at: datetime) -> bool:
    """Notify the first step, once, that no check-in followed the check-in `event`; return False if done before."""
    first = alerts[0]
    Patient.objects.select_for_update().get(pk=first.patient_id)
    dispatch, created = Dispatch.objects.get_or_create(
        reason=Dispatch.Reason.SILENT,
        event=event,
        turn=0,
        defaults={
            "clinic_id": first.clinic_id,
            "patient_id": first.patient_id,
            "decided_at": now,
            "due_at": due_at,
        },
    )
    if not created:
        return False
    dispatch.alerts.set(alerts)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(silent_since=now)
    system = User.objects.system()
    for alert in alerts:
        record_event(
            verb=Event.Verb.NOTED_SILENCE, actor=system, now=now, patient=alert.patient, subject=alert.pk
        )
    nudge_after_commit()
    return True
