"""Placeholders in texts: the clinic's name, numbers, products and hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from aftercare.guidance.markup import only_allowed
from aftercare.people.models import Clinic
from aftercare.ui.templatetags.ui import tel
from aftercare.ui.times import span_words

TELEPHONES = ("telephone", "out_of_hours", "emergency")
PLACEHOLDERS = ("clinic", *TELEPHONES, "products", "sunscreen", "make_up")
PLACEHOLDER = re.compile(r"\{(\w+)\}")

# Defaults for clinics without values of their own.
DEFAULT_PRODUCTS = gettext_lazy("a mild cleanser with no scent")
DEFAULT_SUNSCREEN = gettext_lazy("the sunscreen that your clinic agrees to")
DEFAULT_MAKE_UP_H = 24


def named_in(text: str) -> Iterator[str]:
    """Return the names of the placeholders in `text`."""
    return (found[1] for found in PLACEHOLDER.finditer(text))


def values_for(
    clinic: Clinic, *, products: str = "", sunscreen: str = "", make_up_from_h: int | None = None
) -> dict[str, str]:
    """Return the value of each placeholder at `clinic`."""
    return {
        "clinic": clinic.name,
        "telephone": str(clinic.telephone),
        "out_of_hours": str(clinic.out_of_hours_telephone),
        "emergency": clinic.emergency_number,
        "products": products or str(DEFAULT_PRODUCTS),
        "sunscreen": sunscreen or str(DEFAULT_SUNSCREEN),
        "make_up": span_words(DEFAULT_MAKE_UP_H if make_up_from_h is None else make_up_from_h),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill a plain sentence; unknown placeholders stay."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def fill_body(body: str, values: Mapping[str, str]) -> SafeString:
    """Fill the text of an article, as HTML; telephone numbers become links."""

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            return found[0]
        if name in TELEPHONES:
            return format_html('<a href="{}"><bdi>{}</bdi></a>', tel(values[name]), values[name])
        return escape(values[name])

    # The body was validated when it was saved (validation.py), but perhaps by an earlier release; the values are
    # escaped above.
    return mark_safe(PLACEHOLDER.sub(filled, only_allowed(body)))  # noqa: S308
