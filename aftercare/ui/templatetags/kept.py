"""Parts of pages that are drawn once for the values they show: {% load kept %}.

A part is drawn from the values that it is given and from nothing else of the page: no request, no signed-in person. It
is kept under these values, the language and the time zone, so that a kept part is never older than what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from aftercare.ui.part_values import key_of

KEPT = 1024  # parts, of 1 to 6 kB each


register = template.Library()


class Values:
    """The values of a part; equal where everything that they say is equal."""

    __slots__ = ("key", "values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        # A lazy object would keep its request alive.
        self.values = {name: unwrapped(value) for name, value in values.items()}
        self.key = tuple((name, key_of(value)) for name, value in self.values.items())

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and self.key == other.key


@register.simple_tag
def kept(template_name: str, **values: Any) -> SafeString:
    """Draw a template from these values alone, once for equal values: {% kept "ui/card.html" name=clinic.name %}.

    Raise TypeError for a value that is not one of `key_of`.
    """
    draw = drawn.__wrapped__ if settings.DEBUG else drawn
    return draw(template_name, Values(values), get_language() or "", timezone.get_current_timezone_name())


@lru_cache(maxsize=KEPT)
def drawn(template_name: str, values: Values, _language: str, _zone: str) -> SafeString:
    return render_to_string(template_name, values.values)


def unwrapped(value: Any) -> Any:
    """Return the object that a lazy object of a context stands for."""
    return value.__reduce__()[1][0] if isinstance(value, SimpleLazyObject) else value
