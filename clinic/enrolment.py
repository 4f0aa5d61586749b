"""Enrolling a patient with the first procedure, and recording a later one that staff have confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aftercare.checkins.corrections.actions import Treatment, change_intake, correct_procedure
from aftercare.checkins.corrections.reassessment import Reassessed
from aftercare.people.actions import enrol_patient, record_event
from aftercare.people.details import change_details
from aftercare.people.intake import Intake
from aftercare.people.invitations import invite
from aftercare.people.models import Clinic, Event, Patient, Procedure, User
from clinic.actions import move_recorded, record_procedure

NOTHING_ASKED = Intake()
PRESSED_TWICE = timedelta(minutes=1)
ASKED_NOW = "Asked when a procedure was recorded."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked when a procedure was recorded. `stored`: the intake as the page showed it."""

    stored: Intake = NOTHING_ASKED
    intake: Intake | None = None
    skip_reason: str = ""
    guardian_name: str = ""


class UnconfirmedError(ValueError):
    """`treated_over_open_alert` holds, and nobody has confirmed that the procedure is to be recorded."""


def enrol_with_procedure(
    *,
    clinic: Clinic,
    by: User,
    now: datetime,
    person: Mapping[str, Any],
    treatment: Mapping[str, Any],
    invited: bool = False,
    skip_reason: str = "",
) -> Patient:
    """Enrol a person, record the first procedure, and send the invitation: all of it, or nothing.

    ValidationError where it can't be.
    """
    try:
        with transaction.atomic():
            patient = enrol_patient(clinic=clinic, by=by, now=now, **person)
            recorded = record_procedure(patient=patient, by=by, now=now, **treatment)
            note_skipped(recorded.procedure, patient=patient, reason=skip_reason, by=by, now=now)
            if invited:
                invite(patient=patient, by=by, now=now)
            return patient
    except IntegrityError as error:
        # Two enrolments at one moment: the form of each saw the address and the number still free.
        raise ValidationError(
            "Somebody has just enrolled a patient with this e-mail address or record number."
        ) from error


@transaction.atomic
def record_confirmed(
    *,
    patient: Patient,
    by: User,
    now: datetime,
    treatment: Mapping[str, Any],
    confirmed: bool,
    asked: Asked | None = None,
) -> Procedure:
    """Record a procedure with what was asked about the patient before it.

    A second press of the same button gives the procedure that the first one recorded.
    UnconfirmedError where staff must be warned first (S22, S26), ChangedMeanwhileError where somebody else has
    changed the intake: then nothing is stored.
    """
    asked = asked or Asked()
    Patient.objects.select_for_update().get(pk=patient.pk)
    if pressed_before := recorded_just_now(patient, by, now, treatment):
        return pressed_before
    if asked.intake is not None and asked.intake.stored != asked.stored.stored:
        change_answers(asked, patient=patient, by=by, now=now)
    keep_guardian(patient=patient, name=asked.guardian_name, by=by, now=now)
    recorded = record_procedure(patient=patient, by=by, now=now, **treatment)
    if recorded.warned and not confirmed:
        raise UnconfirmedError
    note_skipped(recorded.procedure, patient=patient, reason=asked.skip_reason, by=by, now=now)
    return recorded.procedure


def recorded_just_now(
    patient: Patient, by: User, now: datetime, treatment: Mapping[str, Any]
) -> Procedure | None:
    """The same treatment, recorded by the same person a moment ago: a button that was pressed twice."""
    same = patient.procedures.filter(recorded_by=by, recorded_at__gt=now - PRESSED_TWICE, **treatment)
    found: Procedure | None = same.first()
    return found


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
    """Correct a procedure, and keep the guardian's name where the patient was a child then."""
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
    """Move a procedure to the patient who had it, and keep the guardian's name where that is a child."""
    keep_guardian(patient=to, name=guardian_name, by=by, now=now)
    return move_recorded(procedure=procedure, version=version, to=to, reason=reason, by=by, now=now)


def change_answers(asked: Asked, *, patient: Patient, by: User, now: datetime) -> None:
    """Store the answers that were given when the procedure was recorded."""
    assert asked.intake is not None
    shown, shown_asked = asked.stored.stored
    intake, answered = asked.intake.stored
    change_intake(
        patient=patient,
        shown=shown,
        shown_asked=shown_asked,
        intake=intake,
        asked=answered,
        reason=ASKED_NOW,
        by=by,
        now=now,
    )


def keep_guardian(*, patient: Patient, name: str, by: User, now: datetime) -> None:
    """Keep the name of who answers for a child; nothing where none was given."""
    if name:
        change_details(patient=patient, by=by, now=now, details={"guardian_name": name})


def note_skipped(procedure: Procedure, *, patient: Patient, reason: str, by: User, now: datetime) -> None:
    """Keep why the risk was not asked before a treatment; nothing where it was."""
    if reason and not Intake.of(Patient.objects.get(pk=patient.pk)).is_risk_asked:
        data = {"reason": reason}
        record_event(
            verb=Event.Verb.SKIPPED_INTAKE,
            actor=by,
            now=now,
            patient=patient,
            subject=procedure.pk,
            data=data,
        )
