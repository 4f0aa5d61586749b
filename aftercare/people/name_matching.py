"""Names: comparison and search without case and accents, and which characters are refused."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ALIKE = 0.85  # of 1: one typing error in a name of usual length
# Characters that turn the direction of the text after them, so that a name reads as another.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = frozenset({"Cc", "Zl", "Zp"})  # Unicode categories: control characters, line and paragraph ends

# Letters that do not decompose into a base letter and a mark.
_OTHER_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")


def require_one_line(name: str) -> None:
    """Raise ValidationError for a name with a line break, or a control character of any kind."""
    if any(letter in _DIRECTIONS or unicodedata.category(letter) in _CONTROLS for letter in name):
        raise ValidationError(_("Write this on one line, with letters and signs that can be seen."))


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
