"""A pseudo-locale: every marked string comes back in brackets, so that what is not marked can be seen.

The fixed parts of a message are wrapped, its placeholders and tags are not: "⟦Call ⟧%(clinic)s⟦ now⟧". A word that
is filled in must therefore be marked itself, or be data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

from django.utils.translation import trans_real

OPEN, CLOSE = "⟦", "⟧"
CONTEXT_SEPARATOR = "\x04"
PORTAL, PSEUDO = "en-gb", "en-xa"
# What stands in a message but is no text: tags, then placeholders of % and of braces.
KEPT = re.compile(r"(<[^<>]+>|%\(\w+\)[a-z]|%[sd%]|\{\w*\})")
LETTER = re.compile(r"[^\W\d_]")


def wrapped(message: str) -> str:
    """A message as the pseudo-locale says it."""
    parts = KEPT.split(message)
    return "".join(
        part if number % 2 or not LETTER.search(part) else f"{OPEN}{part}{CLOSE}"
        for number, part in enumerate(parts)
    )


class PseudoTranslation(trans_real.DjangoTranslation):
    """The portal's own language, with every message wrapped."""

    def to_language(self) -> str:
        """Another name than the portal's language has, so that nothing is taken from a memory of that."""
        return PSEUDO

    def gettext(self, message: str) -> str:
        return wrapped(message.rpartition(CONTEXT_SEPARATOR)[2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        chosen = msgid1 if n == 1 else msgid2
        return wrapped(chosen.rpartition(CONTEXT_SEPARATOR)[2])


@contextmanager
def pseudo_locale() -> Iterator[None]:
    """Speak the pseudo-locale in place of the portal's own language, in this process and thread."""
    pseudo: Any = PseudoTranslation(PORTAL)
    translations = {**trans_real._translations, PORTAL: pseudo}  # type: ignore[attr-defined]
    with (
        mock.patch.object(trans_real, "_translations", translations),
        mock.patch.object(trans_real, "_default", pseudo),
        mock.patch.object(trans_real, "_active", SimpleNamespace(value=pseudo)),
    ):
        yield
