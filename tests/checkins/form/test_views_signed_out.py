"""A form that comes from somebody signed out, or without its security token: nothing typed is lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from aftercare.checkins.form.drafts import LIFETIME, SESSION_KEY
from aftercare.checkins.models import CheckIn
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.posting import ORDINARY_FORM, chosen, send, signed_in, stored, text_of
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.usefixtures("course_set", "procedure"), pytest.mark.frozen_at(at(26))]
CODE = "/accounts/login/code/"
SIGN_IN = "/accounts/login/code/?next=/check-in/"


def sign_in(client: Client, patient: Patient) -> Any:
    """Sign in as a person does: by a link, without losing the session."""
    path = make_sign_in_link(user=patient.user, now=at(26), next_path="/check-in/")
    return client.post(path, follow=True)


def test_what_was_typed_signed_out_is_there_after_signing_in(clinic: object, patient: Patient) -> None:
    client, token = Client(), str(uuid4())
    response = send(client, token=token, redness="3", signs=["pus", "spots"], note="Sore.")
    assert (response.status_code, response["Location"]) == (302, SIGN_IN)
    assert CheckIn.objects.count() == 0
    page = sign_in(client, patient)
    html = page.content.decode()
    assert "Nothing has been sent yet" in text_of(page)
    assert chosen(page) >= {("redness", "3"), ("signs", "pus"), ("signs", "spots")}
    assert "Sore.</textarea>" in html
    assert f'value="{token}"' in html


def test_sending_it_after_signing_in_stores_it_and_empties_the_form(patient: Patient) -> None:
    client = Client()
    send(client, redness="3")
    sign_in(client, patient)
    assert stored(send(client, redness="3")).answers["redness"] == 3
    assert chosen(client.get("/check-in/")) == set()


def test_an_empty_form_can_be_had_instead(patient: Patient) -> None:
    client = Client()
    send(client, redness="3")
    sign_in(client, patient)
    assert chosen(client.get("/check-in/?empty=1")) == set()


def test_what_was_typed_is_not_kept_for_whoever_signs_in_much_later(patient: Patient) -> None:
    client = Client()
    send(client, redness="3")
    with frozen_at(at(26, seconds=1) + LIFETIME):
        client.force_login(patient.user)
        assert chosen(client.get("/check-in/")) == set()


def test_faults_in_what_was_typed_are_shown_after_signing_in(patient: Patient) -> None:
    client = Client()
    send(client, redness="5")
    assert "We do not know the answer “5”" in text_of(sign_in(client, patient))


def test_a_note_too_large_to_keep_is_left_out_and_the_sign_in_says_so(
    clinic: object, patient: Patient
) -> None:
    client = Client()
    response = send(client, redness="3", note="x" * 1_000_000)
    assert "Your note was too long to keep." in text_of(client.get(response["Location"]))
    page = sign_in(client, patient)
    assert ("redness", "3") in chosen(page)
    assert b"xxx" not in page.content


def test_a_stranger_takes_no_more_than_16_kilobytes_of_a_session(clinic: object) -> None:
    client = Client()
    send(client, signs=["x" * 20_000] * 30)
    assert SESSION_KEY not in client.session
    send(client, note="é" * 2_000)
    assert SESSION_KEY in client.session


def test_what_somebody_typed_is_not_shown_to_whoever_signs_in_after_them(
    clinic: object, patient: Patient, stranger: Patient
) -> None:
    client = Client()
    send(client, redness="3", note="Sore.")
    for address in (patient.user.email, stranger.user.email):
        client.post(CODE, {"email": address})
    page = sign_in(client, stranger)
    assert b"Sore." not in page.content
    assert chosen(page) == set()
    assert SESSION_KEY not in client.session


def test_whoever_typed_their_address_first_finds_what_they_typed(clinic: object, patient: Patient) -> None:
    client = Client()
    client.post(CODE, {"email": "before@test.example"})
    send(client, redness="3")
    # A slip of the pen: nobody signs in with it.
    client.post(CODE, {"email": "amaar@test.example"})
    client.post(CODE, {"email": patient.user.email.upper()})
    assert ("redness", "3") in chosen(sign_in(client, patient))


def test_an_emergency_typed_signed_out_is_told_to_call_before_anything_else(
    clinic: object, patient: Patient
) -> None:
    client = Client()
    response = send(client, emergency="breathing")
    page = text_of(response)
    assert response.status_code == 200
    assert "Call 999 now Do not wait for us. Do not drive." in page
    assert page.index("Call 999 now") < page.index("Nothing has been sent yet") < page.index("Sign in")
    assert ("emergency", "breathing") in chosen(sign_in(client, patient))


def test_a_form_without_its_security_token_comes_back_as_typed_with_a_new_one(patient: Patient) -> None:
    client = signed_in(patient.user, checks_csrf=True)
    response = send(client, redness="3", note="Sore.")
    html = response.content.decode()
    assert response.status_code == 403
    assert "Nothing has been sent yet" in text_of(response)
    assert ("redness", "3") in chosen(response)
    assert CheckIn.objects.count() == 0
    token = html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert stored(send(client, redness="3", csrfmiddlewaretoken=token)).answers["redness"] == 3


def test_signed_out_and_without_security_token_nothing_typed_is_lost_either(
    clinic: object, patient: Patient
) -> None:
    client = Client(enforce_csrf_checks=True)
    response = send(client, redness="3", signs=["pus", "spots"])
    html = response.content.decode()
    assert response.status_code == 403
    for kept in ('name="redness" value="3"', 'name="signs" value="pus"', 'name="signs" value="spots"'):
        assert kept in html
    token = html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert send(client, redness="3", csrfmiddlewaretoken=token)["Location"] == SIGN_IN


def test_signed_out_and_without_security_token_an_emergency_reads_whom_to_call(clinic: object) -> None:
    page = text_of(send(Client(enforce_csrf_checks=True), emergency="faint"))
    assert page.index("Call 999 now") < page.index("Please send it again")


FORGED = "This answer is the attacker's"
FROM_ELSEWHERE = [
    {"Origin": "https://attacker.example"},
    {"Referer": "https://attacker.example/"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "null"},
]
FROM_HERE: list[dict[str, str]] = [
    {},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
    {"Referer": "http://testserver/check-in/"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("is_signed_in", [True, False], ids=["signed in", "signed out"])
def test_what_another_site_posted_is_neither_shown_nor_kept(
    clinic: object, patient: Patient, headers: dict[str, str], is_signed_in: bool
) -> None:
    client = signed_in(patient.user, checks_csrf=True) if is_signed_in else Client(enforce_csrf_checks=True)
    forged = {"token": str(uuid4()), **ORDINARY_FORM, "redness": "3", "emergency": "faint", "note": FORGED}
    response = client.post("/check-in/", forged, headers=headers)
    html = response.content.decode()
    assert response.status_code == 403
    assert "Another website tried to send us a form" in text_of(response)
    assert "attacker" not in html
    assert 'name="redness"' not in html
    assert "Do not wait for us" not in text_of(response)
    assert CheckIn.objects.count() == 0
    assert chosen(sign_in(client, patient)) == set()


@pytest.mark.parametrize("headers", FROM_HERE)
@pytest.mark.parametrize("is_signed_in", [True, False], ids=["signed in", "signed out"])
def test_what_a_person_typed_here_is_shown_again_whatever_the_browser_says_of_itself(
    clinic: object, patient: Patient, headers: dict[str, str], is_signed_in: bool
) -> None:
    client = signed_in(patient.user, checks_csrf=True) if is_signed_in else Client(enforce_csrf_checks=True)
    typed = {"token": str(uuid4()), **ORDINARY_FORM, "note": "Typed here."}
    response = client.post("/check-in/", typed, headers=headers)
    assert response.status_code == 403
    assert "Typed here." in response.content.decode()


def test_other_forms_without_security_token_get_the_general_page(patient: Patient) -> None:
    client = signed_in(patient.user, checks_csrf=True)
    response = client.post("/accounts/logout/")
    assert response.status_code == 403
    assert "Please send it again" in text_of(response)


def test_what_staff_sent_without_security_token_is_no_check_in(nurse: StaffMember) -> None:
    client = signed_in(nurse.user, checks_csrf=True)
    assert client.post("/check-in/", ORDINARY_FORM).status_code == 403
    assert CheckIn.objects.count() == 0


def test_the_form_asks_who_is_signed_out_to_sign_in(procedure: Procedure) -> None:
    response = Client().get("/check-in/")
    assert response.status_code == 302
    assert response["Location"] == SIGN_IN
