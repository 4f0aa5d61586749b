"""Back, a restored tab and a double press: the form that was sent is that form, never a second check-in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from aftercare.checkins.models import CheckIn
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.browsing import Opener, choose, send

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]
REDNESS = "How red is the treated skin?"
ADDRESS = re.compile(r"/check-in/\?form=")
both_ways = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


def sent(opened: Opener, script: bool) -> Page:
    """A check-in of mild redness, sent; the page shows its result."""
    page = opened("/", script=script)
    page.get_by_role("link", name="Start check-in").click()
    page.wait_for_url(ADDRESS)
    choose(page, REDNESS, "Mild")
    send(page)
    expect(page.locator("[data-level]")).to_be_visible()
    return page


@both_ways
def test_back_shows_what_was_sent_and_a_change_corrects_it(
    opened: Opener, treated: Patient, script: bool
) -> None:
    ago = timezone.now() - timedelta(hours=3)
    Procedure.objects.update(performed_at=ago, recorded_at=ago)
    page = sent(opened, script)
    page.go_back()

    expect(page.get_by_role("heading", name="You sent this at")).to_be_visible()
    expect(page.locator("#id_redness_1")).to_be_checked()
    expect(page.get_by_role("group", name="Was redness or pain getting better")).to_have_count(0)
    choose(page, REDNESS, "Severe")
    send(page)

    expect(page.locator("[data-level]")).to_have_attribute("data-level", "expected")
    first, second = CheckIn.objects.order_by("number")
    assert (second.supersedes, second.token, second.observed_at) == (first, first.token, first.observed_at)
    assert not treated.alerts.exists()


@both_ways
def test_back_and_send_again_stores_nothing(opened: Opener, script: bool) -> None:
    page = sent(opened, script)
    result = page.url
    page.go_back()
    send(page)

    expect(page).to_have_url(result)
    assert CheckIn.objects.count() == 1


@both_ways
def test_a_restored_tab_is_the_form_that_was_sent(opened: Opener, script: bool) -> None:
    page = sent(opened, script)
    page.go_back()
    address = page.url.partition("/check-in/")[2]

    restored = opened(f"/check-in/{address}", script=script)

    expect(restored.get_by_role("heading", name="You sent this at")).to_be_visible()
    restored.get_by_role("link", name="Start a new check-in").click()
    expect(restored.get_by_role("heading", name="You sent this")).to_have_count(0)
    expect(restored.locator("#id_redness_1")).not_to_be_checked()


@both_ways
def test_a_double_press_is_one_check_in(opened: Opener, script: bool) -> None:
    page = opened("/check-in/", script=script)
    choose(page, REDNESS, "Mild")
    page.get_by_role("button", name="Send check-in").dblclick()
    expect(page.locator("[data-level]")).to_be_visible()

    assert CheckIn.objects.count() == 1


def test_a_page_that_the_browser_had_kept_alive_asks_whether_it_was_sent(opened: Opener) -> None:
    page = opened("/check-in/")
    choose(page, REDNESS, "Mild")
    page.evaluate(
        """async () => {
            const form = document.querySelector("form.ask");
            form.addEventListener("submit", (event) => event.preventDefault());
            form.requestSubmit();
            await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
            window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )

    expect(page.get_by_role("heading", name="You sent this at")).to_be_visible()
    expect(page.locator("#id_redness_1")).to_be_checked()


def test_an_old_tab_is_not_sent_as_a_correction_a_week_later(opened: Opener, treated: Patient) -> None:
    page = sent(opened, script=True)
    week = timezone.now() - timedelta(hours=169)
    CheckIn.objects.update(observed_at=week, submitted_at=week)
    page.go_back()

    expect(page.get_by_role("heading", name="You sent this")).to_have_count(0)
    choose(page, REDNESS, "Mild")
    send(page)
    expect(page.locator("[data-level]")).to_be_visible()
    assert CheckIn.objects.filter(supersedes=None).count() == 2


@both_ways
def test_staff_who_go_back_on_the_telephone_form_correct_it_too(
    opened: Opener, treated: Patient, nurse: StaffMember, script: bool
) -> None:
    page = opened(f"/clinic/patients/{treated.pk}/check-ins/new/", script=script, user=nurse.user)
    choose(page, REDNESS, "Mild")
    page.get_by_role("button", name="Send for").click()
    page.wait_for_url("**/check-ins/*-*/")
    page.go_back()
    expect(page.get_by_role("heading", name="You sent this at")).to_be_visible()
    choose(page, REDNESS, "Moderate")
    page.get_by_role("button", name="Send for").click()
    page.wait_for_url("**/check-ins/*-*/")

    assert CheckIn.objects.get(supersedes__isnull=False).answers["redness"] == 2


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/London", "Use London time."), ("Asia/Tokyo", "Use the time on this device.")],
)
def test_the_time_is_sent_with_the_clock_that_the_field_names(
    opened: Opener, treated: Patient, zone: str, words: str
) -> None:
    treated.time_zone = "Europe/London"
    treated.save()
    page = opened("/check-in/", zone=zone)
    choose(page, REDNESS, "Mild")
    page.get_by_text("This was earlier, not now").click()
    expect(page.get_by_text(words)).to_be_visible()
    typed = page.evaluate(
        "() => { const d = new Date(Date.now() - 7.2e6); d.setSeconds(0, 0);"
        " return new Date(d - d.getTimezoneOffset() * 6e4).toISOString().slice(0, 16); }"
    )
    page.get_by_label("When was this?").fill(typed)
    send(page)
    expect(page.locator("[data-level]")).to_be_visible()

    ago = timezone.now() - CheckIn.objects.get().observed_at
    assert timedelta(hours=1.9) < ago < timedelta(hours=2.1)
    page.go_back()
    expect(page.get_by_label("When was this?")).to_have_value(typed)
