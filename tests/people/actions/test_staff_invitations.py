"""Inviting somebody who was added to the staff; coming in with it proves the address."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from aftercare.logs.formatting import message_of
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.staff_invitations import NotWorkingError, has_proved, invite_staff, use
from aftercare.people.models import Clinic, Event, Patient, StaffInvitation, StaffMember
from tests.at_once import at_once
from tests.clinic.staff_client import QUEUE, STAFF, proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import StaffMemberFactory, at, person
from tests.people.accounts.test_sign_in_link import is_signed_in
from tools.servers.mail import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

MIA = {"first_name": "Mia", "last_name": "Novak", "email": "mia@test.example", "role": "nurse"}


@pytest.fixture
def mia(clinic: Clinic) -> StaffMember:
    """A staff member who was added and has never signed in."""
    return person(clinic, "Mia", StaffMember.Role.NURSE)


@pytest.fixture
def invited(mia: StaffMember, manager: StaffMember) -> StaffInvitation:
    return invite_staff(member=mia, by=manager.user, now=at(1))


def text_of(arrived_ids: Any) -> str:
    """The words of a mail that came."""
    return str(arrived_ids.get_payload(decode=True).decode())


def page_of(member: StaffMember) -> str:
    return f"{STAFF}{member.pk}/"


class TestBeingAdded:
    def test_adding_a_person_mails_an_invitation_over_the_line(
        self, manager: StaffMember, mail_server: MailServer, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.port

        response = proved_client(manager).post(f"{STAFF}add/", MIA, follow=True)
        waiting = words(response)
        sweep()

        assert "Mia Novak is added. An invitation is on its way to mia@test.example." in waiting
        assert "Mail: waiting" in waiting
        assert "Has not signed in yet. The address is not confirmed." in waiting
        (arrived_ids,) = mail_server.messages
        member = StaffMember.objects.get(user__email="mia@test.example")
        assert arrived_ids["Subject"] == "You can now work for Larkfield Skin Clinic"
        assert str(arrived_ids["From"]).startswith("Larkfield Skin Clinic <")
        assert arrived_ids["X-Aftercare-Message"] == str(Message.objects.get().pk)
        assert member.invitations.get().path in text_of(arrived_ids)
        assert "Mail: handed over" in words(staff_client(manager).get(page_of(member)))
        event = Event.objects.get(verb=Event.Verb.INVITED_STAFF)
        assert (event.actor, event.clinic) == (manager.user, manager.clinic)
        assert event.data == {"user": member.user_id}

    def test_a_mailbox_that_is_not_there_is_said_and_it_can_be_sent_again(
        self, manager: StaffMember, mail_server: MailServer, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.port
        mail_server.refuse("550 No such mailbox", at="rcpt")
        proved_client(manager).post(f"{STAFF}add/", MIA)
        sweep()
        member = StaffMember.objects.get(user__email="mia@test.example")

        page = words(staff_client(manager).get(page_of(member)))
        assert "Mail: could not be sent" in page
        assert "Trying again will not help. Check the address with Mia." in page
        assert "Invitation. Mail: could not be sent" in words(staff_client(manager).get(STAFF))

        mail_server.refuse(None)
        sent = proved_client(manager).post(f"{page_of(member)}invitation/", follow=True)
        sweep()

        assert "A new invitation is on its way to mia@test.example." in words(sent)
        assert len(mail_server.messages) == 1
        assert not Message.objects.unattended_failures().exists()
        first, second = StaffInvitation.objects.order_by("pk"), StaffInvitation.objects.live().get()
        assert len(first) == 2
        assert second.path in text_of(mail_server.messages[0])

    def test_the_page_says_that_no_contact_step_tells_the_person_and_leads_there(
        self, manager: StaffMember, nurse: StaffMember, mia: StaffMember
    ) -> None:
        client = proved_client(manager)
        assert "In no contact step yet" not in words(client.get(page_of(mia))), (
            "without steps everybody is told"
        )
        client.post("/clinic/contacts/steps/new/open/", {"members": nurse.pk, "wait_min": "10"})

        page = client.get(page_of(mia))

        assert "In no contact step yet No alert is mailed to Mia." in words(page)
        link = f"/clinic/contacts/steps/new/open/?member={mia.pk}"
        assert link in page.content.decode()
        assert link in client.get(STAFF).content.decode()
        form = client.get(link).content.decode()
        assert re.search(rf'value="{mia.pk}"[^>]*checked', form)
        client.post(link, {"members": mia.pk, "wait_min": "10"})
        assert "In no contact step yet" not in words(client.get(page_of(mia)))

    def test_a_place_on_the_rota_counts_where_a_step_tells_whoever_is_on_duty(
        self, manager: StaffMember, mia: StaffMember
    ) -> None:
        client = proved_client(manager)
        client.post("/clinic/contacts/steps/new/open/", {"on_duty": "on", "wait_min": "10"})
        assert "In no contact step yet" in words(client.get(page_of(mia)))
        place = {"member": mia.pk, "starts_at": "2026-01-13T10:00", "ends_at": "2026-01-13T18:00"}
        client.post("/clinic/contacts/rota/new/", {**place, "weeks": "1"})
        assert "In no contact step yet" not in words(client.get(page_of(mia)))

    def test_the_list_asks_no_more_for_many_than_for_one(
        self, manager: StaffMember, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(6):
            member = person(manager.clinic, f"Person{number}", StaffMember.Role.NURSE)
            invite_staff(member=member, by=manager.user, now=at())
        client = proved_client(manager)
        client.get(STAFF)
        with django_assert_max_num_queries(14):
            client.get(STAFF)


class TestComingIn:
    def test_opening_signs_nobody_in_but_pressing_the_button_does_and_proves_the_address(
        self, invited: StaffInvitation, client: Client, manager: StaffMember
    ) -> None:
        page = client.get(invited.path)
        assert "Larkfield Skin Clinic has added you to its staff." in words(page)
        assert "Mia" not in words(page)
        assert not is_signed_in(client)
        assert not has_proved(invited.member.user)

        response = client.post(invited.path)

        assert response.headers["Location"] == QUEUE
        assert client.get(QUEUE).status_code == 200
        assert has_proved(invited.member.user)
        assert Event.objects.get(verb=Event.Verb.CAME_IN).actor == invited.member.user
        page_now = words(staff_client(manager).get(page_of(invited.member)))
        assert "Signed in with it 11:00" in page_now
        assert "The address is confirmed" in page_now

    def test_a_code_that_was_typed_proves_the_address_too(
        self, invited: StaffInvitation, client: Client
    ) -> None:
        client.post("/accounts/login/code/", {"email": "mia@test.example"})
        found = re.search(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)
        assert found
        client.post("/accounts/login/code/confirm/", {"code": found[1]})

        assert is_signed_in(client)
        assert has_proved(invited.member.user)

    def test_it_works_once_and_a_second_press_says_so(self, invited: StaffInvitation, client: Client) -> None:
        client.post(invited.path)
        again = Client().post(invited.path)
        assert again.status_code == 410
        assert "This invitation no longer works" in words(again)
        # The person's own second press, or Back, leads to the same words and not to an error.
        assert client.post(invited.path).status_code == 410

    @pytest.mark.django_db(transaction=True)
    def test_two_presses_at_once_use_it_once(self, invited: StaffInvitation) -> None:
        used = at_once(*[lambda: use(invitation=invited, now=at(1))] * 3)
        assert sorted(map(str, used)) == ["False", "False", "True"]

    def test_it_lasts_fourteen_days(self, invited: StaffInvitation, client: Client) -> None:
        with frozen_at(at(1) + timedelta(days=14)):
            assert client.get(invited.path).status_code == 410

    def test_a_new_one_stops_the_one_before(
        self, invited: StaffInvitation, mia: StaffMember, manager: StaffMember, client: Client
    ) -> None:
        newer = invite_staff(member=mia, by=manager.user, now=at(1, minutes=5))
        assert client.post(invited.path).status_code == 410
        assert client.post(newer.path).status_code == 302

    def test_who_is_let_go_comes_in_no_more(
        self, invited: StaffInvitation, mia: StaffMember, manager: StaffMember, client: Client
    ) -> None:
        proved_client(manager).post(page_of(mia), {"role": "nurse"})

        assert client.post(invited.path).status_code == 410
        sweep()
        assert mail.outbox == []
        with pytest.raises(NotWorkingError):
            invite_staff(member=mia, by=manager.user, now=at(1))
        refused = proved_client(manager).post(f"{page_of(mia)}invitation/", follow=True)
        assert "does not work here now, so nobody was invited" in words(refused)

    def test_somebody_else_who_is_signed_in_is_asked_first(
        self, invited: StaffInvitation, nurse: StaffMember
    ) -> None:
        client = staff_client(nurse)
        assert "signed in as Ruth Test" in words(client.get(invited.path))
        assert client.post(invited.path).status_code == 409
        client.post(invited.path, {"sign_out": "yes"})
        assert client.session["_auth_user_id"] == str(invited.member.user_id)

    def test_who_signs_in_elsewhere_too_is_told_and_gets_no_link(
        self, manager: StaffMember, outsider: StaffMember, client: Client
    ) -> None:
        both = StaffMemberFactory.create(user=outsider.user, clinic=manager.clinic)
        made = invite_staff(member=both, by=manager.user, now=at(1))
        sweep()

        assert made.path not in mail.outbox[-1].body
        assert "a code that we send you" in mail.outbox[-1].body
        assert "Sign in with a code" in words(client.post(made.path))
        assert not is_signed_in(client)

    def test_a_made_up_link_or_a_patients_opens_nothing(
        self, client: Client, invited: StaffInvitation
    ) -> None:
        token = invited.path.rstrip("/").rpartition("/")[2]
        for path in ("/accounts/staff-invitation/AAAA.b/", f"/accounts/invitation/{token}/"):
            assert client.post(path).status_code == 410

    def test_where_a_second_step_is_required_it_is_set_up_first(
        self, invited: StaffInvitation, client: Client, settings: Settings
    ) -> None:
        settings.STAFF_MFA = "required"
        response = client.post(invited.path, follow=True)
        assert response.redirect_chain[-1][0].endswith("/2fa/totp/activate/")

    def test_its_token_stands_in_no_log(self, invited: StaffInvitation) -> None:
        import logging

        line = logging.LogRecord("x", 20, "x", 1, "GET %s", (invited.path,), None)
        assert message_of(line) == "GET /accounts/staff-invitation/[token]/"


def test_only_a_manager_of_the_clinic_invites(
    mia: StaffMember, nurse: StaffMember, clinician: StaffMember, outsider: StaffMember, patient: Patient
) -> None:
    path = f"{page_of(mia)}invitation/"
    StaffMember.objects.filter(pk=outsider.pk).update(role="manager")
    outsider.refresh_from_db()
    for who, status in ((nurse, 403), (clinician, 403), (outsider, 404), (patient, 404)):
        assert proved_client(who).post(path).status_code == status
    assert Client().post(path).status_code == 302
    assert not EmailAddress.objects.exists()
    assert not StaffInvitation.objects.exists()
