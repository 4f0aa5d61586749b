"""The end of a session of staff in a real browser: the warning, the lock, and unlocking in one touch."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from aftercare.people.encryption.sessions import SessionStore
from aftercare.people.models import Event, Patient, StaffMember
from tests.clinic.browsing import DESK, PHONE, Desk
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, check_in
from tests.people.authenticator import add_authenticator, add_passkey
from tests.ui.browser import overlapping_texts, small_targets, sticks_out, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_cache"),
]

LOOK = "document.dispatchEvent(new CustomEvent('session:over'))"

LISTEN = """() => {
  window.sounds = [];
  document.addEventListener("queue:sound", event => window.sounds.push(event.detail.emergency));
}"""


def grow_old(**ages: float) -> None:
    """Let sessions have been used, or begun, so many minutes ago: `used_at`, `signed_in_at`."""
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        for key, minutes in ages.items():
            session[key] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
        session.save()


def can_be_used(page: Page, *, lies_above: bool = False) -> None:
    """In both schemes, without scrolling sideways, with nothing drawn over something but what lies above the page."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        assert violations(page) == [], f"{page.url}, {scheme}"
    assert not sticks_out(page), page.url
    assert lies_above or overlapping_texts(page) == [], page.url
    assert small_targets(page) == [], page.url


def expect_locked(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/clinic/locked/"))
    expect(page.get_by_role("main")).to_contain_text("Locked for Ruth Test.")


def emergency_of(patient: Patient, nurse: StaffMember) -> None:
    """Another patient reports an emergency just now."""
    now = timezone.now()
    user = UserFactory.create(first_name="Joan", last_name="Test")
    other = PatientFactory.create(clinic=patient.clinic, user=user)
    ProcedureFactory.create(patient=other, performed_at=now - timedelta(hours=50), recorded_by=nurse.user)
    check_in(other, now, emergency=["breathing"])


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_queue_locks_counts_on_and_a_passkey_unlocks_it_in_one_touch(
    staff_browser: Any, daniel: Patient, nurse: StaffMember, size: tuple[int, int]
) -> None:
    desk: Desk = staff_browser(size)
    page = desk.page
    add_authenticator(page)
    add_passkey(page, desk.url, "My phone")
    desk.open("/clinic/patients/")
    desk.open("/clinic/")
    expect(page.get_by_role("main")).to_contain_text("Daniel Reyes")
    page.get_by_role("button", name="Sound off").click()
    grow_old(used_at=15)

    page.evaluate(LOOK)
    expect_locked(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 urgent patient waits. Unlock.")
    can_be_used(page)
    expect(page.get_by_role("button", name="Sound on", exact=True)).to_be_visible()
    page.evaluate(LISTEN)
    emergency_of(daniel, nurse)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 emergency waits. Unlock.")
    expect(page).to_have_title(re.compile(r"^\(2\) Locked"))
    expect(page.get_by_role("status")).to_have_text("1 emergency waits.")
    assert page.evaluate("window.sounds") == [True]
    can_be_used(page)
    for name in ("Daniel", "Joan"):
        assert name not in page.content()

    page.go_back()
    expect_locked(page)
    page.get_by_role("button", name="Unlock with passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")
    expect(page.get_by_role("main")).to_contain_text("Joan Test")
    assert Event.objects.get(verb=Event.Verb.SIGNED_IN).data == {"way": "passkey"}


def test_a_warning_comes_first_and_escape_or_a_press_keeps_the_session(
    staff_browser: Any, daniel: Patient
) -> None:
    desk: Desk = staff_browser(PHONE)
    page = desk.open(f"/clinic/patients/{daniel.pk}/edit/")
    page.get_by_label("First name").fill("Danilo")
    for key in ("Escape", "Enter", ""):
        grow_old(used_at=13.5)
        page.evaluate(LOOK)
        warning = page.get_by_role("alertdialog")
        expect(warning).to_be_visible()
        expect(warning).to_contain_text(re.compile(r"This page locks at \d\d:\d\d"))
        can_be_used(page, lies_above=True)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            if key:
                page.keyboard.press(key)
            else:
                page.get_by_role("button", name="Stay signed in").click()
        expect(warning).to_be_hidden()
    expect(page.get_by_label("First name")).to_have_value("Danilo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Danilo")


def test_what_was_typed_is_there_after_the_lock(staff_browser: Any, daniel: Patient) -> None:
    desk: Desk = staff_browser()
    page = desk.page
    add_authenticator(page)
    add_passkey(page, desk.url, "My key")
    desk.open(f"/clinic/patients/{daniel.pk}/edit/")
    page.get_by_label("First name").fill("Danilo")
    grow_old(used_at=15)
    page.evaluate(LOOK)
    expect_locked(page)
    expect(page.get_by_role("main")).to_contain_text("What you had typed is kept.")
    page.get_by_role("button", name="Unlock with passkey").click()
    expect(page.get_by_label("First name")).to_have_value("Danilo")
    expect(page.get_by_role("main")).to_contain_text("This page was locked meanwhile.")
    daniel.user.refresh_from_db()
    assert daniel.user.first_name == "Daniel"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Danilo")


def test_after_12_hours_the_code_comes_first_unless_the_device_is_ones_own(
    staff_browser: Any, nurse: StaffMember
) -> None:
    desk: Desk = staff_browser(PHONE)
    page = desk.page
    add_authenticator(page)
    add_passkey(page, desk.url, "My phone")
    desk.open("/clinic/patients/")
    grow_old(signed_in_at=12 * 60)
    page.evaluate(LOOK)
    expect_locked(page)
    expect(page.get_by_role("main")).to_contain_text("12 hours after the sign-in")
    expect(page.get_by_role("button", name="Unlock with passkey")).to_have_count(0)
    can_be_used(page)
    page.get_by_role("button", name="Unlock with a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    code = re.search(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Use a fingerprint, screen lock or key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")

    desk.open("/accounts/")
    can_be_used(page)
    page.get_by_role("button", name="This is my own device").click()
    expect(page.get_by_role("main")).to_contain_text("Your own device.")
    grow_old(signed_in_at=12 * 60)
    desk.open("/clinic/patients/")
    expect_locked(page)
    page.get_by_role("button", name="Unlock with passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")


def test_the_box_on_the_locked_page_makes_the_device_ones_own(staff_browser: Any, nurse: StaffMember) -> None:
    desk: Desk = staff_browser(PHONE)
    page = desk.page
    add_authenticator(page)
    add_passkey(page, desk.url, "My phone")
    grow_old(used_at=15)
    desk.open("/clinic/patients/")
    page.get_by_label("This is my own device").check()
    page.get_by_role("button", name="Unlock with passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")
    grow_old(used_at=15)
    page.reload()
    expect_locked(page)
    expect(page.get_by_label("This is my own device")).to_have_count(0)


def test_two_tabs_keep_each_other_open_and_unlock_each_other(staff_browser: Any, daniel: Patient) -> None:
    desk: Desk = staff_browser()
    first = desk.page
    add_authenticator(first)
    add_passkey(first, desk.url, "My key")
    second = first.context.new_page()
    desk.open(f"/clinic/patients/{daniel.pk}/")
    second.goto(f"{desk.url}/clinic/patients/")
    grow_old(used_at=13.5)
    for page in (first, second):
        page.evaluate(LOOK)
        expect(page.get_by_role("alertdialog")).to_be_visible()
    with second.expect_response(lambda answer: answer.request.method == "POST"):
        second.get_by_role("button", name="Stay signed in").click()
    expect(first.get_by_role("alertdialog")).to_be_hidden()

    grow_old(used_at=15)
    for page in (first, second):
        page.evaluate(LOOK)
        expect_locked(page)
    first.get_by_role("button", name="Unlock with passkey").click()
    expect(first).to_have_url(f"{desk.url}/clinic/patients/{daniel.pk}/")
    expect(second).to_have_url(f"{desk.url}/clinic/patients/")


def test_somebody_else_takes_over_a_shared_computer(
    staff_browser: Any, daniel: Patient, clinician: StaffMember
) -> None:
    desk: Desk = staff_browser()
    page = desk.open("/clinic/")
    page.get_by_role("button", name="Lock", exact=True).click()
    expect_locked(page)
    page.get_by_role("button", name="Not you? Sign in as somebody else").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert "Ruth" not in page.content()


def test_a_session_that_is_ended_elsewhere_leads_to_the_sign_in(staff_browser: Any, daniel: Patient) -> None:
    desk: Desk = staff_browser()
    page = desk.open("/clinic/")
    page.get_by_role("button", name="Lock", exact=True).click()
    expect_locked(page)
    Session.objects.all().delete()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_without_script_the_next_press_finds_the_page_locked(
    browser: Any, staff_browser: Any, daniel: Patient, nurse: StaffMember
) -> None:
    desk: Desk = staff_browser()
    context: BrowserContext = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    session = next(one for one in desk.page.context.cookies() if one["name"] == "sessionid")
    context.add_cookies([{"name": "sessionid", "value": session["value"], "url": desk.url}])
    page = context.new_page()
    page.goto(f"{desk.url}/clinic/patients/{daniel.pk}/edit/")
    page.get_by_label("First name").fill("Danilo")
    grow_old(used_at=15)
    page.get_by_role("button", name="Save").click()
    expect_locked(page)
    page.get_by_role("button", name="Unlock with a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    code = re.search(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("First name")).to_have_value("Danilo")
    context.close()
