"""Submission of a check-in: store, evaluate, raise alerts and decide on notifications, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import OuterRef, Subquery

from aftercare.alerts.actions import raise_alerts
from aftercare.alerts.models import Alert
from aftercare.checkins.advice.deadlines import confirm_by
from aftercare.checkins.advice.levels import advise
from aftercare.checkins.models import NOTE_LENGTH, Assessment, CheckIn, Finding
from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.judging import (
    Kept,
    Revealed,
    all_fired,
    evaluate_submission,
    kept_findings,
    new_entry,
)
from aftercare.checkins.submission.placement import find_duplicate, place
from aftercare.checkins.submission.submission import Placement, Submission
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Patient, User
from aftercare.triage import LIMITS, Entry, Level, Limits
from aftercare.triage import Assessment as TriageAssessment
from aftercare.triage import Finding as TriageFinding

# Built once: building takes longer than executing it. Locks only the patient's row.
LOCKING = (
    Patient.objects.select_for_update(of=("self",))
    .annotate(
        course_set_id=Subquery(
            ExpectedCourseSet.objects.filter(clinic=OuterRef("clinic")).order_by("-version").values("pk")[:1]
        )
    )
    .values_list("at_risk", "course_set_id")
)


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
    *, patient: Patient, by: User, submission: Submission, now: datetime, limits: Limits = LIMITS
) -> Receipt:
    """Submit a check-in, serialised by a lock on the patient's row.

    Raise RejectedError if it is invalid; then nothing is stored and the token stays unused.
    """
    at_risk, course_set_id = lock_patient(patient)
    history = History.of(patient, course_set_id)
    if repeated := find_duplicate(submission, history, now):
        return receipt_of(repeated)
    placement = place(submission, history, now=now, limits=limits)
    entry = new_entry(submission, placement, history)
    judged, revealed = evaluate_submission(
        entry, placement=placement, history=history, at_risk=at_risk, limits=limits
    )
    kept = kept_findings(placement, history, at_risk=at_risk, limits=limits)
    columns = check_in_columns(
        patient=patient,
        by=by,
        submission=submission,
        placement=placement,
        history=history,
        entry=entry,
        judged=judged,
        revealed=revealed,
        now=now,
        limits=limits,
    )
    check_in = CheckIn(**columns)
    check_in.save(force_insert=True)
    fired = all_fired(check_in, judged, revealed, kept)
    raised = raise_alerts(patient=patient, fired=fired, event=check_in.pk, now=now, limits=limits)
    assessments, findings = assessment_rows(check_in, judged, revealed, raised.alerts, kept, now)
    Assessment.objects.bulk_create(assessments)
    Finding.objects.bulk_create(findings)
    if by.pk != patient.user_id:
        record_event(verb=Event.Verb.SUBMITTED_FOR, actor=by, now=now, patient=patient, subject=check_in.pk)
    rules = tuple(sorted({item.finding.rule for item in fired}))
    return Receipt(status=Status.STORED, check_in=check_in, rules=rules, dispatched=raised.dispatched)


def lock_patient(patient: Patient) -> tuple[bool, uuid.UUID | None]:
    """Lock the patient's row; return the current risk and the clinic's expected courses, in one query."""
    at_risk, course_set_id = LOCKING.get(pk=patient.pk)
    return at_risk, course_set_id


def receipt_of(check_in: CheckIn) -> Receipt:
    """Return the receipt of the first submission."""
    rules = Finding.objects.reported_by(check_in).values_list("rule", flat=True)
    return Receipt(
        status=Status.DUPLICATE, check_in=check_in, rules=tuple(sorted(set(rules))), dispatched=False
    )


def check_in_columns(  # noqa: PLR0913 (the parts of one row)
    *,
    patient: Patient,
    by: User,
    submission: Submission,
    placement: Placement,
    history: History,
    entry: Entry,
    judged: TriageAssessment,
    revealed: list[Revealed],
    now: datetime,
    limits: Limits,
) -> dict[str, Any]:
    """Return the columns of the check-in, with level and advice."""
    new = [finding for later in revealed for finding in later.entry.findings]
    level = max([judged.level, *(finding.level for finding in new)])
    return {
        "id": id_of(entry.key),
        "patient_id": patient.pk,
        "submitted_at": now,
        "submitted_by_id": by.pk,
        **report_columns(submission, placement, history),
        "level": level.value,
        "confirm_by": confirm_by(level, patient.clinic.hours, now, limits),
        "advice": advise(
            patient=patient,
            procedure=placement.procedure,
            entry=entry,
            level=level,
            findings=[*judged.findings, *new],
            now=now,
        ),
    }


def report_columns(submission: Submission, placement: Placement, history: History) -> dict[str, Any]:
    """Return the columns of the report: answers, time, procedure and correction."""
    return {
        "procedure_id": placement.procedure.pk if placement.procedure else None,
        "several_of": [str(one.pk) for one in placement.procedures if one] if placement.beside else [],
        "course_set_id": history.course_set_id,
        "number": len(history.check_ins),
        "token": submission.token,
        "revision": len(history.with_token(submission.token)),
        "supersedes_id": placement.corrects.pk if placement.corrects else None,
        "observed_at": placement.observed_at,
        "stated_at": submission.observed_at,
        "in_series": placement.in_series,
        "answers": submission.answers.to_json(),
        "note": submission.note[:NOTE_LENGTH],
        "unreadable": submission.unreadable,
    }


def assessment_rows(
    check_in: CheckIn,
    judged: TriageAssessment,
    revealed: list[Revealed],
    alerts: list[Alert],
    kept: Kept,
    now: datetime,
) -> tuple[list[Assessment], list[Finding]]:
    """Return the assessment at submission and further ones of later check-ins, unsaved.

    A check-in about several procedures has one assessment with the findings of all.
    """
    own = Assessment(**assessment_columns(check_in.pk, judged, Assessment.Reason.SUBMITTED, check_in, now))
    by_entry: dict[Hashable, Assessment] = {check_in.pk: own}
    remaining = iter(alerts)
    findings = [
        finding_row(
            own,
            finding,
            next(remaining),
            procedure_id=check_in.procedure_id,
            kept_since=kept.get((check_in.procedure_id, finding.rule)),
        )
        for finding in judged.findings
    ]
    for later in revealed:
        row = by_entry.setdefault(later.entry.key, revealed_assessment(later, check_in, now))
        row.level = max(Level(row.level), later.entry.assessment.level).value
        findings += revealed_findings(row, later, remaining, kept if row is own else {})
    return list(by_entry.values()), findings


def revealed_assessment(later: Revealed, check_in: CheckIn, now: datetime) -> Assessment:
    """Return the assessment of a later check-in that this one caused, unsaved."""
    entry_id, judgement = id_of(later.entry.key), later.entry.assessment
    return Assessment(**assessment_columns(entry_id, judgement, Assessment.Reason.REVEALED, check_in, now))


def revealed_findings(
    row: Assessment, later: Revealed, remaining: Iterator[Alert], kept: Kept
) -> list[Finding]:
    """Return the findings of an evaluation after one procedure; `remaining`: alerts of the new ones."""
    procedure_id = later.procedure.pk if later.procedure else None
    new = {finding.rule: next(remaining) for finding in later.entry.findings}
    return [
        finding_row(
            row,
            finding,
            new.get(finding.rule),
            procedure_id=procedure_id,
            kept_since=kept.get((procedure_id, finding.rule)),
        )
        for finding in later.entry.assessment.findings
    ]


def assessment_columns(
    check_in_id: uuid.UUID,
    judgement: TriageAssessment,
    reason: Assessment.Reason,
    caused_by: CheckIn,
    now: datetime,
) -> dict[str, Any]:
    """Return the columns of an assessment."""
    return {
        "check_in_id": check_in_id,
        "reason": reason,
        "caused_by_id": caused_by.pk,
        "at": now,
        "level": judgement.level.value,
        "ruleset_version": judgement.ruleset_version,
    }


def id_of(key: Hashable) -> uuid.UUID:
    """Return the check-in id of an entry's key."""
    assert isinstance(key, uuid.UUID)
    return key


def finding_row(
    assessment: Assessment,
    finding: TriageFinding,
    alert: Alert | None,
    *,
    procedure_id: uuid.UUID | None,
    kept_since: datetime | None = None,
) -> Finding:
    """Return the row of a finding, unsaved."""
    data = finding.to_json()
    return Finding(
        assessment=assessment,
        rule=data["rule"],
        level=data["level"],
        evidence=data["evidence"],
        limit_h=data["limit_h"],
        procedure_id=procedure_id,
        kept_since=kept_since,
        is_new=alert is not None,
        alert=alert,
    )
