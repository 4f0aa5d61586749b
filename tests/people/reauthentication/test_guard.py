"""Before something is changed that opens the account, the person proves again to be there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from pytest_django import Settings

from aftercare.people.actions.invitations import hand_over
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Invitation, Patient, StaffMember
from tests.clinic.staff_client import patient_url, proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import at
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

PAGE, SET_UP = "/accounts/reauthenticate/", "/accounts/2fa/totp/activate/"
ASKED = f"{PAGE}?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
GUARDED = (
    SET_UP,
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/recovery-codes/download/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/keys/1/remove/",
    "/accounts/2fa/webauthn/keys/1/edit/",
)


def code_to(address: str) -> str:
    """The newest code that was mailed to an address."""
    bodies = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    found = re.search(r"^([A-Z0-9-]{6,})$", bodies[-1], re.MULTILINE)
    assert found
    return found[1]


def with_app(member: StaffMember) -> str:
    """Give a person an app; return a spare code."""
    TOTP.activate(member.user, generate_totp_secret())
    code: str = RecoveryCodes.activate(member.user).get_unused_codes()[0]
    return code


class TestWhatIsAsked:
    @pytest.mark.parametrize("path", GUARDED)
    def test_an_aged_session_is_asked_before_the_second_step_is_changed(
        self, nurse: StaffMember, path: str
    ) -> None:
        for send in (staff_client(nurse).get, staff_client(nurse).post):
            assert send(path).headers["Location"].startswith(PAGE)

    def test_who_has_just_signed_in_is_not_asked(self, nurse: StaffMember, patient: Patient) -> None:
        assert proved_client(nurse).get(SET_UP).status_code == 200
        assert proved_client(patient).get(SET_UP).status_code == 200

    @pytest.mark.parametrize(("minutes", "asked"), [(14.9, False), (15.1, True)])
    def test_a_proof_counts_for_fifteen_minutes(
        self, nurse: StaffMember, minutes: float, asked: bool
    ) -> None:
        client = proved_client(nurse)
        with frozen_at(at(1, minutes=minutes)):
            assert (client.get(SET_UP).status_code == 302) is asked

    def test_a_proof_of_somebody_else_in_the_same_browser_does_not_count(
        self, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        client = staff_client(nurse)
        prove(client, clinician.user)
        assert client.get(SET_UP).headers["Location"] == ASKED

    def test_who_has_a_second_step_is_asked_for_it_and_no_mailed_code_counts(
        self, nurse: StaffMember
    ) -> None:
        client = proved_client(nurse)
        spare = with_app(nurse)
        answer = client.get("/accounts/2fa/totp/deactivate/")
        assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=")

        there = client.post(answer.headers["Location"], {"code": spare})

        assert there.headers["Location"] == "/accounts/2fa/totp/deactivate/"
        assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200

    def test_a_passkey_is_asked_for_first(self, nurse: StaffMember) -> None:
        with_app(nurse)
        Authenticator.objects.create(user=nurse.user, type=Authenticator.Type.WEBAUTHN, data={})
        answer = staff_client(nurse).get("/accounts/2fa/totp/deactivate/")
        assert answer.headers["Location"].startswith("/accounts/2fa/webauthn/reauthenticate/?next=")

    def test_a_link_that_went_through_other_hands_does_not_count(
        self, nurse: StaffMember, patient: Patient
    ) -> None:
        made = hand_over(patient=patient, by=nurse.user, now=at(1), way=Invitation.Way.LINK)
        client = Client()
        client.post(made.path)
        assert client.get(SET_UP).headers["Location"] == ASKED
        client = Client()
        client.post(make_sign_in_link(user=nurse.user, now=at(1)))
        assert client.get(SET_UP).status_code == 200

    def test_strangers_sign_in_first(self, client: Client) -> None:
        assert client.get(PAGE).headers["Location"].startswith("/accounts/login/code/")
        assert client.get(SET_UP).headers["Location"].startswith("/accounts/login/")


class TestTheMailedCode:
    def test_it_is_sent_on_a_press_and_leads_back(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        page = client.get(SET_UP, follow=True)
        assert page.redirect_chain == [(ASKED, 302)]
        assert "Is it you? First we send a code to ru•••@test.example ." in words(page)
        assert mail.outbox == []

        page = client.post(PAGE, {"action": "send", "next": SET_UP}, follow=True)
        assert "We sent a code to ru•••@test.example" in words(page)
        answer = client.post(PAGE, {"code": code_to(nurse.user.email).lower(), "next": SET_UP})

        assert answer.headers["Location"] == SET_UP
        assert client.get(SET_UP).status_code == 200

    def test_it_works_once(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.post(PAGE, {"action": "send"})
        code = code_to(nurse.user.email)
        client.post(PAGE, {"code": code})
        with frozen_at(at(1, minutes=14)):
            client.post(PAGE, {"code": code})
        with frozen_at(at(1, minutes=16)):
            assert client.get(SET_UP).status_code == 302

    def test_after_three_wrong_codes_the_way_on_is_a_new_one(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.post(PAGE, {"action": "send"})
        pages = [client.post(PAGE, {"code": "BBBB-BBBB"}, follow=True) for _time in range(3)]
        assert "This is not the newest code." in words(pages[1])
        assert "That was the wrong code three times. Ask for a new one." in words(pages[2])
        client.post(PAGE, {"code": code_to(nurse.user.email)})
        assert client.get(SET_UP).status_code == 302

    def test_a_code_that_is_too_old_says_so(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.post(PAGE, {"action": "send"})
        with frozen_at(at(1, minutes=10)):
            client.post("/accounts/session/")
        with frozen_at(at(1, minutes=16)):
            page = client.post(PAGE, {"code": code_to(nurse.user.email)}, follow=True)
        assert "This code is too old. Ask for a new one." in words(page)

    def test_the_code_of_one_person_is_of_no_use_to_the_next_in_this_browser(
        self, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        client = staff_client(nurse)
        client.post(PAGE, {"action": "send"})
        pending = client.session["reauthentication_code"]
        client.force_login(clinician.user)
        session = client.session
        session["reauthentication_code"] = pending
        session.save()
        client.post(PAGE, {"code": code_to(nurse.user.email)})
        assert client.get(SET_UP).status_code == 302

    def test_who_asks_for_many_is_told_to_wait(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        pages = [client.post(PAGE, {"action": "send"}, follow=True) for _time in range(4)]
        assert "You have asked for several codes. Wait a minute, then ask again." in words(pages[3])
        assert len(mail.outbox) == 3

    def test_a_press_without_the_token_of_the_page_sends_nothing(self, nurse: StaffMember) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(nurse.user)
        assert client.post(PAGE, {"action": "send"}).status_code == 403

    def test_the_mail_names_nobody_and_no_host_of_a_request(
        self, patient: Patient, settings: Settings
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        staff_client(patient).post(PAGE, {"action": "send"}, headers={"host": "evil.example"})
        assert "evil" not in str(mail.outbox[0].message())
        assert mail.outbox[0].subject == "Your code to go on"
        assert "Amara" not in str(mail.outbox[0].body)


class TestWhatWasTyped:
    def test_a_press_that_came_too_late_is_done_after_the_proof(self, nurse: StaffMember) -> None:
        """The page was opened in time, and the button pressed later."""
        client = staff_client(nurse)
        spare = with_app(nurse)
        prove(client, nurse.user, "mfa", type="totp")
        client.get("/accounts/2fa/recovery-codes/generate/")
        with frozen_at(at(1, minutes=10)):
            client.post("/accounts/session/")
        with frozen_at(at(1, minutes=20)):
            asked = client.post("/accounts/2fa/recovery-codes/generate/")
            client.post(asked.headers["Location"], {"code": spare})
        left = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
        assert spare not in left.get_unused_codes()
        assert len(left.get_unused_codes()) == 10

    def test_a_form_of_staff_stands_there_as_typed_after_the_proof(
        self, manager: StaffMember, patient: Patient
    ) -> None:
        client = staff_client(manager)
        form: Any = client.get(patient_url(patient, "edit/")).context["form"]
        fields = {name: form[name].value() or "" for name in form.fields}
        typed = fields | {"email": "new@test.example", "first_name": "Typed"}

        asked = client.post(patient_url(patient, "edit/"), typed)

        assert asked.headers["Location"] == f"{PAGE}?next=%2Fclinic%2Ftyped%2F"
        prove(client, manager.user)
        page = client.get("/clinic/typed/")
        assert "We had to ask whether it is you. Nothing has been saved yet." in words(page)
        assert 'value="new@test.example"' in page.content.decode()
        patient.user.refresh_from_db()
        assert patient.user.email == "amara@test.example"
        client.post(patient_url(patient, "edit/"), typed)
        patient.user.refresh_from_db()
        assert (patient.user.email, patient.user.first_name) == ("new@test.example", "Typed")

    def test_a_name_alone_is_changed_without_being_asked(self, nurse: StaffMember, patient: Patient) -> None:
        client = staff_client(nurse)
        form: Any = client.get(patient_url(patient, "edit/")).context["form"]
        fields = {name: form[name].value() or "" for name in form.fields}
        client.post(patient_url(patient, "edit/"), fields | {"first_name": "Typed"})
        patient.user.refresh_from_db()
        assert patient.user.first_name == "Typed"
