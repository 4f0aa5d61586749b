"""Pages of a signed-in patient in windows of a real browser, of any size, with and without script."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

PHONE, NARROWEST = (390, 844), (320, 640)
Opener = Callable[..., Page]


# The machine has no telephone, and the browser's question about that would take the next press.
NO_TELEPHONE = """
window.addEventListener('click', event => event.target.closest("a[href^='tel:']") && event.preventDefault())
"""
# Leaving a page saves an emergency that is ticked on it: the request of a page that a test leaves behind would come
# while the tables are being emptied.
SEND_NOTHING = "() => { window.fetch = () => new Promise(() => {}); }"
TICKED = "input[name=emergency]:checked:not([value=none])"


def choose(page: Page, question: str, answer: str) -> None:
    """Click an answer as a person does: on its words."""
    group = page.get_by_role("group", name=question)
    group.locator("label", has_text=answer).first.click()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send check-in").click()
