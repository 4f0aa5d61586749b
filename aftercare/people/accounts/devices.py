"""Browser and device of a session, from its User-Agent header."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# Order matters: many browsers also name those further below.
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
    """Return "Chrome on Android" or the like; "Another browser" if the header says nothing."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Another browser")


def is_held_in_a_hand(user_agent: str) -> bool:
    """Return True for phones and tablets."""
    return _first(_SYSTEMS, user_agent) in HELD_IN_A_HAND
