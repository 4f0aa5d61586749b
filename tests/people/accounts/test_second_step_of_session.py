"""The second step is passed in each session: that the person has one is not enough."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient, StaffMember, User
from tests.clinic.staff_client import QUEUE, patient_url, proved_client, staff_client, words
from tests.factories import at
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

ASKED = "/accounts/2fa/reauthenticate/?next=%2Fclinic%2F"
SET_UP = "/accounts/2fa/totp/activate/"


def with_app(user: User) -> str:
    """Give a person an app; return a spare code."""
    TOTP.activate(user, generate_totp_secret())
    code: str = RecoveryCodes.activate(user).get_unused_codes()[0]
    return code


@pytest.mark.parametrize("mode", ["required", "optional"])
class TestStaff:
    def test_a_session_that_has_not_passed_it_is_asked_and_led_on(
        self, nurse: StaffMember, settings: Settings, mode: str
    ) -> None:
        settings.STAFF_MFA = mode
        spare = with_app(nurse.user)
        client = proved_client(nurse)
        answer = client.get(QUEUE)
        assert answer.headers["Location"] == ASKED
        assert client.post(ASKED, {"code": spare, "next": QUEUE}).headers["Location"] == QUEUE
        assert client.get(QUEUE).status_code == 200

    def test_what_another_session_has_passed_does_not_count(
        self, nurse: StaffMember, settings: Settings, mode: str
    ) -> None:
        settings.STAFF_MFA = mode
        with_app(nurse.user)
        here, elsewhere = staff_client(nurse), staff_client(nurse)
        prove(here, nurse.user, "mfa", type="totp")
        assert here.get(QUEUE).status_code == 200
        assert elsewhere.get(QUEUE).headers["Location"] == ASKED

    def test_what_somebody_else_has_passed_in_this_browser_does_not_count(
        self, nurse: StaffMember, clinician: StaffMember, settings: Settings, mode: str
    ) -> None:
        settings.STAFF_MFA = mode
        with_app(nurse.user)
        client = staff_client(nurse)
        prove(client, clinician.user, "mfa", type="totp")
        assert client.get(QUEUE).headers["Location"] == ASKED

    def test_a_link_opens_nothing_before_it(self, nurse: StaffMember, settings: Settings, mode: str) -> None:
        settings.STAFF_MFA = mode
        spare = with_app(nurse.user)
        client = Client()
        answer = client.post(make_sign_in_link(user=nurse.user, now=at(1), next_path=QUEUE))
        assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
        assert client.get(QUEUE).headers["Location"].startswith("/accounts/login/code/")
        assert client.post(answer.headers["Location"], {"code": spare}).headers["Location"] == QUEUE
        assert client.get(QUEUE).status_code == 200

    def test_a_form_that_was_posted_without_it_stands_there_as_typed(
        self, clinician: StaffMember, patient: Patient, settings: Settings, mode: str
    ) -> None:
        settings.STAFF_MFA = mode
        with_app(clinician.user)
        client = staff_client(clinician)
        asked = client.post(patient_url(patient, "withdraw/"), {"reason": "Moved away"})
        assert asked.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fclinic%2Ftyped%2F"
        prove(client, clinician.user, "mfa", type="totp")
        page = client.get("/clinic/typed/")
        assert "We had to ask whether it is you. Nothing has been saved yet." in words(page)
        assert "Moved away" in page.content.decode()
        patient.refresh_from_db()
        assert not patient.is_withdrawn

    def test_the_own_account_asks_too(self, nurse: StaffMember, settings: Settings, mode: str) -> None:
        settings.STAFF_MFA = mode
        with_app(nurse.user)
        client = staff_client(nurse)
        asked = "/accounts/2fa/reauthenticate/?next=%2Faccounts%2F"
        assert client.get("/accounts/").headers["Location"] == asked
        assert client.post("/accounts/sessions/end/").headers["Location"] == asked


def test_a_passkey_is_asked_for_first(nurse: StaffMember) -> None:
    Authenticator.objects.create(user=nurse.user, type=Authenticator.Type.WEBAUTHN, data={})
    answer = staff_client(nurse).get(QUEUE)
    assert answer.headers["Location"].startswith("/accounts/2fa/webauthn/reauthenticate/?next=")


def test_spare_codes_alone_are_no_second_step(nurse: StaffMember, settings: Settings) -> None:
    settings.STAFF_MFA = "required"
    RecoveryCodes.activate(nurse.user)
    client = staff_client(nurse)
    prove(client, nurse.user, "mfa", type="recovery_codes")
    assert client.get(QUEUE).headers["Location"] == SET_UP


def test_an_editor_passes_it_before_the_pages_of_guidance(db: None) -> None:
    editor = User.objects.create_user("edit@test.example", first_name="Eva", last_name="Writer")
    editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    with_app(editor)
    client = Client()
    client.force_login(editor)
    assert client.get("/admin/").headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    prove(client, editor, "mfa", type="totp")
    assert client.get("/admin/").status_code == 200


class TestPatients:
    def test_a_mailed_code_is_enough_for_who_has_none(self, patient: Patient, settings: Settings) -> None:
        settings.STAFF_MFA = "required"
        client = staff_client(patient)
        for path in ("/check-ins/", "/accounts/"):
            assert client.get(path).status_code == 200

    def test_the_account_of_who_has_one_is_behind_it(self, patient: Patient) -> None:
        with_app(patient.user)
        client: Any = proved_client(patient)
        answer = client.get("/accounts/")
        assert answer.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Faccounts%2F"
        prove(client, patient.user, "mfa", type="totp")
        assert client.get("/accounts/").status_code == 200
