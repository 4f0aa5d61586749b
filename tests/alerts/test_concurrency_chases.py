"""A newer report, a call and an act of staff at the same moment: nothing is lost, and nothing happens twice."""

import pytest
from django.core import mail

from aftercare.alerts.actions.closing import NewerAlertError, close, undo_close
from aftercare.alerts.actions.contact_attempts import correct_contact_attempt, record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.dispatching.undelivered import notify_next_step
from aftercare.alerts.errors import AlreadyAcknowledgedError, AlreadyCorrectedError, NotAcknowledgedError
from aftercare.alerts.following_up import chases
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.alerts.on_call.no_recipients import mail_technical_contacts
from aftercare.checkins.submission.actions import Receipt
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from tests.at_once import Crossing, at_once
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clinician")]


def errors(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


def test_of_two_calls_at_once_both_count_and_the_first_caller_has_it(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    outcomes = at_once(
        *[
            lambda by=by: record_contact_attempt(patient=patient, by=by, now=at(1.1), result="no_answer")
            for by in (nurse.user, clinician.user)
        ]
    )

    assert not errors([*outcomes])
    daytime_alert.refresh_from_db()
    assert (daytime_alert.failed_tries, daytime_alert.status, patient.contact_attempts.count()) == (
        2,
        "acknowledged",
        2,
    )
    assert Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, subject=daytime_alert.pk).count() == 1


def test_a_call_that_reaches_and_one_that_does_not_leave_the_patient_reached(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    at_once(
        lambda: record_contact_attempt(patient=patient, by=nurse.user, now=at(1.1), result="reached"),
        lambda: record_contact_attempt(patient=patient, by=clinician.user, now=at(1.1), result="no_answer"),
    )

    daytime_alert.refresh_from_db()
    assert (daytime_alert.is_reached, daytime_alert.follow_up_at) == (True, None)


def test_a_report_at_the_moment_of_acknowledging_is_seen_or_waits_again(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    acknowledged, receipt = at_once(
        lambda: acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.2)),
        lambda: check_in(patient, 1.2, signs=["pus"]),
    )

    assert isinstance(acknowledged, Alert)
    assert isinstance(receipt, Receipt)
    daytime_alert.refresh_from_db()
    assert daytime_alert.last_reported_at == at(1.2)
    # Whoever came first: staff are told exactly where nobody has seen the newer report.
    assert receipt.dispatched is daytime_alert.is_waiting
    assert (daytime_alert.next_escalation_at == at(1.7)) is daytime_alert.is_waiting


def test_a_report_at_the_moment_of_reaching_the_patient_is_answered_or_waits_again(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))

    outcomes = at_once(
        lambda: record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="reached"),
        lambda: check_in(patient, 1.2, signs=["pus"]),
    )

    assert not errors([*outcomes])
    daytime_alert.refresh_from_db()
    assert daytime_alert.is_reached is not daytime_alert.is_waiting


def test_two_who_confirm_at_once_confirm_once(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))
    check_in(patient, 1.2, signs=["pus"])

    outcomes = at_once(
        lambda: acknowledge(alert=daytime_alert, by=clinician.user, now=at(1.3)),
        lambda: acknowledge(alert=daytime_alert, by=manager.user, now=at(1.3)),
    )

    assert {type(outcome) for outcome in outcomes} == {Alert, AlreadyAcknowledgedError}
    assert Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, subject=daytime_alert.pk).count() == 2


def test_what_two_uncover_at_once_is_told_once(
    patient: Patient, procedure: Procedure, nurse: StaffMember, clinician: StaffMember
) -> None:
    check_in(patient, 1, emergency=["eye", "faint"])
    check_in(patient, 1.05, signs=["pus"])
    eye, faint = patient.alerts.filter(level="emergency")

    outcomes = at_once(
        lambda: acknowledge(alert=eye, by=nurse.user, now=at(1.1)),
        lambda: acknowledge(alert=faint, by=clinician.user, now=at(1.1)),
    )

    assert not errors([*outcomes])
    assert Dispatch.objects.filter(reason=Dispatch.Reason.UNCOVERED).count() == 1


def test_of_two_corrections_of_one_slip_one_stands(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    wrong = record_contact_attempt(patient=patient, by=nurse.user, now=at(1.1), result="reached")

    outcomes = at_once(
        *[
            lambda result=result: correct_contact_attempt(
                attempt=wrong, by=nurse.user, now=at(1.2), result=result
            )
            for result in ("no_answer", "left_message")
        ]
    )

    assert {type(outcome) for outcome in outcomes} == {ContactAttempt, AlreadyCorrectedError}
    daytime_alert.refresh_from_db()
    assert (daytime_alert.failed_tries, daytime_alert.is_reached) == (1, False)


def test_of_two_who_give_it_back_one_does(daytime_alert: Alert, nurse: StaffMember) -> None:
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))

    outcomes = at_once(*[lambda: give_back(alert=daytime_alert, by=nurse.user, now=at(1.2))] * 2)

    assert {type(outcome) for outcome in outcomes} == {Alert, NotAcknowledgedError}
    assert Dispatch.objects.filter(reason=Dispatch.Reason.RETURNED).count() == 1


def test_a_report_while_a_close_is_undone_stands_at_one_open_alert(
    daytime_alert: Alert, patient: Patient, nurse: StaffMember
) -> None:
    close(alert=daytime_alert, by=nurse.user, now=at(1.1), outcome="mistake", note="A slip.")

    undone, receipt = at_once(
        lambda: undo_close(alert=daytime_alert, by=nurse.user, now=at(1.1, seconds=30)),
        lambda: check_in(patient, at(1.1, seconds=30), signs=["pus"]),
    )

    assert isinstance(undone, Alert | NewerAlertError)
    assert isinstance(receipt, Receipt)
    assert patient.alerts.open().count() == 1


def test_what_is_left_open_is_told_once_however_many_look(
    daytime_alert: Alert, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))
    monkeypatch.setattr(chases, "notify_left_open_of_patient", Crossing()(chases.notify_left_open_of_patient))

    counts = at_once(*[lambda: chases.notify_left_open(at(80))] * 2)

    assert sorted(counts, key=str) == [0, 1]
    assert Dispatch.objects.filter(reason=Dispatch.Reason.LEFT_OPEN).count() == 1


def test_two_workers_with_a_refused_mail_of_one_dispatch_tell_the_next_contact_once(
    daytime_alert: Alert,
) -> None:
    drain(at(1))
    first, second = Message.objects.all()

    outcomes = at_once(lambda: notify_next_step([first], at(1)), lambda: notify_next_step([second], at(1)))

    assert outcomes == [None, None]
    assert Dispatch.objects.filter(reason=Dispatch.Reason.UNDELIVERED).count() == 1


def test_the_technical_contact_gets_one_mail_however_many_look(daytime_alert: Alert, clinic: Clinic) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(technical_contact="it@test.example")
    StaffMember.objects.update(is_active=False)
    drain(at(1))

    counts = at_once(*[lambda: mail_technical_contacts(at(1))] * 2)

    assert sorted(counts, key=str) == [0, 1]
    assert len(mail.outbox) == 1
