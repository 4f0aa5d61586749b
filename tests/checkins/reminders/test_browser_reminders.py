"""Reminders in a browser: the page of settings, and from the link of a reminder to the result, with its taps."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.checkins.models import CheckIn, Reminder, ReminderPlan
from aftercare.checkins.reminders.links import path_of
from aftercare.checkins.reminders.planning import Occasion
from aftercare.checkins.reminders.writing import new_reminder
from aftercare.people.models import Patient
from tests.checkins.browsing import NARROWEST, NO_TELEPHONE, Opener
from tests.checkins.reminders.world import with_plan
from tests.ui.browser import (
    cut_off,
    overlapping_texts,
    small_targets,
    sticks_out,
    violations,
    with_text_twice_as_large,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TAPS = 10  # from the reminder, whose own tap is the first, to the check-in that was sent


def link_of(patient: Patient) -> str:
    """Return the path in a reminder that was due a minute ago."""
    now = timezone.now()
    due = Occasion(
        due_at=now - timedelta(minutes=1), expires_at=now + timedelta(hours=1), day=now.date(), sort="planned"
    )
    reminder = new_reminder(with_plan(patient), due)
    reminder.save()
    return path_of(reminder.pk)


def assert_sound(page: Page) -> None:
    """The page has no fault that axe finds, nothing cut off or overlapping, and nothing too small to press."""
    assert violations(page) == []
    assert small_targets(page) == []
    assert not sticks_out(page)
    assert cut_off(page) == []
    assert overlapping_texts(page) == []


def test_from_a_reminder_to_the_result_in_ten_taps(
    browser: Browser, live_server: LiveServer, treated: Patient
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", service_workers="block"
    )
    context.add_init_script(NO_TELEPHONE)
    context.set_default_timeout(10_000)
    page = context.new_page()
    taps = 1
    page.goto(live_server.url + link_of(treated))
    expect(page.get_by_text("For Amara, from Larkfield Skin Clinic.")).to_be_visible()
    assert_sound(page)

    answers = [
        ("any of these right now", "None of these"),
        ("How red", "Mild"),
        ("How much does it hurt", "None"),
    ]
    answers += [("How swollen", "None"), ("How itchy", "None"), ("getting better", "No")]
    answers += [("see or feel", "None of these"), ("feel ill", "None of these")]
    for question, answer in answers:
        group = page.get_by_role("group", name=re.compile(question))
        group.locator("label", has_text=re.compile(f"^\\s*{answer}\\s*$")).last.click()
        taps += 1
    page.get_by_role("button", name="Send check-in").click()
    taps += 1

    page.wait_for_url(re.compile("/result/$"))
    expect(page.locator("main")).to_have_attribute("data-level", "expected")
    assert_sound(page)
    assert taps <= MOST_TAPS
    assert CheckIn.objects.get().submitted_by == treated.user
    page.goto(live_server.url + "/check-ins/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.go_back()
    page.get_by_role("link", name="Later, or no more reminders").click()
    assert_sound(page)
    page.get_by_role("button", name="Stop all reminders").click()
    expect(page.get_by_text("Reminders are stopped.")).to_be_visible()
    assert not ReminderPlan.objects.get().is_on
    context.close()


def test_an_emergency_behind_the_link_is_saved_when_the_page_is_left(
    browser: Browser, live_server: LiveServer, treated: Patient
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="en-GB", service_workers="block"
    )
    context.add_init_script(NO_TELEPHONE)
    page = context.new_page()
    page.goto(live_server.url + link_of(treated))
    page.get_by_text("Hard to breathe").first.click()
    expect(page.get_by_text("We save this and tell the clinic").first).to_be_visible()
    with page.expect_response(lambda response: "/r/" in response.url and response.request.method == "POST"):
        page.get_by_role("link", name="Call 999").first.click()
    assert CheckIn.objects.get().level == "emergency"
    context.close()


def test_the_page_of_reminders_at_every_width(opened: Opener, treated: Patient) -> None:
    Reminder.objects.all().delete()
    for size, scheme in (((390, 844), "light"), (NARROWEST, "dark"), ((1280, 900), "light")):
        page = opened("/reminders/", size=size, scheme=scheme, zone="Europe/London")
        assert_sound(page)
    expect(page.locator("[data-own-zone]")).to_be_hidden()
    page = opened("/reminders/", zone="Asia/Kathmandu")
    page.get_by_label("At what time?").fill("19:30")
    page.get_by_label("This phone has another clock.").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Every day at 19:30")).to_be_visible()
    expect(page.get_by_text(re.compile("By the clock of Kath?mandu."))).to_be_visible()
    page.get_by_text("You sleep at other hours?").click()
    page.get_by_label("Nothing from").fill("10:00")
    page.get_by_label("Nothing until").fill("18:00")
    page.get_by_label("At what time?").fill("02:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Every day at 02:30")).to_be_visible()
    page.get_by_role("button", name="Stop all reminders").click()
    expect(page.get_by_role("button", name="Start reminders again")).to_be_visible()
    page = opened("/reminders/", zone="Europe/London")
    with_text_twice_as_large(page)
    assert_sound(page)
