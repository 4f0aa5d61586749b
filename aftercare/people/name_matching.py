"""Comparison and search of names, without case and accents."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.85  # of 1: one typing error in a name of usual length


# Letters that do not decompose into a base letter and a mark.
_OTHER_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")


def folded(text: str) -> list[str]:
    """Return the words in lower case without accents: "Zoë O’Neill-Łuk" is zoe, oneill, luk."""
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold()).translate(_OTHER_LETTERS))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"\w+", bare)


def search_text(name: str, record_number: str) -> str:
    """Return a patient's search text: folded words of the name, and the record number between "#"."""
    number = record_mark(record_number)
    return " ".join([*folded(name), *([number] if number else [])])


def record_mark(record_number: str) -> str:
    """Return a record number as in the search text, to be found as a whole; "" if it has no letter or digit."""
    letters = "".join(folded(record_number))
    return f"#{letters}#" if letters else ""


def plain(name: str) -> str:
    """Return the folded words, sorted: "Müller-Lee Ann" is "ann lee muller"."""
    return " ".join(sorted(folded(name)))


def is_same_name(one: str, other: str) -> bool:
    """Return True if names differ at most by case, accents or order."""
    return plain(one) == plain(other)


def is_like(one: str, other: str) -> bool:
    """Return True if names are equal, one contains the other, or they differ by a typing error."""
    first, second = plain(one), plain(other)
    parts = set(first.split()), set(second.split())
    if parts[0] <= parts[1] or parts[1] <= parts[0]:
        return True
    return SequenceMatcher(None, first, second).ratio() >= ALIKE
