"""Inviting patients from the desk: when enrolling, again, on paper, as a link; and how far it has come."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Event, Invitation, Patient, StaffMember
from clinic.enrolment.invitation import find_newest, invitation_status_of, invitations
from tests.clinic.enrolment.test_enrolment import TYPED
from tests.clinic.staff_client import ENROL, patient_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import StaffMemberFactory, at, someone
from tests.people.test_hot_reads import columns
from tools.servers.mail import MailServer

# The clock stands at Friday 16 January, 10:00 at the clinic.
pytestmark = [pytest.mark.usefixtures("clinic", "course_set"), pytest.mark.frozen_at(at(96))]


def inviting(patient: Patient, act: str = "") -> str:
    return patient_url(patient, f"invitation/{act}")


def link_on(response: Any) -> str:
    """The path of the invitation that a page shows."""
    found = re.search(r'id="link">([^<]+)<', response.content.decode())
    assert found
    return urlsplit(found[1]).path


def state_on(client: Client, patient: Patient) -> str:
    """Return the text about the invitation on the patient's page."""
    page = words(client.get(patient_url(patient)))
    return page[page.index(" Invitation ") :]


class TestEnrolling:
    def test_it_invites_the_patient_and_says_so(self, nurse: StaffMember) -> None:
        response = staff_client(nurse).post(ENROL, {**TYPED, "invite": "on"}, follow=True)
        patient = Patient.objects.get()
        message = Message.objects.get()
        assert (message.kind, message.recipient) == ("invitation", patient.user)
        assert message.subject == patient.invitations.get().pk
        assert "The invitation is on its way." in words(response)
        assert "Mail: waiting" in words(response)

    def test_without_the_tick_nothing_is_sent(self, nurse: StaffMember) -> None:
        response = staff_client(nurse).post(ENROL, TYPED, follow=True)
        assert "No invitation was sent." in words(response)
        assert "No invitation yet. Send by e-mail" in words(response)
        assert not Message.objects.exists()

    def test_the_tick_is_there_from_the_start_and_stays_away_once_taken_out(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        ticked = 'name="invite" class="checkboxinput form-check-input" id="id_invite" checked'
        assert ticked in client.get(ENROL).content.decode()
        refused = client.post(ENROL, {**TYPED, "kind": ""}).content.decode()
        assert 'id="id_invite"' in refused
        assert ticked not in refused

    def test_the_language_is_kept(self, nurse: StaffMember) -> None:
        response = staff_client(nurse).post(ENROL, {**TYPED, "language": "pl"}, follow=True)
        assert Patient.objects.get().user.language == "pl"
        assert "Reads best: Polish (Polski)" in words(response)

    def test_an_enrolment_that_fails_invites_nobody(self, nurse: StaffMember, patient: Patient) -> None:
        staff_client(nurse).post(ENROL, {**TYPED, "invite": "on", "email": patient.user.email})
        assert not Message.objects.exists()
        assert not Invitation.objects.exists()


class TestHowItStands:
    """Each state in words, as a nurse meets it one after the other."""

    def test_from_waiting_to_signed_in(self, nurse: StaffMember, patient: Patient) -> None:
        client = staff_client(nurse)
        assert "No invitation yet." in state_on(client, patient)

        response = client.post(inviting(patient, "send/"))
        assert response.headers["Location"] == patient_url(patient)
        state = state_on(client, patient)
        assert "Mail: waiting" in state
        assert "by Ruth Test" in state
        assert "Its page was not opened yet. It works until Friday 30 January, 10:00." in state

        Message.objects.update(
            state="sending", claimed_at=at(96), claimed_by="w", bundle=Message.objects.get().pk
        )
        assert "Mail: being sent" in state_on(client, patient)
        Message.objects.update(state="pending")
        sweep(lambda: at(96, minutes=2))
        assert "Mail: handed over 10:02" in state_on(client, patient)

        link = patient.invitations.get().path
        with frozen_at(at(96, minutes=5)):
            Client().get(link)
            assert "Its page was opened 10:05." in state_on(client, patient)
        with frozen_at(at(96, minutes=6)):
            Client().post(link)
            state = state_on(client, patient)
        assert "Signed in with it 10:06" in state
        assert "It works until" not in state

    def test_not_yet_taken_and_why(self, nurse: StaffMember, patient: Patient) -> None:
        invite(patient=patient, by=nurse.user, now=at(96))
        Message.objects.update(state="retrying", error="mail server replied 451")
        state = state_on(staff_client(nurse), patient)
        assert "Mail: not sent yet, is tried again : mail server replied 451" in state

    def test_an_address_that_does_not_exist_is_shown_corrected_and_invited_anew(
        self, nurse: StaffMember, patient: Patient, mail_server: MailServer, settings: Settings
    ) -> None:
        """The whole way, with a real mail server that answers 550."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        client = staff_client(nurse)
        mail_server.refuse("550 No such mailbox", at="rcpt")
        client.post(inviting(patient, "send/"))
        sweep(lambda: at(96))

        page = client.get(patient_url(patient))
        assert "Mail: could not be sent 10:00: recipient refused 550" in words(page)
        assert "Check the address with the patient, correct it and send again." in words(page)
        assert patient_url(patient, "edit/") in page.content.decode()

        mail_server.reset()
        details = {"email": "right@test.example"}
        change_details(patient=patient, by=nurse.user, now=at(97), details=details)
        with frozen_at(at(98)):
            staff_client(nurse).post(inviting(patient, "send/"))
        sweep(lambda: at(98))
        (sent,) = mail_server.wait_for(1, to="right@test.example")
        path = re.search(r"/accounts/invitation/\S+", str(sent.get_payload()))
        assert path
        assert Client().post(path[0]).status_code == 302
        assert not Message.objects.unattended_failures().exists()

    def test_stopped_and_over(self, nurse: StaffMember, patient: Patient) -> None:
        client = staff_client(nurse)
        client.post(inviting(patient), {"way": "print"})
        assert "Handed over on paper 10:00" in state_on(client, patient)
        with frozen_at(at(96 + 14 * 24)):
            assert "Its 14 days are over." in state_on(staff_client(nurse), patient)
        change_details(patient=patient, by=nurse.user, now=at(96), details={"email": "x@test.example"})
        assert "Stopped 10:00. Its link no longer works." in state_on(client, patient)


def test_the_state_is_that_of_the_newest_invitation_and_its_last_message(
    nurse: StaffMember, patient: Patient
) -> None:
    for h in (90, 92, 94):
        invite(patient=patient, by=nurse.user, now=at(h))
    others = someone(patient, "Ann")
    for asked in (patient, others):
        expected = [columns(row) for row in invitations(asked.pk)[:1]]
        assert [columns(row) for row in find_newest(patient=asked.pk)] == expected
    status = invitation_status_of(patient, at(95))
    assert status is not None
    assert status.invitation == patient.invitations.latest("made_at")
    assert status.mail is not None
    assert invitation_status_of(others, at(95)) is None


class TestHandingOver:
    @pytest.mark.parametrize("way", ["print", "link"])
    def test_each_press_hands_over_the_link_that_is_out_and_who_and_when_is_kept(
        self, nurse: StaffMember, clinician: StaffMember, patient: Patient, way: str
    ) -> None:
        first = link_on(staff_client(nurse).post(inviting(patient), {"way": way}))
        second = link_on(staff_client(clinician).post(inviting(patient), {"way": way}))

        assert first == second
        client = Client()
        assert client.post(second).headers["Location"] == "/"
        assert client.session["_auth_user_id"] == str(patient.user_id)
        events = Event.objects.filter(verb=Event.Verb.HANDED_OVER).order_by("pk")
        assert [event.actor for event in events] == [nurse.user, clinician.user]
        assert {(event.at, event.patient, event.data["way"]) for event in events} == {(at(96), patient, way)}
        assert not Message.objects.exists()

    def test_the_sheet_says_in_plain_words_what_to_do_and_whom_to_call(
        self, nurse: StaffMember, patient: Patient
    ) -> None:
        response = staff_client(nurse).post(inviting(patient), {"way": "print"})
        page = words(response)
        sheet = page[page.index("Larkfield Skin Clinic: your aftercare page") :]
        assert "Point the camera of your phone at the square, and open the link." in sheet
        assert "until Friday 30 January" in sheet
        assert "0161 496 0123" in sheet
        assert "0161 496 0199" in sheet
        assert "For Amara Test , from Larkfield Skin Clinic" in sheet
        html = " ".join(response.content.decode().split())
        assert '<svg class="qr" role="img" aria-label="QR code of the link below"' in html
        assert response.headers["Cache-Control"] == "no-store, private"

    def test_printing_keeps_the_mailed_link_alive(
        self, nurse: StaffMember, patient: Patient, mailoutbox: list[Any]
    ) -> None:
        client = staff_client(nurse)
        client.post(inviting(patient, "send/"))
        printed = link_on(client.post(inviting(patient), {"way": "print"}))
        sweep(lambda: at(96))
        assert printed in mailoutbox[0].body
        assert Client().get(printed).status_code == 200
        with frozen_at(at(96, minutes=5)):
            client.post(inviting(patient, "send/"))
        assert Client().get(printed).status_code == 410, "a new mail stops what is out, on paper too"

    def test_a_link_whose_days_are_over_is_not_handed_over_again(
        self, nurse: StaffMember, patient: Patient
    ) -> None:
        first = link_on(staff_client(nurse).post(inviting(patient), {"way": "print"}))
        with frozen_at(at(96 + 14 * 24)):
            second = link_on(staff_client(nurse).post(inviting(patient), {"way": "print"}))
            assert first != second
            assert Client().get(second).status_code == 200

    def test_looking_makes_no_link_and_shows_none(self, nurse: StaffMember, patient: Patient) -> None:
        client = staff_client(nurse)
        client.post(inviting(patient), {"way": "link"})
        page = client.get(inviting(patient)).content.decode()
        assert "/accounts/invitation/" not in page
        assert "Handed over as a link" in page
        assert Invitation.objects.count() == 1

    def test_a_link_of_a_colleague_is_refused_with_what_to_do_instead(
        self, nurse: StaffMember, patient: Patient
    ) -> None:
        StaffMemberFactory.create(user=patient.user, clinic=patient.clinic)
        client = staff_client(nurse)
        response = client.post(inviting(patient), {"way": "link"})
        assert response.status_code == 409
        assert "A link would open more than this clinic" in words(response)
        assert "Hand over a link" not in words(response)
        assert "Send by e-mail" in words(response)
        assert not Invitation.objects.exists()


@pytest.mark.parametrize("act", ["invitation/", "invitation/send/", "edit/"])
def test_nobody_else_invites_or_changes_a_patient(
    outsider: StaffMember, patient: Patient, stranger: Patient, act: str
) -> None:
    for person in (outsider, patient, stranger):
        assert staff_client(person).post(patient_url(patient, act), {"first_name": "X"}).status_code == 404
    assert not Invitation.objects.exists()
    assert not Event.objects.filter(patient=patient).exists()


@pytest.mark.parametrize("act", ["", "send/"])
def test_who_may_not_enrol_invites_nobody(nurse: StaffMember, patient: Patient, act: str) -> None:
    client = staff_client(nurse)
    nurse.is_active = False
    nurse.save()
    assert client.post(inviting(patient, act)).status_code == 404
    assert not Invitation.objects.exists()
