"""A clinic at which nobody can be told: nothing is lost, and who runs the portal hears of it."""

import pytest
from django.core import mail

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.alerts.notifying.notifications import drain
from aftercare.alerts.on_call.no_recipients import mail_technical_contacts
from aftercare.outbox import delivery_health
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, StaffMember
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db
CONTACT = "it@test.example"


@pytest.fixture(autouse=True)
def technical_contact(clinic: Clinic) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(technical_contact=CONTACT)


def test_a_clinic_without_staff_keeps_what_is_to_be_told_until_there_is_somebody(
    daytime_alert: Alert, nurse: StaffMember, caplog: pytest.LogCaptureFixture
) -> None:
    StaffMember.objects.update(is_active=False)
    for minute in (0, 1, 2):
        drain(at(1, minutes=minute))

    dispatch = Dispatch.objects.get()
    assert (dispatch.drained_at, dispatch.nobody_since) == (None, at(1))
    assert "LookupError" not in caplog.text
    assert Event.objects.filter(verb=Event.Verb.NOBODY_TO_TELL, patient=daytime_alert.patient).count() == 1
    state = delivery_health.state(at(1.5))
    assert (state.oldest_due_seconds, "messages" in state.degraded) == (30 * 60, True)
    # Nobody else's notifications are late for it.
    assert state.oldest_due is None

    StaffMember.objects.update(is_active=True)
    drain(at(2))

    dispatch.refresh_from_db()
    assert (dispatch.drained_at, dispatch.nobody_since) == (at(2), None)
    assert Message.objects.get().recipient == nurse.user


def test_what_was_never_turned_into_messages_is_late(daytime_alert: Alert) -> None:
    state = delivery_health.state(at(1, minutes=5))

    assert (state.oldest_due_seconds, state.oldest_due) == (5 * 60, at(1))


def test_where_everybody_is_away_they_are_told_and_so_is_whoever_comes_back(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    StaffMember.objects.update(away_from=at(0))
    StaffMember.objects.filter(pk=clinician.pk).update(is_active=False)
    drain(at(1))

    assert Dispatch.objects.get().nobody_since == at(1)
    assert Message.objects.get().recipient == nurse.user

    StaffMember.objects.filter(pk=clinician.pk).update(is_active=True, away_from=None)
    drain(at(2))

    assert {message.recipient for message in Message.objects.all()} == {nurse.user, clinician.user}
    assert Dispatch.objects.get().drained_at == at(2)


def test_what_is_settled_meanwhile_is_told_to_nobody(daytime_alert: Alert, nurse: StaffMember) -> None:
    StaffMember.objects.update(is_active=False)
    drain(at(1))
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))

    drain(at(2))

    assert Dispatch.objects.get().drained_at == at(2)
    assert not Message.objects.exists()


def test_the_technical_contact_is_mailed_once_an_hour_without_a_detail(
    daytime_alert: Alert, patient: Patient
) -> None:
    StaffMember.objects.update(is_active=False)
    drain(at(1))

    assert [mail_technical_contacts(at(1, minutes=minute)) for minute in (0, 1, 59, 60)] == [1, 0, 0, 1]

    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == ([CONTACT], "Aftercare: nobody at Larkfield Skin Clinic can be told")
    assert "/clinic/contacts/" in sent.body
    for detail in (patient.user.first_name, "pus", str(daytime_alert.pk)):
        assert detail not in f"{sent.subject}\n{sent.body}"


def test_steps_that_reach_nobody_are_said_while_something_waits(
    daytime_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    ContactStep.objects.create(clinic=daytime_alert.clinic, position=0, on_duty=True)
    drain(at(1))

    assert {message.recipient for message in Message.objects.all()} == {nurse.user, clinician.user}
    assert mail_technical_contacts(at(1)) == 1
    assert "No contact step of Larkfield Skin Clinic reaches anybody now." in mail.outbox[0].body


def test_while_somebody_can_be_told_nobody_is_mailed(daytime_alert: Alert, nurse: StaffMember) -> None:
    drain(at(1))
    assert mail_technical_contacts(at(1)) == 0
    acknowledge(alert=daytime_alert, by=nurse.user, now=at(1.1))
    ContactStep.objects.create(clinic=daytime_alert.clinic, position=0, on_duty=True)
    assert mail_technical_contacts(at(1.2)) == 0


def test_a_mail_that_fails_is_tried_again_at_the_next_turn(
    daytime_alert: Alert, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    StaffMember.objects.update(is_active=False)
    drain(at(1))
    with monkeypatch.context() as broken:
        broken.setattr("aftercare.alerts.on_call.no_recipients.EmailMessage.send", lambda _mail: 1 / 0)
        assert mail_technical_contacts(at(1)) == 0
    assert "could not be mailed: ZeroDivisionError" in caplog.text

    assert mail_technical_contacts(at(1, minutes=1)) == 1


def test_one_clinic_without_staff_stops_no_other_however_much_it_has(
    daytime_alert: Alert, stranger: Patient, outsider: StaffMember
) -> None:
    StaffMember.objects.filter(clinic=daytime_alert.clinic).update(is_active=False)
    for _time in range(2):
        drain(at(1))
    check_in(stranger, 2, signs=["pus"])

    order = [dispatch.patient for dispatch in Dispatch.objects.to_drain(at(2))]

    assert order == [stranger, daytime_alert.patient]
