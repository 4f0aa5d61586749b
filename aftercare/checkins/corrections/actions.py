"""Corrections of what staff entered wrongly: a procedure's kind, area, time or patient, and the intake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from aftercare.alerts.models import Alert
from aftercare.checkins.corrections.reassessment import (
    EvaluationBasis,
    Reassessed,
    reassess,
    relink_check_ins,
)
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.checkins.follow_up.non_response import record_missed_check_ins
from aftercare.checkins.models import CheckIn, NonResponse
from aftercare.people.actions.events import record_event
from aftercare.people.actions.patients import is_at_risk
from aftercare.people.models import Event, IntakeQuestion, Patient, Procedure, User
from aftercare.people.treatments.recording import record_details
from aftercare.triage import LIMITS, Limits

NOTHING_JUDGED = Reassessed(count=0, alerts=[], dispatched=False)


class ChangedMeanwhileError(ValueError):
    """The record was changed since the page was drawn. Nothing was changed."""


@transaction.atomic
def correct_procedure(
    *,
    procedure: Procedure,
    version: str,
    treatment: Treatment,
    reason: str,
    by: User,
    now: datetime,
    limits: Limits = LIMITS,
) -> Reassessed:
    """Correct a procedure, and re-evaluate the check-ins of its series unless only its details are other ones.

    `version`: of the procedure on the page; raise ChangedMeanwhileError if it is outdated. Raise
    ValidationError for an impossible treatment, without a change, or without a reason, which only details that
    were not recorded yet do not need.
    """
    [patient], current = lock(procedure, version)
    old = Treatment.of(current)
    treatment = treatment.with_details_of(old)
    require_possible(treatment, patient, now)
    if treatment == old:
        raise ValidationError(_("Nothing is changed. Correct what is wrong, or go back."))
    if not treatment.only_adds_to(old):
        require_reason(reason)
    baseline = CorrectionBaseline.of(patient, current)
    new = store(treatment, current, now)
    event = record_event(
        verb=Event.Verb.CORRECTED_PROCEDURE,
        actor=by,
        now=now,
        patient=patient,
        subject=current.pk,
        details={"old": old.to_json(), "new": new.to_json(), "reason": reason},
    )
    if treatment.is_same_course(old):
        return NOTHING_JUDGED
    result = baseline.reevaluate(event=event, now=now, limits=limits)
    move_silence(current, instead_of=old.performed_at, now=now, limits=limits)
    record_missed_check_ins(now, limits, only=patient)
    return result


def store(treatment: Treatment, procedure: Procedure, now: datetime) -> Treatment:
    """Store the fields of a corrected treatment; return them as stored."""
    procedure.kind, procedure.area = treatment.kind, treatment.area
    procedure.performed_at, procedure.corrected_at = treatment.performed_at, now
    procedure.save(update_fields=["kind", "area", "performed_at", "corrected_at"])
    return replace(treatment, details=record_details(procedure, treatment.known_details))


@transaction.atomic
def move_procedure(
    *,
    procedure: Procedure,
    version: str,
    to: Patient,
    reason: str,
    by: User,
    now: datetime,
    limits: Limits = LIMITS,
) -> Reassessed:
    """Move a procedure to the patient who had it, and re-evaluate the check-ins of both.

    Check-ins and alerts stay with their patient, judged by the remaining procedures. Raise
    ChangedMeanwhileError and ValidationError as `correct_procedure`.
    """
    people, current = lock(procedure, version, to)
    wrong, right = (next(one for one in people if one.pk == pk) for pk in (current.patient_id, to.pk))
    require_other(wrong, right)
    require_possible(Treatment.of(current), right, now)
    require_reason(reason)
    # Both: a procedure that is moved back judges the check-ins that it judged at first.
    baselines = [CorrectionBaseline.of(patient, current) for patient in (wrong, right)]
    current.patient, current.corrected_at = right, now
    current.save(update_fields=["patient", "corrected_at"])
    columns: dict[str, Any] = {
        "verb": Event.Verb.MOVED_PROCEDURE,
        "data": {"from": str(wrong.pk), "to": str(right.pk)},
        "details": {**Treatment.of(current).to_json(), "reason": reason},
    }
    results = []
    for baseline in baselines:
        event = record_event(actor=by, now=now, patient=baseline.patient, subject=current.pk, **columns)
        results.append(baseline.reevaluate(event=event, now=now, limits=limits))
    NonResponse.objects.filter(patient=wrong, procedure=current).delete()
    for patient in (wrong, right):
        record_missed_check_ins(now, limits, only=patient)
    return combine(results)


@transaction.atomic
def change_intake(  # noqa: PLR0913 (the answers, before and now)
    *,
    patient: Patient,
    shown: list[str] | None,
    intake: list[str] | None,
    reason: str,
    by: User,
    now: datetime,
    shown_asked: list[str] | None = None,
    asked: list[str] | None = None,
    limits: Limits = LIMITS,
) -> Reassessed:
    """Change the intake answers; if the risk changes, re-evaluate recent check-ins and those with open alerts.

    `intake`: keys answered with yes; `asked`: keys answered at all, None for all. `shown`, `shown_asked`: the
    same as on the page; raise ChangedMeanwhileError if outdated. Raise ValidationError without a change, for an
    unknown key, or without a reason.
    """
    [current] = locked_patients(patient)
    if (current.intake, current.intake_asked) != (shown, shown_asked):
        raise ChangedMeanwhileError
    require_known(*(intake or []), *(asked or []))
    require_reason(reason)
    if (intake, asked) == (shown, shown_asked):
        raise ValidationError(_("Nothing is changed. Correct what is wrong, or go back."))
    before, was_at_risk = EvaluationBasis.of(current), current.at_risk
    current.intake, current.intake_asked, current.at_risk = intake, asked, is_at_risk(intake)
    current.save(update_fields=["intake", "intake_asked", "at_risk"])
    old, new = {"old": shown, "old_asked": shown_asked}, {"new": intake, "new_asked": asked}
    kept = {**old, **new, "at_risk": current.at_risk, "reason": reason}
    event = record_event(
        verb=Event.Verb.CHANGED_INTAKE, actor=by, now=now, patient=current, subject=current.pk, details=kept
    )
    judged = recent_or_open(current, now, limits) if current.at_risk != was_at_risk else set()
    after = EvaluationBasis.of(current)
    return reassess(
        patient=current, before=before, after=after, judged=judged, event=event, now=now, limits=limits
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionBaseline:
    """Evaluation basis of a patient before a procedure is corrected, and the check-ins of its series."""

    patient: Patient
    procedure: Procedure
    before: EvaluationBasis
    judged: set[UUID]

    @classmethod
    def of(cls, patient: Patient, procedure: Procedure) -> CorrectionBaseline:
        judged = check_ins_of_series(patient, procedure)
        return cls(patient=patient, procedure=procedure, before=EvaluationBasis.of(patient), judged=judged)

    def reevaluate(self, *, event: Event, now: datetime, limits: Limits) -> Reassessed:
        """After the correction: relink check-ins to procedures, and re-evaluate them."""
        relink_check_ins(self.patient, self.procedure)
        return reassess(
            patient=self.patient,
            before=self.before,
            after=EvaluationBasis.of(self.patient),
            judged=self.judged | check_ins_of_series(self.patient, self.procedure),
            event=event,
            now=now,
            and_beside=True,
            limits=limits,
        )


def check_ins_of_series(patient: Patient, procedure: Procedure) -> set[UUID]:
    """Return the ids of the patient's check-ins in the series of the procedure."""
    rows = patient.check_ins.values_list("pk", "procedure_id", "several_of")
    return {pk for pk, own, several in rows if own == procedure.pk or str(procedure.pk) in several}


def described_before(procedure: Procedure, performed_at: datetime) -> int:
    """Return how many check-ins of the series describe an instant before `performed_at`."""
    own = CheckIn.objects.filter(patient=procedure.patient_id).not_superseded()
    rows = own.filter(observed_at__lt=performed_at).values_list(
        "first_procedure_id", "procedure_id", "several_of"
    )
    return sum(
        (first or counted) == procedure.pk or str(procedure.pk) in several for first, counted, several in rows
    )


def recent_or_open(patient: Patient, now: datetime, limits: Limits) -> set[UUID]:
    """Return the ids of check-ins to re-evaluate when the risk changes: recent ones, and those with open alerts."""
    recent = Q(observed_at__gte=now - timedelta(hours=limits.backdate_limit_h))
    is_open = Q(assessments__findings__alert__in=Alert.objects.filter(patient=patient).open())
    return set(patient.check_ins.filter(recent | is_open).values_list("pk", flat=True))


def locked_patients(*patients: Patient) -> list[Patient]:
    """Lock and return patients, always in the same order, so that concurrent actions do not deadlock."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("clinic", "user")
    return list(rows.filter(pk__in={patient.pk for patient in patients}).order_by("pk"))


def lock(procedure: Procedure, version: str, *others: Patient) -> tuple[list[Patient], Procedure]:
    """Lock the patients and return them with the current procedure; ChangedMeanwhileError if it has another
    version.
    """
    patients = locked_patients(procedure.patient, *others)
    current = Procedure.objects.get(pk=procedure.pk)
    if current.version != version:
        raise ChangedMeanwhileError
    return patients, current


def require_possible(treatment: Treatment, patient: Patient, now: datetime) -> None:
    """Raise ValidationError for a treatment in the future or before the patient's birth."""
    if treatment.kind not in Procedure.Kind.values:
        raise ValidationError({"kind": _("Choose microneedling or RF microneedling.")})
    if treatment.performed_at > now:
        raise ValidationError(
            {"performed_at": _("This time is still to come. Give the time of the treatment.")}
        )
    born = patient.date_of_birth
    if born and treatment.performed_at.astimezone(patient.clinic.zone).date() < born:
        raise ValidationError(
            {"performed_at": _("This is before the patient was born. Please check the year.")}
        )


def require_other(wrong: Patient, right: Patient) -> None:
    """Raise ValidationError unless `right` is another patient of the same clinic."""
    if right.pk == wrong.pk:
        raise ValidationError(_("This patient already has this procedure. Choose another one."))
    if right.clinic_id != wrong.clinic_id:
        raise ValidationError(_("This patient belongs to another clinic. Choose a patient of this one."))


def require_known(*questions: str) -> None:
    """Raise ValidationError for an unknown intake question."""
    if unknown := set(questions) - set(IntakeQuestion.values):
        raise ValidationError(
            _("Unknown intake questions: %(questions)s.") % {"questions": ", ".join(sorted(unknown))}
        )


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this is changed.")})


def move_silence(procedure: Procedure, *, instead_of: datetime, now: datetime, limits: Limits) -> None:
    """Adjust the patient's entry on the non-responder list to the corrected time of the treatment."""
    rows = NonResponse.objects.filter(
        patient=procedure.patient_id, procedure=procedure, silent_since=instead_of
    )
    taken = NonResponse.objects.filter(patient=procedure.patient_id, silent_since=procedure.performed_at)
    if now - procedure.performed_at < timedelta(hours=limits.silent_h) or taken.exists():
        rows.delete()
    else:
        rows.update(silent_since=procedure.performed_at)


def combine(results: Iterable[Reassessed]) -> Reassessed:
    results = list(results)
    return Reassessed(
        count=sum(one.count for one in results),
        alerts=[alert for one in results for alert in one.alerts],
        dispatched=any(one.dispatched for one in results),
    )
