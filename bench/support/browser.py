"""Page loads on a phone with a slow network: bytes transferred, and the time of the largest paint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tools.servers import chromium

# The preset "Slow 4G" of Chromium's developer tools and Lighthouse: 1.6 Mbit/s and a round trip of 150 ms, with
# their factors for a single request.
SLOW_4G = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8 * 0.9,
    "uploadThroughput": 0.75 * 1024 * 1024 / 8 * 0.9,
}
SLOWER = 4  # CPU throttling factor
SETTLE_MS = 700  # after loading, for late paints and layout shifts
PHONE: Any = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "en-GB",
}
ARGUMENTS = [
    *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"),
]
WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => { seen.paint = e.startTime; }))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) seen.shift += e.value; }))
  .observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Load:
    """One page load. `sizes`: bytes transferred by URL, headers included."""

    status: int = 0
    sizes: dict[str, float] = field(default_factory=dict)
    paint_ms: float = 0.0
    shift: float = 0.0

    @property
    def bytes(self) -> int:
        return round(sum(self.sizes.values()))

    @property
    def requests(self) -> int:
        """The number of responses transferred, without responses from the browser's cache."""
        return sum(1 for size in self.sizes.values() if size)


@contextmanager
def phone_browser() -> Iterator[Browser]:
    """Start a Chromium that can reach this machine only."""
    arguments = ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium.browser()), args=arguments)
        yield browser
        browser.close()


@contextmanager
def new_phone(browser: Browser, url: str, session: str) -> Iterator[BrowserContext]:
    """Open a browser context with an empty cache, and without a service worker; signed in if there is a session.

    What a worker fetches behind a page belongs to none of its loads; what it fetches for a page travels without it too,
    but is not seen here.
    """
    context = browser.new_context(**PHONE, service_workers="block")
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    context.add_init_script(WATCH)
    yield context
    context.close()


def load(context: BrowserContext, url: str, *, slow: bool) -> Load:
    """Load `url` in a new tab."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    found = watch(session)
    if slow:
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(url, wait_until="load")
    assert answer is not None
    found.status = answer.status
    measure(page, found)
    page.close()
    return found


def measure(page: Page, found: Load) -> None:
    """Read the page's performance observers once it has settled."""
    page.wait_for_timeout(SETTLE_MS)
    seen = page.evaluate("seen")
    found.paint_ms, found.shift = seen["paint"], seen["shift"]


def watch(session: CDPSession) -> Load:
    """Record the encoded bytes of each response; drawings that a stylesheet holds itself are none."""
    found, addresses = Load(), {}

    def begun(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            addresses[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] in addresses:
            found.sizes[addresses[event["requestId"]]] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    return found
