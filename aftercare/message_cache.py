"""Cache of translated messages: a page asks for a hundred, and Django looks each up in several catalogues."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

MESSAGES = 8192  # of each language; more than there are


def cache_messages() -> None:
    """Look up each message once per language and process: catalogues do not change while a process runs."""
    for language, _name in settings.LANGUAGES:
        catalogue: Any = trans_real.translation(language)
        catalogue.gettext = lru_cache(MESSAGES)(partial(type(catalogue).gettext, catalogue))
