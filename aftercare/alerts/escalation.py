"""Telling the next contact, again and again, until a person has acknowledged."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F

from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Patient, User
from aftercare.triage import LIMITS, Level, Limits, unacknowledged

logger = logging.getLogger(__name__)

# Once everybody was told, everybody of the last step is told again this often.
LAST_STEP_EVERY = timedelta(minutes=30)


def unacknowledged_alerts(patient: Patient, now: datetime, limits: Limits = LIMITS) -> list[Alert]:
    """The alerts by which `unacknowledged` holds for a patient now, told of before or not."""
    new = Alert.objects.filter(patient=patient, status=Alert.Status.NEW).order_by("opened_at")
    return [
        alert
        for alert in new
        if unacknowledged(now=now, level=alert.triage_level, opened_at=alert.opened_at, limits=limits)
    ]


def escalate(now: datetime, limits: Limits = LIMITS, *, only: Patient | None = None) -> int:
    """Tell the next contact of every emergency or urgent alert whose time is up. Returns how many patients.

    After an outage each alert is told of once, not once for every turn that was missed. `only` leaves
    everybody else's alerts alone: a rehearsal must not hold the rows of real patients.
    """
    late = Alert.objects.to_escalate(now).order_by("patient_id", "opened_at")
    if only:
        late = late.filter(patient=only)
    patients = 0
    for patient_id, alerts in groupby(late, key=lambda alert: alert.patient_id):
        try:
            patients += escalate_patient(list(alerts), now, limits)
        except Exception:
            # One patient's fault must not keep the next one's alert from being told.
            logger.exception("escalating the alerts of patient %s failed", patient_id)
    return patients


@transaction.atomic
def escalate_patient(alerts: list[Alert], now: datetime, limits: Limits) -> bool:
    """One dispatch for one patient's late alerts; False where all were acknowledged or told of meanwhile."""
    # The patient's row first, as everywhere: the other way round, a check-in at this moment would deadlock.
    Patient.objects.select_for_update().get(pk=alerts[0].patient_id)
    last_step = last_step_of(alerts[0].clinic_id)
    claimed = [alert for alert in alerts if claim_turn(alert, now, last_step, limits)]
    if not claimed:
        return False
    first = claimed[0]
    behind = max(alert.escalations for alert in claimed) + 1
    # Counted for the event itself: alerts escalate together and apart, so no alert's own count is unique.
    turn = Dispatch.objects.filter(reason=Dispatch.Reason.UNACKNOWLEDGED, event=first.pk).count() + 1
    dispatch = Dispatch.objects.create(
        clinic_id=first.clinic_id,
        patient_id=first.patient_id,
        reason=Dispatch.Reason.UNACKNOWLEDGED,
        event=first.pk,
        turn=turn,
        step=min(behind, last_step),
        decided_at=now,
        due_at=now,
    )
    dispatch.alerts.set(claimed)
    system = User.objects.system()
    for alert in claimed:
        record_event(
            verb=Event.Verb.ESCALATED,
            actor=system,
            now=now,
            patient=alert.patient,
            subject=alert.pk,
            data={"step": dispatch.step, "turn": turn},
        )
    nudge_after_commit()
    return True


def claim_turn(alert: Alert, now: datetime, last_step: int, limits: Limits) -> bool:
    """Move the alert's clock on, unless somebody acknowledged it or another worker took this turn."""
    minutes = limits.ack_min_emergency if alert.triage_level is Level.EMERGENCY else limits.ack_min_urgent
    wait = timedelta(minutes=minutes) if alert.escalations + 1 < last_step else LAST_STEP_EVERY
    updated = Alert.objects.filter(
        pk=alert.pk, status=Alert.Status.NEW, next_escalation_at=alert.next_escalation_at
    ).update(next_escalation_at=now + wait, escalations=F("escalations") + 1)
    return bool(updated)


def last_step_of(clinic_id: int) -> int:
    """The position of a clinic's last contact step; 0 where it has none or one."""
    positions = ContactStep.objects.filter(clinic_id=clinic_id).values_list("position", flat=True)
    return max(positions, default=0)


@transaction.atomic
def dispatch_silence(*, alerts: list[Alert], event: UUID, now: datetime, due_at: datetime) -> bool:
    """Tell the first step once that no check-in followed the one with id `event`; False where it was told."""
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
