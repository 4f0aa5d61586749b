"""A phone's own authenticator in a browser of the tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def add_authenticator(page: Page) -> Any:
    """Add an authenticator whose owner always agrees; return the session that speaks to it, and its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
    return session, made["authenticatorId"]


def add_passkey(page: Page, url: str, name: str) -> None:
    """Add a passkey on its page, as somebody who has proved to be there."""
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Your spare codes").wait_for()
