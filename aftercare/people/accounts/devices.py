"""The browser and the device behind a session, in words that their owner knows."""

from __future__ import annotations

import re

# The first that is found counts: others name themselves after the ones below.
_BROWSERS = (
    ("Edge", r"\bEdgA?(?:iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("iPad", r"\biPad\b"),
    ("iPhone", r"\biPhone\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("Chromebook", r"\bCrOS\b"),
    ("Mac", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)
HELD_IN_A_HAND = ("iPad", "iPhone", "Android")


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, user_agent)), "")


def device_name(user_agent: str) -> str:
    """ "Chrome on Android", as far as a browser says it of itself; "Another browser" where it says nothing."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Another browser"


def is_held_in_a_hand(user_agent: str) -> bool:
    """Whether it is a phone or a tablet."""
    return _first(_SYSTEMS, user_agent) in HELD_IN_A_HAND
