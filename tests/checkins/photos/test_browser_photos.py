"""Sending pictures in a real browser: smaller first, with a preview, again after a failure, and without script."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.checkins.models import CheckIn, Photo
from aftercare.people.models import Patient, StaffMember
from tests.checkins.pages.test_browser_today import Visits
from tests.checkins.photos.making import make_photo
from tests.checkins.photos.pictures import heic, jpeg, picture
from tests.factories import ProcedureFactory, check_in
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
def reported(patient: Patient, nurse: StaffMember, folder: Path) -> CheckIn:
    """A check-in of a minute ago."""
    now = timezone.now()
    ProcedureFactory.create(patient=patient, performed_at=now - timedelta(hours=30), recorded_by=nurse.user)
    found: CheckIn = check_in(patient, now - timedelta(minutes=1)).check_in
    return found


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, patient: Patient) -> Visits:
    return Visits(browser, live_server, patient)


def file(content: bytes, name: str = "picture.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def choose(page: Page, area: str, content: bytes) -> None:
    page.get_by_text(area, exact=True).first.click()
    page.get_by_label("Choose a picture").set_input_files(file(content))
    page.get_by_role("button", name="Send the picture").click()


def test_pictures_are_sent_smaller_again_after_a_failure_and_removed(
    visit: Visits, reported: CheckIn
) -> None:
    with visit(f"/check-ins/{reported.pk}/") as page:
        page.get_by_role("link", name="Add a picture").click()
        box = page.get_by_label("The clinic may keep these pictures in my record.")
        expect(box).not_to_be_checked()
        choose(page, "Left cheek", jpeg())
        expect(page.get_by_role("alert")).to_contain_text("The picture is not sent")
        box.check()
        large = jpeg(picture(4000, 3000), quality=98)
        choose(page, "Left cheek", large)
        expect(page.get_by_text("Sent", exact=True)).to_be_visible()
        expect(page.get_by_text("The picture is not sent")).to_have_count(0)
        expect(page.get_by_text("Tick the box if you agree.")).to_have_count(0)
        [photo] = Photo.objects.kept()
        assert (photo.width, photo.height) == (2400, 1800)
        # Not made smaller by the browser, which cannot read it.
        choose(page, "Forehead", heic(picture(300, 200)))
        expect(page.get_by_text("Sent", exact=True)).to_have_count(2)
        expect(page.get_by_text("2 of 6.")).to_be_visible()
        choose(page, "Right cheek", b"#!/bin/sh\n")
        expect(page.get_by_text("This is not a picture that we can open.")).to_be_visible()
        # A server before the portal takes less: its page says nothing that a script can read.
        page.route("**/pictures/", lambda route: route.fulfill(status=413, body="Too large"), times=1)
        choose(page, "Right cheek", jpeg())
        expect(
            page.get_by_text("The picture is larger than 20 MB. Please send a smaller one.")
        ).to_be_visible()
        # Sent, but its answer is lost: sent again it is the same picture.
        lost: list[str] = []

        def lose(route: object) -> None:
            if lost:
                route.continue_()  # type: ignore[attr-defined]
                return
            lost.append("once")
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

        page.route("**/pictures/", lose)
        choose(page, "Right cheek", jpeg())
        expect(page.get_by_text("Sent", exact=True)).to_have_count(3)
        assert lost
        assert Photo.objects.kept().count() == 3
        page.get_by_role("button", name="Remove Right cheek").click()
        expect(page.get_by_text("2 of 6.")).to_be_visible()
        assert Photo.objects.kept().count() == 2


@pytest.mark.parametrize("has_script", [True, False])
def test_a_phone_takes_the_picture_with_its_camera(
    visit: Visits, reported: CheckIn, *, has_script: bool
) -> None:
    phone = {"has_touch": True, "is_mobile": True, "java_script_enabled": has_script}
    with visit(f"/check-ins/{reported.pk}/pictures/", **phone) as page:
        camera = page.get_by_label("Take a picture")
        expect(camera).to_be_visible()
        assert camera.get_attribute("capture") == "environment"
        page.get_by_label("The clinic may keep these pictures in my record.").check()
        page.get_by_text("Left cheek", exact=True).first.click()
        camera.set_input_files(file(jpeg()))
        page.get_by_role("button", name="Send the picture").click()
        expect(page.get_by_text("1 of 6.")).to_be_visible()
        assert Photo.objects.kept().count() == 1
        assert not sticks_out(page)
    with visit(f"/check-ins/{reported.pk}/pictures/", width=1280) as page:
        expect(page.get_by_label("Choose a picture")).to_be_visible()
        expect(page.get_by_label("Take a picture")).to_be_hidden()


def test_without_script_a_picture_is_sent_by_the_form(visit: Visits, reported: CheckIn) -> None:
    with visit(f"/check-ins/{reported.pk}/pictures/", java_script_enabled=False) as page:
        choose(page, "Left cheek", jpeg())
        expect(page.get_by_text("Tick the box if you agree.").first).to_be_visible()
        page.get_by_label("The clinic may keep these pictures in my record.").check()
        choose(page, "Left cheek", jpeg())
        expect(page.get_by_role("img", name="Your picture: Left cheek")).to_be_visible()
        # Not `wait_for_function`, which looks once and never again where scripts are off.
        expect(page.locator(".shot img")).to_have_js_property("naturalWidth", 60)


def test_the_pages_of_pictures_can_be_used_by_everybody(visit: Visits, reported: CheckIn) -> None:
    make_photo(reported, timezone.now())
    make_photo(reported, timezone.now(), "forehead")
    for path in (f"/check-ins/{reported.pk}/pictures/", "/pictures/"):
        with visit(path) as page:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert violations(page) == [], path
            assert small_targets(page) == [], path
            assert overlapping_texts(page) == [], path
            with_text_twice_as_large(page)
            assert cut_off(page) == [], path
        with visit(path, width=320) as page:
            assert not sticks_out(page), path
