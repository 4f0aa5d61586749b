"""Correcting a procedure, and moving it to the patient who had it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.checkins.corrections.actions import correct_procedure, move_procedure
from aftercare.checkins.corrections.reassessment import Reassessed
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient, Procedure, User
from clinic.procedures import is_treated_over_open_alert, keep_guardian


@transaction.atomic
def correct_confirmed(
    *,
    procedure: Procedure,
    version: str,
    treatment: Treatment,
    guardian_name: str,
    reason: str,
    by: User,
    now: datetime,
) -> Reassessed:
    """Correct a procedure, and store the guardian's name."""
    keep_guardian(patient=procedure.patient, name=guardian_name, by=by, now=now)
    return correct_procedure(
        procedure=procedure, version=version, treatment=treatment, reason=reason, by=by, now=now
    )


@transaction.atomic
def move_confirmed(
    *,
    procedure: Procedure,
    version: str,
    to: Patient,
    guardian_name: str,
    reason: str,
    by: User,
    now: datetime,
) -> Reassessed:
    """Move a procedure to the patient who had it, and store the guardian's name there."""
    keep_guardian(patient=to, name=guardian_name, by=by, now=now)
    return move_recorded(procedure=procedure, version=version, to=to, reason=reason, by=by, now=now)


@transaction.atomic
def move_recorded(
    *, procedure: Procedure, version: str, to: Patient, reason: str, by: User, now: datetime
) -> Reassessed:
    """Move a procedure. A warning is recorded as an event, as if the procedure were recorded now."""
    warned = is_treated_over_open_alert(patient=to, performed_at=procedure.performed_at, now=now)
    moved = move_procedure(procedure=procedure, version=version, to=to, reason=reason, by=by, now=now)
    if warned:
        record_event(verb=Event.Verb.WARNED, actor=by, now=now, patient=to, subject=procedure.pk)
    return moved
