"""Fixtures for the pages of patients in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from aftercare.people.models import Patient, StaffMember, User
from tests.checkins.browsing import NO_TELEPHONE, PHONE, SEND_NOTHING, TICKED, Opener
from tests.checkins.posting import signed_in
from tests.factories import ProcedureFactory
from tests.people.proving import prove
from tests.ui.browser import HURRY

FORMS = ("/check-in/", "/check-ins/new/")


@pytest.fixture
def treated(patient: Patient, nurse: StaffMember) -> Patient:
    """The patient, 26 hours after a microneedling of the face."""
    performed_at = timezone.now() - timedelta(hours=26)
    ProcedureFactory.create(patient=patient, performed_at=performed_at, recorded_by=nurse.user)
    return patient


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, treated: Patient) -> Iterator[Opener]:
    """Opens a page as the patient, or as somebody else, in a window of its own."""
    windows: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        path: str,
        size: tuple[int, int] = PHONE,
        scheme: Any = "light",
        script: bool = True,
        user: User | None = None,
        zone: str | None = None,
        hurry: bool = True,
        proved: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=script,
            locale="en-GB",
            timezone_id=zone,
            service_workers="block",  # its own tests are in tests/checkins/offline
        )
        windows.append(context)
        context.set_default_timeout(10_000)
        context.add_init_script(NO_TELEPHONE)
        if hurry:
            context.add_init_script(HURRY)
        client = signed_in(user or treated.user)
        if proved:
            prove(client, user or treated.user)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(live_server.url + path)
        if not script and path.endswith(FORMS):
            page.wait_for_url("**?form=*")  # where the page leads on by itself
        return page

    yield open_page
    for context in windows:
        for page in context.pages:
            if page.locator(TICKED).count():
                page.evaluate(SEND_NOTHING)
        context.close()
    assert errors == []
