"""Judging a check-in after each procedure that it is about, and what it changes for the entries around it."""

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

# A rule that fired after a procedure, and since when: a correction keeps what the corrected one had fired.
Kept = dict[tuple[uuid.UUID | None, str], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """What newly fires after one procedure: on a later entry, or on the entry itself beside its own procedure."""

    procedure: Procedure | None
    entry: NewlyFired


def new_entry(submission: Submission, placement: Placement, history: History) -> Entry:
    """The submission as the engine reads it after its own procedure."""
    return Entry(
        key=uuid.uuid4(),
        at=placement.observed_at,
        answers=submission.answers,
        course=course_for(history.course_set_id, placement.procedure),
    )


def judge(
    entry: Entry, *, placement: Placement, history: History, at_risk: bool, limits: Limits
) -> tuple[TriageAssessment, list[Revealed]]:
    """The entry's own assessment, and what newly fires after other procedures and on later entries because of it.

    A correction takes the corrected entry out of its series, which may be those of other procedures.
    """
    judged: TriageAssessment | None = None
    revealed: list[Revealed] = []
    for procedure in affected_procedures(placement, history):
        found, later = judge_after(
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
    """The procedures that the entry is about, then those that only the entry it corrects was about."""
    corrected = history.procedures_of(placement.corrects) if placement.corrects else ()
    return list(dict.fromkeys((*placement.procedures, *corrected)))


def judge_after(
    procedure: Procedure | None,
    entry: Entry,
    *,
    placement: Placement,
    history: History,
    at_risk: bool,
    limits: Limits,
) -> tuple[TriageAssessment | None, list[Revealed]]:
    """The entry's assessment after one procedure, if it is about that one, and what newly fires on later entries."""
    corrected = placement.corrects
    before = history.series(procedure)
    after = without(before, corrected.pk) if corrected else before
    performed_at = procedure.performed_at if procedure else None
    found: TriageAssessment | None = None
    if procedure in placement.procedures:
        own = beside(entry, procedure, placement, history)
        found = evaluate(own, after, performed_at=performed_at, at_risk=at_risk, limits=limits)
        if not corrected and all(earlier.at <= entry.at for earlier in before):
            return found, []  # As nearly always: none comes later that could see this one.
        after = [*after, own] if placement.in_series else after
    fired = newly_fired(
        before, after, performed_at=performed_at, at_risk=at_risk, except_key=entry.key, limits=limits
    )
    return found, [Revealed(procedure=procedure, entry=later) for later in fired]


def beside(entry: Entry, procedure: Procedure | None, placement: Placement, history: History) -> Entry:
    """The entry as the engine reads it after one of its procedures."""
    if procedure == placement.procedure:
        return entry
    return replace(entry, course=course_for(history.course_set_id, procedure), is_beside=True)


def kept_signs(placement: Placement, history: History, *, at_risk: bool, limits: Limits) -> Kept:
    """What the corrected revision had fired, rule by rule and procedure by procedure.

    Nothing, where the correction describes an instant after that revision was submitted: then it is news. One
    that stands outside the series was judged once, and that is what it had fired.
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
    """What a check-in fires after one of its procedures, as the series stands."""
    series = history.series(procedure)
    [entry] = [entry for entry in series if entry.key == check_in.pk]
    performed_at = procedure.performed_at if procedure else None
    return evaluate(entry, series, performed_at=performed_at, at_risk=at_risk, limits=limits).rules


def all_fired(
    check_in: CheckIn, judged: TriageAssessment, revealed: Iterable[Revealed], kept: Kept | None = None
) -> list[Fired]:
    """The check-in's own findings and those it revealed, each with the procedure it is about."""
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
