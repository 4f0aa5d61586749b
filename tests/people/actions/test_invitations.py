"""Inviting a patient, and coming in with the invitation: once, within 14 days, by a press of the button."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from pytest_django import Settings

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.invitations import (
    InvitedLatelyError,
    SignsInElsewhereError,
    hand_over,
    invite,
    render,
    stop_invitations,
    use,
)
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Event, Invitation, Patient, StaffMember
from tests.at_once import at_once
from tests.clock import frozen_at
from tests.factories import PatientFactory, StaffMemberFactory, at
from tests.people.accounts.test_sign_in_link import is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1))]

LINK = Invitation.Way.LINK


@pytest.fixture
def link(patient: Patient, nurse: StaffMember) -> Invitation:
    """A link that the nurse has handed to the patient."""
    return hand_over(patient=patient, by=nurse.user, now=at(), way=LINK)


def mailed(h: float) -> list[str]:
    """The texts of the mails that leave at `h` hours."""
    before = len(mail.outbox)
    sweep(lambda: at(h))
    return [str(sent.body) for sent in mail.outbox[before:]]


def only_message() -> Message:
    message: Message = Message.objects.get()
    return message


class TestByMail:
    def test_it_is_a_message_to_the_patient_and_says_who_sent_it(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        invitation = invite(patient=patient, by=nurse.user, now=at())

        message = only_message()
        assert (message.kind, message.subject) == ("invitation", invitation.pk)
        assert (message.recipient, message.sender) == (patient.user, nurse.clinic_id)
        assert message.expires_at == at() + timedelta(days=14)
        event = Event.objects.get(verb=Event.Verb.INVITED)
        assert (event.actor, event.patient, event.subject) == (nurse.user, patient, invitation.pk)

    def test_its_words_name_the_clinic_and_neither_the_patient_nor_anything_of_health(
        self, patient: Patient, nurse: StaffMember, settings: Settings
    ) -> None:
        invitation = invite(patient=patient, by=nurse.user, now=at())

        (body,) = mailed(0)

        sent = mail.outbox[0]
        assert (sent.subject, sent.to) == ("An invitation from Larkfield Skin Clinic", ["amara@test.example"])
        assert f"{settings.SITE_URL}{invitation.path}" in body
        assert "until Monday 26 January" in body
        for never in ("Amara", "needling", "treat", "check-in", "face"):
            assert never not in f"{sent.subject} {body}"

    def test_its_day_is_told_on_the_patients_own_calendar(self, patient: Patient, nurse: StaffMember) -> None:
        patient.time_zone = "Pacific/Kiritimati"
        patient.save()
        invite(patient=patient, by=nurse.user, now=at())
        assert "until Tuesday 27 January" in mailed(0)[0]

    def test_every_attempt_carries_the_same_link(self, patient: Patient, nurse: StaffMember) -> None:
        invite(patient=patient, by=nurse.user, now=at())
        assert render(only_message(), at()) == render(only_message(), at(30))

    def test_the_token_is_kept_nowhere(self, patient: Patient, nurse: StaffMember) -> None:
        invitation = invite(patient=patient, by=nurse.user, now=at())
        signature = invitation.path.rstrip("/").rpartition(".")[2]
        mailed(0)
        rows = [*Invitation.objects.values(), *Message.objects.values(), *Event.objects.values()]
        assert len(signature) >= 40
        assert signature not in str(rows)

    def test_a_new_one_stops_the_one_before_even_if_that_has_not_left_yet(
        self, patient: Patient, nurse: StaffMember, client: Client
    ) -> None:
        first = invite(patient=patient, by=nurse.user, now=at())
        second = invite(patient=patient, by=nurse.user, now=at(minutes=5))

        (body,) = mailed(1)

        assert second.path in body
        assert Message.objects.get(subject=first.pk).state == Message.State.WITHDRAWN
        assert client.post(first.path).status_code == 410
        assert client.post(second.path).status_code == 302

    def test_one_that_is_used_or_too_old_before_it_leaves_is_withdrawn(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        invitation = invite(patient=patient, by=nurse.user, now=at())
        assert render(only_message(), at(14 * 24)) is None
        assert use(invitation=invitation, now=at())
        assert mailed(0) == []
        assert only_message().state == Message.State.WITHDRAWN

    def test_pressed_again_and_again_it_is_one_mail_and_five_a_day(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        invite(patient=patient, by=nurse.user, now=at())
        for press in range(29):
            with pytest.raises(InvitedLatelyError):
                invite(patient=patient, by=nurse.user, now=at(seconds=press))
        assert Message.objects.count() == 1
        for hour in (1, 2, 3, 4):
            invite(patient=patient, by=nurse.user, now=at(hour))
        with pytest.raises(InvitedLatelyError):
            invite(patient=patient, by=nurse.user, now=at(23))
        assert invite(patient=patient, by=nurse.user, now=at(24, minutes=1))

    def test_another_address_is_invited_at_once(self, patient: Patient, nurse: StaffMember) -> None:
        invite(patient=patient, by=nurse.user, now=at())
        details = {"email": "amara.two@test.example"}
        change_details(patient=patient, by=nurse.user, now=at(), details=details)
        assert invite(patient=patient, by=nurse.user, now=at(minutes=1))

    def test_the_button_pressed_twice_says_that_no_second_mail_was_sent(
        self, patient: Patient, nurse: StaffMember, client: Client
    ) -> None:
        client.force_login(nurse.user)
        url = f"/clinic/patients/{patient.pk}/invitation/send/"
        pages = [client.post(url, follow=True).content.decode() for _ in range(2)]
        assert "A new invitation is on its way" in pages[0]
        assert "No second invitation was sent." in pages[1]
        assert Message.objects.count() == 1

    def test_sending_anew_settles_the_failure_of_the_one_before(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        invite(patient=patient, by=nurse.user, now=at())
        Message.objects.update(state="failed", failure="permanent", finished_at=at(), error="refused 550")
        assert Message.objects.unattended_failures().exists()
        invite(patient=patient, by=nurse.user, now=at(1))
        assert not Message.objects.unattended_failures().exists()


class TestComingIn:
    def test_opening_signs_nobody_in_but_pressing_the_button_does(
        self, link: Invitation, client: Client
    ) -> None:
        page = client.get(link.path)
        assert page.status_code == 200
        assert "Larkfield Skin Clinic has invited you" in page.content.decode()
        assert "Amara" not in page.content.decode()
        assert not is_signed_in(client)

        response = client.post(link.path)

        assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert "Today" in client.get("/").content.decode()
        link.refresh_from_db()
        assert (link.opened_at, link.used_at) == (at(1), at(1))
        event = Event.objects.get(verb=Event.Verb.CAME_IN)
        assert (event.actor, event.patient, event.subject) == (link.patient.user, link.patient, link.pk)

    def test_a_link_works_once(self, link: Invitation, client: Client) -> None:
        client.post(link.path)
        for response in (Client().get(link.path), Client().post(link.path)):
            assert response.status_code == 410
            assert "This invitation no longer works" in response.content.decode()

    @pytest.mark.django_db(transaction=True)
    def test_a_link_used_twice_at_once_works_once(self, link: Invitation) -> None:
        results = at_once(*[lambda: use(invitation=link, now=at(1))] * 3)
        assert sorted(results, key=str) == [False, False, True]

    @pytest.mark.parametrize(("hours", "status"), [(14 * 24 - 0.01, 302), (14 * 24, 410)])
    def test_a_link_works_for_fourteen_days(
        self, link: Invitation, client: Client, hours: float, status: int
    ) -> None:
        with frozen_at(at(hours)):
            assert client.post(link.path).status_code == status
        assert is_signed_in(client) is (status == 302)

    @pytest.mark.parametrize("change", ["x", ".x"])
    def test_a_made_up_token_does_not_work(self, link: Invitation, client: Client, change: str) -> None:
        path = f"{link.path.rstrip('/')}{change}/"
        assert client.get(path).status_code == 410
        assert client.post(path).status_code == 410
        assert client.post(f"/accounts/invitation/{link.pk}/").status_code == 410

    def test_the_button_needs_the_forms_secret(self, link: Invitation) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post(link.path).status_code == 403
        link.refresh_from_db()
        assert link.used_at is None

    def test_whose_account_is_closed_does_not_come_in(self, link: Invitation, client: Client) -> None:
        user = link.patient.user
        user.is_active = False
        user.save()
        assert client.post(link.path).status_code == 410
        assert not is_signed_in(client)

    def test_a_stopped_invitation_does_not_work(self, link: Invitation, client: Client) -> None:
        assert stop_invitations(patient=link.patient, now=at(1))
        assert client.get(link.path).status_code == 410
        assert client.post(link.path).status_code == 410
        assert not stop_invitations(patient=link.patient, now=at(2)), "nothing is left to stop"

    def test_the_page_shows_the_telephone_of_the_clinic_that_invites(
        self, stranger: Patient, outsider: StaffMember, patient: Patient, client: Client
    ) -> None:
        stranger.clinic.telephone = "0161 496 0777"
        stranger.clinic.save()
        theirs = hand_over(patient=stranger, by=outsider.user, now=at(), way=LINK)
        page = client.get(theirs.path).content.decode()
        assert "0161 496 0777" in page
        assert patient.clinic.name not in page


class TestSomebodyIsSignedIn:
    def test_another_patient_is_told_so_and_nothing_is_half_done(
        self, link: Invitation, stranger: Patient, client: Client
    ) -> None:
        client.force_login(stranger.user)
        opened = client.get(link.path)
        pressed = client.post(link.path)

        assert (opened.status_code, pressed.status_code) == (200, 409)
        for response in (opened, pressed):
            page = response.content.decode()
            assert "Somebody else is signed in here" in page
            assert "Sam Test" in page
            assert "Amara" not in page
        link.refresh_from_db()
        assert link.used_at is None
        assert client.session["_auth_user_id"] == str(stranger.user.pk)

    def test_another_patient_can_sign_out_and_use_it_with_one_press(
        self, link: Invitation, stranger: Patient, client: Client
    ) -> None:
        client.force_login(stranger.user)
        response = client.post(link.path, {"sign_out": "yes"})
        assert response.headers["Location"] == "/"
        assert client.session["_auth_user_id"] == str(link.patient.user_id)

    def test_staff_who_open_a_patients_link_are_refused_and_it_is_written_down(
        self, link: Invitation, nurse: StaffMember, client: Client
    ) -> None:
        client.force_login(nurse.user)
        for response in (client.get(link.path), client.post(link.path, {"sign_out": "yes"})):
            assert response.status_code == 403
            page = response.content.decode()
            assert "This link is not yours" in page
            assert "Amara" not in page
        link.refresh_from_db()
        assert link.used_at is None
        assert client.session["_auth_user_id"] == str(nurse.user.pk)
        event = Event.objects.get(verb=Event.Verb.REFUSED_LINK)
        assert (event.actor, event.patient, event.subject) == (nurse.user, link.patient, link.pk)

    def test_a_used_one_leaves_them_signed_in(
        self, link: Invitation, nurse: StaffMember, client: Client
    ) -> None:
        Client().post(link.path)
        client.force_login(nurse.user)
        assert client.post(link.path, {"sign_out": "yes"}).status_code == 410
        assert client.session["_auth_user_id"] == str(nurse.user.pk)

    def test_the_patient_goes_straight_on(self, link: Invitation, client: Client) -> None:
        client.force_login(link.patient.user)
        assert "Press the button" in client.get(link.path).content.decode()
        assert client.post(link.path).headers["Location"] == "/"
        assert Client().post(link.path).status_code == 410


class TestWhoSignsInElsewhereToo:
    """A link that staff of one clinic have in hands must open no other clinic, and no workspace."""

    @pytest.fixture(params=["staff", "former staff", "editor", "administrator", "patient of two clinics"])
    def known_elsewhere(self, request: pytest.FixtureRequest, patient: Patient, stranger: Patient) -> None:
        match request.param:
            case "staff":
                StaffMemberFactory.create(user=patient.user, clinic=patient.clinic)
            case "former staff":
                StaffMemberFactory.create(user=patient.user, clinic=patient.clinic, is_active=False)
            case "editor":
                patient.user.groups.add(Group.objects.create(name="Editors of guidance"))
            case "administrator":
                patient.user.is_superuser = True
                patient.user.save()
            case _:
                PatientFactory.create(user=patient.user, clinic=stranger.clinic)

    @pytest.mark.usefixtures("known_elsewhere")
    def test_their_mail_says_how_to_sign_in_with_a_code(self, patient: Patient, nurse: StaffMember) -> None:
        invitation = invite(patient=patient, by=nurse.user, now=at())
        (body,) = mailed(0)
        assert "You need this e-mail address and a code that we send you." in body
        assert str(invitation.pk) not in body

    @pytest.mark.usefixtures("known_elsewhere")
    def test_no_link_is_handed_over(self, patient: Patient, nurse: StaffMember) -> None:
        with pytest.raises(SignsInElsewhereError):
            hand_over(patient=patient, by=nurse.user, now=at(), way=LINK)
        assert not Invitation.objects.exists()
        assert not Event.objects.filter(verb=Event.Verb.HANDED_OVER).exists()

    def test_a_link_from_before_leads_to_the_code(
        self, link: Invitation, known_elsewhere: None, client: Client
    ) -> None:
        for response in (client.get(link.path), client.post(link.path)):
            assert "Sign in with a code" in response.content.decode()
        assert not is_signed_in(client)
        link.refresh_from_db()
        assert link.used_at is None
