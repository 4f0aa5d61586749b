"""The account, signing in and the pages about staff, in a real browser: on a phone, by keyboard, with large text."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.alerts.actions.contact_steps import add_step
from aftercare.outbox.delivery import sweep
from aftercare.people.actions.rota import put_on_duty
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.models import Patient, Shift, StaffMember, User
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import STAFF
from tests.factories import person
from tests.ui.browser import (
    overlapping_texts,
    small_targets,
    sticks_out,
    violations,
    with_text_twice_as_large,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ACCOUNT = "/accounts/"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def can_be_used(page: Page) -> None:
    """In both schemes, without scrolling sideways, with nothing drawn over something."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert violations(page) == [], f"{page.url}, {scheme}"
    assert not sticks_out(page), page.url
    assert overlapping_texts(page) == [], page.url
    assert small_targets(page) == [], page.url


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_nurse_changes_name_and_telephone_by_keyboard(
    staff_browser: Any, nurse: StaffMember, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(ACCOUNT)
    can_be_used(page)

    page.get_by_label("First name").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Rut")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("0161 496 0777")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_contain_text("Your details are saved.")
    expect(page.get_by_label("First name")).to_have_value("Rut")
    expect(page.get_by_label("Telephone")).to_have_value(re.compile("496 0777"))
    expect(page.get_by_role("navigation", name="Main")).to_contain_text("Rut Test")
    assert User.objects.get(pk=nurse.user_id).telephone.kept == "+441614960777"


def test_what_is_wrong_is_said_above_and_what_was_typed_stays(staff_browser: Any, nurse: StaffMember) -> None:
    page = staff_browser(PHONE).open(ACCOUNT)
    page.get_by_label("First name").fill("")
    page.get_by_label("Last name").fill("Adeyemi")
    page.get_by_role("button", name="Save").click()

    expect(page).to_have_title(re.compile("^Error: Your account"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Last name")).to_have_value("Adeyemi")
    can_be_used(page)
    page.go_back()
    expect(page.get_by_label("First name")).to_be_visible()


def test_two_windows_and_one_signs_the_other_out(staff_browser: Any, nurse: StaffMember) -> None:
    here, there = staff_browser(PHONE), staff_browser(DESK)
    there.open(ACCOUNT)
    page = here.open(ACCOUNT)
    expect(page.locator("main")).to_contain_text("Chrome on Linux")
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.locator("main")).to_contain_text("You are signed out everywhere else.")

    there.page.get_by_label("First name").fill("Somebody")
    there.page.get_by_role("button", name="Save").click()

    there.page.wait_for_url("**/accounts/login/code/?next=/accounts/")
    assert User.objects.get(pk=nurse.user_id).first_name == "Ruth"


def test_the_pages_of_the_account_can_be_used_with_text_twice_as_large(staff_browser: Any) -> None:
    window = staff_browser(PHONE)
    with_text_twice_as_large(window.page)
    for path in (ACCOUNT, "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        page = window.open(path)
        assert not sticks_out(page), path
        assert overlapping_texts(page) == [], path


def test_the_pages_about_staff_can_be_used_with_text_twice_as_large(
    staff_browser: Any, manager: StaffMember, nurse: StaffMember
) -> None:
    now = timezone.now()
    invite_staff(member=nurse, by=manager.user, now=now)
    step = add_step(
        clinic=manager.clinic,
        hours="open",
        members=[nurse],
        on_duty=True,
        wait_min=5,
        by=manager.user,
        now=now,
    )
    put_on_duty(
        member=nurse, starts_at=now, ends_at=now + timedelta(hours=8), weeks=4, by=manager.user, now=now
    )
    place = Shift.objects.all()[0]
    window = staff_browser(PHONE, member=manager)
    with_text_twice_as_large(window.page)
    for path in (
        STAFF,
        f"{STAFF}{nurse.pk}/",
        f"{STAFF}add/",
        "/clinic/contacts/",
        "/clinic/contacts/rota/new/",
        f"/clinic/contacts/rota/{place.pk}/remove/",
        f"/clinic/contacts/steps/{step.pk}/remove/",
        "/clinic/messages/",
    ):
        page = window.open(path)
        assert not sticks_out(page), path
        assert overlapping_texts(page) == [], path


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
    ],
)
def test_the_pages_of_the_second_step_can_be_used(staff_browser: Any, path: str) -> None:
    can_be_used(staff_browser(PHONE).open(path))


def code_to(address: str) -> str:
    """The newest code that was mailed to an address."""
    bodies = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    found = re.search(r"^([A-Z0-9-]{6,})$", bodies[-1], re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("large", [False, True], ids=["text", "large text"])
def test_signing_in_with_another_address_and_back(
    page: Page, live_server: LiveServer, patient: Patient, stranger: Patient, large: bool
) -> None:
    if large:
        with_text_twice_as_large(page)
    page.goto(f"{live_server.url}/accounts/login/code/?next=/check-ins/")
    page.get_by_label("Your e-mail address").fill("not an address")
    page.evaluate("document.querySelector('form.ask').noValidate = true")
    page.get_by_role("button", name="Send me a code").click()
    expect(page).to_have_title(re.compile("^Error: Sign in"))
    can_be_used(page)
    page.get_by_label("Your e-mail address").fill(patient.user.email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Type your code")
    can_be_used(page)

    page.get_by_role("link", name="Use another e-mail address").click()
    expect(page.get_by_role("link", name="Type the code sent to am•••@test.example")).to_be_visible()
    can_be_used(page)
    page.get_by_label("Your e-mail address").fill(stranger.user.email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill("BBBB-BBBB")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: Type your code"))
    can_be_used(page)
    page.get_by_label("Code").fill(code_to(stranger.user.email).lower())
    page.keyboard.press("Enter")

    page.wait_for_url("**/check-ins/")
    page.goto(f"{live_server.url}/accounts/login/code/confirm/")
    assert "/login/" not in page.url


def test_a_new_person_is_added_invited_and_comes_in(
    staff_browser: Any, page: Page, manager: StaffMember, nurse: StaffMember
) -> None:
    staff_page = staff_browser(PHONE, member=manager).open("/clinic/contacts/steps/new/open/")
    staff_page.get_by_label("Ruth Test").check()
    staff_page.get_by_role("button", name="Add the step").click()
    staff_page.goto(staff_page.url.replace("contacts/", "staff/add/"))
    for label, value in (("First name", "Mia"), ("Last name", "Novak"), ("E-mail", "mia@test.example")):
        staff_page.get_by_label(label).fill(value)
    staff_page.get_by_label("Nurse").check()
    staff_page.get_by_role("button", name="Add this person").click()
    expect(staff_page.get_by_role("heading", level=1)).to_have_text("Mia Novak")
    expect(staff_page.locator("main")).to_contain_text("In no contact step yet")
    can_be_used(staff_page)
    staff_page.get_by_role("link", name="Add to the contact steps").click()
    expect(staff_page.get_by_label("Mia Novak")).to_be_checked()
    sweep()

    link = re.search(r"/accounts/staff-invitation/\S+", str(mail.outbox[-1].body))
    assert link
    base = staff_page.url[: staff_page.url.index("/clinic/")]
    page.goto(base + link[0])
    can_be_used(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Queue")
    page.goto(base + link[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("This invitation no longer works")


def test_places_that_overlap_are_asked_about_and_a_series_ends_in_one_step(
    staff_browser: Any, manager: StaffMember, nurse: StaffMember
) -> None:
    staff_page = staff_browser(PHONE, member=manager).open("/clinic/contacts/rota/new/")
    for who in ("Ruth Test", "Ann Test"):
        staff_page.goto(staff_page.url.split("/clinic/")[0] + "/clinic/contacts/rota/new/")
        staff_page.get_by_label("Who").select_option(
            label=next(
                text
                for text in staff_page.get_by_label("Who").locator("option").all_inner_texts()
                if who in text
            )
        )
        staff_page.get_by_label("From").fill("2099-01-05T22:00")
        staff_page.get_by_label("Until").fill("2099-01-06T06:00")
        staff_page.get_by_label("Repeat every week").select_option("4")
        staff_page.get_by_role("button", name="Add the place").click()
    expect(staff_page.get_by_role("alert")).to_be_focused()
    expect(staff_page.get_by_role("alert")).to_contain_text("Ruth Test, Mon 5 Jan, 22:00 to Tue 6 Jan, 06:00")
    expect(staff_page.get_by_label("From")).to_have_value("2099-01-05T22:00")
    can_be_used(staff_page)
    staff_page.get_by_role("button", name="Add it all the same").click()
    expect(staff_page.locator("main")).to_contain_text("Ann Test has 4 new places on the rota.")

    first = Shift.objects.filter(member=manager)[0]
    staff_page.goto(staff_page.url + f"rota/{first.pk}/remove/")
    can_be_used(staff_page)
    staff_page.get_by_role("button", name="Remove all 4 from this one on").click()
    expect(staff_page.locator("main")).to_contain_text("4 places are removed.")
    assert not Shift.objects.filter(member=manager).exists()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_of_an_invitation_that_failed_can_be_used(
    staff_browser: Any, manager: StaffMember, size: tuple[int, int]
) -> None:
    mia = person(manager.clinic, "Mia", StaffMember.Role.NURSE)
    invite_staff(member=mia, by=manager.user, now=timezone.now())
    User.objects.filter(pk=mia.user_id).update(email="")
    sweep()
    for path in (STAFF, f"{STAFF}{mia.pk}/"):
        page = staff_browser(size, member=manager).open(path)
        expect(page.locator("main")).to_contain_text("Mail: could not be sent")
        can_be_used(page)
