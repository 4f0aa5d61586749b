"""Windows of a real browser in which staff are signed in, and what is done in them."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Page

DESK, PHONE = (1280, 900), (390, 844)
CUT_OFF = ("htmx:afterRequest", "htmx:sendAbort")


class Desk:
    """A browser window in which a staff member is signed in."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.url = url
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if is_ours(line) else None)

    def open(self, path: str) -> Page:
        response = self.page.goto(self.url + path)
        assert response is not None
        assert response.status == 200
        return self.page


def is_ours(line: Any) -> bool:
    """Return True if a line of the console reports a fault in the page.

    Browsers ask for an icon unasked, and note a form that came back with its errors. A request for news that is
    under way when the page is left ends as an abort, which htmx notes too.
    """
    is_unasked = "favicon.ico" in line.location.get("url", "")
    expected = is_unasked or "status of 4" in line.text or line.text.startswith(CUT_OFF)
    return line.type == "error" and not expected


def tab_to(page: Page, selector: str, text: str = "") -> None:
    """Press Tab until the focus is on such an element."""
    reached = "([selector, text]) => { const e = document.activeElement; "
    reached += "return e.matches(selector) && e.textContent.includes(text) }"
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(reached, [selector, text]):
            return
    raise AssertionError(f"the keyboard does not reach {selector} {text}")


def fill_in_enrolment(page: Page, performed: str) -> None:
    """Everything that the form asks for, of a patient who heals slowly."""
    for label, value in (
        ("First name", "Amara"),
        ("Last name", "Osei"),
        ("E-mail", "amara@example.org"),
        ("Date of birth", "1990-04-30"),
        ("Telephone to call back", "07700 900142"),
        ("Performed", performed),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_text("RF microneedling", exact=True).click()
    page.get_by_label("Area").select_option("face")
    page.get_by_role("group", name="Heals slowly").get_by_text("Yes", exact=True).click()
    page.get_by_label(re.compile("I asked them all")).check()
    page.get_by_label(re.compile("The patient has read")).check()
