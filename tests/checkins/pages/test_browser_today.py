"""Today and the timeline in a real browser: light and dark, by keyboard alone, without script, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.guidance.articles.loading import load_articles
from aftercare.people.models import Patient, StaffMember, User
from tests.checkins.posting import signed_in
from tests.factories import ProcedureFactory, check_in
from tests.ui.browser import sticks_out, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]


class Visits:
    """Opens pages as the patient or as anybody, each in a window of its own."""

    def __init__(self, browser: Browser, server: LiveServer, patient: Patient) -> None:
        self.browser, self.server, self.patient = browser, server, patient

    @contextmanager
    def __call__(self, path: str, *, signed: bool = True, width: int = 390, **options: Any) -> Iterator[Page]:
        context = self.browser.new_context(
            viewport={"width": width, "height": 844}, locale="en-GB", service_workers="block", **options
        )
        context.set_default_timeout(10_000)
        if signed:
            session = signed_in(self.patient.user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.server.url}])
        page = context.new_page()
        page.goto(self.server.url + path)
        yield page
        context.close()


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, patient: Patient, nurse: StaffMember) -> Visits:
    """The patient is 26 hours after a microneedling of the face; the shipped articles are there."""
    load_articles(by=User.objects.system())
    performed_at = timezone.now() - timedelta(hours=26)
    ProcedureFactory.create(patient=patient, performed_at=performed_at, recorded_by=nurse.user)
    return Visits(browser, live_server, patient)


PAGES = [("/", True), ("/timeline/", True), ("/timeline/?kind=rf", False)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_today_and_the_timeline_can_be_used_by_everybody(visit: Visits, scheme: str) -> None:
    for path, signed in PAGES:
        with visit(path, signed=signed, color_scheme=scheme) as page:
            assert violations(page) == [], path
            assert not sticks_out(page), path


def test_today_and_the_timeline_fit_the_narrowest_screen(visit: Visits) -> None:
    for path, signed in PAGES:
        with visit(path, signed=signed, width=320) as page:
            assert not sticks_out(page), path


def press_tab_until(page: Page, script: str) -> None:
    """Tab on to the element that `script` is true of; at most once round the page."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"(element => {script})(document.activeElement)"):
            return
    pytest.fail(f"the keyboard reaches nothing with {script}")


def test_today_needs_only_the_keyboard(visit: Visits) -> None:
    with visit("/") as page:
        press_tab_until(page, "element.matches('summary') && element.textContent.includes('First day')")
        text = page.get_by_text("hot, tender and tight")
        expect(text).to_be_hidden()
        page.keyboard.press("Enter")
        expect(text).to_be_visible()
        press_tab_until(page, "element.textContent.includes('Sleep on your back')")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sleeping")


def test_the_timeline_needs_only_the_keyboard(visit: Visits) -> None:
    with visit("/timeline/", signed=False) as page:
        press_tab_until(page, "element.textContent.trim() === 'RF microneedling'")
        page.keyboard.press("Enter")
        expect(page.locator(".choices [aria-current]")).to_have_text("RF microneedling")
        press_tab_until(page, "element.textContent.includes('All the signs')")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Get help")


def test_today_works_without_script(visit: Visits) -> None:
    with visit("/", java_script_enabled=False) as page:
        page.get_by_text("Days 4 to 7").click()
        expect(page.get_by_text("It can flake or peel.")).to_be_visible()
        page.get_by_role("link", name="See your whole timeline").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your timeline")
        expect(page.locator("li.now h3")).to_contain_text("You are here")
        page.get_by_role("link", name="Today").click()
        page.get_by_role("link", name="Start check-in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check-in")


def test_on_paper_the_timeline_keeps_its_steps_and_telephones(visit: Visits) -> None:
    with visit("/timeline/") as page:
        page.emulate_media(media="print")
        expect(page.locator(".tabs")).to_be_hidden()
        expect(page.get_by_text("It can flake or peel.")).to_be_visible()
        expect(page.locator("a.btn-tel").first).to_be_visible()


def test_on_paper_the_page_for_a_doctor_is_black_and_keeps_its_telephones(
    visit: Visits, patient: Patient
) -> None:
    found = check_in(patient, timezone.now() - timedelta(hours=1), signs=["pus"], note="o" * 200).check_in
    with visit(f"/check-ins/{found.pk}/print/") as page:
        expect(page.get_by_role("button", name="Print this page")).to_be_visible()
        page.emulate_media(media="print", color_scheme="dark")
        for gone in (".tabs", "[data-print]", ".lead-now", ".way-back"):
            expect(page.locator(gone).first).to_be_hidden()
        expect(page.locator("aside a.btn-tel").first).to_be_visible()
        badge = page.locator(".printed .lv").first
        expect(badge).to_have_css("border-top-color", "rgb(0, 0, 0)")
        expect(badge).to_have_css("color", "rgb(0, 0, 0)")
        assert not sticks_out(page)
