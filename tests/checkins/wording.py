"""Phrases that patients must never read: those refused of editors, and more for the portal's own texts."""

from __future__ import annotations

import re

from aftercare.guidance.forbidden_phrases import forbidden_phrases

# The portal's own sentences keep to more than what an editor is refused.
STRICTER = re.compile(
    r"\bfine\b|(?<!do )(?<!if )you have\b|is an? (infection|allergic)|\b(start|stop) (taking|using)\b|!"
    r"|\bdark skin\b|\bsunburn\w*\b|\bdon['’]t worry\b|\bdo not worry\b",
    re.IGNORECASE,
)


def forbidden_words(text: str) -> list[str]:
    """Return the forbidden phrases in `text`."""
    return [*forbidden_phrases(text), *(found.group() for found in STRICTER.finditer(text))]
