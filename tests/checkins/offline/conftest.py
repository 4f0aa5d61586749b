"""Fixtures of a phone whose network can be cut."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.people.models import Patient, User
from tests.checkins.browsing import NO_TELEPHONE, PHONE, choose, send
from tests.checkins.offline.network import Network, State
from tests.checkins.photos.conftest import folder
from tests.checkins.posting import signed_in
from tests.ui.browser import HURRY

PATIENCE = 10  # seconds
STORED = """async ([name, store]) => {
  const open = indexedDB.open(name);
  const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  if (!database.objectStoreNames.contains(store)) {
    database.close();
    await new Promise((resolve) => { indexedDB.deleteDatabase(name).onsuccess = resolve; });
    return [];
  }
  const all = database.transaction(store).objectStore(store).getAll();
  const found = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
  database.close();
  return found;
}"""
# What fills the disk of the phone: ever smaller records, until the browser refuses the smallest.
FILL = """async () => {
  const open = indexedDB.open("filler", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("filler", { autoIncrement: true });
  const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
  for (let size = 65536; size > 20; size = size / 4) {
    for (let room = true; room;) {
      const transaction = database.transaction("filler", "readwrite");
      for (let count = 0; count < 4; count += 1) {
        transaction.objectStore("filler").add(crypto.getRandomValues(new Uint8Array(size)));
      }
      room = await new Promise((resolve) => {
        transaction.oncomplete = () => resolve(true);
        transaction.onabort = () => resolve(false);
      });
    }
  }
  database.close();
}"""
FILLED = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("pages-"));
  const kept = names.length ? await (await caches.open(names[0])).keys() : [];
  return kept.length >= 4;
}"""


class PhoneOf:
    """A phone of a person: a browser with its own worker, and its network."""

    def __init__(self, browser: Browser, portal: str, network: Network) -> None:
        self.network = network
        self.portal = portal
        self.context: BrowserContext = browser.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]}, locale="en-GB"
        )
        self.context.set_default_timeout(10_000)
        self.context.add_init_script(NO_TELEPHONE)
        self.context.add_init_script(HURRY)
        self.errors: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def sign_in(self, user: User) -> None:
        session = signed_in(user).cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.network.url}])

    def open(self, path: str) -> Page:
        self.page.goto(self.network.url + path)
        return self.page

    def get_ready(self) -> Page:
        """Open Today, and wait until the phone has what it shows without a network."""
        page = self.open("/")
        self.wait_until(FILLED)
        return page

    def wait_until(self, question: str) -> None:
        """Wait until the phone answers a question, which is asked in the page, with yes."""
        until = time.monotonic() + PATIENCE
        while not self.page.evaluate(question):
            assert time.monotonic() < until, question
            time.sleep(0.05)

    def limit_disk(self, size: int) -> None:
        """Give the portal so many bytes on this phone; before the first page, since the browser looks rarely."""
        devtools = self.context.new_cdp_session(self.page)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": self.network.url, "quotaSize": size})

    def fill_disk(self) -> None:
        """Fill what is left of it."""
        self.page.evaluate(FILL)

    def background_sync(self) -> None:
        """Let the browser fire Background Sync in the worker, as it does once there is a network."""
        found: list[str] = []
        devtools = self.context.new_cdp_session(self.page)
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda said: found.extend(one["registrationId"] for one in said["registrations"]),
        )
        devtools.send("ServiceWorker.enable")
        until = time.monotonic() + PATIENCE
        while not found and time.monotonic() < until:
            self.page.wait_for_timeout(20)
        sync = {"origin": self.network.url, "registrationId": found[0], "tag": "send", "lastChance": False}
        devtools.send("ServiceWorker.dispatchSyncEvent", sync)

    def cut(self) -> None:
        self.network.become(State.CUT)

    def check_in(self, **answers: str) -> Page:
        """Fill in the form and send it; `answers`: words of an answer by the start of its question."""
        page = self.open("/check-in/")
        for question, answer in answers.items():
            choose(page, question.replace("_", " "), answer)
        send(page)
        return page

    def waiting(self) -> list[dict[str, object]]:
        """Return what waits on the phone."""
        return self.stored("aftercare", "outgoing")

    def pictures(self) -> list[dict[str, object]]:
        """Return the pictures that wait on the phone."""
        return self.stored("aftercare-pictures", "pictures")

    def stored(self, database: str, store: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.page.evaluate(STORED, [database, store])
        return found

    def come_back(self) -> None:
        """Let the network come back, as the browser tells a page."""
        self.network.become(State.ON)
        self.page.evaluate("window.dispatchEvent(new Event('online'))")


@pytest.fixture
def network(live_server: LiveServer) -> Iterator[Network]:
    """The network between the phone and the portal."""
    with Network(live_server.url) as found:
        yield found


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, network: Network, treated: Patient) -> Iterator[PhoneOf]:
    """The patient's phone, signed in."""
    found = PhoneOf(browser, live_server.url, network)
    found.sign_in(treated.user)
    yield found
    network.become(State.CUT)  # nothing arrives while the tables are emptied
    found.context.close()
    assert found.errors == []


__all__ = ["PhoneOf", "State", "expect", "folder"]
