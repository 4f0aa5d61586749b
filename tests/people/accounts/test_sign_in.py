"""Signing in by an e-mailed code, on the wrong paths too: another address, a new code, codes that are wrong or old."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from aftercare.people.accounts.code_mails import deliver_code_mails
from aftercare.people.models import Patient, StaffMember, User
from tests.clock import frozen_at
from tests.factories import at
from tests.people.accounts.test_sign_in_link import is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

CODE_PAGE, TYPE_PAGE = "/accounts/login/code/", "/accounts/login/code/confirm/"
WRONG = "BBBB-BBBB"
Capture = Callable[[], AbstractContextManager[list[Callable[[], object]]]]


def ask(client: Client, address: str) -> None:
    """Ask for a code with this address."""
    client.post(CODE_PAGE, {"email": address})


def new_code(client: Client) -> str:
    """Press “Send a new code”; the page that follows."""
    return said(client, TYPE_PAGE, {"action": "resend"})


def codes_to(address: str) -> list[str]:
    """Every code that was mailed to an address, the newest last."""
    bodies = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    return [match[1] for body in bodies if (match := re.search(r"^([A-Z0-9-]{6,})$", body, re.MULTILINE))]


def said(client: Client, path: str, form: dict[str, str]) -> str:
    """Return the text of the page that a press leads to."""
    return " ".join(strip_tags(client.post(path, form, follow=True).content.decode()).split())


def test_another_address_gets_a_code_of_its_own(client: Client, patient: Patient, stranger: Patient) -> None:
    ask(client, patient.user.email)

    page = client.get(CODE_PAGE)
    assert page.status_code == 200
    assert 'name="email"' in page.content.decode()
    ask(client, stranger.user.email)

    client.post(TYPE_PAGE, {"code": codes_to(stranger.user.email)[-1]})
    assert client.session["_auth_user_id"] == str(stranger.user.pk)


def test_who_goes_back_to_the_first_page_can_still_type_the_code(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)

    page = client.get(CODE_PAGE).content.decode()

    assert TYPE_PAGE in page
    assert "am•••@test.example" in page
    client.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert is_signed_in(client)


def test_a_new_code_has_all_its_tries(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)
    for _time in range(2):
        said(client, TYPE_PAGE, {"code": WRONG})
    new_code(client)

    page = said(client, TYPE_PAGE, {"code": codes_to(patient.user.email)[0]})

    assert "This is not the newest code." in page
    client.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert is_signed_in(client)


def test_a_new_code_works_for_its_fifteen_minutes(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)
    with frozen_at(at(1, minutes=14)):
        new_code(client)
    with frozen_at(at(1, minutes=28)):
        client.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert is_signed_in(client)


def test_new_codes_never_run_out(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)
    for minute in range(1, 6):
        with frozen_at(at(1, minutes=minute)):
            assert "Send a new code" in new_code(client)
    assert len(codes_to(patient.user.email)) == 6


def test_who_asks_for_many_codes_in_a_minute_is_told_to_wait_and_keeps_the_last(
    client: Client, patient: Patient
) -> None:
    ask(client, patient.user.email)
    for _time in range(2):
        new_code(client)

    assert "You have asked for several codes. Wait a minute, then ask again." in new_code(client)

    assert len(codes_to(patient.user.email)) == 3
    client.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert is_signed_in(client)


def test_after_three_wrong_codes_the_way_on_is_a_new_one(client: Client, patient: Patient) -> None:
    client.post(f"{CODE_PAGE}?next=/check-ins/", {"email": patient.user.email, "next": "/check-ins/"})
    for _time in range(2):
        said(client, TYPE_PAGE, {"code": WRONG, "next": "/check-ins/"})

    response = client.post(TYPE_PAGE, {"code": WRONG, "next": "/check-ins/"})

    assert response.headers["Location"] == f"{CODE_PAGE}?next=%2Fcheck-ins%2F"
    page = " ".join(strip_tags(client.get(response.headers["Location"]).content.decode()).split())
    assert page.startswith("Error: Sign in")
    assert "That was the wrong code three times. Ask for a new one." in page
    ask(client, patient.user.email)
    client.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert is_signed_in(client)


def test_a_code_that_is_too_old_says_so(client: Client, patient: Patient) -> None:
    ask(client, patient.user.email)
    with frozen_at(at(1, minutes=16)):
        page = said(client, TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert "This code is too old. Ask for a new one." in page
    assert not is_signed_in(client)


def test_a_second_press_on_the_same_address_sends_no_second_code(client: Client, patient: Patient) -> None:
    for _press in range(2):
        ask(client, patient.user.email)

    codes = codes_to(patient.user.email)
    assert len(codes) == 1
    client.post(TYPE_PAGE, {"code": codes[0]})
    assert is_signed_in(client)
    assert client.post(TYPE_PAGE, {"code": codes[0]}).status_code == 302


def test_an_old_tab_can_not_swap_the_person(client: Client, patient: Patient, nurse: StaffMember) -> None:
    """The form stood open in another tab while a code for somebody else was asked for."""
    ask(client, patient.user.email)
    ask(client, nurse.user.email)

    client.post(TYPE_PAGE, {"code": codes_to(patient.user.email)[-1]})
    assert not is_signed_in(client)
    client.post(TYPE_PAGE, {"code": codes_to(nurse.user.email)[-1]})
    assert client.session["_auth_user_id"] == str(nurse.user.pk)


def test_an_address_that_nobody_has_reads_as_any_other(client: Client, patient: Patient) -> None:
    seen = []
    for address in (patient.user.email, "nobody@test.example"):
        browser = Client()
        ask(browser, address)
        pages = [new_code(browser), said(browser, TYPE_PAGE, {"code": WRONG})]
        seen.append([re.sub(r"\w+•••", "•••", page) for page in pages])
    assert seen[0] == seen[1]
    assert codes_to("nobody@test.example") == []


@pytest.mark.usefixtures("codes_wait")
class TestNothingTellsWhetherAnAddressIsKnown:
    """The same answers with the same words, after the same work: every query, and a job for the mail."""

    STEPS: tuple[tuple[str, dict[str, str]], ...] = (
        (CODE_PAGE, {}),
        (TYPE_PAGE, {"code": WRONG}),
        (TYPE_PAGE, {"action": "resend"}),
        (TYPE_PAGE, {"code": WRONG}),
        (TYPE_PAGE, {"code": WRONG}),
        (TYPE_PAGE, {"code": WRONG}),
    )

    def seen(self, address: str, captured: Capture) -> list[Any]:
        """What a browser is answered at each step, and what the portal does for it, after the commit too."""
        client, seen = Client(), []
        for path, form in self.STEPS:
            with captured() as jobs, CaptureQueriesContext(connection) as queries:
                answer = client.post(path, form or {"email": address})
                text = strip_tags(client.get(answer.headers.get("Location", TYPE_PAGE)).content.decode())
            asked = [re.sub(r"'[^']*'|[0-9]+", "?", query["sql"]) for query in queries]
            seen.append((answer.status_code, re.sub(r"\w+•••@\S+", "•••", text), asked, len(jobs)))
        return seen

    def test_a_patient_a_nurse_nobody_and_who_has_left_are_answered_alike(
        self,
        patient: Patient,
        nurse: StaffMember,
        stranger: Patient,
        clinician: StaffMember,
        django_capture_on_commit_callbacks: Capture,
    ) -> None:
        User.objects.system()
        Patient.objects.filter(pk=stranger.pk).update(withdrawn_at=at(1), withdrawn_by=nurse.user)
        User.objects.filter(pk=clinician.user_id).update(is_active=False)
        names = ("amara", "ruth", "sam", "tom", "nobody")
        found = {
            name: self.seen(f"{name}@test.example", django_capture_on_commit_callbacks) for name in names
        }
        for name in names:
            assert found[name] == found["amara"], name
        deliver_code_mails()
        assert [len(codes_to(f"{name}@test.example")) for name in names] == [2, 2, 0, 0, 0]

    def test_nobody_is_signed_in_even_with_the_right_code(self, client: Client) -> None:
        ask(client, "nobody@test.example")
        code = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
        client.post(TYPE_PAGE, {"code": code})
        assert not is_signed_in(client)


def test_the_title_says_that_something_is_wrong(client: Client, patient: Patient) -> None:
    wrong = client.post(CODE_PAGE, {"email": "not an address"}).content.decode()
    assert "<title>Error: Sign in" in wrong
    ask(client, patient.user.email)
    assert "<title>Type your code" in client.get(TYPE_PAGE).content.decode()
    assert "<title>Error: Type your code" in client.post(TYPE_PAGE, {"code": WRONG}).content.decode()
