"""Own details, own data and leaving in a browser: at every width, with large text, by keyboard, without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from aftercare.people.models import Event, Patient
from tests.checkins.browsing import NARROWEST, Opener
from tests.checkins.reminders.test_browser_reminders import assert_sound
from tests.ui.browser import with_text_twice_as_large

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = ("/your-details/", "/your-data/", "/leave/")


def test_the_pages_at_every_width_and_with_large_text(opened: Opener, treated: Patient) -> None:
    Patient.objects.update(call_back_telephone="+447700900163")
    for size, scheme in ((NARROWEST, "dark"), ((1280, 900), "light")):
        page = opened("/your-details/", size=size, scheme=scheme, proved=True)
        origin = page.url.removesuffix("/your-details/")
        for path in PATHS:
            page.goto(origin + path)
            assert_sound(page)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="Leave now?")).to_be_visible()
        assert_sound(page)
    with_text_twice_as_large(page)
    assert_sound(page)
    for path in PATHS:
        page.goto(origin + path)
        assert_sound(page)


def test_details_are_changed_with_the_keyboard_and_errors_are_led_to(
    opened: Opener, treated: Patient
) -> None:
    page = opened("/your-details/")
    number = page.get_by_label("Number to call you on")
    number.focus()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_sound(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(number).to_be_focused()
    number.fill("07700 900163")
    page.keyboard.press("Tab")
    page.keyboard.type("after 17:00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your details are saved. The clinic sees them.")).to_be_visible()
    treated.refresh_from_db()
    assert (treated.call_back_telephone, treated.call_back_hours) == ("+447700900163", "after 17:00")


def test_the_file_and_leaving_work_without_script(opened: Opener, treated: Patient) -> None:
    page = opened("/your-data/", script=False, proved=True)
    with page.expect_download() as download:
        page.get_by_role("button", name="Get the file").click()
    assert download.value.suggested_filename == "my-data.json"
    page = opened("/leave/", script=False, proved=True)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Do you want to say why?").fill("I am well.")
    page.get_by_role("button", name="Leave the portal now").click()
    expect(page.get_by_role("heading", name="Your part in the portal has ended")).to_be_visible()
    treated.refresh_from_db()
    assert treated.is_withdrawn
    assert Event.objects.filter(verb="fetched_own_data").count() == 1
