"""A picture that is too large, sent by a browser without script to gunicorn as the product starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from aftercare.incoming.slow_clients import LARGEST_BODY
from tests.processes.running import RunningPortal

pytestmark = [pytest.mark.processes, pytest.mark.browser]
FORM = '<form method="post" action="{url}/pictures/" enctype="multipart/form-data"><input type="file" name="picture">'


def test_a_page_of_the_portal_says_so(portal: RunningPortal, browser: Browser, tmp_path: Path) -> None:
    web = portal.web()
    large = tmp_path / "large.jpg"
    large.write_bytes(b"x" * (LARGEST_BODY + 3_000_000))
    context = browser.new_context(java_script_enabled=False, locale="en-GB", service_workers="block")
    page = context.new_page()
    form = f"{FORM.format(url=web.url)}<button>Send</button></form>"
    page.route("**/form/", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(f"{web.url}/form/")

    page.locator("input").set_input_files(large)
    page.get_by_text("Send").click()

    expect(page.get_by_role("heading", name="This picture is too large")).to_be_visible()
    context.close()
