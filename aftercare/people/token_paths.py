"""The paths that hold a token: whoever reads one can act with it: sign in, or answer for somebody."""

from __future__ import annotations

import re

# A test compares these with the URLs.
TOKEN_PATHS = (
    "/accounts/link/",
    "/accounts/invitation/",
    "/accounts/staff-invitation/",
    "/accounts/companion/",
    "/accounts/removal/",
    "/accounts/ways/tap/",
    "/clinic/contact-points/tap/",
    "/h/",
    "/r/",
)
TOKEN_IN_PATH = re.compile(rf"({'|'.join(map(re.escape, TOKEN_PATHS))})[^/\s\"'?#&]+")


def holds_token(path: str) -> bool:
    """Return whether the path is that of a single-use link."""
    return path.startswith(TOKEN_PATHS)


def without_tokens(text: str) -> str:
    """Return the text with `[token]` in place of each token in a path."""
    return TOKEN_IN_PATH.sub(r"\1[token]", text)
