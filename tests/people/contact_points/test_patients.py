"""Patients are told by SMS and push where they said yes: beside e-mail where it is pressing, else before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from aftercare.alerts.actions.patient_messages import send_letter
from aftercare.checkins.follow_up.unconfirmed import tell_unconfirmed
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import invite
from aftercare.people.contact_points.patients import add_number, agree, stop
from aftercare.people.models import ContactPoint, Event, Patient, Procedure, StaffMember
from tests.factories import MONDAY, at, check_in
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Answer, Provider

pytestmark = pytest.mark.django_db
NUMBER = "+447700900163"


@pytest.fixture
def phone(patient: Patient, make_point: MakePoint) -> ContactPoint:
    """A number that the patient has proved and said yes to."""
    return make_point(patient.user, agreed_at=MONDAY)


def states(kind: str) -> list[tuple[str, str]]:
    return sorted(Message.objects.filter(kind=kind).values_list("channel", "state"))


def letter(patient: Patient, by: StaffMember, template: str) -> None:
    send_letter(patient=patient, template=template, by=by.user, now=at(1))


def swept(minutes: float) -> None:
    sweep(lambda: at(1) + timedelta(minutes=minutes))


def test_who_has_said_nothing_gets_mails_as_before(
    patient: Patient, nurse: StaffMember, make_point: MakePoint, gateway: Provider
) -> None:
    make_point(patient.user)  # proved for work, without the yes of a patient
    letter(patient, nurse, "visit")
    swept(0)

    assert states("letter") == [("email", "sent")]
    assert gateway.texts == []


def test_a_letter_goes_by_sms_instead_of_e_mail(
    patient: Patient, nurse: StaffMember, phone: ContactPoint, gateway: Provider
) -> None:
    letter(patient, nurse, "visit")
    swept(0)
    assert states("letter") == [("email", "pending"), ("sms", "sent")]
    swept(11)

    assert states("letter") == [("email", "withdrawn"), ("sms", "sent")]
    [(number, text)] = gateway.texts
    assert number == NUMBER
    assert text.startswith("Larkfield Skin Clinic: We would like to see you at the clinic.")
    assert text.endswith("/")
    assert len(text) <= 160
    assert "Amara" not in text


def test_what_is_pressing_goes_by_both_at_once(
    patient: Patient, nurse: StaffMember, phone: ContactPoint, gateway: Provider
) -> None:
    letter(patient, nurse, "please_call")
    swept(0)

    assert states("letter") == [("email", "sent"), ("sms", "sent")]


def test_an_unconfirmed_check_in_goes_by_both_with_the_number_to_call_and_the_link_last(
    patient: Patient, procedure: Procedure, nurse: StaffMember, phone: ContactPoint, gateway: Provider
) -> None:
    check_in(patient, 1, signs=["pus"])
    confirm_by = patient.check_ins.get().confirm_by
    assert confirm_by is not None
    assert tell_unconfirmed(confirm_by) == 1
    sweep(lambda: confirm_by + timedelta(seconds=5))

    assert states("unconfirmed_check_in") == [("email", "sent"), ("sms", "sent")]
    text = next(said for number, said in gateway.texts if "Please call" in said)
    assert "Please call us now: 0161 496 0123." in text
    assert text.endswith(f"/check-ins/{patient.check_ins.get().pk}/")
    assert len(text) <= 160


def test_a_refused_sms_lets_the_e_mail_leave_at_once_and_troubles_nobody(
    patient: Patient, nurse: StaffMember, phone: ContactPoint, gateway: Provider
) -> None:
    gateway.answers = [Answer(400)]
    letter(patient, nurse, "visit")
    swept(0)
    swept(0.5)

    assert states("letter") == [("email", "sent"), ("sms", "failed")]
    assert not Message.objects.unattended_failures().exists()


def test_while_the_gateway_is_away_the_e_mail_leaves_after_ten_minutes(
    patient: Patient, nurse: StaffMember, phone: ContactPoint, gateway: Provider
) -> None:
    gateway.answers = [Answer(503)] * 50
    letter(patient, nurse, "visit")
    for minutes in (0, 5, 9.9):
        swept(minutes)
    assert mail.outbox == []
    swept(10.1)

    assert [one.to for one in mail.outbox] == [[patient.user.email]]


def test_stopped_nothing_comes_any_more_and_what_waited_goes_by_e_mail(
    patient: Patient, nurse: StaffMember, phone: ContactPoint, gateway: Provider
) -> None:
    letter(patient, nurse, "visit")
    stop(point=phone, now=at(1))
    swept(11)
    assert states("letter") == [("email", "sent"), ("sms", "withdrawn")]

    letter(patient, nurse, "check_in")
    swept(12)
    assert gateway.texts == []
    phone.refresh_from_db()
    agree(point=phone, now=at(2))
    assert Event.objects.filter(verb="changed_reach").values_list("data__change", flat=True)[0] == "agreed"


@pytest.mark.parametrize("off", [{"verified_at": None}, {"disabled_at": MONDAY, "disabled_because": "gone"}])
def test_a_way_that_does_not_count_carries_nothing(
    patient: Patient, nurse: StaffMember, phone: ContactPoint, gateway: Provider, off: dict[str, object]
) -> None:
    ContactPoint.objects.filter(pk=phone.pk).update(**off)
    letter(patient, nurse, "visit")
    swept(0)

    assert states("letter") == [("email", "sent")]


def test_an_invitation_goes_by_sms_too_where_the_clinic_noted_the_yes(
    patient: Patient, nurse: StaffMember, gateway: Provider
) -> None:
    patient.call_back_telephone = "07700 900163"
    patient.save()
    invitation = invite(patient=patient, by=nurse.user, now=at(1), by_sms=True)
    swept(0)

    assert states("invitation") == [("email", "sent"), ("sms", "sent")]
    [(number, text)] = gateway.texts
    assert number == NUMBER
    assert text.endswith(invitation.path)
    assert len(text) <= 160
    assert "Amara" not in text
    assert Event.objects.get(verb="invited").data == {"said_yes_to": "sms"}
    assert not ContactPoint.objects.get().is_usable, "the clinic's number carries nothing else"


def test_the_number_from_the_clinic_counts_once_the_patient_has_proved_it(
    patient: Patient, nurse: StaffMember, gateway: Provider
) -> None:
    patient.call_back_telephone = "07700 900163"
    patient.save()
    invite(patient=patient, by=nurse.user, now=at(1), by_sms=True)

    point = add_number(user=patient.user, number=NUMBER, now=at(2))

    assert point == ContactPoint.objects.get()
    assert (point.agreed_at, point.verified_at) == (at(2), None)


def test_an_invitation_by_sms_without_a_number_goes_by_e_mail(patient: Patient, nurse: StaffMember) -> None:
    invite(patient=patient, by=nurse.user, now=at(1), by_sms=True)

    assert states("invitation") == [("email", "pending")]
