"""A person changes the address they sign in with: the old one is proved, then the new one, and everybody is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftercare.outbox.delivery import sweep
from aftercare.people.actions.addresses import AddressInUseError, change_own_address
from aftercare.people.actions.invitations import invite
from aftercare.people.actions.patient_details import change_details
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import AddressChange, Clinic, Event, Invitation, Patient, StaffMember, User
from tests.clinic.staff_client import proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import PatientFactory, at
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

PAGE, CONFIRM, ASKED = "/accounts/address/", "/accounts/address/confirm/", "/accounts/reauthenticate/"
NEW = "new@test.example"


def mails_to(address: str) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [address]]


def code_to(address: str) -> str:
    """The newest code that was mailed to an address."""
    found = re.search(r"^([A-Z0-9-]{6,})$", str(mails_to(address)[-1].body), re.MULTILINE)
    assert found
    return found[1]


def change(client: Client, new: str = NEW) -> Any:
    """Type a new address and the code that is mailed there."""
    client.post(PAGE, {"email": new})
    return client.post(CONFIRM, {"code": code_to(new)}, follow=True)


class TestWhoMay:
    def test_a_patient_a_nurse_and_an_editor_change_their_own(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        editor = User.objects.create_user("edit@test.example", first_name="Eva", last_name="Writer")
        editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        for number, user in enumerate((patient.user, nurse.user, editor)):
            client = Client()
            client.force_login(user)
            prove(client, user)
            page = change(client, f"new-{number}@test.example")
            assert "You now sign in with the new address." in words(page)
            assert User.objects.get(pk=user.pk).email == f"new-{number}@test.example"

    def test_strangers_and_who_has_left_do_not(self, client: Client, patient: Patient) -> None:
        for path in (PAGE, CONFIRM):
            assert client.get(path).headers["Location"].startswith("/accounts/login/code/?next=")
        Patient.objects.update(withdrawn_at=at(1), withdrawn_by=patient.user)
        for path in (PAGE, CONFIRM):
            assert proved_client(patient).get(path).status_code == 404

    def test_a_press_without_the_token_of_the_page_changes_nothing(self, patient: Patient) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(patient.user)
        prove(client, patient.user)
        assert client.post(PAGE, {"email": NEW}).status_code == 403
        assert client.post(CONFIRM, {"code": "x"}).status_code == 403


class TestTheOldAddressIsProved:
    def test_an_aged_session_asks_for_a_code_from_the_old_address(self, patient: Patient) -> None:
        client = staff_client(patient)
        asked = client.post(PAGE, {"email": NEW})
        assert asked.headers["Location"].startswith(f"{ASKED}?next=")
        client.post(ASKED, {"action": "send"})

        there = client.post(asked.headers["Location"], {"code": code_to(patient.user.email)})

        # What was typed before is not asked for again.
        assert there.headers["Location"] == CONFIRM
        assert len(mails_to(NEW)) == 1

    def test_the_code_of_an_app_does_not_prove_it(self, nurse: StaffMember) -> None:
        TOTP.activate(nurse.user, generate_totp_secret())
        client = staff_client(nurse)
        assert client.get(PAGE).headers["Location"].startswith("/accounts/2fa/reauthenticate/")
        prove(client, nurse.user, "mfa", type="totp")
        assert client.get(PAGE).headers["Location"].startswith(ASKED)
        prove(client, nurse.user)
        assert client.get(PAGE).status_code == 200

    def test_a_passkey_proves_it(self, nurse: StaffMember) -> None:
        Authenticator.objects.create(user=nurse.user, type=Authenticator.Type.WEBAUTHN, data={})
        client = staff_client(nurse)
        prove(client, nurse.user, "mfa", type="webauthn")
        assert client.get(PAGE).status_code == 200

    def test_a_code_to_an_address_of_before_does_not_prove_it(self, patient: Patient) -> None:
        client = proved_client(patient)
        User.objects.filter(pk=patient.user_id).update(email=NEW)
        assert client.get(PAGE).headers["Location"].startswith(ASKED)


class TestTheNewAddressIsProved:
    def test_nothing_changes_before_its_code_is_typed(self, patient: Patient) -> None:
        client = proved_client(patient)
        page = client.post(PAGE, {"email": "New@Test.Example"}, follow=True)
        assert f"We sent an e-mail to {NEW} ." in words(page)
        assert User.objects.get(pk=patient.user_id).email == "amara@test.example"
        wrong = client.post(CONFIRM, {"code": "BBBB-BBBB"})
        assert wrong.status_code == 422
        assert "<title>Error: Type your code" in wrong.content.decode()
        client.post(CONFIRM, {"code": code_to(NEW).lower()})
        assert User.objects.get(pk=patient.user_id).email == NEW

    def test_three_wrong_codes_or_fifteen_minutes_end_it(self, patient: Patient) -> None:
        client = proved_client(patient)
        client.post(PAGE, {"email": NEW})
        pages = [client.post(CONFIRM, {"code": "BBBB-BBBB"}, follow=True) for _time in range(3)]
        assert "That was the wrong code three times. Type the new address again." in words(pages[2])
        client.post(PAGE, {"email": NEW})
        with frozen_at(at(1, minutes=16)):
            prove(client, patient.user)
            late = client.post(CONFIRM, {"code": code_to(NEW)}, follow=True)
        assert "This code is too old. Type the new address again." in words(late)
        assert User.objects.get(pk=patient.user_id).email == "amara@test.example"

    def test_a_new_code_replaces_the_one_before(self, patient: Patient) -> None:
        client = proved_client(patient)
        client.post(PAGE, {"email": NEW})
        client.post(CONFIRM, {"action": "resend"})
        first, second = mails_to(NEW)
        assert str(first.body) != str(second.body)
        client.post(CONFIRM, {"code": code_to(NEW)})
        assert User.objects.get(pk=patient.user_id).email == NEW

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("", "Give an e-mail address"),
            ("not an address", "Give an e-mail address"),
            ("Amara@test.example", "You sign in with this address already."),
        ],
    )
    def test_what_can_not_be_is_a_message(self, patient: Patient, typed: str, said: str) -> None:
        page = proved_client(patient).post(PAGE, {"email": typed})
        assert page.status_code == 422
        assert said in words(page)
        assert mail.outbox == []


class TestAnAddressInUse:
    def seen(self, patient: Patient, address: str) -> tuple[list[Any], int]:
        """All that a session sees of an attempt, and how often it asked the database."""
        client = proved_client(patient)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            answers = [
                client.post(PAGE, {"email": address}),
                client.get(CONFIRM),
                client.post(CONFIRM, {"code": "BBBB-BBBB"}),
                client.post(CONFIRM, {"action": "resend"}),
            ]
        texts = [(a.status_code, a.headers.get("Location"), words(a).replace(address, "…")) for a in answers]
        return texts, len(queries)

    @pytest.mark.usefixtures("codes_wait")
    def test_it_reads_as_any_other_and_takes_the_same_work(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        assert self.seen(patient, nurse.user.email) == self.seen(patient, NEW)

    def test_its_owner_is_told_and_gets_no_code(self, patient: Patient, nurse: StaffMember) -> None:
        client = proved_client(patient)
        client.post(PAGE, {"email": nurse.user.email})
        (letter,) = mails_to(nurse.user.email)
        assert letter.subject == "Your address was typed"
        assert "Amara" not in str(letter.body)
        assert not re.search(r"^[A-Z0-9-]{6,}$", str(letter.body), re.MULTILINE)
        client.post(CONFIRM, {"code": client.session["new_address_code"]["code"]})
        assert User.objects.get(pk=patient.user_id).email == "amara@test.example"

    def test_who_takes_it_meanwhile_keeps_it(self, patient: Patient, nurse: StaffMember) -> None:
        client = proved_client(patient)
        client.post(PAGE, {"email": NEW})
        User.objects.filter(pk=nurse.user_id).update(email=NEW)
        page = client.post(CONFIRM, {"code": code_to(NEW)}, follow=True)
        assert "This address cannot be used. Type another one." in words(page)
        assert User.objects.get(pk=patient.user_id).email == "amara@test.example"

    def test_the_nurse_whose_address_was_typed_still_signs_in(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        proved_client(patient).post(PAGE, {"email": nurse.user.email})
        client = Client()
        client.post("/accounts/login/code/", {"email": nurse.user.email})
        client.post("/accounts/login/code/confirm/", {"code": code_to(nurse.user.email)})
        assert client.session["_auth_user_id"] == str(nurse.user_id)


class TestWhatFollows:
    def test_every_other_session_ends_and_this_one_goes_on(self, patient: Patient) -> None:
        elsewhere, here = staff_client(patient), proved_client(patient)
        change(here)
        assert elsewhere.get("/check-ins/").status_code == 302
        assert here.get("/check-ins/").status_code == 200

    def test_what_was_mailed_to_the_old_address_no_longer_signs_in(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        link = make_sign_in_link(user=patient.user, now=at(1))
        invitation = invite(patient=patient, by=nurse.user, now=at(1))
        elsewhere = Client()
        elsewhere.post("/accounts/login/code/", {"email": patient.user.email})
        code = code_to(patient.user.email)
        change(proved_client(patient))

        assert Client().post(link).status_code == 410
        assert Client().post(invitation.path).status_code == 410
        elsewhere.post("/accounts/login/code/confirm/", {"code": code})
        assert "_auth_user_id" not in elsewhere.session
        assert Invitation.objects.get().stopped_at == at(1)

    def test_the_old_address_gets_a_notice_from_the_clinic_through_the_outbox(self, patient: Patient) -> None:
        change(proved_client(patient))
        mail.outbox.clear()
        sweep()
        (notice,) = mail.outbox
        assert notice.to == ["amara@test.example"]
        assert notice.subject == "Your sign-in address was changed"
        assert "Larkfield Skin Clinic" in notice.from_email
        body = str(notice.body)
        assert "call your clinic now. Larkfield Skin Clinic: 0161 496 0123" in " ".join(body.split())
        assert NEW not in body
        assert "Amara" not in body

    def test_each_clinic_has_an_event_without_the_addresses(
        self, patient: Patient, other_clinic: Clinic
    ) -> None:
        PatientFactory.create(user=patient.user, clinic=other_clinic)
        change(proved_client(patient))
        events = Event.objects.filter(verb=Event.Verb.CHANGED_ADDRESS)
        assert {event.clinic.slug for event in events if event.clinic} == {"larkfield", "elsewhere"}
        assert {event.actor_id for event in events} == {patient.user_id}
        assert all("@" not in str(event.data) for event in events)

    def test_the_new_address_counts_as_proved(self, nurse: StaffMember) -> None:
        change(proved_client(nurse))
        kept = EmailAddress.objects.get(user=nurse.user)
        assert (kept.email, kept.verified, kept.primary) == (NEW, True, True)

    def test_an_address_of_somebody_else_is_refused_by_the_action(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        with pytest.raises(AddressInUseError):
            change_own_address(by=patient.user, address=nurse.user.email, now=at(1))
        assert patient.user.email == "amara@test.example"
        assert not AddressChange.objects.exists()


def test_a_change_by_the_clinic_is_told_to_the_old_address_too(patient: Patient, nurse: StaffMember) -> None:
    change_details(patient=patient, by=nurse.user, now=at(1), details={"email": NEW})
    sweep()
    assert [letter.to for letter in mail.outbox] == [["amara@test.example"]]
    assert AddressChange.objects.get().changed_by == nurse.user
