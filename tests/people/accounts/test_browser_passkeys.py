"""Passkeys in a real browser with an authenticator of its own: added, listed, renamed, used, removed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.models import Patient, StaffMember
from tests.ui.browser import overlapping_texts, small_targets, sticks_out, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_cache"),
]

USE = "Use a fingerprint, screen lock or key"


@pytest.fixture
def authenticator(page: Page) -> Any:
    """A phone's own authenticator, whose owner always agrees: the session that speaks to it, and its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def presence(session: Any, authenticator: str, *, is_there: bool) -> None:
    """Let the owner show the finger, or not, as when they cancel: the browser says the same of both."""
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": is_there})


def can_be_used(page: Page) -> None:
    """In both schemes, without scrolling sideways, with nothing drawn over something."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert violations(page) == [], f"{page.url}, {scheme}"
    assert not sticks_out(page), page.url
    assert overlapping_texts(page) == [], page.url
    assert small_targets(page) == [], page.url


def code_to(address: str) -> str:
    """The newest code that was mailed to an address."""
    bodies = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    found = re.search(r"^([A-Z0-9-]{6,})$", bodies[-1], re.MULTILINE)
    assert found
    return found[1]


def type_mailed_code(page: Page, address: str) -> None:
    """The first step of signing in."""
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Type your code")
    page.get_by_label("Code").fill(code_to(address))
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page, portal: str) -> None:
    """Sign out; the page first takes what is kept off the browser."""
    page.goto(f"{portal}/accounts/logout/")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()


def add_passkey(page: Page, name: str) -> None:
    """Add one on its page; the spare codes follow."""
    page.get_by_label("Name").fill(name)
    can_be_used(page)
    page.get_by_role("button", name="Add it").click()


def test_from_the_invitation_to_the_queue_where_a_second_step_is_required(
    page: Page, live_server: LiveServer, authenticator: Any, nurse: StaffMember, settings: Settings
) -> None:
    settings.STAFF_MFA = "required"
    invite_staff(member=nurse, by=nurse.user, now=timezone.now())
    page.goto(live_server.url + nurse.invitations.get().path)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the app")
    can_be_used(page)

    page.get_by_role("link", name=USE).click()
    add_passkey(page, "My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your spare codes")
    page.goto(f"{live_server.url}/clinic/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Queue")

    sign_out(page, live_server.url)
    page.goto(f"{live_server.url}/clinic/")
    type_mailed_code(page, nurse.user.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step at sign-in")
    can_be_used(page)
    page.get_by_role("button", name=USE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Queue")
    assert page.url == f"{live_server.url}/clinic/"


def test_a_patient_adds_renames_uses_and_removes_one(
    page: Page, live_server: LiveServer, authenticator: Any, patient: Patient
) -> None:
    page.goto(f"{live_server.url}/accounts/login/code/?next=/accounts/")
    type_mailed_code(page, patient.user.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    can_be_used(page)
    page.get_by_role("link", name="Set it up the second step").click()
    can_be_used(page)
    page.get_by_role("link", name="Add one").click()
    expect(page.get_by_label("Name")).to_have_value(re.compile("Chrome on Linux"))
    add_passkey(page, "My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your spare codes")

    page.goto(f"{live_server.url}/accounts/")
    page.get_by_role("link", name="Passkeys").click()
    expect(page.get_by_role("main")).to_contain_text("My phone")
    expect(page.get_by_role("main")).to_contain_text("Not used yet.")
    can_be_used(page)
    page.get_by_role("link", name="Rename My phone").click()
    can_be_used(page)
    page.get_by_label("Name").fill("The blue phone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("The blue phone")

    sign_out(page, live_server.url)
    page.goto(f"{live_server.url}/accounts/login/code/?next=/accounts/2fa/webauthn/")
    type_mailed_code(page, patient.user.email)
    page.get_by_role("button", name=USE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fingerprints, screen locks and keys")
    expect(page.get_by_role("main")).not_to_contain_text("Not used yet.")

    page.get_by_role("link", name="Remove The blue phone").click()
    can_be_used(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("main")).to_contain_text("None is added.")
    assert not Authenticator.objects.exists()


def test_from_the_first_mailed_code_to_the_queue_where_a_second_step_is_required(
    page: Page, live_server: LiveServer, authenticator: Any, nurse: StaffMember, settings: Settings
) -> None:
    settings.STAFF_MFA = "required"
    page.goto(f"{live_server.url}/clinic/")
    type_mailed_code(page, nurse.user.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the app")
    page.get_by_role("link", name=USE).click()
    add_passkey(page, "My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your spare codes")
    can_be_used(page)
    page.goto(f"{live_server.url}/clinic/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Queue")


def test_a_passkey_that_is_cancelled_is_said_and_the_next_try_works(
    page: Page, live_server: LiveServer, authenticator: Any, nurse: StaffMember
) -> None:
    """At setting it up, and at signing in."""
    said = "That did not work. Try again, or use another way."
    session, own = authenticator

    page.goto(f"{live_server.url}/accounts/login/code/?next=/accounts/2fa/webauthn/add/")
    type_mailed_code(page, nurse.user.email)
    presence(session, own, is_there=False)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_have_text(said)
    can_be_used(page)
    presence(session, own, is_there=True)
    page.reload()
    add_passkey(page, "My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your spare codes")

    sign_out(page, live_server.url)
    page.goto(f"{live_server.url}/clinic/")
    type_mailed_code(page, nurse.user.email)
    presence(session, own, is_there=False)
    page.get_by_role("button", name=USE).click()
    expect(page.get_by_role("alert")).to_have_text(said)
    can_be_used(page)
    presence(session, own, is_there=True)
    page.reload()
    page.get_by_role("button", name=USE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Queue")


def test_the_button_waits_for_the_scripts_behind_it(
    page: Page, live_server: LiveServer, authenticator: Any, nurse: StaffMember
) -> None:
    """On a slow network a press would do nothing, and the nurse would wait for a question that never comes."""
    page.goto(f"{live_server.url}/accounts/login/code/?next=/accounts/")
    type_mailed_code(page, nurse.user.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/webauthn*.js", hold)
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/add/", wait_until="commit")
    button = page.get_by_role("button", name="Add it")
    expect(button).to_be_disabled()
    while held:
        held.pop().continue_()
        page.wait_for_timeout(200)
    expect(button).to_be_enabled()
    add_passkey(page, "My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your spare codes")
