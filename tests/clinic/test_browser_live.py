"""The queue in a real browser: what happens elsewhere appears by itself, and the reader stays in place."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from aftercare.alerts.actions import acknowledge
from aftercare.alerts.returning import return_to_pool
from aftercare.people.models import Patient, StaffMember
from tests.clinic.desk import QUEUE, someone
from tests.clinic.test_browser_staff import DESK, PHONE, at_desk, daniel
from tests.people import check_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["at_desk", "daniel"]
SOON = 5_000  # ms: what is committed is on every open page by then


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_flagged_check_in_appears_by_itself_and_is_announced(
    at_desk: Any, daniel: Patient, size: tuple[int, int]
) -> None:
    page = at_desk(size).open(QUEUE)
    page.evaluate("window.stayed = true")
    expect(page).to_have_title("(1) Queue · Larkfield Skin Clinic")
    page.get_by_role("link", name="Call Daniel Reyes").focus()
    priya = someone(daniel, "Priya")

    check_in(priya, timezone.now(), emergency=["breathing"])

    expect(page.get_by_role("link", name="Priya Other").first).to_be_visible(timeout=SOON)
    expect(page).to_have_title("(2) Queue · Larkfield Skin Clinic")
    expect(page.locator("#queue-news")).to_contain_text("New. Emergency: Priya Other")
    expect(page.locator("#queue-news")).to_contain_text("Waiting: 2.")
    expect(page.get_by_role("link", name="Call Daniel Reyes")).to_be_focused()
    assert page.evaluate("window.stayed")


def test_what_a_colleague_does_shows_by_itself_and_the_place_on_the_screen_stays(
    at_desk: Any, daniel: Patient, colleague: StaffMember
) -> None:
    now = timezone.now()
    for number in range(8):
        check_in(someone(daniel, f"Pat-{number}"), now, signs=["pus"])
    page = at_desk(PHONE).open(QUEUE)
    row = page.locator("tr[id^=row-act]", has_text="Pat-6 Other")
    row.scroll_into_view_if_needed()
    row.evaluate("row => window.scrollBy({top: row.getBoundingClientRect().top - 100, behavior: 'instant'})")
    before = row.bounding_box()

    joan = someone(daniel, "Joan")
    check_in(joan, timezone.now(), emergency=["eye"])
    acknowledge(alert=daniel.alerts.all()[0], by=colleague.user, now=timezone.now())

    expect(page.locator("tr[id^=row-act]", has_text="Joan Other")).to_be_attached(timeout=SOON)
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_when_the_owner_goes_off_duty_the_alert_waits_for_anybody_again(
    at_desk: Any,
    daniel: Patient,
    nurse: StaffMember,
    colleague: StaffMember,
    manager: StaffMember,
    size: tuple[int, int],
) -> None:
    for alert in daniel.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=timezone.now())
    page = at_desk(size, member=colleague).open(QUEUE)
    expect(page.locator(".q-own").first).to_have_text("Ruth Test")

    contacts = at_desk(PHONE, member=manager).open(f"/clinic/contacts/away/{nurse.pk}/")
    today = timezone.localtime(timezone.now(), daniel.clinic.zone).strftime("%Y-%m-%d")
    contacts.get_by_label("Away from").fill(today)
    contacts.get_by_role("button", name="Save").click()
    expect(contacts.locator("#away + ul", has_text="Away")).to_be_visible()
    return_to_pool(timezone.now())

    expect(page.locator(".q-own").first).to_have_text("No owner", timeout=SOON)
    page.get_by_role("button", name="Acknowledge Daniel Reyes").click()
    expect(page.locator(".q-own").first).to_have_text("Tom Test")


def test_a_list_that_can_not_be_renewed_says_so_and_recovers(at_desk: Any, daniel: Patient) -> None:
    window = at_desk()
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


def test_after_signing_out_elsewhere_the_open_queue_asks_to_sign_in(at_desk: Any, daniel: Patient) -> None:
    page = at_desk().open(QUEUE)
    page.context.clear_cookies()
    page.wait_for_url("**/accounts/login/code/**")
    expect(page.get_by_text("Daniel Reyes")).to_have_count(0)
