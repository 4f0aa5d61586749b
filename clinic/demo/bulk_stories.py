"""Stories built in memory by the same rules as in the database, to be written in bulk.

The same functions as in the actions decide which procedure a check-in belongs to, its findings, alerts,
recipients and advice. A test compares the rows of both ways.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Model

from aftercare.alerts.actions.contact_attempts import apply_call
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.alerts.raising import Fired, Key, keys_to_notify, new_alerts, opening_dispatch, repeated_alerts
from aftercare.alerts.transitions import (
    mark_acknowledged,
    mark_closed,
    mark_confirmed,
    report_again,
    state_of,
)
from aftercare.checkins.models import Assessment, CheckIn, Finding, NonResponse
from aftercare.checkins.submission.context import SubmissionContext
from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.judging import all_fired, evaluate_submission
from aftercare.checkins.submission.placement import place
from aftercare.checkins.submission.rows import assessment_columns, check_in_columns, finding_row
from aftercare.checkins.submission.submission import Submission
from aftercare.outbox.models import Message
from aftercare.people.actions.patients import is_at_risk
from aftercare.people.models import Clinic, Event, Lot, Operator, Patient, Procedure, User
from aftercare.people.name_matching import search_text
from aftercare.triage import LIMITS, Entry, missed_check_ins
from aftercare.triage import Assessment as TriageAssessment
from clinic.demo.bulk_insert import bulk_insert
from clinic.demo.fast_rows import fast_row
from clinic.demo.materials import lot_rows, materials_of
from clinic.demo.past_messages import past_messages_of
from clinic.demo.replay import closing_note, lowest_first, record_number_of, telephone_of
from clinic.demo.story_steps import (
    Acknowledged,
    Called,
    Closed,
    Enrolled,
    Reported,
    Step,
    Story,
    Treated,
    steps,
)


@dataclass
class RowBatch:
    """The rows of many patients, in the order of insertion."""

    patients: list[Patient] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)
    dispatch_alerts: list[Model] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    calls: list[ContactAttempt] = field(default_factory=list)
    silences: list[NonResponse] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def write(self) -> None:
        """Insert all rows, referenced tables first."""
        for rows in vars(self).values():
            bulk_insert(rows)


@dataclass(frozen=True, slots=True)
class GrowingHistory(History):
    """A history that grows, indexed by token and procedure. Random patients never correct a check-in."""

    entries: dict[UUID | None, list[Entry]] = field(default_factory=dict)
    tokens: dict[UUID, list[CheckIn]] = field(default_factory=dict)

    def add(self, check_in: CheckIn, entry: Entry) -> None:
        assert check_in.supersedes_id is None
        assert check_in.in_series
        self.check_ins.append(check_in)
        self.tokens[check_in.token] = [check_in]
        self.entries.setdefault(check_in.procedure_id, []).append(entry)

    def with_token(self, token: UUID) -> list[CheckIn]:
        return self.tokens.get(token, [])

    def series(self, procedure: Procedure | None) -> list[Entry]:
        return self.entries.get(procedure.pk if procedure else None, [])


@dataclass(frozen=True, kw_only=True)
class StoryContext:
    """Shared context of the stories: clinic, nurse, expected courses, first recipients, instant of the demo."""

    clinic: Clinic
    nurse: User
    course_set_id: UUID
    # User ids of the first contact step.
    recipient_ids: tuple[int, ...]
    # Who performs each kind of treatment.
    operators: Mapping[str, Operator]
    now: datetime


class StoryBuilder:
    """Builds the rows of one patient's story."""

    def __init__(
        self,
        story: Story,
        *,
        user: User,
        number: int,
        context: StoryContext,
        batch: RowBatch,
        rng: random.Random,
    ) -> None:
        self.story, self.context, self.batch, self.rng = story, context, batch, rng
        self.user, self.number = user, number
        self.patient: Patient
        self.history = GrowingHistory([], [], context.course_set_id)
        self.open: dict[Key, Alert] = {}
        self.dispatches: list[tuple[Dispatch, list[Alert]]] = []

    def build(self) -> None:
        """Build all rows up to now, in order."""
        for step in steps(self.story, self.context.now):
            self.record_silence(step.at)
            self.act(step)
        self.record_silence(self.context.now)
        for dispatch, alerts in self.dispatches:
            self.batch.messages += past_messages_of(
                dispatch, alerts, self.context.recipient_ids, self.context.now
            )

    def act(self, step: Step) -> None:
        match step.act:
            case Enrolled():
                self.enrol(step.at)
            case Treated(treatment):
                performed_at = self.story.performed_at(self.context.now) + timedelta(hours=treatment.h)
                self.treat(treatment.kind, treatment.area, performed_at, step.at)
            case Reported():
                self.report(step.act, step.at)
            case Acknowledged():
                for alert in lowest_first(self.open.values()):
                    if alert.is_waiting:
                        self.acknowledge(alert, step.at)
            case Called():
                self.call(step.at)
            case Closed(outcome):
                for alert in lowest_first(self.open.values()):
                    self.close(alert, step.at, outcome)
                self.open.clear()

    def new_id(self) -> UUID:
        """Return a random UUID that is the same for the same seed."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def enrol(self, now: datetime) -> None:
        intake = list(self.story.intake)
        self.patient = Patient(
            id=self.new_id(),
            user=self.user,
            clinic=self.context.clinic,
            date_of_birth=self.story.born,
            record_number=record_number_of(self.number),
            search_text=search_text(self.user.get_full_name(), record_number_of(self.number)),
            call_back_telephone=telephone_of(self.number),
            call_back_hours=self.story.call_back_hours,
            time_zone=self.context.clinic.time_zone,
            intake=intake,
            at_risk=is_at_risk(intake),
            enrolled_at=now,
            consent_version=self.context.clinic.consent_version,
            consented_at=now,
        )
        self.batch.patients.append(self.patient)
        self.keep(Event.Verb.ENROLLED, now, self.patient.pk, {"consent": True})

    def keep(self, verb: Event.Verb, now: datetime, subject: UUID, data: dict[str, object]) -> None:
        """Add an event with the nurse as actor."""
        self.batch.events.append(
            fast_row(
                Event,
                {
                    "at": now,
                    "actor_id": self.context.nurse.pk,
                    "verb": verb.value,
                    "clinic_id": self.context.clinic.pk,
                    "patient_id": self.patient.pk,
                    "subject": subject,
                    "data": data,
                },
            )
        )

    def treat(self, kind: str, area: str, performed_at: datetime, now: datetime) -> None:
        operator = self.context.operators[kind]
        details = materials_of(kind, performed_at, {kind: str(operator)})
        procedure = Procedure(
            id=self.new_id(),
            patient=self.patient,
            kind=kind,
            area=area,
            performed_at=performed_at,
            recorded_at=now,
            recorded_by=self.context.nurse,
            operator=operator if details.operator else None,
        )
        self.batch.lots += lot_rows(procedure, self.context.clinic, details)
        self.history.procedures.append(procedure)
        self.batch.procedures.append(procedure)
        self.keep(Event.Verb.RECORDED_PROCEDURE, now, procedure.pk, {})

    def report(self, act: Reported, now: datetime) -> None:
        """Build the rows that `submit_check_in` would write."""
        submission = Submission(token=act.token, answers=act.report.answers, note=act.report.note)
        context = SubmissionContext(
            patient=self.patient,
            by=self.user,
            submission=submission,
            placement=place(submission, self.history, now=now, limits=LIMITS),
            history=self.history,
            at_risk=self.patient.at_risk,
            now=now,
            limits=LIMITS,
        )
        evaluation = evaluate_submission(context, self.new_id())
        columns = check_in_columns(context, evaluation)
        check_in = fast_row(CheckIn, columns)
        alerts = self.raise_alerts(all_fired(check_in, evaluation, {}), check_in.pk, now)
        self.history.add(check_in, evaluation.entry)
        self.batch.check_ins.append(check_in)
        self.assess(check_in, evaluation.judged, alerts, now)

    def assess(self, check_in: CheckIn, judged: TriageAssessment, alerts: list[Alert], now: datetime) -> None:
        """Add the assessment at submission and its findings. Random patients get no later assessment."""
        columns = assessment_columns(check_in.pk, judged, Assessment.Reason.SUBMITTED, check_in, now)
        assessment = fast_row(Assessment, columns)
        self.batch.assessments.append(assessment)
        self.batch.findings += [
            finding_row(assessment, finding, alert, procedure_id=check_in.procedure_id)
            for finding, alert in zip(judged.findings, alerts, strict=True)
        ]

    def raise_alerts(self, fired: list[Fired], event: UUID, now: datetime) -> list[Alert]:
        """Return the alert of each finding, in the findings' order, opening missing alerts."""
        if not fired:
            return []
        before = dict(self.open)
        keys = keys_to_notify(fired, before.values())
        opened = new_alerts(patient=self.patient, fired=fired, before=before, now=now, limits=LIMITS)
        for alert in repeated_alerts(fired, before):
            report_again(alert, self.context.clinic.hours, now)
        self.open |= opened
        self.batch.alerts += opened.values()
        if keys:
            self.dispatch([self.open[key] for key in keys], event, now)
        return [self.open[item.key] for item in fired]

    def dispatch(self, alerts: list[Alert], event: UUID, now: datetime) -> None:
        dispatch = opening_dispatch(patient=self.patient, alerts=alerts, event=event, now=now)
        dispatch.drained_at = min(dispatch.due_at, self.context.now)
        through = Dispatch.alerts.through
        self.batch.dispatches.append(dispatch)
        self.batch.dispatch_alerts += [
            through(dispatch_id=dispatch.pk, alert_id=alert.pk) for alert in alerts
        ]
        self.dispatches.append((dispatch, alerts))

    def acknowledge(self, alert: Alert, now: datetime) -> None:
        hours = self.context.clinic.hours
        if alert.unconfirmed_since is None:
            mark_acknowledged(alert, self.context.nurse, hours, now)
        else:
            mark_confirmed(alert, hours, now)
        self.keep(Event.Verb.ACKNOWLEDGED, now, alert.pk, {})

    def call(self, now: datetime) -> None:
        """Record a call that reached the patient, unless no alert is acknowledged."""
        if not any(alert.status == Alert.Status.ACKNOWLEDGED for alert in self.open.values()):
            return
        reached, called = ContactAttempt.Result.REACHED.value, ContactAttempt.Kind.CALLED.value
        before = {str(alert.pk): state_of(alert) for alert in self.open.values()}
        for alert in self.open.values():
            if apply_call(alert, by=self.context.nurse, now=now, result=reached):
                self.keep(Event.Verb.ACKNOWLEDGED, now, alert.pk, {})
        call = ContactAttempt(
            id=self.new_id(), patient=self.patient, at=now, by=self.context.nurse, result=reached
        )
        self.batch.calls.append(call)
        data: dict[str, object] = {"result": reached, "kind": called, "before": before}
        self.keep(Event.Verb.TRIED_CONTACT, now, call.pk, data)

    def close(self, alert: Alert, now: datetime, outcome: str) -> None:
        before, note = state_of(alert), closing_note(alert)
        mark_closed(alert, self.context.nurse, now, outcome=outcome, note=note)
        self.keep(Event.Verb.CLOSED, now, alert.pk, {"outcome": outcome, "before": before})

    def record_silence(self, until: datetime) -> None:
        """Add a non-response where missed check-ins fell due by `until`."""
        if not self.history.procedures:
            return
        treated = self.history.procedures[-1]
        last = self.history.check_ins[-1].submitted_at if self.history.check_ins else None
        heard = max(treated.performed_at, last or treated.performed_at)
        noted_at = heard + timedelta(hours=LIMITS.silent_h)
        if noted_at <= until and missed_check_ins(
            now=noted_at, performed_at=treated.performed_at, last_submitted_at=last
        ):
            silence = NonResponse(
                patient=self.patient, procedure=treated, silent_since=heard, noted_at=noted_at
            )
            self.batch.silences.append(silence)
