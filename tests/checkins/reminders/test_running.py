"""The run of each minute: who is reminded, once, and who is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.checkins.models import NonResponse, Reminder, ReminderPlan
from aftercare.checkins.reminders import rows, running
from aftercare.outbox.models import Message
from aftercare.people.actions.withdrawal import take_back_patient, withdraw_patient
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.checkins.reminders.world import reminders, run, sorts, with_plan
from tests.factories import PatientFactory, ProcedureFactory, at, check_in
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

pytestmark = pytest.mark.django_db

# The procedure was on a Monday at 10:00; the reminder comes at 18:00, eight hours later.
DUE, FOLLOW_UP = 8, 10
DAY = 24


def test_a_patient_is_reminded_at_18_oclock_once(patient: Patient, procedure: Procedure) -> None:
    assert [run(at(h)) for h in (1, 7.99, DUE, DUE + 0.01, DUE + 0.5)] == [0, 0, 1, 0, 0]

    [message] = reminders()
    reminder = Reminder.objects.get()
    assert (message.channel, message.recipient, message.subject) == ("email", patient.user, reminder.pk)
    assert (message.sender, message.expires_at) == (patient.clinic_id, at(DUE + 1))
    assert message.priority == Message.Priority.ROUTINE
    assert (reminder.due_at, reminder.day, reminder.sort) == (at(DUE), at(DUE).date(), "planned")
    assert ReminderPlan.objects.get().next_at == at(FOLLOW_UP)


def test_a_run_that_comes_too_late_drops_it_and_the_next_one_comes_alone(
    patient: Patient, procedure: Procedure
) -> None:
    run(at(1))
    # Nothing ran for two days and 7 hours.
    assert run(at(2 * DAY + DUE + 1)) == 0
    assert run(at(3 * DAY + DUE)) == 1
    assert len(reminders()) == 1


def test_who_has_checked_in_that_day_is_not_reminded(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 5)
    assert run(at(DUE)) == 0
    assert run(at(FOLLOW_UP)) == 0
    # The next day counts anew.
    assert run(at(DAY + DUE)) == 1


def test_the_first_missed_day_is_followed_up_and_the_second_goes_to_the_clinics_list(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 5)
    days = range(1, 4)
    told = [(run(at(day * DAY + DUE)), run(at(day * DAY + FOLLOW_UP))) for day in days]

    assert told == [(1, 1), (1, 0), (1, 0)]
    [listed] = NonResponse.objects.all()
    assert (listed.patient, listed.silent_since, listed.noted_at) == (patient, at(5), at(2 * DAY + FOLLOW_UP))
    # After the next check-in a missed day is a first one again.
    check_in(patient, 4 * DAY)
    assert [run(at(5 * DAY + h)) for h in (DUE, FOLLOW_UP)] == [1, 1]


def test_who_answers_the_first_reminder_gets_no_follow_up(patient: Patient, procedure: Procedure) -> None:
    assert run(at(DUE)) == 1
    check_in(patient, DUE + 0.1)
    assert run(at(FOLLOW_UP)) == 0


def test_nobody_withdrawn_pending_or_without_an_account_is_reminded(
    patient: Patient, procedure: Procedure, manager: StaffMember
) -> None:
    run(at(1))
    withdraw_patient(patient=patient, reason="Moved away.", by=manager.user, now=at(2))
    assert run(at(DUE)) == 0
    assert ReminderPlan.objects.get().next_at is None

    take_back_patient(patient=patient, by=manager.user, now=at(DAY))
    assert run(at(DAY + DUE)) == 1

    Patient.objects.update(pending_since=at(DAY))
    assert run(at(2 * DAY + DUE)) == 0
    Patient.objects.update(pending_since=None)
    type(patient.user).objects.filter(pk=patient.user_id).update(is_active=False)
    assert run(at(3 * DAY + DUE)) == 0


def test_stopped_reminders_stay_stopped_after_the_next_procedure(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    with_plan(patient, stopped_at=at(0))
    ProcedureFactory.create(patient=patient, performed_at=at(DAY), recorded_by=nurse.user)
    assert [run(at(day * DAY + DUE)) for day in range(4)] == [0, 0, 0, 0]


def test_days_are_counted_anew_from_a_new_procedure(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    run(at(1))
    assert run(at(8 * DAY + DUE)) == 0
    ProcedureFactory.create(patient=patient, performed_at=at(9 * DAY), recorded_by=nurse.user)
    assert run(at(9 * DAY + DUE)) == 1


def test_a_change_of_zone_while_travelling_moves_the_next_one_and_doubles_none(
    patient: Patient, procedure: Procedure
) -> None:
    assert run(at(DUE)) == 1
    # It is 13:30 in New York: 18:00 comes once more on the same date.
    Patient.objects.update(time_zone="America/New_York")
    assert [run(at(DUE + h)) for h in (0.5, 5)] == [0, 0]
    assert run(at(DAY + DUE)) == 0
    assert run(at(DAY + DUE + 5)) == 1


def test_a_clinic_may_change_the_days(patient: Patient, procedure: Procedure) -> None:
    Clinic.objects.update(check_in_days=[1, 3])
    assert [run(at(day * DAY + DUE)) for day in range(5)] == [0, 1, 0, 1, 0]


def test_the_last_planned_day_is_the_last_reminder(patient: Patient, procedure: Procedure) -> None:
    run(at(1))
    summer = 112 * DAY - 1  # the clocks have gone forward
    assert run(at(summer + DUE)) == 1
    run(at(summer + FOLLOW_UP))
    assert ReminderPlan.objects.get().next_at is None
    assert running.plan_reminders(at(113 * DAY)) == 0


@pytest.mark.parametrize(("answers", "is_asked_to_call"), [({"signs": ["pus"]}, True), ({"pain": 3}, False)])
def test_who_still_needs_to_call_gets_that_message_by_every_way(
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
    gateway: Provider,
    make_point: MakePoint,
    answers: dict[str, Any],
    is_asked_to_call: bool,
) -> None:
    make_point(patient.user, agreed_at=at(0))
    check_in(patient, 5, **answers)
    assert run(at(DUE)) == (1 if is_asked_to_call else 0)
    if not is_asked_to_call:
        return
    assert {(one.channel, one.next_attempt_at) for one in reminders()} == {
        ("email", at(DUE)),
        ("sms", at(DUE)),
    }
    assert run(at(FOLLOW_UP)) == 0

    # Once somebody has reached the patient, reminders come as ever.
    record_contact_attempt(patient=patient, by=nurse.user, now=at(DAY), result="reached")
    run(at(DAY + DUE))
    assert [one.channel for one in reminders()[2:]] == ["email"]


def test_a_ticked_way_goes_first_and_the_e_mail_waits_behind_it(
    patient: Patient, procedure: Procedure, gateway: Provider, make_point: MakePoint
) -> None:
    make_point(patient.user, agreed_at=at(0))
    with_plan(patient, by_sms=True)
    run(at(DUE))
    assert [(one.channel, one.next_attempt_at) for one in reminders()] == [
        ("email", at(DUE, minutes=10)),
        ("sms", at(DUE)),
    ]

    ReminderPlan.objects.update(by_email=False)
    run(at(DAY + DUE))
    assert [one.channel for one in reminders()[2:]] == ["sms"]

    # A number that was stopped leaves the e-mail, whatever was ticked.
    patient.user.contact_points.update(agreed_at=None)
    run(at(2 * DAY + DUE))
    assert [one.channel for one in reminders()[3:]] == ["email"]


def test_a_fault_in_one_plan_leaves_the_others_alone(
    patient: Patient, procedure: Procedure, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    other = PatientFactory.create(clinic=clinic)
    ProcedureFactory.create(patient=other)
    run(at(1))
    Patient.objects.filter(pk=other.pk).update(time_zone="No/Where")

    assert run(at(DUE)) == 1
    assert sorts(patient) == ["planned"]
    assert "could not be planned" in caplog.text
    assert ReminderPlan.objects.get(patient=other).next_at == at(DUE) + running.AFTER_FAULT


def test_a_run_takes_as_many_statements_for_many_patients_as_for_two(clinic: Clinic) -> None:
    for _number in range(2):
        ProcedureFactory.create(patient=PatientFactory.create(clinic=clinic))
    run(at(1))
    with CaptureQueriesContext(
        connection,
    ) as for_two:
        assert running.remind(at(DUE)) == 2
    for _number in range(40):
        ProcedureFactory.create(patient=PatientFactory.create(clinic=clinic))
    run(at(DUE + 0.1))
    with CaptureQueriesContext(connection) as for_many:
        assert running.remind(at(DAY + DUE)) == 42
    assert len(for_many) <= len(for_two) <= 12
    with CaptureQueriesContext(connection) as for_none:
        assert running.remind(at(DAY + DUE, minutes=1)) == 0
    assert len(for_none) <= 3


def test_batches_are_worked_through_within_one_run(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    for _number in range(5):
        ProcedureFactory.create(patient=PatientFactory.create(clinic=clinic))
    run(at(1))
    assert running.remind(at(DUE)) == 5
    assert len({message.recipient_id for message in reminders()}) == 5


def test_only_plans_that_are_due_are_read(clinic: Clinic) -> None:
    ProcedureFactory.create(patient=PatientFactory.create(clinic=clinic))
    run(at(1))
    assert not rows.due_plans(at(DUE) - timedelta(seconds=1)).exists()
    assert rows.due_plans(at(DUE)).count() == 1
