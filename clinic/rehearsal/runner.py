"""Replay of cases through the real actions, in a transaction that is rolled back: nothing is stored or sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up.escalation import escalate, unacknowledged_alerts
from aftercare.alerts.models import Alert
from aftercare.checkins.follow_up.non_response import (
    is_missing,
    record_missed_check_ins,
    record_silence_after_alerts,
    silent_alerts,
)
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.lead import NOTHING, lead_of
from aftercare.checkins.submission.actions import Status, submit_check_in
from aftercare.checkins.submission.submission import RejectedError, Submission
from aftercare.checkins.wording import SEVERAL
from aftercare.guidance.actions.courses import publish_courses
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.hours import ALWAYS_OPEN
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User
from aftercare.triage import TIMED_RULES, Answers, ExpectedCourse, Level, Limits
from clinic.procedures import record_procedure
from clinic.rehearsal.case_file import LEVEL_NONE, Case, CaseFile, StaffAction, Step, StepType
from clinic.rehearsal.fields import START, CaseFileError

REJECTED = "rejected"
WARNING = "treated_over_open_alert"
REHEARSED = "Closed in a rehearsal."


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of a step. `rules` is sorted; `status` and `notify` apply to check-ins only.

    `lead`: the heading that the patient's pages lead with after the step.
    """

    case: str
    step: int
    type: str
    level: str = LEVEL_NONE
    rules: tuple[str, ...] = ()
    status: str | None = None
    notify: bool | None = None
    lead: str = NOTHING

    def to_json(self) -> dict[str, Any]:
        """Return the result in the format of `--json`."""
        return {
            "case": self.case,
            "step": self.step,
            "type": self.type,
            "level": self.level,
            "rules": list(self.rules),
            "status": self.status,
            "notify": self.notify,
            "lead": self.lead,
        }


def differences(result: Result, step: Step) -> list[str]:
    """Return a sentence for each difference between result and expectation. Keys not given are not compared."""
    found = []
    got = result.to_json()
    for key, expected in step.expect.items():
        wanted = sorted(expected) if key == "rules" else expected
        if got[key] != wanted:
            name = f" ({step.id})" if step.id else ""
            found.append(
                f"{result.case}, step {result.step}{name}: "
                f"{key} should be {value_words(wanted)}, but is {value_words(got[key])}"
            )
    return found


def value_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "no rules"
    return "nothing" if value is None else str(value).lower()


def rehearse(case_file: CaseFile) -> Iterator[tuple[Case, list[Result] | CaseFileError]]:
    """Yield every case with its results, or the error that kept it from being rehearsed. One transaction per case."""
    for case in case_file.cases:
        try:
            yield case, rehearse_case(case, case_file.courses, case_file.limits)
        except CaseFileError as error:
            yield case, error


def rehearse_case(case: Case, courses: Mapping[str, ExpectedCourse], limits: Limits) -> list[Result]:
    """Return the results of a case. The rollback also discards its on-commit hooks."""
    with transaction.atomic():
        try:
            return Rehearsal.of(case, courses, limits).run()
        finally:
            transaction.set_rollback(True)


@dataclass(kw_only=True, slots=True)
class Rehearsal:
    """A case being replayed: a made-up patient and nurse, and the records by the ids of the file."""

    case: Case
    limits: Limits
    patient: Patient
    nurse: User
    procedures: dict[str, Procedure] = field(default_factory=dict)
    check_ins: dict[str, CheckIn] = field(default_factory=dict)
    tokens: dict[str, uuid.UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, courses: Mapping[str, ExpectedCourse], limits: Limits) -> Rehearsal:
        """Create a clinic open day and night in UTC with the expected courses, a nurse and a patient."""
        name = uuid.uuid4().hex
        clinic = Clinic.objects.create(
            name="Rehearsal",
            slug=name,
            telephone="+44 161 496 0123",
            out_of_hours_telephone="+44 161 496 0199",
            emergency_number="112",
            opening_hours=ALWAYS_OPEN,
            time_zone="UTC",
        )
        nurse = add_staff_member(
            clinic=clinic,
            email=f"nurse@{name}.invalid",
            role=StaffMember.Role.NURSE,
            first_name="Rehearsal",
            last_name="Nurse",
        ).user
        publish_courses(clinic=clinic, by=nurse, now=START, courses=courses)
        patient = enrol_patient(
            clinic=clinic,
            by=nurse,
            now=START,
            email=f"patient@{name}.invalid",
            first_name="Rehearsal",
            last_name="Patient",
        )
        patient.at_risk = case.at_risk
        patient.save()
        return cls(case=case, limits=limits, patient=patient, nurse=nurse)

    def run(self) -> list[Result]:
        """Run every step in the order of the file."""
        acts = {
            StepType.PROCEDURE: self.record,
            StepType.CHECK_IN: self.submit,
            StepType.TICK: self.tick,
            StepType.STAFF: self.work,
        }
        results = []
        for number, step in enumerate(self.case.steps):
            try:
                outcome = acts[step.type](step)
            except ValidationError as error:
                raise CaseFileError(f"case {self.case.id}, step {number}: {error.messages[0]}") from error
            lead = lead_of(self.patient, step.submitted_at or step.at).word
            results.append(Result(case=self.case.id, step=number, type=step.type.value, lead=lead, **outcome))
        return results

    def record(self, step: Step) -> dict[str, Any]:
        """Record a procedure."""
        recorded = record_procedure(
            patient=self.patient,
            by=self.nurse,
            now=step.at,
            kind=step.kind,
            area=step.area,
            performed_at=step.at,
            limits=self.limits,
        )
        if step.id:
            self.procedures[step.id] = recorded.procedure
        return timed_outcome([WARNING] if recorded.warned else [])

    def submit(self, step: Step) -> dict[str, Any]:
        """Submit a check-in. Answers that the form does not offer are rejected as the form does."""
        if step.given is None or step.given.answers is None:
            return {"status": REJECTED, "notify": False}
        try:
            receipt = submit_check_in(
                patient=self.patient,
                by=self.patient.user,
                submission=self.submission(step, step.given.answers, step.given.unreadable),
                now=step.submitted_at or step.at,
                limits=self.limits,
            )
        except RejectedError:
            return {"status": REJECTED, "notify": False}
        if step.id:
            self.check_ins[step.id] = receipt.check_in
        return {
            "level": receipt.level.value,
            "rules": receipt.rules,
            "status": Status(receipt.status).value,
            "notify": receipt.dispatched,
        }

    def submission(self, step: Step, answers: Answers, unreadable: dict[str, str]) -> Submission:
        """Return the submission of a step. An unknown id becomes a random UUID, which no record has."""
        procedure, corrected = (
            self.procedures.get(step.procedure or ""),
            self.check_ins.get(step.supersedes or ""),
        )
        return Submission(
            token=self.tokens.setdefault(step.token, uuid.uuid4()) if step.token else uuid.uuid4(),
            answers=answers,
            unreadable=unreadable,
            observed_at=None if step.submitted_at in (None, step.at) else step.at,
            procedure_id=None
            if step.procedure in (None, SEVERAL)
            else procedure.pk
            if procedure
            else uuid.uuid4(),
            is_several=step.procedure == SEVERAL,
            supersedes_id=(corrected.pk if corrected else uuid.uuid4()) if step.supersedes else None,
        )

    def tick(self, step: Step) -> dict[str, Any]:
        """Run the periodic tasks. The result lists the rules that hold now, whether or not notified before."""
        now = step.at
        holds = {
            "unacknowledged": bool(unacknowledged_alerts(self.patient, now, self.limits)),
            "silent_after_alert": bool(silent_alerts(self.patient, now, self.limits)),
            "missed_check_ins": is_missing(self.patient, now, self.limits),
        }
        escalate(now, self.limits, only=self.patient)
        record_silence_after_alerts(now, self.limits, only=self.patient)
        record_missed_check_ins(now, self.limits, only=self.patient)
        return timed_outcome([rule for rule, held in holds.items() if held])

    def work(self, step: Step) -> dict[str, Any]:
        """Let staff act on every open alert, lowest level first, so that none is uncovered meanwhile."""
        if step.action is StaffAction.CALL_ALL:
            record_contact_attempt(patient=self.patient, by=self.nurse, now=step.at, result=step.result)
            return {}
        for alert in sorted(self.patient.alerts.open(), key=lambda alert: alert.triage_level):
            if step.action is StaffAction.CLOSE_ALL:
                outcome = Alert.Outcome.ADVICE_GIVEN
                close(alert=alert, by=self.nurse, now=step.at, outcome=outcome, note=REHEARSED)
            else:
                acknowledge(alert=alert, by=self.nurse, now=step.at)
        return {}


def timed_outcome(rules: list[str]) -> dict[str, Any]:
    """Return the timed rules that fired, and the highest of their levels."""
    level = max((TIMED_RULES[rule].level for rule in rules), default=None)
    return {"level": level.value if isinstance(level, Level) else LEVEL_NONE, "rules": tuple(sorted(rules))}
