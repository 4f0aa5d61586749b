"""Acknowledged, and then forgotten: somebody has to call, or the next contact is told."""

from datetime import timedelta

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.errors import AlreadyAcknowledgedError
from aftercare.alerts.following_up import escalation
from aftercare.alerts.following_up.escalation import follow_up
from aftercare.alerts.models import Alert, ContactAttempt, ContactStep, Dispatch
from aftercare.alerts.notifying.notifications import drain, render
from aftercare.outbox.models import Message
from aftercare.people.models import AppendOnlyError, Clinic, Event, Patient, StaffMember
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owned_later(daytime_alert: Alert, nurse: StaffMember) -> Alert:
    """An urgent alert, opened at 1 h, which the nurse acknowledged five minutes later."""
    return acknowledge(alert=daytime_alert, by=nurse.user, now=at(1, minutes=5))


def forgotten() -> list[tuple[object, int]]:
    late = Dispatch.objects.filter(reason=Dispatch.Reason.FORGOTTEN).order_by("decided_at")
    return [(dispatch.decided_at, dispatch.step) for dispatch in late]


def test_thirty_minutes_after_acknowledging_without_a_call_the_next_contact_is_told_again_and_again(
    owned_later: Alert, clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    for position, member in enumerate((nurse, clinician)):
        ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
    for minute in range(100):
        follow_up(at(1) + timedelta(minutes=minute))

    assert forgotten() == [(at(1, minutes=35), 1), (at(1, minutes=65), 1), (at(1, minutes=95), 1)]
    owned_later.refresh_from_db()
    assert (owned_later.forgotten_since, owned_later.status) == (at(1, minutes=35), "acknowledged")
    assert Event.objects.filter(verb=Event.Verb.FORGOTTEN, subject=owned_later.pk).count() == 3


def test_after_an_outage_it_is_told_once(owned_later: Alert) -> None:
    assert [follow_up(at(9)), follow_up(at(9))] == [1, 0]


def test_who_forgot_is_told_as_well_as_the_next_contact(
    owned_later: Alert, clinic: Clinic, nurse: StaffMember, clinician: StaffMember
) -> None:
    ContactStep.objects.create(clinic=clinic, position=0).members.add(clinician)
    follow_up(at(2))
    Message.objects.all().delete()
    drain(at(2))

    told = Message.objects.filter(subject=Dispatch.objects.get(reason="forgotten").pk)
    assert {message.recipient for message in told} == {nurse.user, clinician.user}


def test_a_patient_who_was_reached_is_chased_no_longer(
    owned_later: Alert, patient: Patient, nurse: StaffMember
) -> None:
    record_contact_attempt(
        patient=patient, alert=owned_later, by=nurse.user, now=at(1.2), result="reached", note="x"
    )

    assert follow_up(at(3)) == 0
    attempt = patient.contact_attempts.get()
    assert (attempt.alert, attempt.by, attempt.at, attempt.note) == (owned_later, nurse.user, at(1.2), "x")
    told = Event.objects.get(verb=Event.Verb.TRIED_CONTACT).data
    assert (told["result"], told["kind"]) == ("reached", "called")
    owned_later.refresh_from_db()
    assert (owned_later.reached_at, owned_later.is_reached, owned_later.failed_tries) == (at(1.2), True, 0)


@pytest.mark.parametrize("result", ["no_answer", "left_message"])
def test_a_try_that_did_not_reach_the_patient_only_begins_the_time_anew(
    owned_later: Alert, patient: Patient, nurse: StaffMember, result: str
) -> None:
    record_contact_attempt(patient=patient, by=nurse.user, now=at(1, minutes=20), result=result)

    assert follow_up(at(1, minutes=49)) == 0
    assert follow_up(at(1, minutes=50)) == 1
    owned_later.refresh_from_db()
    assert (owned_later.failed_tries, owned_later.is_reached) == (1, False)


def test_a_call_after_it_was_forgotten_takes_it_down_and_withdraws_what_was_not_sent(
    owned_later: Alert, patient: Patient, nurse: StaffMember
) -> None:
    follow_up(at(2))
    drain(at(2))
    message = Message.objects.get(subject=Dispatch.objects.get(reason="forgotten").pk)
    assert render(message, at(2)) is not None

    record_contact_attempt(patient=patient, by=nurse.user, now=at(2), result="reached")

    owned_later.refresh_from_db()
    assert not owned_later.is_forgotten
    assert render(message, at(2)) is None


def test_closing_answers_for_it(owned_later: Alert, nurse: StaffMember) -> None:
    close(alert=owned_later, by=nurse.user, now=at(1.2), outcome="advice_given", note="Seen.")

    assert follow_up(at(3)) == 0


def test_a_same_day_one_is_chased_until_the_opening_hours_of_the_day_end(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["lumps"])
    alert = acknowledge(alert=patient.alerts.get(rule="lumps"), by=nurse.user, now=at(1))

    closes = patient.clinic.hours.closing_of_day(at(1))
    assert alert.follow_up_at == closes == at(8)
    assert [follow_up(at(8) - timedelta(seconds=1)), follow_up(at(8)), follow_up(at(9))] == [0, 1, 0]
    alert.refresh_from_db()
    assert alert.follow_up_at == at(32)


def test_a_routine_one_is_not_chased(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 1, signs=["patches"])

    assert acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1)).follow_up_at is None


def test_a_colleague_may_take_over_what_was_forgotten_and_nothing_else(
    owned_later: Alert, clinician: StaffMember
) -> None:
    with pytest.raises(AlreadyAcknowledgedError):
        acknowledge(alert=owned_later, by=clinician.user, now=at(1.5))
    follow_up(at(2))

    taken = acknowledge(alert=owned_later, by=clinician.user, now=at(2))

    assert (taken.acknowledged_by, taken.forgotten_since) == (clinician.user, None)
    assert taken.follow_up_at == at(2.5)


def test_one_patients_fault_keeps_no_other_from_being_told(
    owned_later: Alert,
    stranger: Patient,
    outsider: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    check_in(stranger, 1, signs=["pus"])
    acknowledge(alert=stranger.alerts.get(), by=outsider.user, now=at(1))
    follow_up_patient = escalation.follow_up_patient

    def fails_for_the_patient(alerts: list[Alert], *rest: object) -> bool:
        if alerts[0].pk == owned_later.pk:
            raise ValueError("a fault")
        return follow_up_patient(alerts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(escalation, "follow_up_patient", fails_for_the_patient)

    assert follow_up(at(2)) == 1
    assert str(owned_later.patient_id) in caplog.text


def test_the_owner_confirms_what_was_reported_again(
    owned_later: Alert, patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 1.2, signs=["pus"])

    again = acknowledge(alert=owned_later, by=nurse.user, now=at(1.3))

    assert (again.reported_again_at, again.acknowledged_at) == (None, at(1, minutes=5))
    assert Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, subject=owned_later.pk).count() == 2


def test_contact_attempts_are_kept_as_they_are(
    owned_later: Alert, patient: Patient, nurse: StaffMember
) -> None:
    attempt = record_contact_attempt(patient=patient, by=nurse.user, now=at(2), result="no_answer")
    attempt.note = "changed"

    for change in (
        attempt.save,
        attempt.delete,
        ContactAttempt.objects.all().delete,
        lambda: ContactAttempt.objects.update(note="changed"),
    ):
        with pytest.raises(AppendOnlyError, match="Contact attempts are never"):
            change()


def test_an_attempt_of_an_unknown_kind_or_about_another_patients_alert_is_refused(
    owned_later: Alert, patient: Patient, stranger: Patient, nurse: StaffMember
) -> None:
    with pytest.raises(ValueError, match="unknown result"):
        record_contact_attempt(patient=patient, by=nurse.user, now=at(2), result="called")
    with pytest.raises(ValueError, match="another patient"):
        record_contact_attempt(
            patient=stranger, alert=owned_later, by=nurse.user, now=at(2), result="reached"
        )
    assert not ContactAttempt.objects.exists()
