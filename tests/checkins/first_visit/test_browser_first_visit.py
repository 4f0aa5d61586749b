"""The first visit in a browser: from the first page to Today, with and without script, at every width."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from aftercare.people.models import Patient
from tests.checkins.browsing import NARROWEST, Opener
from tests.checkins.reminders.test_browser_reminders import assert_sound
from tests.ui.browser import with_text_twice_as_large

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TAPS = 2  # the tick and Start
OFFER = """() => {
  const event = new Event('beforeinstallprompt', {cancelable: true});
  event.prompt = () => { window.prompted = true; };
  window.dispatchEvent(event);
}"""


@pytest.fixture
def newcomer(treated: Patient) -> Patient:
    Patient.objects.update(consent_version="", consented_at=None)
    return treated


def test_the_first_visit_takes_two_taps_and_shuts_nothing(opened: Opener, newcomer: Patient) -> None:
    page = opened("/")
    expect(page.get_by_role("heading", name="Welcome, Amara")).to_be_visible()
    assert page.locator("a.sos").evaluate("link => link.getBoundingClientRect().bottom") < 700
    assert_sound(page)
    add = page.get_by_role("button", name="Put this page on your phone")
    expect(add).to_be_hidden()
    page.evaluate(OFFER)
    add.click()
    assert page.evaluate("window.prompted")

    page.get_by_role("link", name="Not now").click()
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name="Go through them").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box if you agree")
    assert_sound(page)

    page.goto(page.url)
    taps = 0
    for press in (page.get_by_text("My clinic may keep and read"), page.get_by_role("button", name="Start")):
        press.click()
        taps += 1
    expect(page.get_by_text("Thank you. Everything is set up.")).to_be_visible()
    assert taps <= MOST_TAPS
    assert Patient.objects.get().consent_version == "2.1"
    page.go_back()
    expect(page).to_have_url(re.compile(r":\d+/$"))


def test_without_script_and_at_every_width(opened: Opener, newcomer: Patient) -> None:
    for size, scheme in ((NARROWEST, "dark"), ((1280, 900), "light")):
        for path in ("/first-visit/", "/privacy/"):
            assert_sound(opened(path, size=size, scheme=scheme))
    page = opened("/privacy/")
    with_text_twice_as_large(page)
    assert_sound(page)
    page = opened("/first-visit/")
    with_text_twice_as_large(page)
    assert_sound(page)
    page = opened("/first-visit/", script=False)
    page.get_by_label("My clinic may keep and read").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Thank you. Everything is set up.")).to_be_visible()
