"""Evaluation of a check-in after each procedure that it is about, and its effects on other check-ins."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.alerts.raising import Fired
from aftercare.checkins.models import CheckIn, Finding
from aftercare.checkins.submission.context import SubmissionContext
from aftercare.checkins.submission.history import course_for, without
from aftercare.people.models import Procedure
from aftercare.triage import Assessment as TriageAssessment
from aftercare.triage import Entry, Level, NewlyFired, evaluate, newly_fired
from aftercare.triage import Finding as TriageFinding

# Rule and procedure of a finding, with the instant of its report if a correction keeps it.
Kept = dict[tuple[uuid.UUID | None, str], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """New findings after one procedure, on a later check-in, or on the check-in itself after a further procedure."""

    procedure: Procedure | None
    entry: NewlyFired


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """Result of evaluating a submission.

    `entry`: the check-in as the engine takes it, after its own procedure. `judged`: the assessment of `entry`.
    `revealed`: new findings after further procedures and on later check-ins.
    """

    entry: Entry
    judged: TriageAssessment
    revealed: list[Revealed]

    @property
    def findings(self) -> list[TriageFinding]:
        """The findings of the check-in, then the revealed ones."""
        return [*self.judged.findings, *(f for later in self.revealed for f in later.entry.findings)]

    @property
    def level(self) -> Level:
        """Highest level of these findings."""
        return max([self.judged.level, *(finding.level for finding in self.findings)])


def evaluate_submission(context: SubmissionContext, key: uuid.UUID) -> Evaluation:
    """Evaluate a submission after each of its procedures; `key`: id of the check-in to be stored.

    A correction removes the corrected check-in from its series, possibly of other procedures.
    """
    placement, entry = context.placement, new_entry(context, key)
    judged: TriageAssessment | None = None
    revealed: list[Revealed] = []
    for procedure in affected_procedures(context):
        found, later = evaluate_after(procedure, entry, context)
        if found and procedure == placement.procedure:
            judged = found
        elif found and found.findings:
            newly = NewlyFired(entry.key, found, found.findings)
            revealed.append(Revealed(procedure=procedure, entry=newly))
        revealed += later
    assert judged is not None
    return Evaluation(entry=entry, judged=judged, revealed=revealed)


def new_entry(context: SubmissionContext, key: uuid.UUID) -> Entry:
    """Return the submission as an entry after its own procedure."""
    return Entry(
        key=key,
        at=context.placement.observed_at,
        answers=context.submission.answers,
        course=course_for(context.history.course_set_id, context.placement.procedure),
    )


def affected_procedures(context: SubmissionContext) -> list[Procedure | None]:
    """Return the procedures of the submission, then those of the corrected check-in only."""
    placement = context.placement
    corrected = context.history.procedures_of(placement.corrects) if placement.corrects else ()
    return list(dict.fromkeys((*placement.procedures, *corrected)))


def evaluate_after(
    procedure: Procedure | None, entry: Entry, context: SubmissionContext
) -> tuple[TriageAssessment | None, list[Revealed]]:
    """Return the assessment after one procedure, or None, and new findings on later check-ins."""
    placement, at_risk, limits = context.placement, context.at_risk, context.limits
    corrected = placement.corrects
    before = context.history.series(procedure)
    after = without(before, corrected.pk) if corrected else before
    performed_at = procedure.performed_at if procedure else None
    found: TriageAssessment | None = None
    if procedure in placement.procedures:
        own = beside(entry, procedure, context)
        found = evaluate(own, after, performed_at=performed_at, at_risk=at_risk, limits=limits)
        if not corrected and all(earlier.at <= entry.at for earlier in before):
            return found, []  # the usual case: no later check-in
        after = [*after, own] if placement.in_series else after
    fired = newly_fired(
        before, after, performed_at=performed_at, at_risk=at_risk, except_key=entry.key, limits=limits
    )
    return found, [Revealed(procedure=procedure, entry=later) for later in fired]


def beside(entry: Entry, procedure: Procedure | None, context: SubmissionContext) -> Entry:
    """Return the entry as of one of its further procedures."""
    if procedure == context.placement.procedure:
        return entry
    return replace(entry, course=course_for(context.history.course_set_id, procedure), is_beside=True)


def kept_findings(context: SubmissionContext) -> Kept:
    """Return the findings of the corrected check-in by rule and procedure, with the instant of their report.

    Empty if the correction describes an instant after that check-in was submitted: then it is a new report. For
    a check-in outside of its series, the findings of its only evaluation.
    """
    corrected = context.placement.corrects
    if corrected is None or context.placement.observed_at > corrected.submitted_at:
        return {}
    stored = Finding.objects.filter(assessment__check_in=corrected).values_list(
        "procedure_id", "rule", "kept_since"
    )
    since: Kept = {
        (procedure_id, rule): kept or corrected.submitted_at for procedure_id, rule, kept in stored
    }
    if not corrected.in_series:
        return since
    keys = [
        (procedure.pk if procedure else None, rule)
        for procedure in context.history.procedures_of(corrected)
        for rule in rules_of(corrected, procedure, context)
    ]
    return {key: since.get(key, corrected.submitted_at) for key in keys}


def rules_of(check_in: CheckIn, procedure: Procedure | None, context: SubmissionContext) -> tuple[str, ...]:
    """Return the rules that a check-in fires after one of its procedures, in the current series."""
    series = context.history.series(procedure)
    [entry] = [entry for entry in series if entry.key == check_in.pk]
    performed_at = procedure.performed_at if procedure else None
    return evaluate(
        entry, series, performed_at=performed_at, at_risk=context.at_risk, limits=context.limits
    ).rules


def all_fired(check_in: CheckIn, evaluation: Evaluation, kept: Kept) -> list[Fired]:
    """Return the check-in's findings and those that it revealed, each with its procedure."""
    own = check_in.procedure_id
    fired = [
        Fired(procedure_id=own, finding=finding, kept=(own, finding.rule) in kept)
        for finding in evaluation.judged.findings
    ]
    for later in evaluation.revealed:
        procedure_id = later.procedure.pk if later.procedure else None
        is_own = later.entry.key == check_in.pk
        fired += [
            Fired(
                procedure_id=procedure_id,
                finding=finding,
                kept=is_own and (procedure_id, finding.rule) in kept,
            )
            for finding in later.entry.findings
        ]
    return fired
