"""Names without case and accents: to compare two, and to find one."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.85  # of 1: a slip of the keyboard in a name of usual length


# Letters that are no plain letter with a sign, as people type them without their keyboard.
_OTHER_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")


def folded(text: str) -> list[str]:
    """The words of a text in small letters and without accents: "Zoë O’Neill-Łuk" is zoe, oneill, luk."""
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold()).translate(_OTHER_LETTERS))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.findall(r"\w+", bare)


def search_text(name: str, record_number: str) -> str:
    """What a patient is found by: the folded words of the name, and the record number between marks."""
    number = record_mark(record_number)
    return " ".join([*folded(name), *([number] if number else [])])


def record_mark(record_number: str) -> str:
    """A record number as `search_text` holds it, to be found whole; empty where it has no letter or digit."""
    letters = "".join(folded(record_number))
    return f"#{letters}#" if letters else ""


def plain(name: str) -> str:
    """In small letters, without accents, its parts in order: "Müller-Lee Ann" is "ann lee muller"."""
    return " ".join(sorted(folded(name)))


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
