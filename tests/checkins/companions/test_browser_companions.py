"""A companion in a browser: invited by the patient, signed in, an emergency, and every page at every width."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from aftercare.checkins.models import CheckIn
from aftercare.people.companions.actions import path_of, remove_companion
from aftercare.people.models import Companion, Patient
from tests.checkins.browsing import NARROWEST, Opener, choose, send
from tests.checkins.reminders.test_browser_reminders import assert_sound
from tests.factories import check_in
from tests.people.companions.making import companion_of
from tests.ui.browser import with_text_twice_as_large

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ((NARROWEST, "dark"), ((1280, 900), "light"))


def test_a_patient_invites_with_the_keyboard_and_removes_without_script(
    opened: Opener, treated: Patient
) -> None:
    page = opened("/accounts/companions/", proved=True)
    assert_sound(page)
    page.get_by_label("Their name").focus()
    for typed in ("Tom", "tom"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("such as name@example.org")
    assert_sound(page)
    page.get_by_label("Their e-mail address").fill("tom@test.example")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The invitation is on its way by e-mail.")).to_be_visible()
    with_text_twice_as_large(page)
    assert_sound(page)
    invited = Companion.objects.get()
    link = opened(path_of(invited.pk), size=NARROWEST)
    expect(link.get_by_role("heading", name="Amara wants you as a companion")).to_be_visible()
    assert_sound(link)
    page = opened("/accounts/companions/", script=False, proved=True, size=NARROWEST)
    page.get_by_role("link", name="Remove Tom").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Tom no longer sees anything of yours here.")).to_be_visible()
    assert not Companion.objects.exists()


def test_a_companion_checks_in_and_an_emergency_is_saved_before_it_is_sent(
    opened: Opener, treated: Patient
) -> None:
    companion = companion_of(treated, timezone.now())
    start = f"/companion/{companion.pk}/"
    page = opened(start, user=companion.user)
    expect(page.locator("[data-companion]")).to_contain_text("You are looking at Amara’s recovery")
    assert_sound(page)
    page.get_by_role("link", name="Start check-in").click()
    expect(page).to_have_url(re.compile(r"/check-in/\?form="))
    assert_sound(page)
    choose(page, "How red", "Mild")
    send(page)
    page.wait_for_url(re.compile("/check-ins/[0-9a-f-]+/$"))
    assert_sound(page)
    page.goto(page.url.split("/companion/")[0] + start + "check-in/")
    page.get_by_text("Hard to breathe").first.click()
    with page.expect_response(
        lambda answer: answer.url.endswith("/check-in/") and answer.request.method == "POST"
    ):
        page.get_by_role("link", name="Call 999").first.click()
    stored = CheckIn.objects.get(level="emergency")
    assert stored.companion == companion
    page.get_by_role("button", name="Send check-in").click()
    expect(page.get_by_role("heading", name="Call 999 now").first).to_be_visible()
    assert_sound(page)


def test_an_emergency_typed_after_the_removal_is_said_not_to_be_saved(
    opened: Opener, treated: Patient
) -> None:
    companion = companion_of(treated, timezone.now())
    page = opened(f"/companion/{companion.pk}/check-in/", user=companion.user)
    remove_companion(companion=companion, by=treated.user, now=timezone.now())
    page.get_by_text("Hard to breathe").first.click()
    page.get_by_role("link", name="Call 999").first.click()
    expect(page.get_by_text("Not saved. Call 999.").first).to_be_visible()
    page.get_by_role("button", name="Send check-in").click()
    expect(page.get_by_role("heading", name="Call 999 now")).to_be_visible()
    expect(page.get_by_text("Nothing was sent. The clinic does not have these answers.")).to_be_visible()
    expect(page.get_by_text("Hard to breathe, or wheezing")).to_be_visible()
    assert_sound(page)
    assert not CheckIn.objects.exists()


def test_every_page_of_a_companion_at_every_width(opened: Opener, treated: Patient) -> None:
    companion = companion_of(treated, timezone.now())
    check_in(treated, timezone.now(), emergency=["eye"])
    own = check_in(treated, timezone.now(), by=companion.user, companion=companion, signs=["pus"]).check_in
    start = f"/companion/{companion.pk}/"
    paths = (start, f"{start}check-ins/{own.pk}/", "/timeline/", "/guidance/", "/companion/?choose=")
    for size, scheme in SIZES:
        page = opened(start, size=size, scheme=scheme, user=companion.user)
        origin = page.url.removesuffix(start)
        for path in paths:
            page.goto(origin + path)
            assert_sound(page)
    page = opened(start, user=companion.user)
    expect(page.get_by_role("heading", name="Call 999 now").first).to_be_visible()
    expect(page.get_by_role("button", name="I have called")).to_have_count(0)
    with_text_twice_as_large(page)
    assert_sound(page)
    page = opened(f"{start}check-in/", user=companion.user)
    with_text_twice_as_large(page)
    assert_sound(page)
