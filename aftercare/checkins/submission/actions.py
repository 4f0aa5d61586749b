"""Submission of a check-in: store, evaluate, raise alerts and decide on notifications, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from aftercare.alerts.raising import Fired, raise_alerts
from aftercare.checkins.models import CheckIn, Finding
from aftercare.checkins.models.hot_reads import Locked, lock_patient
from aftercare.checkins.submission.context import SubmissionContext
from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.judging import all_fired, evaluate_submission, kept_findings
from aftercare.checkins.submission.placement import find_duplicate, place
from aftercare.checkins.submission.rows import assessment_rows, check_in_columns
from aftercare.checkins.submission.submission import Submission
from aftercare.database.new_rows import NewRows
from aftercare.people.actions.events import record_event
from aftercare.people.models import Companion, Event, Patient, User
from aftercare.triage import LIMITS, Level, Limits


class Status(models.TextChoices):
    STORED = "stored", "stored"
    DUPLICATE = "duplicate", "duplicate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Result of a submission; `rules`: those of the check-in, and those revealed on later ones."""

    status: Status
    check_in: CheckIn
    rules: tuple[str, ...]
    dispatched: bool

    @property
    def level(self) -> Level:
        """Highest level of these rules."""
        return self.check_in.triage_level


@transaction.atomic
def submit_check_in(
    *,
    patient: Patient,
    by: User,
    submission: Submission,
    now: datetime,
    limits: Limits = LIMITS,
    companion: Companion | None = None,
    locked: Locked | None = None,
) -> Receipt:
    """Submit a check-in, serialised by a lock on the patient's row; `locked`: of a caller who holds it already.

    `companion`: as whom `by` fills it in. RejectedError: it is invalid, nothing is stored and the token stays unused.
    """
    at_risk, course_set_id = locked or lock_patient(patient)
    history = History.of(patient, course_set_id)
    if repeated := find_duplicate(submission, history, now):
        return receipt_of(repeated)
    context = SubmissionContext(
        patient=patient,
        by=by,
        submission=submission,
        placement=place(submission, history, now=now, limits=limits),
        history=history,
        at_risk=at_risk,
        now=now,
        limits=limits,
        companion=companion,
    )
    evaluation = evaluate_submission(context, uuid.uuid4())
    kept = kept_findings(context)
    check_in = CheckIn(**check_in_columns(context, evaluation))
    fired, rows = all_fired(check_in, evaluation, kept), NewRows()
    rows.add([check_in])
    raised = raise_alerts(patient=patient, fired=fired, event=check_in.pk, rows=rows, now=now, limits=limits)
    assessments, findings = assessment_rows(check_in, evaluation, raised.alerts, kept, now)
    rows.add([*assessments, *findings])
    rows.write()
    record_submitted_for(check_in, context)
    return stored_receipt(check_in, fired, dispatched=raised.dispatched)


def stored_receipt(check_in: CheckIn, fired: list[Fired], *, dispatched: bool) -> Receipt:
    rules = tuple(sorted({item.finding.rule for item in fired}))
    return Receipt(status=Status.STORED, check_in=check_in, rules=rules, dispatched=dispatched)


def record_submitted_for(check_in: CheckIn, context: SubmissionContext) -> None:
    """Record who filled in the check-in, if that is not the patient."""
    patient, companion = context.patient, context.companion
    if context.by.pk != patient.user_id:
        record_event(
            verb=Event.Verb.SUBMITTED_FOR,
            actor=context.by,
            now=context.now,
            patient=patient,
            subject=check_in.pk,
            data={"companion": str(companion.pk)} if companion else {},
        )


def receipt_of(check_in: CheckIn) -> Receipt:
    """Return the receipt of the first submission."""
    rules = Finding.objects.reported_by(check_in).values_list("rule", flat=True)
    return Receipt(
        status=Status.DUPLICATE, check_in=check_in, rules=tuple(sorted(set(rules))), dispatched=False
    )
