"""A check-in without a network is kept, says what is urgent at once, and arrives exactly once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from aftercare.checkins.models import CheckIn
from tests.checkins.offline.conftest import PhoneOf
from tests.ui.browser import assert_usable, cut_off, sticks_out, with_text_twice_as_large

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]

IS_BELOW = """([first, second]) => Boolean(document.querySelector(first)
  .compareDocumentPosition(document.querySelector(second)) & Node.DOCUMENT_POSITION_FOLLOWING)"""


def test_three_check_ins_without_a_network_arrive_once_each(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()

    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    expect(page.locator("[data-advice=kept]")).to_contain_text("Nobody has seen it.")
    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    expect(page.get_by_role("heading", name="Call the clinic now")).to_be_visible()
    expect(page.get_by_text("Pus bumps, or yellow or green fluid")).to_be_visible()
    page = phone.check_in(How_swollen_is_it="Moderate")
    expect(page.get_by_role("heading", name="Call the clinic now")).to_be_visible()
    assert len(phone.waiting()) == 3
    assert not CheckIn.objects.exists()

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")

    stored = CheckIn.objects.order_by("number")
    assert [one.answers["redness"] or one.answers["signs"] or one.answers["swelling"] for one in stored] == [
        1,
        ["pus"],
        2,
    ]
    assert all(one.filled_in_at == one.observed_at < one.submitted_at for one in stored)
    assert phone.waiting() == []


def test_an_emergency_ticked_without_a_network_shows_the_number_at_once(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()

    page = phone.open("/check-in/")
    page.locator("label", has_text="Hard to breathe").click()
    expect(page.locator(".em-on .loud")).to_contain_text("Call 999 now")
    page.locator(".bar a", has_text="Call 999").click()
    expect(page.get_by_text("Saved on this phone, nobody has seen it. Call 999.")).to_be_visible()
    page.get_by_role("button", name="Send check-in").click()
    expect(page.get_by_role("heading", name="Call 999 now")).to_be_visible()
    expect(page.get_by_text("Hard to breathe, or wheezing")).to_be_visible()
    assert len(phone.waiting()) == 1

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    assert CheckIn.objects.get().answers["emergency"] == ["breathing"]


def test_what_arrives_while_another_page_is_open_leads_to_its_result(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    phone.check_in(Can_you_see_or_feel="Pus bumps")
    page = phone.open("/")

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")

    expect(page.locator("h1")).to_contain_text("Call")
    # Once: Today can be opened again.
    phone.open("/")
    expect(page.get_by_role("heading", name="You still need to call the clinic")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.url.endswith("/")
    assert "check-ins" not in page.url
    # What waits is said below what leads the page.
    phone.cut()
    phone.check_in(How_red_is_the_treated_skin="Mild")
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    page = phone.open("/?kept")
    expect(page.get_by_text("a check-in waits on this phone.")).to_be_visible()
    assert page.evaluate(IS_BELOW, ["main [data-lead]", "main [data-on-phone]"])


def test_the_pages_without_a_network_can_be_used_by_everybody(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    expect(page.get_by_role("heading", name="Call the clinic now")).to_be_visible()
    assert_usable(page, "saved on this phone")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_usable(page, "saved on this phone, wide")

    page.set_viewport_size({"width": 320, "height": 700})
    with_text_twice_as_large(page)
    # The text grows some moments after it was asked to.
    page.wait_for_function("parseFloat(getComputedStyle(document.documentElement).fontSize) === 32")
    page.wait_for_timeout(300)
    assert not sticks_out(page)
    assert cut_off(page) == []
