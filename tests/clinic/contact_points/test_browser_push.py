"""The worker that shows push messages, in a real browser: the message is delivered as a push service does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from tests.clinic.browsing import DESK
from tools.servers.providers.push import VAPID_PRIVATE_KEY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REGISTER = """
navigator.serviceWorker
  .register(document.getElementById("use_push").dataset.worker, { scope: "/" })
  .then(() => navigator.serviceWorker.ready)
  .then(() => true)
"""
# Headless browsers have no place for notifications: what would be shown is kept instead.
KEEP = """
self.shown = new Promise((resolve) => {
  self.registration.showNotification = (title, options) => resolve([title, options]);
})
"""
SHOWN = "self.shown"


def test_a_push_is_shown_as_it_was_sent(staff_browser: Any, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = VAPID_PRIVATE_KEY
    page = staff_browser(DESK).open("/clinic/contact-points/")
    expect(page.get_by_role("button", name="Push to this browser")).to_be_visible()
    registrations: list[dict[str, Any]] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    with page.context.expect_event("serviceworker") as started:
        assert page.evaluate(REGISTER)
    worker = started.value
    worker.evaluate(f"() => {{ {KEEP} }}")
    origin = page.evaluate("location.origin")
    said = {"title": "Larkfield", "body": "Urgent: a check-in needs a person.", "url": "/clinic/", "tag": "7"}

    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registrations[-1]["registrationId"], "data": json.dumps(said)},
    )

    title, options = worker.evaluate(SHOWN)
    assert title == "Larkfield"
    assert (options["body"], options["tag"]) == (said["body"], "7")
    assert options["data"] == {"url": "/clinic/"}
