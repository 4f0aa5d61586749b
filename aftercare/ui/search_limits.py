"""Limits of every search: how long a query may be, and of how many words."""

from __future__ import annotations

import re
import unicodedata

LONGEST_QUERY = 100  # characters
MOST_WORDS = 10


def is_too_long(query: str) -> bool:
    """Return True if a query has more than `LONGEST_QUERY` characters or `MOST_WORDS` words.

    Words are counted after decomposition, because a single ligature may stand for several words.
    """
    if len(query) > LONGEST_QUERY:
        return True
    letters = unicodedata.normalize("NFKD", query)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return len(re.findall(r"\w+", bare)) > MOST_WORDS
