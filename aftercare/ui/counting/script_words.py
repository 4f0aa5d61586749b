"""The words of the script that counts spans of time on, put into its page as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

# The plural form of any number in any language is that of a number below.
PLURALS_REPEAT = 200
# What the script knows of Django's formats of a clock.
CLOCK_PARTS = {"H": "%(hour)s", "G": "%(short_hour)s", "i": "%(minute)s"}


def counting_words() -> dict[str, Any]:
    """Return the words by the names that the script uses, in the active language."""
    return words_in(get_language() or "")


@lru_cache(maxsize=32)
def words_in(_language: str) -> dict[str, Any]:
    return {
        "minutes": _("%(minutes)s min"),
        "hours": _("%(hours)s h"),
        "hours_minutes": _("%(hours)s h %(minutes)s min"),
        "days": plural_forms(lambda days: ngettext("%(days)s day", "%(days)s days", days)),
        "days_hours": plural_forms(
            lambda days: ngettext("%(days)s day %(hours)s h", "%(days)s days %(hours)s h", days)
        ),
        "clock": clock_sentence(pgettext("date format", "H:i")),
    }


def plural_forms(message: Callable[[int], str]) -> dict[str, Any]:
    """Return the forms of a message, and for each number below PLURALS_REPEAT which of them is right."""
    said = [message(number) for number in range(PLURALS_REPEAT)]
    forms = list(dict.fromkeys(said))
    return {"forms": forms, "of": "".join(str(forms.index(one)) for one in said)}


def clock_sentence(date_format: str) -> str:
    """Return a format of Django's as a sentence, "%(hour)s:%(minute)s"; empty if the script does not know a part."""
    parts, letters = [], iter(date_format)
    for letter in letters:
        if letter == "\\":
            parts.append(next(letters, ""))
        elif letter.isalpha() and letter not in CLOCK_PARTS:
            return ""
        else:
            parts.append(CLOCK_PARTS.get(letter, letter))
    return "".join(parts)
