"""A message is looked up once in a process, in each language by itself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, override, trans_real
from pytest_django import Settings

from aftercare.message_cache import cache_messages


def test_a_message_is_translated_as_before_and_looked_up_once(settings: Settings) -> None:
    settings.LANGUAGES = [("en-gb", "English"), ("pl", "Polish")]
    cache_messages()
    for _ in range(3):
        with override("pl"):
            assert gettext("Monday") == "Poniedziałek"
        assert gettext("Monday") == "Monday"
    found: Any = trans_real.translation("pl")
    assert (found.gettext.cache_info().hits, found.gettext.cache_info().misses) == (2, 1)
