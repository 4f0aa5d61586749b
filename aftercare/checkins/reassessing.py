"""Judging check-ins again, when staff have put right what they were judged by. The first result stands beside it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from aftercare.alerts.actions import Fired, raise_alerts
from aftercare.alerts.models import Alert
from aftercare.checkins.actions import finding_row
from aftercare.checkins.advice import Advice, advise
from aftercare.checkins.history import History, entry_of
from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.people.models import Event, Patient, Procedure
from aftercare.triage import LIMITS, Entry, Level, Limits, evaluate
from aftercare.triage import Assessment as Judgement
from aftercare.triage import Finding as Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What a patient's check-ins are judged by: the procedure that each counts from, its series, and the risk."""

    history: History
    at_risk: bool

    @classmethod
    def of(cls, patient: Patient) -> Basis:
        """As it is in the database now. The risk is that of `patient`."""
        return cls(history=History.of(patient, None), at_risk=patient.at_risk)

    def standing(self) -> list[CheckIn]:
        """What no correction of the patient's has replaced, in the order of the instants described."""
        replaced = {check_in.supersedes_id for check_in in self.history.check_ins}
        standing = (check_in for check_in in self.history.check_ins if check_in.pk not in replaced)
        return sorted(standing, key=lambda check_in: (check_in.observed_at, check_in.number))

    def series_of(self, ids: set[UUID]) -> set[UUID | None]:
        """The procedures from which these check-ins count."""
        return {check_in.procedure_id for check_in in self.history.check_ins if check_in.pk in ids}

    def procedure_of(self, check_in: CheckIn) -> Procedure | None:
        return self.history.procedure(check_in.procedure_id)

    def judge(self, wanted: Callable[[CheckIn], bool], limits: Limits) -> dict[UUID, Judgement]:
        """The wanted check-ins as they are judged on this basis, by id."""
        series: dict[Procedure | None, list[Entry]] = {}
        judged = {}
        for check_in in filter(wanted, self.standing()):
            procedure = self.procedure_of(check_in)
            if procedure not in series:
                series[procedure] = self.history.series(procedure)
            judged[check_in.pk] = evaluate(
                entry_of(check_in, procedure),
                series[procedure],
                performed_at=procedure.performed_at if procedure else None,
                at_risk=self.at_risk,
                limits=limits,
            )
        return judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """One check-in judged again, and what fires now and did not before."""

    check_in: CheckIn
    procedure: Procedure | None
    judgement: Judgement
    new: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reassessed:
    """What came of it: how many check-ins were judged again, the alerts of what newly fired, who is told."""

    count: int
    alerts: list[Alert]
    dispatched: bool


def count_again(patient: Patient, procedure: Procedure) -> None:
    """Let each check-in count from the procedure that it counted from at first, where that is possible.

    It is not where that procedure has turned out to be another patient's, or to have come later: then it
    counts from the latest before it. A check-in that counted from none stays so.
    """
    procedures = list(patient.procedures.in_order())
    concerned = patient.check_ins.filter(Q(procedure=procedure) | Q(first_procedure__isnull=False))
    for check_in in concerned.only("procedure", "first_procedure", "observed_at"):
        first = check_in.first_procedure_id or check_in.procedure_id
        before = [one for one in procedures if one.performed_at <= check_in.observed_at]
        latest = before[-1].pk if before else None
        counted = first if first in {one.pk for one in before} else latest
        if counted != check_in.procedure_id:
            CheckIn.objects.filter(pk=check_in.pk).update(
                procedure=counted, first_procedure=None if counted == first else first
            )


def reassess(
    *,
    patient: Patient,
    before: Basis,
    after: Basis,
    judged: set[UUID],
    event: Event,
    now: datetime,
    and_beside: bool = False,
    limits: Limits = LIMITS,
) -> Reassessed:
    """Judge again, and alert on what newly fires as at submission. For a transaction that has locked the patient.

    Each of `judged` gets an assessment beside its first. `and_beside`: others of the same series do too, where
    something newly fires on them.
    """
    series = before.series_of(judged) | after.series_of(judged)
    again = [
        one
        for one in judged_again(before, after, series, limits)
        if one.check_in.pk in judged or (and_beside and one.new)
    ]
    fired = [
        Fired(procedure_id=one.check_in.procedure_id, finding=finding) for one in again for finding in one.new
    ]
    told_of = uuid.uuid5(uuid.NAMESPACE_OID, f"event {event.pk}")
    raised = raise_alerts(patient=patient, fired=fired, event=told_of, now=now, limits=limits)
    keep(patient, again, raised.alerts, event, now)
    return Reassessed(
        count=len(again), alerts=list(dict.fromkeys(raised.alerts)), dispatched=raised.dispatched
    )


def judged_again(before: Basis, after: Basis, series: set[UUID | None], limits: Limits) -> Iterator[Again]:
    """Every check-in of these series, as it is judged now."""

    def wanted(check_in: CheckIn) -> bool:
        return check_in.procedure_id in series

    was, now = before.judge(wanted, limits), after.judge(wanted, limits)
    for check_in in after.standing():
        if check_in.pk in now:
            judgement = now[check_in.pk]
            had = was[check_in.pk].rules if check_in.pk in was else ()
            new = tuple(finding for finding in judgement.findings if finding.rule not in had)
            procedure = after.procedure_of(check_in)
            yield Again(check_in=check_in, procedure=procedure, judgement=judgement, new=new)


def keep(patient: Patient, again: Iterable[Again], alerts: list[Alert], event: Event, now: datetime) -> None:
    """Write the assessments with their findings. `alerts`: of the new findings, in their order."""
    remaining = iter(alerts)
    assessments, findings = [], []
    for one in again:
        row = Assessment(
            check_in=one.check_in,
            reason=Assessment.Reason.CORRECTED,
            event=event,
            advice=advice_of(patient, one, now) if one.new else {},
            at=now,
            level=one.judgement.level.value,
            ruleset_version=one.judgement.ruleset_version,
        )
        assessments.append(row)
        new = {finding.rule: next(remaining) for finding in one.new}
        findings += [finding_row(row, finding, new.get(finding.rule)) for finding in one.judgement.findings]
    Assessment.objects.bulk_create(assessments)
    Finding.objects.bulk_create(findings)


def advice_of(patient: Patient, one: Again, now: datetime) -> Advice:
    """What the patient reads of it: never less than what was said at first."""
    level = max(one.judgement.level, Level(one.check_in.level))
    return advise(
        patient=patient,
        procedure=one.procedure
        if one.procedure and one.procedure.performed_at <= one.check_in.observed_at
        else None,
        entry=entry_of(one.check_in, one.procedure),
        level=level,
        findings=list(one.judgement.findings),
        now=now,
    )
