"""Recording a procedure, and giving it to whom it belongs: the acts that need every room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aftercare.checkins.corrections.actions import move_procedure
from aftercare.checkins.corrections.reassessment import Reassessed
from aftercare.checkins.models import CheckIn
from aftercare.people.actions import add_procedure, record_event
from aftercare.people.models import Event, Patient, Procedure, User
from aftercare.triage import LIMITS, Limits, treated_over_open_alert


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """The procedure, and whether staff must be warned (`treated_over_open_alert`, S22, S26)."""

    procedure: Procedure
    warned: bool


def is_treated_over_open_alert(
    *, patient: Patient, performed_at: datetime, now: datetime, limits: Limits = LIMITS
) -> bool:
    """Whether a procedure at `performed_at` goes over an open alert or a recently reported infection."""
    reports = CheckIn.objects.filter(patient=patient).standing().only("observed_at", "answers")
    return treated_over_open_alert(
        performed_at=performed_at,
        now=now,
        open_levels=[alert.triage_level for alert in patient.alerts.open()],
        reports=[(check_in.observed_at, check_in.given) for check_in in reports],
        limits=limits,
    )


@transaction.atomic
def record_procedure(
    *,
    patient: Patient,
    by: User,
    now: datetime,
    kind: str,
    area: str,
    performed_at: datetime,
    limits: Limits = LIMITS,
) -> Recorded:
    """Record a procedure. The warning is looked up before it is stored, and kept as an event."""
    warned = is_treated_over_open_alert(patient=patient, performed_at=performed_at, now=now, limits=limits)
    procedure = add_procedure(
        patient=patient, by=by, now=now, kind=kind, area=area, performed_at=performed_at
    )
    if warned:
        record_event(verb=Event.Verb.WARNED, actor=by, now=now, patient=patient, subject=procedure.pk)
    return Recorded(procedure=procedure, warned=warned)


@transaction.atomic
def move_recorded(
    *, procedure: Procedure, version: str, to: Patient, reason: str, by: User, now: datetime
) -> Reassessed:
    """Move a procedure to the patient who had it; a warning is kept as an event, as if recorded for them now."""
    warned = is_treated_over_open_alert(patient=to, performed_at=procedure.performed_at, now=now)
    moved = move_procedure(procedure=procedure, version=version, to=to, reason=reason, by=by, now=now)
    if warned:
        record_event(verb=Event.Verb.WARNED, actor=by, now=now, patient=to, subject=procedure.pk)
    return moved
