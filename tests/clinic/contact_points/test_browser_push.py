"""Push in a real browser: it subscribes, is proved by a tap, and shows what is delivered as a push service does.

The browser's own push service is not on this machine, so its subscription is given to the page; everything else
is the browser's: the worker, the permission, the message and the notification.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, expect

from aftercare.outbox.delivery import sweep
from aftercare.people.models import ContactPoint
from tests.clinic.browsing import DESK
from tools.servers.providers.answering import Provider
from tools.servers.providers.push import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/clinic/contact-points/"
SUBSCRIBES = """
PushManager.prototype.subscribe = function (options) {
  window.askedFor = options;
  return Promise.resolve(%s);
};
"""
# Headless browsers have no place for notifications: what would be shown is kept, and so is what a tap opens.
KEEP = """() => {
  self.shown = new Promise((resolve) => {
    self.registration.showNotification = (title, options) => resolve([title, options]);
  });
  self.opened = new Promise((resolve) => {
    self.clients.openWindow = (url) => { resolve(url); return Promise.resolve(null); };
  });
}"""
TAP = """(data) => {
  const event = new ExtendableEvent("notificationclick");
  event.notification = { data: data, close: () => {} };
  self.dispatchEvent(event);
  return self.opened;
}"""


class PushedTo:
    """The worker of a page, to which messages are delivered by the browser's own tools."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.registrations: list[dict[str, Any]] = []
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: self.registrations.extend(event["registrations"]),
        )
        self.devtools.send("ServiceWorker.enable")

    def deliver(self, data: dict[str, str]) -> tuple[str, dict[str, Any]]:
        """Deliver a message; return the title and the options of the notification."""
        self.worker = self.page.context.service_workers[0]
        self.worker.evaluate(KEEP)
        pushed = {
            "origin": self.page.evaluate("location.origin"),
            "registrationId": self.registrations[-1]["registrationId"],
            "data": json.dumps(data),
        }
        self.devtools.send("ServiceWorker.deliverPushMessage", pushed)
        title, options = self.worker.evaluate("self.shown")
        return title, options

    def tap(self, options: dict[str, Any]) -> str:
        """Tap the notification; return what it opens."""
        return str(self.worker.evaluate(TAP, options["data"]))


@pytest.fixture
def desk(staff_browser: Callable[[Any], Any], push_service: Provider) -> Page:
    """The page of the person at the desk, whose browser may show notifications."""
    page: Page = staff_browser(DESK).open(PAGE)
    origin = page.evaluate("location.origin")
    page.context.grant_permissions(["notifications"], origin=origin)
    return page


def test_a_browser_subscribes_is_proved_by_a_tap_and_works(desk: Page, push_service: Provider) -> None:
    browser = Browser(push_service)
    desk.add_init_script(SUBSCRIBES % browser.subscription)
    desk.reload()
    pushed_to = PushedTo(desk)

    desk.get_by_role("button", name="Push to this browser").click()
    expect(desk.get_by_text("Tap it within 15 minutes.")).to_be_visible()
    sweep(timezone.now)
    title, options = pushed_to.deliver(browser.read(push_service.received[0]))
    assert (title, options["body"]) == ("Aftercare", "Tap here to confirm that this browser takes messages.")

    path = pushed_to.tap(options).partition("/clinic/")[2]
    desk.goto(f"{desk.evaluate('location.origin')}/clinic/{path}")
    desk.get_by_role("button", name="Confirm").click()
    expect(desk.get_by_text("It is confirmed, and counts from now on.")).to_be_visible()
    point = ContactPoint.objects.get(kind="push")
    assert point.is_usable
    assert "Chrom" in point.name
    expect(desk.locator(".points li").first.get_by_text("Works")).to_be_visible()


def test_the_browser_subscribes_with_the_key_of_the_portal(desk: Page, push_service: Provider) -> None:
    desk.add_init_script(SUBSCRIBES % "new Promise(() => {})")
    desk.reload()

    desk.get_by_role("button", name="Push to this browser").click()

    # Not `wait_for_function`, whose own script the policy of the page forbids where it has to look twice.
    desk.evaluate(
        "async () => { for (let look = 0; look < 100 && !window.askedFor; look++)"
        " await new Promise((done) => setTimeout(done, 50)) }"
    )
    assert desk.evaluate("askedFor.userVisibleOnly && askedFor.applicationServerKey.length") == 65


def test_a_push_is_shown_as_it_was_sent_and_opens_its_path(desk: Page) -> None:
    pushed_to = PushedTo(desk)
    desk.evaluate(
        "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)"
        ".then(() => true)"
    )
    said = {"title": "Larkfield", "body": "Urgent: a check-in needs a person.", "url": "/clinic/", "tag": "7"}

    title, options = pushed_to.deliver(said)

    assert title == "Larkfield"
    assert (options["body"], options["tag"]) == (said["body"], "7")
    assert pushed_to.tap(options) == "/clinic/"


def test_a_browser_that_does_not_allow_messages_is_told_so(desk: Page) -> None:
    desk.add_init_script(SUBSCRIBES % "Promise.reject(new DOMException('denied', 'NotAllowedError'))")
    desk.reload()

    desk.get_by_role("button", name="Push to this browser").click()

    expect(desk.get_by_text("This browser does not allow messages from this site.")).to_be_visible()
    assert not ContactPoint.objects.filter(kind="push").exists()


def test_a_push_service_that_is_away_is_said(desk: Page) -> None:
    desk.add_init_script(SUBSCRIBES % "Promise.reject(new Error('no network'))")
    desk.reload()

    desk.get_by_role("button", name="Push to this browser").click()

    expect(desk.get_by_text("That did not work. Nothing was changed.")).to_be_visible()
    expect(desk.get_by_role("button", name="Push to this browser")).to_be_enabled()


def test_a_browser_without_push_says_so(desk: Page) -> None:
    desk.add_init_script("delete window.PushManager")
    desk.reload()

    expect(desk.get_by_text("This browser cannot take push messages.")).to_be_visible()
    expect(desk.get_by_role("button", name="Push to this browser")).to_be_hidden()


def test_without_script_the_page_says_what_push_needs(
    staff_browser: Callable[..., Any], push_service: Provider
) -> None:
    page = staff_browser(DESK, scripted=False).open(PAGE)

    expect(page.get_by_text("Push needs JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="Add an e-mail address")).to_be_visible()
