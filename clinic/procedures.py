"""Recording of procedures, with the intake answers and warnings that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from aftercare.checkins.corrections.actions import change_intake
from aftercare.checkins.models import CheckIn
from aftercare.people.actions.events import record_event
from aftercare.people.actions.patient_details import change_details
from aftercare.people.actions.procedures import add_procedure
from aftercare.people.models import Event, Patient, Procedure, User
from aftercare.people.patients.intake import Intake
from aftercare.people.treatments.details import NOT_RECORDED, TreatmentDetails
from aftercare.triage import LIMITS, Limits, treated_over_open_alert

NOTHING_ASKED = Intake()
PRESSED_TWICE = timedelta(minutes=1)
ASKED_NOW = "Asked when a procedure was recorded."


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedProcedure:
    """A stored procedure, and whether staff must be warned (`treated_over_open_alert`, S22, S26)."""

    procedure: Procedure
    warned: bool


def is_treated_over_open_alert(
    *, patient: Patient, performed_at: datetime, now: datetime, limits: Limits = LIMITS
) -> bool:
    """Return whether a procedure at `performed_at` would go over an open alert or a recent infection (S22, S26)."""
    reports = CheckIn.objects.filter(patient=patient).not_superseded().only("observed_at", "answers")
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
    details: TreatmentDetails = NOT_RECORDED,
    limits: Limits = LIMITS,
) -> RecordedProcedure:
    """Store a procedure. The warning is evaluated before storing, and recorded as an event."""
    warned = is_treated_over_open_alert(patient=patient, performed_at=performed_at, now=now, limits=limits)
    procedure = add_procedure(
        patient=patient,
        by=by,
        now=now,
        kind=kind,
        area=area,
        performed_at=performed_at,
        details=details,
    )
    if warned:
        record_event(verb=Event.Verb.WARNED, actor=by, now=now, patient=patient, subject=procedure.pk)
    return RecordedProcedure(procedure=procedure, warned=warned)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureIntake:
    """The intake answers given with a procedure. `stored`: the intake as the page showed it."""

    stored: Intake = NOTHING_ASKED
    intake: Intake | None = None
    skip_reason: str = ""
    guardian_name: str = ""


class UnconfirmedError(ValueError):
    """`treated_over_open_alert` holds, and staff have not confirmed that the procedure is to be recorded."""


@transaction.atomic
def record_confirmed(
    *,
    patient: Patient,
    by: User,
    now: datetime,
    treatment: Mapping[str, Any],
    confirmed: bool,
    details: TreatmentDetails = NOT_RECORDED,
    asked: ProcedureIntake | None = None,
) -> Procedure:
    """Record a procedure together with the intake answers given with it.

    Idempotent: pressing the button twice returns the procedure of the first press. Raises UnconfirmedError if
    staff must be warned first (S22, S26), and ChangedMeanwhileError if the intake was changed meanwhile; then
    nothing is stored.
    """
    asked = asked or ProcedureIntake()
    Patient.objects.select_for_update().get(pk=patient.pk)
    if pressed_before := recorded_just_now(patient, by, now, treatment):
        return pressed_before
    if asked.intake is not None and asked.intake.stored != asked.stored.stored:
        change_answers(asked, patient=patient, by=by, now=now)
    keep_guardian(patient=patient, name=asked.guardian_name, by=by, now=now)
    recorded = record_procedure(patient=patient, by=by, now=now, details=details, **treatment)
    if recorded.warned and not confirmed:
        raise UnconfirmedError
    note_skipped(recorded.procedure, patient=patient, reason=asked.skip_reason, by=by, now=now)
    return recorded.procedure


def recorded_just_now(
    patient: Patient, by: User, now: datetime, treatment: Mapping[str, Any]
) -> Procedure | None:
    """Return the same treatment recorded by the same user within `PRESSED_TWICE`, or None."""
    same = patient.procedures.filter(recorded_by=by, recorded_at__gt=now - PRESSED_TWICE, **treatment)
    found: Procedure | None = same.first()
    return found


def change_answers(asked: ProcedureIntake, *, patient: Patient, by: User, now: datetime) -> None:
    """Store the intake answers that were given with the procedure."""
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
    """Store the guardian's name unless it is empty."""
    if name:
        change_details(patient=patient, by=by, now=now, details={"guardian_name": name})


def note_skipped(procedure: Procedure, *, patient: Patient, reason: str, by: User, now: datetime) -> None:
    """Record why the risk questions were not asked, if any of them is still open."""
    if reason and not Intake.of(Patient.objects.get(pk=patient.pk)).is_risk_asked:
        details = {"reason": reason}
        record_event(
            verb=Event.Verb.SKIPPED_INTAKE,
            actor=by,
            now=now,
            patient=patient,
            subject=procedure.pk,
            details=details,
        )
