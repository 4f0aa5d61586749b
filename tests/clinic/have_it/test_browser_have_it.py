"""The page behind the link of an SMS on a phone: pressed, without script, in two tabs, with large text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.people.models import StaffMember
from tests.clinic.have_it.links import link_to
from tests.ui.browser import (
    cut_off,
    overlapping_texts,
    small_targets,
    sticks_out,
    violations,
    with_text_twice_as_large,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Any]:
    """Opens paths on phones on which nobody is signed in."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(path: str, *, script: bool = True, width: int = 390) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, locale="en-GB", java_script_enabled=script
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def status_of(alert: Alert) -> str:
    alert.refresh_from_db()
    return str(alert.status)


def test_one_press_takes_it_on(phone: Any, emergency: Alert, nurse: StaffMember) -> None:
    page = phone(link_to(nurse))
    expect(page.locator(".clockface b")).to_have_text(re.compile("[67] min left"))

    page.get_by_role("button", name="I have it").click()

    expect(page.get_by_role("heading", name="It is yours", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Open and call")).to_be_visible()
    assert status_of(emergency) == "acknowledged"
    assert emergency.acknowledged_by == nurse.user


def test_the_keyboard_presses_too(phone: Any, emergency: Alert, nurse: StaffMember) -> None:
    page = phone(link_to(nurse))
    page.get_by_role("button", name="I have it").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="It is yours", exact=True)).to_be_visible()


def test_a_scanner_with_script_that_clicks_and_submits_takes_nothing_on(
    phone: Any, emergency: Alert, nurse: StaffMember
) -> None:
    page = phone(link_to(nurse))
    page.evaluate("document.querySelector('button[value=have]').click()")
    expect(page.get_by_role("heading", name="Do you have it?")).to_be_visible()
    page.evaluate("document.querySelector('form[data-press]').submit()")
    expect(page.get_by_role("heading", name="Do you have it?")).to_be_visible()

    assert status_of(emergency) == "new"


def test_without_script_a_tick_and_a_second_press_take_it_on(
    phone: Any, emergency: Alert, nurse: StaffMember
) -> None:
    page = phone(link_to(nurse), script=False)
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    page.get_by_role("button", name="I have it").click()  # without the tick the browser does not send it
    assert status_of(emergency) == "new"

    page.get_by_label("Yes, I call the patient").check()
    page.get_by_role("button", name="I have it").click()

    expect(page.get_by_role("heading", name="It is yours", exact=True)).to_be_visible()
    assert status_of(emergency) == "acknowledged"


def test_two_tabs_and_somebody_who_was_first(
    phone: Any, emergency: Alert, nurse: StaffMember, manager: StaffMember
) -> None:
    one, other, hers = phone(link_to(nurse)), phone(link_to(nurse)), phone(link_to(manager))

    one.get_by_role("button", name="I have it").click()
    expect(one.get_by_role("heading", name="It is yours", exact=True)).to_be_visible()
    other.get_by_role("button", name="I have it").click()
    expect(other.get_by_role("heading", name="It is yours", exact=True)).to_be_visible()
    hers.get_by_role("button", name="I have it").click()
    expect(hers.get_by_role("heading", name=f"{nurse.user} has it")).to_be_visible()

    hers.go_back()
    hers.reload()
    expect(hers.get_by_role("heading", name=f"{nurse.user} has it")).to_be_visible()


def test_passing_on_tells_the_next_and_taking_on_stays_possible(
    phone: Any, emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    page = phone(link_to(nurse))

    page.get_by_role("button", name=f"Pass on to {clinician.user} now").click()

    expect(page.get_by_text("You passed it on at")).to_be_visible()
    expect(page.get_by_role("button", name="Pass on")).to_have_count(0)
    expect(page.get_by_role("button", name="I have it")).to_be_visible()


def test_what_it_is_about_needs_the_sign_in(phone: Any, emergency: Alert, nurse: StaffMember) -> None:
    page = phone(link_to(nurse))
    page.get_by_role("button", name="I have it").click()

    page.get_by_role("link", name="Open and call").click()

    expect(page).to_have_url(
        f"{page.url.split('/accounts')[0]}/accounts/login/code/?next=/clinic/alerts/{emergency.pk}/"
    )


@pytest.mark.parametrize("width", [390, 320])
def test_the_page_can_be_used_by_everybody_in_every_state(
    phone: Any, emergency: Alert, nurse: StaffMember, manager: StaffMember, width: int
) -> None:
    look_at(phone(link_to(nurse), width=width), "waiting")
    second = phone(link_to(nurse), script=False, width=width)
    second.get_by_role("button", name="I have it").click()
    expect(second.get_by_role("heading", name="Do you have it?")).to_be_visible()
    assert not sticks_out(second)
    acknowledge(alert=emergency, by=nurse.user, now=timezone.now())
    look_at(phone(link_to(nurse), width=width), "yours")
    look_at(phone(link_to(manager), width=width), "taken")
    look_at(phone("/h/unknown-link/", width=width), "unknown")


def test_large_text_covers_nothing(phone: Any, emergency: Alert, nurse: StaffMember) -> None:
    page = phone("/healthz")
    with_text_twice_as_large(page)
    page.goto(page.url.replace("/healthz", link_to(nurse)))

    assert not sticks_out(page)
    assert overlapping_texts(page) == []
    assert cut_off(page) == []


def look_at(page: Page, state: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == [], (state, scheme)
    assert not sticks_out(page), state
    assert overlapping_texts(page) == [], state
    assert cut_off(page) == [], state
    assert small_targets(page) == [], state
