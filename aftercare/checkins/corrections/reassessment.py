"""Re-evaluation of check-ins after a correction by staff; the first assessment is kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aftercare.alerts.models import Alert
from aftercare.alerts.raising import Fired, raise_alerts
from aftercare.checkins.advice.levels import Advice, advise
from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.checkins.submission.history import History, entry_of
from aftercare.checkins.submission.rows import finding_row
from aftercare.database.new_rows import NewRows
from aftercare.people.models import Event, Patient, Procedure
from aftercare.triage import LIMITS, Entry, Level, Limits, evaluate
from aftercare.triage import Assessment as TriageAssessment
from aftercare.triage import Finding as TriageFinding

# Assessments of one check-in by procedure; its own procedure comes first.
TriageAssessments = dict[Procedure | None, TriageAssessment]


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationBasis:
    """Everything that the evaluation of a patient's check-ins depends on: procedures, series and risk."""

    history: History
    at_risk: bool

    @classmethod
    def of(cls, patient: Patient) -> EvaluationBasis:
        """Load the basis as it is now; the risk is taken from `patient`."""
        return cls(history=History.of(patient, None), at_risk=patient.at_risk)

    def not_superseded(self) -> list[CheckIn]:
        """Return the check-ins without a correction, ordered by the instant described."""
        current = self.history.not_superseded()
        return sorted(current, key=lambda check_in: (check_in.observed_at, check_in.number))

    def series_of(self, ids: set[UUID]) -> set[UUID | None]:
        """Return the procedures in whose series these check-ins count."""
        return {
            pk for check_in in self.history.check_ins if check_in.pk in ids for pk in self.ids_of(check_in)
        }

    def ids_of(self, check_in: CheckIn) -> set[UUID | None]:
        """Return the procedure of a check-in, and further ones that it is about."""
        beside = (one for one in self.history.procedures_of(check_in)[1:] if one)
        return {check_in.procedure_id, *(one.pk for one in beside)}

    def evaluate_series(self, series: set[UUID | None], limits: Limits) -> dict[UUID, TriageAssessments]:
        """Evaluate the check-ins of these series; return assessments by check-in id."""
        entries: dict[Procedure | None, list[Entry]] = {}
        judged = {}
        for check_in in self.not_superseded():
            if self.ids_of(check_in).isdisjoint(series):
                continue
            judged[check_in.pk] = {
                procedure: evaluate(
                    entry_of(check_in, procedure),
                    entries.setdefault(procedure, self.history.series(procedure)),
                    performed_at=procedure.performed_at if procedure else None,
                    at_risk=self.at_risk,
                    limits=limits,
                )
                for procedure in self.history.procedures_of(check_in)
            }
        return judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Re-evaluation of a check-in after one procedure; `new`: findings that did not fire before."""

    procedure: Procedure | None
    assessment: TriageAssessment
    new: tuple[TriageFinding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReEvaluation:
    """Re-evaluation of a check-in, its own procedure first."""

    check_in: CheckIn
    parts: tuple[Part, ...]

    @property
    def procedure(self) -> Procedure | None:
        """The procedure of the check-in."""
        return self.parts[0].procedure

    @property
    def level(self) -> Level:
        return max(part.assessment.level for part in self.parts)

    @property
    def findings(self) -> list[TriageFinding]:
        return [finding for part in self.parts for finding in part.assessment.findings]

    @property
    def is_new(self) -> bool:
        """True if there is a new finding."""
        return any(part.new for part in self.parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reassessed:
    """Result: number of re-evaluated check-ins, alerts of new findings, and whether staff are notified."""

    count: int
    alerts: list[Alert]
    dispatched: bool


def relink_check_ins(patient: Patient, procedure: Procedure) -> None:
    """Re-link check-ins to their original procedure, else the latest earlier one.

    The original is not possible if it was moved to another patient, or to a time after the check-in. A check-in
    without a procedure stays without.
    """
    history = History.of(patient, None)
    for check_in in patient.check_ins.only("procedure", "first_procedure", "several_of", "observed_at"):
        is_concerned = procedure.pk == check_in.procedure_id or str(procedure.pk) in check_in.several_of
        if is_concerned or check_in.first_procedure_id:
            relink(check_in, history.procedures)


def relink(check_in: CheckIn, procedures: list[Procedure]) -> None:
    """Re-link one check-in; one about several procedures counts from the latest of them."""
    first = check_in.first_procedure_id or check_in.procedure_id
    before = [one for one in procedures if one.performed_at <= check_in.observed_at]
    several = [one for one in before if str(one.pk) in check_in.several_of]
    if several:
        counted: UUID | None = several[-1].pk
    elif first in {one.pk for one in before}:
        counted = first
    else:
        counted = before[-1].pk if before else None
    if counted != check_in.procedure_id:
        CheckIn.objects.filter(pk=check_in.pk).update(
            procedure=counted, first_procedure=None if counted == first else first
        )


def reassess(
    *,
    patient: Patient,
    before: EvaluationBasis,
    after: EvaluationBasis,
    judged: set[UUID],
    event: Event,
    now: datetime,
    and_beside: bool = False,
    limits: Limits = LIMITS,
) -> Reassessed:
    """Re-evaluate check-ins and raise alerts for new findings, in a transaction that holds the patient's lock.

    Each of `judged` gets a further assessment; with `and_beside`, so do other check-ins of the same series that
    have new findings.
    """
    series = before.series_of(judged) | after.series_of(judged)
    changed = [
        one
        for one in reevaluations(before, after, series, limits)
        if one.check_in.pk in judged or (and_beside and one.is_new)
    ]
    fired = newly_fired(changed)
    told_of = uuid.uuid5(uuid.NAMESPACE_OID, f"event {event.pk}")
    rows = NewRows()
    raised = raise_alerts(patient=patient, fired=fired, event=told_of, rows=rows, now=now, limits=limits)
    rows.write()
    store_assessments(patient, changed, raised.alerts, event, now)
    return Reassessed(
        count=len(changed), alerts=list(dict.fromkeys(raised.alerts)), dispatched=raised.dispatched
    )


def newly_fired(changed: Iterable[ReEvaluation]) -> list[Fired]:
    """Return the new findings, each with its procedure."""
    return [
        Fired(procedure_id=procedure_id_of(one, part), finding=finding)
        for one in changed
        for part in one.parts
        for finding in part.new
    ]


def procedure_id_of(one: ReEvaluation, part: Part) -> UUID | None:
    if part is one.parts[0]:
        return one.check_in.procedure_id
    return part.procedure.pk if part.procedure else None


def reevaluations(
    before: EvaluationBasis, after: EvaluationBasis, series: set[UUID | None], limits: Limits
) -> Iterator[ReEvaluation]:
    """Yield the re-evaluation of each check-in of these series."""
    was, now = before.evaluate_series(series, limits), after.evaluate_series(series, limits)
    for check_in in after.not_superseded():
        if check_in.pk in now:
            had = was.get(check_in.pk, {})
            yield ReEvaluation(check_in=check_in, parts=tuple(parts_of(now[check_in.pk], had)))


def parts_of(now: TriageAssessments, had: TriageAssessments) -> Iterator[Part]:
    """Yield the assessment of a check-in for each procedure, with its new findings.

    A finding of the former own procedure is not new for the current one.
    """
    own, owned = next(iter(now)), next(iter(had), None)
    for procedure, assessment in now.items():
        known = {*rules_at(had, procedure), *(rules_at(had, owned) if procedure == own else ())}
        new = tuple(finding for finding in assessment.findings if finding.rule not in known)
        yield Part(procedure=procedure, assessment=assessment, new=new)


def rules_at(assessments: TriageAssessments, procedure: Procedure | None) -> tuple[str, ...]:
    return assessments[procedure].rules if procedure in assessments else ()


def store_assessments(
    patient: Patient, changed: Iterable[ReEvaluation], alerts: list[Alert], event: Event, now: datetime
) -> None:
    """Store assessments with their findings; `alerts`: of the new findings, in order."""
    remaining = iter(alerts)
    assessments, findings = [], []
    for one in changed:
        row = Assessment(
            check_in=one.check_in,
            reason=Assessment.Reason.CORRECTED,
            event=event,
            advice=advice_of(patient, one, now) if one.is_new else {},
            at=now,
            level=one.level.value,
            ruleset_version=one.parts[0].assessment.ruleset_version,
        )
        assessments.append(row)
        for part in one.parts:
            new = {finding.rule: next(remaining) for finding in part.new}
            findings += [
                finding_row(row, finding, new.get(finding.rule), procedure_id=procedure_id_of(one, part))
                for finding in part.assessment.findings
            ]
    Assessment.objects.bulk_create(assessments)
    Finding.objects.bulk_create(findings)


def advice_of(patient: Patient, one: ReEvaluation, now: datetime) -> Advice:
    """Return the advice after re-evaluation, never of a lower level than at submission."""
    level = max(one.level, Level(one.check_in.level))
    return advise(
        patient=patient,
        procedure=one.procedure
        if one.procedure and one.procedure.performed_at <= one.check_in.observed_at
        else None,
        entry=entry_of(one.check_in, one.procedure),
        level=level,
        findings=one.findings,
        now=now,
    )
