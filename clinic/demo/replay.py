"""Replay of stories through the real actions, each step at its own instant, with the timed rules run in between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.alerts.on_call.recipients import recipients_of
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.transitions import needs_note
from aftercare.checkins.follow_up.non_response import (
    newest_check_in,
    record_missed_check_ins,
    record_silence_after_alerts,
)
from aftercare.checkins.submission.actions import submit_check_in
from aftercare.checkins.submission.submission import Submission
from aftercare.outbox.models import Message
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.models import Clinic, Patient, User
from aftercare.triage import LIMITS
from clinic.demo.clinics import address
from clinic.demo.materials import materials_of, operator_names
from clinic.demo.past_messages import past_messages_of
from clinic.demo.story_steps import Acknowledged, Called, Closed, Reported, Step, Story, Treated, steps
from clinic.procedures import record_procedure

# From the range that the British regulator reserves for fiction.
CALL_BACK = "+447700900{:03}"
NOT_SPOKEN = "Seen at the clinic."


def record_number_of(number: int) -> str:
    return f"L-{number:06}"


def telephone_of(number: int) -> str:
    return CALL_BACK.format(number % 1000)


def replay_story(
    story: Story, *, clinic: Clinic, clinic_number: int, number: int, nurse: User, now: datetime
) -> Patient:
    """Replay the story up to `now` and return its patient. `number`: the patient's number within the clinic."""
    performed_at = story.performed_at(now)
    enrolment, *rest = steps(story, now)
    patient = enrol(
        story,
        clinic=clinic,
        email=address(story.email, clinic_number),
        number=number,
        nurse=nurse,
        now=enrolment.at,
    )
    for step in rest:
        run_timed_rules(patient, step.at)
        replay_step(step, patient=patient, performed_at=performed_at, nurse=nurse)
    run_timed_rules(patient, now)
    finish_dispatches(patient, now)
    return patient


def replay_step(step: Step, *, patient: Patient, performed_at: datetime, nurse: User) -> None:
    """Perform one step after the enrolment."""
    match step.act:
        case Treated(treatment):
            treated_at = performed_at + timedelta(hours=treatment.h)
            record_procedure(
                patient=patient,
                by=nurse,
                now=step.at,
                kind=treatment.kind,
                area=treatment.area,
                performed_at=treated_at,
                details=materials_of(treatment.kind, treated_at, operator_names(patient.clinic)),
            )
        case Reported():
            report(step.act, patient=patient, performed_at=performed_at, nurse=nurse, now=step.at)
        case Acknowledged():
            for alert in lowest_first(patient.alerts.waiting()):
                acknowledge(alert=alert, by=nurse, now=step.at)
        case Called():
            call(patient, nurse, step.at)
        case Closed(outcome):
            for alert in lowest_first(patient.alerts.open()):
                close(alert=alert, by=nurse, now=step.at, outcome=outcome, note=closing_note(alert))


def lowest_first(alerts: Iterable[Alert]) -> list[Alert]:
    """Sort alerts by level, lowest first, so that no alert is uncovered while the others are worked."""
    return sorted(alerts, key=lambda alert: alert.triage_level)


def closing_note(alert: Alert) -> str:
    """Return the note that closing requires where the patient was not spoken with; else an empty string."""
    return NOT_SPOKEN if needs_note(alert) else ""


def enrol(story: Story, *, clinic: Clinic, email: str, number: int, nurse: User, now: datetime) -> Patient:
    patient = enrol_patient(
        clinic=clinic,
        by=nurse,
        now=now,
        email=email,
        first_name=story.first_name,
        last_name=story.last_name,
        date_of_birth=story.born,
        record_number=record_number_of(number),
        call_back_telephone=telephone_of(number),
        call_back_hours=story.call_back_hours,
        intake=list(story.intake),
        consent=True,
    )
    # The people of the demonstration are past their first visit.
    patient.consent_version, patient.consented_at = patient.clinic.consent_version, patient.enrolled_at
    patient.save(update_fields=["consent_version", "consented_at"])
    return patient


def report(act: Reported, *, patient: Patient, performed_at: datetime, nurse: User, now: datetime) -> None:
    """Submit one check-in, by the patient or, if `by_nurse`, by the nurse on the telephone."""
    given = act.report
    named = patient.procedures.filter(area=given.area).first() if given.area else None
    described_h = given.described_h
    submission = Submission(
        token=act.token,
        answers=given.answers,
        note=given.note,
        observed_at=None if described_h is None else performed_at + timedelta(hours=described_h),
        procedure_id=named.pk if named else None,
    )
    by = nurse if given.by_nurse else patient.user
    submit_check_in(patient=patient, by=by, submission=submission, now=now)


def call(patient: Patient, nurse: User, now: datetime) -> None:
    """Record a call that reached the patient, unless no alert is acknowledged."""
    if patient.alerts.filter(status=Alert.Status.ACKNOWLEDGED).exists():
        reached = ContactAttempt.Result.REACHED.value
        record_contact_attempt(patient=patient, by=nurse, now=now, result=reached)


def run_timed_rules(patient: Patient, until: datetime) -> None:
    """Run escalation and the silence rules for the patient, each at the instant at which it fell due up to `until`."""
    waiting = patient.alerts.waiting().filter(next_escalation_at__lte=until)
    while due := waiting.aggregate(due=Min("next_escalation_at"))["due"]:
        escalate(due, only=patient)
    newest = newest_check_in(patient)
    if newest and (silent := newest.submitted_at + timedelta(hours=LIMITS.alert_silent_h)) <= until:
        record_silence_after_alerts(silent, only=patient)
    treated = patient.procedures.last()
    heard = [one.performed_at for one in (treated,) if one] + [one.submitted_at for one in (newest,) if one]
    if heard and (missed := max(heard) + timedelta(hours=LIMITS.silent_h)) <= until:
        record_missed_check_ins(missed, only=patient)


def finish_dispatches(patient: Patient, now: datetime) -> None:
    """Write the messages of the patient's dispatches as finished by `now`, so that nothing is left to send."""
    waiting = Dispatch.objects.filter(patient=patient, drained_at=None).prefetch_related("alerts")
    for dispatch in waiting.select_related("clinic"):
        roster = Roster.of(dispatch.clinic, dispatch.due_at)
        recipients = recipients_of(dispatch, roster, dispatch.due_at)
        Message.objects.bulk_create(past_messages_of(dispatch, dispatch.alerts.all(), recipients, now))
        Dispatch.objects.filter(pk=dispatch.pk).update(drained_at=min(dispatch.due_at, now))
