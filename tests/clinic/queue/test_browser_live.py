"""The queue in a real browser: what happens elsewhere appears by itself, and the reader stays in place."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up.unassign import return_to_pool
from aftercare.people.models import Patient, StaffMember
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import QUEUE
from tests.factories import check_in, someone
from tests.ui.browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 15_000  # ms: what is committed is on every open page by then


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_when_the_owner_goes_off_duty_the_alert_waits_for_anybody_again(
    staff_browser: Any,
    daniel: Patient,
    nurse: StaffMember,
    clinician: StaffMember,
    manager: StaffMember,
    size: tuple[int, int],
) -> None:
    for alert in daniel.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=timezone.now())
    page = staff_browser(size, member=clinician, hurry=False).open(QUEUE)
    expect(page.locator(".q-own").first).to_have_text("Ruth Test")

    contacts = staff_browser(PHONE, member=manager).open(f"/clinic/contacts/away/{nurse.pk}/")
    today = timezone.localtime(timezone.now(), daniel.clinic.zone).strftime("%Y-%m-%d")
    contacts.get_by_label("Away from").fill(today)
    contacts.get_by_role("button", name="Save").click()
    expect(contacts.locator("#away + ul", has_text="Away")).to_be_visible()
    return_to_pool(timezone.now())

    expect(page.locator(".q-own").first).to_have_text("No owner", timeout=5_000)
    page.get_by_role("button", name="Acknowledge Daniel Reyes").click()
    expect(page.locator(".q-own").first).to_have_text("Tom Test")


def test_a_list_that_can_not_be_renewed_says_so_and_recovers(staff_browser: Any, daniel: Patient) -> None:
    window = staff_browser()
    page, broken = window.open(QUEUE), [True]

    def answer(route: Route) -> None:
        if broken[0]:
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/clinic/queue/**", answer)
    expect(page.get_by_text("This list is not up to date")).to_be_visible()
    broken[0] = False
    expect(page.get_by_text("This list is not up to date")).to_be_hidden()
    window.errors.clear()  # the browser has noted each 503


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_after_signing_out_elsewhere_the_open_queue_says_so_and_keeps_what_is_there(
    staff_browser: Any, daniel: Patient, nurse: StaffMember, size: tuple[int, int]
) -> None:
    window = staff_browser(size)
    page = window.open(QUEUE)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    expect(page.get_by_text("You are signed out")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("link", name="Daniel Reyes").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Acknowledge Daniel Reyes").click()
    expect(page.get_by_text("Daniel Reyes").first).to_be_visible()
    assert set(daniel.alerts.values_list("status", flat=True)) == {"new"}
    page.context.add_cookies(cookies)
    expect(page.get_by_text("You are signed out")).to_be_hidden(timeout=SOON)
    window.errors.clear()  # the press was refused: 403


# Counts what is played; a browser without a loudspeaker would say nothing.
LISTEN = """
window.played = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.played.push(this.frequency.value);
  start.apply(this, when);
};
const Context = window.AudioContext;
window.opened = 0;
window.AudioContext = class extends Context { constructor() { super(); window.opened += 1; } };
"""


def wait_for_tones(page: Page, number: int) -> None:
    """Until so many were played. The page lets no code from strings run, a waiting function included."""
    for _ in range(SOON // 100):
        if page.evaluate("window.played.length") == number:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{page.evaluate('window.played.length')} tones instead of {number}")


def test_a_sound_is_off_until_somebody_switches_it_on_and_the_browser_remembers(
    staff_browser: Any, daniel: Patient
) -> None:
    window = staff_browser()
    window.page.add_init_script(LISTEN)
    page = window.open(QUEUE)
    sound = page.locator("#sound")
    expect(sound).to_have_text("Sound off")
    check_in(someone(daniel, "Joan"), timezone.now(), emergency=["eye"])
    expect(page.get_by_role("alert").filter(has_text="Joan Other")).to_be_visible(timeout=SOON)
    assert page.evaluate("[window.opened, window.played.length]") == [0, 0]

    sound.click()
    expect(sound).to_have_text("Sound on")
    expect(sound).to_have_attribute("aria-pressed", "true")
    wait_for_tones(page, 1)  # so that one hears what one has switched on
    page = window.open(QUEUE)
    expect(sound).to_have_attribute("aria-pressed", "true")
    page.locator("h1").click()  # a browser plays nothing on a page that nobody has touched
    expect(sound).to_have_text("Sound on")
    assert page.evaluate("window.played.length") == 0
    check_in(someone(daniel, "Priya"), timezone.now(), emergency=["eye"])
    wait_for_tones(page, 4)

    sound.click()
    expect(sound).to_have_text("Sound off")
    page = window.open(QUEUE)
    expect(sound).to_have_text("Sound off")
    assert page.evaluate("window.opened") == 0
