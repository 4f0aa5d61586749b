"""Evaluation of a check-in after each procedure that it is about, and its effects on other check-ins."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.alerts.actions import Fired
from aftercare.checkins.models import CheckIn, Finding
from aftercare.checkins.submission.history import History, course_for, without
from aftercare.checkins.submission.submission import Placement, Submission
from aftercare.people.models import Procedure
from aftercare.triage import Assessment as TriageAssessment
from aftercare.triage import Entry, Limits, NewlyFired, evaluate, newly_fired

# Rule and procedure of a finding, with the instant of its report if a correction keeps it.
Kept = dict[tuple[uuid.UUID | None, str], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """New findings after one procedure, on a later check-in, or on the check-in itself after a further procedure."""

    procedure: Procedure | None
    entry: NewlyFired


def new_entry(submission: Submission, placement: Placement, history: History) -> Entry:
    """Return the submission as an entry after its own procedure."""
    return Entry(
        key=uuid.uuid4(),
        at=placement.observed_at,
        answers=submission.answers,
        course=course_for(history.course_set_id, placement.procedure),
    )


def evaluate_submission(
    entry: Entry, *, placement: Placement, history: History, at_risk: bool, limits: Limits
) -> tuple[TriageAssessment, list[Revealed]]:
    """Return the assessment of the entry, and new findings after other procedures and on later check-ins.

    A correction removes the corrected check-in from its series, possibly of other procedures.
    """
    judged: TriageAssessment | None = None
    revealed: list[Revealed] = []
    for procedure in affected_procedures(placement, history):
        found, later = evaluate_after(
            procedure, entry, placement=placement, history=history, at_risk=at_risk, limits=limits
        )
        if found and procedure == placement.procedure:
            judged = found
        elif found and found.findings:
            newly = NewlyFired(entry.key, found, found.findings)
            revealed.append(Revealed(procedure=procedure, entry=newly))
        revealed += later
    assert judged is not None
    return judged, revealed


def affected_procedures(placement: Placement, history: History) -> list[Procedure | None]:
    """Return the procedures of the entry, then those of the corrected check-in only."""
    corrected = history.procedures_of(placement.corrects) if placement.corrects else ()
    return list(dict.fromkeys((*placement.procedures, *corrected)))


def evaluate_after(
    procedure: Procedure | None,
    entry: Entry,
    *,
    placement: Placement,
    history: History,
    at_risk: bool,
    limits: Limits,
) -> tuple[TriageAssessment | None, list[Revealed]]:
    """Return the assessment after one procedure, or None, and new findings on later check-ins."""
    corrected = placement.corrects
    before = history.series(procedure)
    after = without(before, corrected.pk) if corrected else before
    performed_at = procedure.performed_at if procedure else None
    found: TriageAssessment | None = None
    if procedure in placement.procedures:
        own = beside(entry, procedure, placement, history)
        found = evaluate(own, after, performed_at=performed_at, at_risk=at_risk, limits=limits)
        if not corrected and all(earlier.at <= entry.at for earlier in before):
            return found, []  # the usual case: no later check-in
        after = [*after, own] if placement.in_series else after
    fired = newly_fired(
        before, after, performed_at=performed_at, at_risk=at_risk, except_key=entry.key, limits=limits
    )
    return found, [Revealed(procedure=procedure, entry=later) for later in fired]


def beside(entry: Entry, procedure: Procedure | None, placement: Placement, history: History) -> Entry:
    """Return the entry as of one of its further procedures."""
    if procedure == placement.procedure:
        return entry
    return replace(entry, course=course_for(history.course_set_id, procedure), is_beside=True)


def kept_findings(placement: Placement, history: History, *, at_risk: bool, limits: Limits) -> Kept:
    """Return the findings of the corrected check-in by rule and procedure, with the instant of their report.

    Empty if the correction describes an instant after that check-in was submitted: then it is a new report. For
    a check-in outside of its series, the findings of its only evaluation.
    """
    corrected = placement.corrects
    if corrected is None or placement.observed_at > corrected.submitted_at:
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
        for procedure in history.procedures_of(corrected)
        for rule in rules_of(corrected, procedure, history, at_risk=at_risk, limits=limits)
    ]
    return {key: since.get(key, corrected.submitted_at) for key in keys}


def rules_of(
    check_in: CheckIn, procedure: Procedure | None, history: History, *, at_risk: bool, limits: Limits
) -> tuple[str, ...]:
    """Return the rules that a check-in fires after one of its procedures, in the current series."""
    series = history.series(procedure)
    [entry] = [entry for entry in series if entry.key == check_in.pk]
    performed_at = procedure.performed_at if procedure else None
    return evaluate(entry, series, performed_at=performed_at, at_risk=at_risk, limits=limits).rules


def all_fired(
    check_in: CheckIn, judged: TriageAssessment, revealed: Iterable[Revealed], kept: Kept | None = None
) -> list[Fired]:
    """Return the check-in's findings and those that it revealed, each with its procedure."""
    kept = kept or {}
    own = check_in.procedure_id
    fired = [
        Fired(procedure_id=own, finding=finding, kept=(own, finding.rule) in kept)
        for finding in judged.findings
    ]
    for later in revealed:
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
