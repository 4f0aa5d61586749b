"""Pictures without a network: kept with their check-in, sent after it, each once, and never in its way."""

from __future__ import annotations

import time

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from aftercare.checkins.models import CheckIn, Photo
from aftercare.people.models import Patient
from tests.checkins.offline.conftest import PhoneOf, State
from tests.checkins.photos.pictures import heic, jpeg, picture
from tests.factories import PatientFactory
from tests.ui.browser import assert_usable, cut_off, sticks_out, with_text_twice_as_large

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("course_set", "folder"),
]
CONSENT = "The clinic may keep these pictures in my record."

# A store of pictures that the browser cannot open, as after damage on its disk.
NO_PICTURES = """(() => {
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (name, version) {
    return open.call(this, name, name === "aftercare-pictures" ? 0 : version);
  };
})()"""
# Counts how often a page asks the browser, which is asked all the same.
COUNT_ASKING = """
self.asked = 0;
const persist = StorageManager.prototype.persist;
StorageManager.prototype.persist = function () { self.asked += 1; return persist.call(this); };
"""


def add(page: Page, area: str, content: bytes | None = None) -> None:
    """Save a picture on the page of what waits, and wait until it is kept."""
    choose_picture(page, area, content or jpeg())
    expect(page.get_by_text("The picture is saved on this phone.")).to_be_visible()


def choose_picture(page: Page, area: str, content: bytes) -> None:
    box = page.get_by_label(CONSENT)
    expect(page.get_by_role("button", name="Save the picture")).to_be_visible()
    if box.is_visible():
        box.check()
    page.locator("[data-add] label", has_text=area).click()
    chosen: FilePayload = {"name": "picture.jpg", "mimeType": "image/jpeg", "buffer": content}
    page.locator("[data-add] [name=picture]").set_input_files(chosen)
    page.get_by_role("button", name="Save the picture").click()


def noise() -> bytes:
    """A picture that cannot be made small."""
    return jpeg(Image.effect_noise((900, 900), 90).convert("RGB"), quality=95)


def kept_pictures(count: int) -> list[Photo]:
    """The pictures that the portal has, once there are so many; a moment later there are no more."""
    until = time.monotonic() + 10
    while Photo.objects.kept().count() < count and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.3)
    assert Photo.objects.kept().count() == count
    return list(Photo.objects.kept().select_related("check_in").order_by("created_at"))


def test_pictures_are_kept_beside_their_check_in_and_sent_after_it(phone: PhoneOf, treated: Patient) -> None:
    phone.get_ready()
    phone.cut()
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    expect(page.get_by_label(CONSENT)).not_to_be_checked()
    page.get_by_role("button", name="Save the picture").click()
    expect(page.get_by_text("Tick the box if you agree.")).to_be_visible()
    add(page, "Left cheek", jpeg(picture(2600, 1950), quality=98))
    expect(page.get_by_label(CONSENT)).to_be_hidden()
    add(page, "Forehead", heic(picture(300, 200)))
    add(page, "Right cheek", b"#!/bin/sh\n")
    expect(page.locator("[data-sum]")).to_have_text("1 check-in, 3 pictures")
    page.get_by_role("button", name="Remove Forehead").click()
    expect(page.get_by_role("heading", name="Waits on this phone")).to_be_focused()
    expect(page.locator("[data-sum]")).to_have_text("1 check-in, 2 pictures")

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    [photo] = kept_pictures(1)
    assert (photo.area, photo.width, photo.check_in) == ("left_cheek", 2400, CheckIn.objects.get())
    # The one that is no picture holds nothing up, and the patient is told why.
    expect(page.get_by_text("a picture on this phone cannot be sent.")).to_be_visible()
    page = phone.open("/offline/")
    expect(page.get_by_role("heading", name="Not every picture can be sent")).to_be_visible()
    expect(page.locator("[data-cannot]")).to_contain_text("This is not a picture that we can open.")
    page.get_by_role("button", name="Remove Right cheek").click()
    expect(page.get_by_role("heading", name="Nothing waits on this phone")).to_be_visible()
    assert phone.pictures() == []


def test_a_picture_for_a_check_in_that_was_sent_before_is_kept_too(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.check_in(How_red_is_the_treated_skin="Mild").wait_for_url("**/check-ins/*/")
    page = phone.page
    page.get_by_role("link", name="Add a picture").click()
    page.get_by_label(CONSENT).check()
    page.get_by_text("Forehead", exact=True).first.click()
    page.locator("[name=picture]").set_input_files(
        {"name": "picture.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    phone.cut()
    page.get_by_role("button", name="Send the picture").click()
    expect(page.get_by_text("Saved on this phone. We send it when there is a network.")).to_be_visible()
    [kept] = phone.pictures()
    assert (kept["area"], kept["consent"]) == ("forehead", "v1")
    page.close()

    phone.page = phone.tab()
    phone.network.become(State.ON)
    phone.open("/")
    assert kept_pictures(1)[0].check_in == CheckIn.objects.get()


@pytest.mark.slow
def test_another_person_on_the_phone_sees_no_picture_and_loses_none(phone: PhoneOf, treated: Patient) -> None:
    other = PatientFactory.create(clinic=treated.clinic)
    phone.get_ready()
    phone.cut()
    add(phone.check_in(How_red_is_the_treated_skin="Mild"), "Forehead")
    phone.sign_in(other.user)
    phone.network.become(State.ON)
    page = phone.get_ready()
    page.goto(phone.network.url + "/offline/")
    expect(page.get_by_role("heading", name="Nothing waits on this phone")).to_be_visible()
    expect(page.locator(".shot img")).to_have_count(0)
    assert (len(phone.pictures()), Photo.objects.exists()) == (1, False)

    phone.sign_in(treated.user)
    phone.open("/")
    assert kept_pictures(1)[0].patient == treated


@pytest.mark.slow
def test_pictures_that_cannot_be_read_any_more_are_in_nobodys_way(phone: PhoneOf) -> None:
    phone.context.add_init_script(NO_PICTURES)
    phone.get_ready()
    phone.context.service_workers[0].evaluate(NO_PICTURES)
    phone.cut()
    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    expect(page.get_by_role("heading", name="Call the clinic now")).to_be_visible()
    choose_picture(page, "Forehead", jpeg())
    expect(page.get_by_text("The picture is not saved.")).to_be_visible()

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    assert CheckIn.objects.count() == 1


@pytest.mark.slow
def test_three_check_ins_with_pictures_arrive_exactly_once(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    phone.context.set_offline(True)
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    add(page, "Forehead")
    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    add(page, "Left cheek")
    add(page, "Right cheek")
    page = phone.check_in(How_swollen_is_it="Moderate")
    add(page, "Left cheek")
    add(page, "Forehead")
    expect(page.locator("[data-sum]")).to_have_text("3 check-ins, 5 pictures")
    assert not CheckIn.objects.exists()

    # The portal takes one check-in and one picture without the phone hearing of it.
    phone.network.to_lose += ["POST /check-in/", "POST /pictures/"]
    phone.network.become(State.ON)
    phone.context.set_offline(False)
    until = time.monotonic() + 10
    while phone.network.to_lose and time.monotonic() < until:
        page.wait_for_timeout(50)
    phone.tab().goto(phone.network.url + "/")  # whatever was not confirmed goes out again
    page.wait_for_url("**/check-ins/*/")
    kept_pictures(5)
    phone.open("/offline/")
    expect(phone.page.get_by_role("heading", name="Nothing waits on this phone")).to_be_visible()

    assert phone.network.to_lose == []
    asked = phone.network.requests
    assert sum(line.startswith("POST /check-in/") for line in asked) >= 4
    assert sum(line.startswith("POST /pictures/") for line in asked) >= 6
    first, second, third = CheckIn.objects.order_by("number")
    assert (first.answers["redness"], second.answers["signs"], third.answers["swelling"]) == (1, ["pus"], 2)
    assert [{photo.area for photo in one.photos.all()} for one in (first, second, third)] == [
        {"forehead"},
        {"left_cheek", "right_cheek"},
        {"left_cheek", "forehead"},
    ]
    assert (phone.waiting(), phone.pictures()) == ([], [])


@pytest.mark.slow
def test_the_browser_itself_sends_what_waits_with_every_page_closed(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    add(phone.check_in(How_red_is_the_treated_skin="Mild"), "Forehead")
    phone.page.goto("about:blank")
    phone.network.become(State.ON)

    phone.background_sync()

    assert [photo.check_in for photo in kept_pictures(1)] == [CheckIn.objects.get()]


@pytest.mark.slow
def test_the_browser_is_asked_to_keep_what_waits_but_not_above_an_emergency(phone: PhoneOf) -> None:
    phone.context.add_init_script(COUNT_ASKING)
    page = phone.get_ready()
    phone.cut()
    page = phone.check_in(Do_you_have_any_of_these="Hard to breathe")
    expect(page.get_by_role("heading", name="Call 999 now")).to_be_visible()
    expect(page.locator("[data-list] > li")).to_have_count(1)
    assert page.evaluate("self.asked") == 0


@pytest.mark.slow
def test_the_browser_is_asked_once_to_keep_what_waits(phone: PhoneOf) -> None:
    phone.context.add_init_script(COUNT_ASKING)
    phone.get_ready()
    phone.cut()
    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    expect(page.get_by_role("heading", name="Call the clinic now")).to_be_visible()
    page.get_by_role("button", name="Try to send now").click()
    expect(page.locator("[data-tried]")).to_be_visible()
    assert page.evaluate("self.asked") == 1


@pytest.mark.slow
def test_on_a_full_phone_a_check_in_comes_before_any_picture(phone: PhoneOf) -> None:
    phone.limit_disk(4_000_000)
    phone.get_ready()
    phone.cut()
    page = phone.check_in(How_red_is_the_treated_skin="Mild")
    add(page, "Forehead", noise())
    phone.fill_disk()
    choose_picture(page, "Left cheek", noise())
    expect(page.get_by_text("The picture is not saved.")).to_be_visible()
    assert (len(phone.waiting()), len(phone.pictures())) == (1, 1)

    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    expect(page.get_by_role("heading", name="Call the clinic now")).to_be_visible()
    expect(page.get_by_role("heading", name="A picture was taken off this phone")).to_be_visible()
    assert (len(phone.waiting()), phone.pictures()) == (2, [])

    phone.come_back()
    page.wait_for_url("**/check-ins/*/")
    assert CheckIn.objects.count() == 2


def test_signing_out_counts_the_pictures_and_takes_them_off_the_phone(phone: PhoneOf) -> None:
    phone.get_ready()
    page = phone.tab()
    page.goto(phone.network.url + "/accounts/logout/")
    phone.cut()
    add(phone.check_in(How_red_is_the_treated_skin="Mild"), "Forehead")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("1 check-in, 1 picture")).to_be_visible()
    phone.network.become(State.ON)
    page.get_by_role("button", name="Delete it and sign out").click()
    page.wait_for_url(phone.network.url + "/")
    phone.page = page

    assert (phone.waiting(), phone.pictures()) == ([], [])
    assert not Photo.objects.exists()


def test_the_page_with_pictures_can_be_used_by_everybody(phone: PhoneOf) -> None:
    phone.get_ready()
    phone.cut()
    page = phone.check_in(Can_you_see_or_feel="Pus bumps")
    add(page, "Forehead")
    assert_usable(page, "pictures saved on this phone")

    page.set_viewport_size({"width": 320, "height": 700})
    with_text_twice_as_large(page)
    page.wait_for_function("parseFloat(getComputedStyle(document.documentElement).fontSize) === 32")
    page.wait_for_timeout(300)
    assert not sticks_out(page)
    assert cut_off(page) == []
