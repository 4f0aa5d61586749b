"""Whether two names may be one person's: case, accents and the order of names make no difference."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.85  # of 1: a slip of the keyboard in a name of usual length


def plain(name: str) -> str:
    """In small letters, without accents, its parts in order: "Müller-Lee Ann" is "ann lee muller"."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(sorted(re.findall(r"\w+", bare)))


def is_same_name(one: str, other: str) -> bool:
    """Whether they differ by case, accents or order at most."""
    return plain(one) == plain(other)


def is_like(one: str, other: str) -> bool:
    """Whether they are the same, one is part of the other, or they differ by a slip of the keyboard."""
    first, second = plain(one), plain(other)
    parts = set(first.split()), set(second.split())
    if parts[0] <= parts[1] or parts[1] <= parts[0]:
        return True
    return SequenceMatcher(None, first, second).ratio() >= ALIKE
