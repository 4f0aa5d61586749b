"""Passkeys: the list, another name, and taking one away; each person's own only. Adding one needs a browser."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from aftercare.people.models import Patient, StaffMember, User
from tests.clinic.staff_client import proved_client, staff_client, words
from tests.factories import at
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

LIST = "/accounts/2fa/webauthn/"


def passkey_of(user: User, name: str = "My phone") -> Authenticator:
    """A passkey as the list shows it; nobody can sign in with it."""
    kind = Authenticator.Type.WEBAUTHN
    made: Authenticator = Authenticator.objects.create(user=user, type=kind, data={"name": name})
    return made


def client_with_passkey(person: StaffMember | Patient) -> Client:
    """A browser in which somebody has used a passkey just now."""
    client = staff_client(person)
    prove(client, person.user, "mfa", type="webauthn")
    return client


def path_of(passkey: Authenticator, act: str) -> str:
    return f"{LIST}keys/{passkey.pk}/{act}/"


def test_the_list_names_each_with_its_day(nurse: StaffMember, patient: Patient) -> None:
    for person in (nurse, patient):
        passkey_of(person.user, "My phone")
        passkey_of(person.user, "Key on the ring")
        page = words(staff_client(person).get(LIST))
        assert "My phone Added 12 January 2026. Not used yet. Rename My phone Remove My phone" in page
        assert "Key on the ring" in page


def test_one_gets_another_name(nurse: StaffMember) -> None:
    passkey = passkey_of(nurse.user)
    client = client_with_passkey(nurse)
    assert 'value="My phone"' in client.get(path_of(passkey, "edit")).content.decode()
    page = client.post(path_of(passkey, "edit"), {"name": "The blue phone"}, follow=True)
    assert "The blue phone" in words(page)
    assert "My phone" not in words(page)


def test_one_is_taken_away_and_no_spare_codes_are_left_behind(nurse: StaffMember) -> None:
    passkey = passkey_of(nurse.user)
    client = client_with_passkey(nurse)
    assert "Remove My phone?" in words(client.get(path_of(passkey, "remove")))
    page = client.post(path_of(passkey, "remove"), follow=True)
    assert "None is added." in words(page)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("act", ["edit", "remove"])
def test_those_of_others_do_not_exist(
    nurse: StaffMember, clinician: StaffMember, outsider: StaffMember, patient: Patient, act: str
) -> None:
    passkey = passkey_of(nurse.user)
    for person in (clinician, outsider, patient):
        for send in (proved_client(person).get, proved_client(person).post):
            assert send(path_of(passkey, act)).status_code == 404
    anonymous = Client().post(path_of(passkey, act), {"name": "X"})
    assert anonymous.headers["Location"].startswith("/accounts/login/")
    assert Authenticator.objects.get().data == {"name": "My phone"}


def test_a_passkey_is_made_for_the_address_of_the_portal_whatever_the_request_says(
    nurse: StaffMember, settings: Settings
) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://care.example", ["*"]
    page = proved_client(nurse).get(f"{LIST}add/", headers={"host": "elsewhere.example"})
    assert page.context["js_data"]["creation_options"]["publicKey"]["rp"]["id"] == "care.example"


NO_PASSKEYS = (
    *("", "{}", "[]", "null", "no JSON", '{"id": "x"}', '"YQ"', "[" * 400 + "]" * 400),
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ"}}',
    '{"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    '{"id": "YQ", "rawId": "YQ", "response": {"clientDataJSON": "e30", "authenticatorData": "", "signature": ""}}',
)


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_what_no_browser_has_made_is_a_message(nurse: StaffMember, credential: str) -> None:
    client = proved_client(nurse)
    client.get(f"{LIST}add/")
    page = client.post(f"{LIST}add/", {"name": "X", "credential": credential})
    assert page.status_code == 200
    assert "That did not work. Try again, or use another way." in words(page)
    passkey_of(nurse.user)
    client = staff_client(nurse)
    again = f"{LIST}reauthenticate/?next=%2Faccounts%2F"
    assert client.post(again, {"credential": credential}).headers["Location"] == again
    assert Authenticator.objects.count() == 1


def test_a_name_is_short(nurse: StaffMember) -> None:
    passkey = passkey_of(nurse.user)
    client_with_passkey(nurse).post(path_of(passkey, "edit"), {"name": "x" * 61})
    assert Authenticator.objects.get().data == {"name": "My phone"}
