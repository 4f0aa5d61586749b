"""Comparison of lot numbers, and words that are no name and no number."""

from __future__ import annotations

import re
import unicodedata

from aftercare.people.name_matching import folded

# Typed in place of a name or a number. Each would join patients who have nothing in common.
_NOTHING = frozenset(
    (
        *("none", "nil", "na", "no", "not", "nothing", "unknown", "unk", "tbc", "tbd", "missing"),
        *("notrecorded", "notknown", "dontknow", "nolot", "lot", "batch", "x", "xx", "xxx"),
    )
)
LONGEST = 60
# The word before the number on the package, where a sign or a digit follows.
_LABEL = re.compile(
    r"^\W*(?:lot|batch|charge|ch\.?-?b)(?:\s*(?:no|nr|number))?(?:[\W_]+|(?=\d))", re.IGNORECASE
)


def compared(number: str) -> str:
    """Return a lot number as it is compared: "Lot: ab-12 c" is "AB12C"; "" without a letter or digit.

    Case, spaces, hyphens and other signs do not count, nor does the word "lot" before the number: some type it.
    """
    letters = _LABEL.sub("", unicodedata.normalize("NFKC", number))
    return "".join(letter for letter in letters.upper() if letter.isalnum())[:LONGEST]


def says_nothing(text: str) -> bool:
    """Return True for "none", "n/a", "?" and the like: such an entry means that it is not recorded."""
    letters = "".join(folded(text))
    return not letters or letters in _NOTHING or not letters.strip("0")
