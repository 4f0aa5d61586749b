"""A ticked emergency is saved without the button, and said not to be where it was not."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from aftercare.alerts.models import Dispatch
from aftercare.checkins.models import CheckIn
from aftercare.people.models import Patient, StaffMember
from tests.checkins.browsing import Opener, choose, send

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set"),
]
HIDE = """() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def tick(page: Page) -> None:
    page.locator("label", has_text="Hard to breathe").click()


def press_the_number(page: Page) -> None:
    page.locator(".bar a", has_text="Call 999").click()


def stored(count: int = 1) -> CheckIn:
    """The newest check-in, once there are so many."""
    until = time.monotonic() + 10
    while CheckIn.objects.count() < count and time.monotonic() < until:
        time.sleep(0.05)
    assert CheckIn.objects.count() == count
    return CheckIn.objects.order_by("-number")[0]


@pytest.mark.parametrize(
    "leave",
    [
        press_the_number,
        lambda page: page.evaluate(HIDE),
        lambda page: page.goto(page.url.partition("/check-in/")[0] + "/healthz"),
        lambda page: page.clock.fast_forward(30_000),
    ],
    ids=["the number is pressed", "the page is hidden", "the page is left", "half a minute has passed"],
)
def test_a_ticked_emergency_is_saved_without_the_button(
    opened: Opener, treated: Patient, leave: Callable[[Page], object]
) -> None:
    page = opened("/healthz")
    page.clock.install()
    page.goto(page.url.replace("/healthz", "/check-in/"))
    tick(page)
    expect(page.get_by_text("We save this and tell the clinic.")).to_be_visible()
    assert not CheckIn.objects.exists()

    leave(page)

    assert stored().answers["emergency"] == ["breathing"]
    assert Dispatch.objects.get().alerts.get().patient == treated


def test_an_untouched_form_is_not_saved(opened: Opener) -> None:
    page = opened("/check-in/")
    choose(page, "How red is the treated skin?", "Severe")
    tick(page)
    tick(page)
    page.evaluate(HIDE)
    page.goto(page.url.partition("/check-in/")[0] + "/healthz")

    assert not CheckIn.objects.exists()


def test_what_was_saved_is_said_and_a_second_sign_corrects_it(opened: Opener) -> None:
    page = opened("/check-in/")
    tick(page)
    press_the_number(page)
    expect(page.get_by_text("Saved at")).to_be_visible()
    press_the_number(page)
    page.get_by_label("Faint, confused").check()
    expect(page.get_by_text("We save this and tell the clinic.")).to_be_visible()
    press_the_number(page)

    second = stored(2)
    assert second.answers["emergency"] == ["breathing", "faint"]
    assert second.supersedes is not None


def test_sending_the_form_corrects_what_was_saved(opened: Opener) -> None:
    page = opened("/check-in/")
    tick(page)
    press_the_number(page)
    tick(page)
    expect(page.get_by_text("Finish this check-in and send it to correct it.")).to_be_visible()
    choose(page, "How red is the treated skin?", "Mild")
    send(page)

    expect(page.locator("[data-level]")).to_have_attribute("data-level", "expected")
    assert stored(2).observed_at == CheckIn.objects.get(number=0).observed_at
    assert CheckIn.objects.not_superseded().count() == 1


def test_sending_what_was_saved_stores_nothing_more(opened: Opener) -> None:
    page = opened("/check-in/")
    tick(page)
    press_the_number(page)
    send(page)

    expect(page.locator("[data-level]")).to_have_attribute("data-level", "emergency")
    assert stored().answers["emergency"] == ["breathing"]
    assert Dispatch.objects.count() == 1


def test_ticked_by_mistake_corrects_what_was_saved(opened: Opener, treated: Patient) -> None:
    page = opened("/check-in/")
    tick(page)
    press_the_number(page)
    expect(page.get_by_text("Saved at")).to_be_visible()
    page.get_by_role("button", name="Ticked by mistake?").click()

    expect(page.get_by_text("We saved this correction.")).to_be_visible()
    expect(page.get_by_role("group", name="How red is the treated skin?")).to_be_visible()
    assert stored(2).answers["emergency"] == []
    assert treated.alerts.open().count() == 1


def test_ticked_by_mistake_before_it_was_saved_saves_nothing(opened: Opener) -> None:
    page = opened("/check-in/")
    tick(page)
    page.get_by_role("button", name="Ticked by mistake?").click()

    expect(page.get_by_role("group", name="How red is the treated skin?")).to_be_visible()
    expect(page.locator("[name=emergency][value=none]")).not_to_be_checked()
    assert not CheckIn.objects.exists()


def test_without_a_connection_it_says_so_and_saves_once_there_is_one(opened: Opener) -> None:
    page = opened("/check-in/")
    tick(page)
    page.context.set_offline(True)
    press_the_number(page)
    expect(page.get_by_text("Not saved. Call 999.")).to_be_visible()
    assert not CheckIn.objects.exists()

    page.context.set_offline(False)
    expect(page.get_by_text("Saved at")).to_be_visible()
    assert stored().answers["emergency"] == ["breathing"]


@pytest.mark.parametrize("lost", ["session", "csrf token"])
def test_where_it_cannot_be_saved_the_number_is_said(opened: Opener, lost: str) -> None:
    page = opened("/check-in/")
    tick(page)
    if lost == "session":
        Session.objects.all().delete()
    else:
        page.context.clear_cookies(name="csrftoken")
    press_the_number(page)

    expect(page.get_by_text("Not saved. Call 999.")).to_be_visible()
    assert not CheckIn.objects.exists()


def test_on_the_telephone_form_of_staff_it_is_saved_too(
    opened: Opener, treated: Patient, nurse: StaffMember
) -> None:
    page = opened(f"/clinic/patients/{treated.pk}/check-ins/new/", user=nurse.user)
    tick(page)
    page.evaluate(HIDE)

    expect(page.get_by_text("Saved at")).to_be_visible()
    assert stored().submitted_by == nurse.user


def test_without_script_the_button_sends(opened: Opener) -> None:
    page = opened("/check-in/", script=False)
    tick(page)
    expect(page.get_by_text("Call first. Then send this")).to_be_visible()
    expect(page.get_by_role("button", name="Ticked by mistake?")).to_have_count(0)
    send(page)

    expect(page.locator("[data-level]")).to_have_attribute("data-level", "emergency")
    assert stored().answers["emergency"] == ["breathing"]


def test_an_emergency_needs_no_area(opened: Opener, treated: Patient, nurse: StaffMember) -> None:
    procedure = treated.procedures.get()
    procedure.pk, procedure.area = None, "neck"
    procedure.save(force_insert=True)
    page = opened("/check-in/")
    expect(page.get_by_role("group", name="Which area is this about?")).to_be_visible()
    tick(page)
    press_the_number(page)

    expect(page.get_by_text("Saved at")).to_be_visible()
