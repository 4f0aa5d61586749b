"""What a patient must never read."""

from __future__ import annotations

import re

NEVER = re.compile(
    r"\bfine\b|\bnormal\w*\b|not infected|no need to call|(?<!do )you have\b|you’ve got|is an? (infection|allergic)"
    r"|someone is watching|delivered|\b\d+ ?(mg|ml|tablets?|pills?)\b|\b(start|stop) (taking|using)\b|!"
    r"|\bdark skin\b|\bsunburn\w*\b|\bdon't worry\b|\bdo not worry\b",
    re.IGNORECASE,
)


def forbidden_words(text: str) -> list[str]:
    """What `text` says that it must not."""
    return [found.group() for found in NEVER.finditer(text)]
