"""A drill from the manager's page, through every channel of one person, to the press on the phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from aftercare.outbox.delivery import sweep
from aftercare.people.models import StaffMember
from tests.clinic.browsing import DESK
from tools.servers.providers.outside import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/clinic/outside-world/"


@pytest.fixture
def drill(world: World, staff_browser: Any, manager: StaffMember) -> Page:
    """The page of a drill that the manager has just started, all messages of which have left."""
    page: Page = staff_browser(DESK, member=manager).open("/clinic/contacts/")
    page.get_by_role("button", name=re.compile("drill", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", name="Alarm drill")).to_be_visible()
    now = timezone.now()
    sweep(lambda: now)
    sweep(lambda: now + timedelta(minutes=3, seconds=1))
    return page


def phone_of(page: Page, name: str) -> Any:
    """What lies on a person's phone."""
    return page.locator(f".phone[data-l^='{name}']")


def test_a_drill_reaches_every_channel_of_one_person_and_is_taken_on_by_a_key(
    world: World, drill: Page, staff_browser: Any
) -> None:
    page = staff_browser(DESK).open(PAGE)

    ruth = phone_of(page, "Ruth")
    for word in ("Push", "SMS", "Chat", "E-mail", "Call"):
        expect(ruth.locator(".msg-top b", has_text=word).first).to_be_visible()
    for message in ruth.locator(".msg").all():
        expect(message).to_contain_text("DRILL")
    page.get_by_role("button", name="Press 4").click()

    expect(ruth.locator(".did", has_text="Pressed")).to_contain_text("4")
    expect(ruth.locator(".did", has_text="Took it on")).to_be_visible()
    drill.reload()
    expect(drill.get_by_text(re.compile("Ruth Test", re.IGNORECASE)).first).to_be_visible()
    expect(drill.get_by_text("Ended", exact=True)).to_be_visible()


def test_a_drill_is_taken_on_by_a_reply_to_its_sms(world: World, drill: Page, staff_browser: Any) -> None:
    page = staff_browser(DESK).open(PAGE)

    page.get_by_role("button", name=re.compile("Reply .ACK [0-9]+")).click()

    ruth = phone_of(page, "Ruth")
    expect(ruth.locator(".did", has_text="Replied")).to_contain_text("ACK")
    expect(ruth.locator(".did", has_text="Took it on")).to_be_visible()
    expect(ruth.locator(".msg", has_text="No patient is waiting").last).to_contain_text("is over")
    drill.reload()
    expect(drill.get_by_text("Ended", exact=True)).to_be_visible()


def test_a_drill_is_taken_on_by_the_link_of_its_sms(world: World, drill: Page, browser: Browser) -> None:
    (sms,) = [one for one in world.arrivals if one["channel"] == "sms"]
    link = re.search(r"http\S+", sms["text"])
    assert link is not None
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    phone = context.new_page()

    phone.goto(link[0])
    phone.get_by_role("button", name="I have it").click()

    expect(phone.get_by_role("button", name="I have it")).to_have_count(0)
    drill.reload()
    expect(drill.get_by_text("Ended", exact=True)).to_be_visible()
    context.close()
