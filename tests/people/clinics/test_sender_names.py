"""Mails come from the clinic that they are about, under the portal's one address."""

from __future__ import annotations

import uuid
from email.utils import parseaddr
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.actions.invitations import invite
from aftercare.people.models import Clinic, Patient, StaffMember
from tests.factories import PatientFactory, StaffMemberFactory, at
from tools.servers.mail import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

KIND = "made up"
ADDRESS = "aftercare@portal.example"


@pytest.fixture
def mail_to(mail_server: MailServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """A real mail server, and words for messages of a made-up kind."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.port
    settings.DEFAULT_FROM_EMAIL = f"Aftercare <{ADDRESS}>"
    words = Content(subject="Something waits", body="Sign in to read it.")
    monkeypatch.setitem(registry._renderers, KIND, lambda message, now: words)
    monkeypatch.setitem(registry._together, KIND, lambda messages, now: words)
    return mail_server


def message(member: StaffMember, **fields: Any) -> Message:
    made: Message = Message.objects.create(
        kind=KIND,
        subject=uuid.uuid4(),
        recipient=member.user,
        created_at=at(),
        next_attempt_at=at(),
        **{"sender": member.clinic_id, **fields},
    )
    return made


def senders(server: MailServer) -> list[tuple[str, str]]:
    """Name and address in the line From of each mail that came."""
    return [parseaddr(str(arrived_ids["From"])) for arrived_ids in server.messages]


def test_a_message_of_a_clinic_comes_from_its_name_and_one_of_none_from_the_portal(
    mail_to: MailServer, nurse: StaffMember, outsider: StaffMember
) -> None:
    for member, fields in ((nurse, {}), (outsider, {}), (nurse, {"sender": None})):
        message(member, **fields)
        sweep()

    assert senders(mail_to) == [
        ("Larkfield Skin Clinic", ADDRESS),
        ("Elsewhere Clinic", ADDRESS),
        ("Aftercare", ADDRESS),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Rowan Clinic",
        "Żółć & Müller, Ärzte",
        'Rowan "Skin" Clinic, Leeds',
        "皮膚科" * 20,
        "Rowan\r\nBcc: everybody@test.example",
        "",
    ],
)
def test_whatever_a_clinic_is_called_its_mail_leaves_under_one_name(
    mail_to: MailServer, nurse: StaffMember, name: str
) -> None:
    Clinic.objects.filter(pk=nurse.clinic_id).update(name=name)

    message(nurse)
    sweep()

    [(shown, address)] = senders(mail_to)
    assert address == ADDRESS
    # Python's parser leaves a space where a long name was folded.
    assert "".join(shown.split()) == ("".join(name.replace('"', "").split()) or "Aftercare")
    assert mail_to.messages[0]["Bcc"] is None


def test_a_clinic_that_was_renamed_writes_under_its_new_name(mail_to: MailServer, nurse: StaffMember) -> None:
    message(nurse)
    Clinic.objects.update(name="Rowan Clinic")
    sweep()

    assert senders(mail_to) == [("Rowan Clinic", ADDRESS)]


def test_what_two_clinics_say_at_once_leaves_as_two_mails(
    mail_to: MailServer, nurse: StaffMember, outsider: StaffMember
) -> None:
    thread = uuid.uuid4()
    for sender in (nurse.clinic_id, outsider.clinic_id):
        message(nurse, sender=sender, thread=thread)
    sweep()
    sweep(lambda: at(1, minutes=2))

    names = [name for name, _address in senders(mail_to)]
    assert sorted(names) == ["Elsewhere Clinic", "Larkfield Skin Clinic"]


def test_an_invitation_comes_from_the_clinic(
    mail_to: MailServer, patient: Patient, nurse: StaffMember
) -> None:
    invite(patient=patient, by=nurse.user, now=at(1))
    sweep()

    assert senders(mail_to) == [("Larkfield Skin Clinic", ADDRESS)]


class TestSignInCodes:
    """allauth's mails, which do not go through the outbox."""

    def ask(self, member: StaffMember | Patient) -> None:
        Client().post("/accounts/login/code/", {"email": member.user.email})

    def test_a_code_comes_from_the_clinic_of_who_asks(
        self, mail_to: MailServer, patient: Patient, outsider: StaffMember
    ) -> None:
        for person in (patient, outsider):
            self.ask(person)

        assert senders(mail_to) == [("Larkfield Skin Clinic", ADDRESS), ("Elsewhere Clinic", ADDRESS)]

    def test_for_who_belongs_to_two_clinics_it_comes_from_the_portal(
        self, mail_to: MailServer, patient: Patient, other_clinic: Clinic
    ) -> None:
        PatientFactory.create(user=patient.user, clinic=other_clinic)
        self.ask(patient)

        assert senders(mail_to) == [("Aftercare", ADDRESS)]

    def test_who_left_one_of_two_clinics_reads_the_name_of_the_other(
        self, mail_to: MailServer, nurse: StaffMember, other_clinic: Clinic
    ) -> None:
        StaffMemberFactory.create(user=nurse.user, clinic=other_clinic, is_active=False)
        self.ask(nurse)

        assert senders(mail_to) == [("Larkfield Skin Clinic", ADDRESS)]
