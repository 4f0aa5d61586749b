"""Signing in, signing out and a second step that fails are events."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Event, Patient, StaffMember, User
from tests.clinic.staff_client import proved_client, staff_client
from tests.factories import at
from tests.people.accounts.test_second_factor import code_of
from tests.people.reauthentication.test_guard import code_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

SECOND_STEP = "/accounts/2fa/authenticate/"
APP_AGAIN = "/accounts/2fa/reauthenticate/?next=%2Faccounts%2F"
PASSKEY_AGAIN = "/accounts/2fa/webauthn/reauthenticate/?next=%2Faccounts%2F"


def kept(verb: Event.Verb) -> list[tuple[Any, Any]]:
    """Who did it, and the data of each event, the oldest first."""
    return list(Event.objects.filter(verb=verb).order_by("pk").values_list("actor", "data"))


def sign_in_by_code(user: User) -> Client:
    """Type a mailed code; the second step, if there is one, is still to come."""
    client = Client()
    client.post("/accounts/login/code/", {"email": user.email})
    client.post("/accounts/login/code/confirm/", {"code": code_to(user.email)})
    return client


class TestSignIns:
    def test_by_a_mailed_code(self, patient: Patient) -> None:
        sign_in_by_code(patient.user)
        assert kept(Event.Verb.SIGNED_IN) == [(patient.user_id, {"way": "code"})]

    def test_by_a_link(self, nurse: StaffMember) -> None:
        Client().post(make_sign_in_link(user=nurse.user, now=at(1)))
        assert kept(Event.Verb.SIGNED_IN) == [(nurse.user_id, {"way": "link"})]

    def test_with_the_app_and_only_after_it(self, nurse: StaffMember) -> None:
        secret = generate_totp_secret()
        TOTP.activate(nurse.user, secret)
        client = sign_in_by_code(nurse.user)
        assert kept(Event.Verb.SIGNED_IN) == []
        client.post(SECOND_STEP, {"code": code_of(secret)})
        assert kept(Event.Verb.SIGNED_IN) == [(nurse.user_id, {"way": "code", "second_step": "app"})]

    def test_with_a_spare_code(self, nurse: StaffMember) -> None:
        TOTP.activate(nurse.user, generate_totp_secret())
        spare = RecoveryCodes.activate(nurse.user).get_unused_codes()[0]
        sign_in_by_code(nurse.user).post(SECOND_STEP, {"code": spare})
        assert kept(Event.Verb.SIGNED_IN) == [(nurse.user_id, {"way": "code", "second_step": "spare_code"})]

    def test_a_wrong_code_is_none(self, patient: Patient) -> None:
        client = Client()
        client.post("/accounts/login/code/", {"email": patient.user.email})
        client.post("/accounts/login/code/confirm/", {"code": "BBBB-BBBB"})
        assert kept(Event.Verb.SIGNED_IN) == []


class TestSignOuts:
    def test_the_button_is_one(self, nurse: StaffMember) -> None:
        staff_client(nurse).post("/accounts/logout/")
        assert kept(Event.Verb.SIGNED_OUT) == [(nurse.user_id, {})]

    def test_a_second_press_in_another_tab_is_none(self, nurse: StaffMember) -> None:
        client = staff_client(nurse)
        client.post("/accounts/logout/")
        client.post("/accounts/logout/")
        assert len(kept(Event.Verb.SIGNED_OUT)) == 1


class TestFailedSecondSteps:
    @pytest.fixture
    def with_app(self, nurse: StaffMember) -> StaffMember:
        TOTP.activate(nurse.user, generate_totp_secret())
        return nurse

    @pytest.fixture
    def with_both(self, with_app: StaffMember) -> StaffMember:
        nurse = with_app
        Authenticator.objects.create(user=nurse.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
        return nurse

    def test_a_code_at_sign_in(self, with_app: StaffMember) -> None:
        sign_in_by_code(with_app.user).post(SECOND_STEP, {"code": "000000"})
        failed = (with_app.user_id, {"second_step": "app", "where": "sign_in"})
        assert kept(Event.Verb.FAILED_SECOND_STEP) == [failed]

    def test_a_passkey_at_sign_in(self, with_app: StaffMember) -> None:
        sign_in_by_code(with_app.user).post(SECOND_STEP, {"credential": '{"id": "x"}'})
        failed = (with_app.user_id, {"second_step": "passkey", "where": "sign_in"})
        assert kept(Event.Verb.FAILED_SECOND_STEP) == [failed]

    @pytest.mark.parametrize(
        ("page", "typed", "step"),
        [(APP_AGAIN, {"code": "000000"}, "app"), (PASSKEY_AGAIN, {"credential": '{"id": "x"}'}, "passkey")],
    )
    def test_one_before_a_change(
        self, with_both: StaffMember, page: str, typed: dict[str, str], step: str
    ) -> None:
        proved_client(with_both).post(page, typed)
        failed = (with_both.user_id, {"second_step": step, "where": "again"})
        assert kept(Event.Verb.FAILED_SECOND_STEP) == [failed]

    def test_an_empty_field_is_none(self, with_app: StaffMember) -> None:
        client = sign_in_by_code(with_app.user)
        client.post(SECOND_STEP, {"code": ""})
        client.post(SECOND_STEP, {"credential": ""})
        assert kept(Event.Verb.FAILED_SECOND_STEP) == []

    def test_who_tries_for_long_fills_no_table(self, with_app: StaffMember) -> None:
        client = sign_in_by_code(with_app.user)
        for _time in range(12):
            page = client.post(SECOND_STEP, {"code": "000000"})
        assert page.status_code == 200
        assert 1 <= len(kept(Event.Verb.FAILED_SECOND_STEP)) <= 5
