"""The rows of a submission: check-in, assessments and findings, unsaved."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import Any

from aftercare.alerts.models import Alert
from aftercare.checkins.advice.deadlines import confirm_by
from aftercare.checkins.advice.levels import advise
from aftercare.checkins.models import NOTE_LENGTH, Assessment, CheckIn, Finding
from aftercare.checkins.submission.context import SubmissionContext
from aftercare.checkins.submission.judging import Evaluation, Kept, Revealed
from aftercare.triage import Assessment as TriageAssessment
from aftercare.triage import Finding as TriageFinding
from aftercare.triage import Level


def check_in_columns(context: SubmissionContext, evaluation: Evaluation) -> dict[str, Any]:
    """Return the columns of the check-in, with level and advice."""
    patient, now, level = context.patient, context.now, evaluation.level
    return {
        "id": id_of(evaluation.entry.key),
        "patient_id": patient.pk,
        "submitted_at": now,
        "submitted_by_id": context.by.pk,
        "companion_id": context.companion.pk if context.companion else None,
        **report_columns(context),
        "level": level.value,
        "confirm_by": confirm_by(level, patient.clinic.hours, now, context.limits),
        "advice": advise(
            patient=patient,
            procedure=context.placement.procedure,
            entry=evaluation.entry,
            level=level,
            findings=evaluation.findings,
            now=now,
        ),
    }


def report_columns(context: SubmissionContext) -> dict[str, Any]:
    """Return the columns of the report: answers, time, procedure and correction."""
    submission, placement, history = context.submission, context.placement, context.history
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
        "filled_in_at": submission.filled_in_at,
        "in_series": placement.in_series,
        "answers": submission.answers.to_json(),
        "note": submission.note[:NOTE_LENGTH],
        "unreadable": submission.unreadable,
    }


def assessment_rows(
    check_in: CheckIn, evaluation: Evaluation, alerts: list[Alert], kept: Kept, now: datetime
) -> tuple[list[Assessment], list[Finding]]:
    """Return the assessment at submission and further ones of later check-ins, unsaved.

    A check-in about several procedures has one assessment with the findings of all.
    """
    own = Assessment(
        **assessment_columns(check_in.pk, evaluation.judged, Assessment.Reason.SUBMITTED, check_in, now)
    )
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
        for finding in evaluation.judged.findings
    ]
    for later in evaluation.revealed:
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
