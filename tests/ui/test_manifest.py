"""The portal can be put on a telephone's home screen."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from aftercare.ui.views import HOME_SCREEN_ICONS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.django_db


def test_it_says_what_is_put_there_and_the_same_to_everybody(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")

    assert answer["Content-Type"] == "application/manifest+json"
    assert not answer.cookies
    said = answer.json()
    assert (said["id"], said["start_url"], said["scope"], said["display"]) == ("/", "/", "/", "standalone")
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}


@pytest.mark.browser
def test_a_browser_finds_nothing_against_it(live_server: LiveServer, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/accounts/login/code/")
    session = page.context.new_cdp_session(page)

    told = session.send("Page.getAppManifest")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert told["url"] == f"{live_server.url}/manifest.webmanifest"
    assert told["errors"] == []
    assert errors == []
    said = page.request.get(told["url"]).json()
    for icon, (_file, side, _purpose) in zip(said["icons"], HOME_SCREEN_ICONS, strict=True):
        with Image.open(BytesIO(page.request.get(f"{live_server.url}{icon['src']}").body())) as picture:
            assert picture.size == (side, side)
    page.close()
