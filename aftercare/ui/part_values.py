"""What values say, for the parts of pages that are kept (`aftercare/ui/templatetags/kept.py`)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from aftercare.ui.telephones import Telephone


class PartValue:
    """Base of frozen data classes that many parts show; what they say is found once, and holds no lazy text."""

    @cached_property
    def key(self) -> Hashable:
        return key_of_fields(self)


def key_of(value: object) -> Hashable:
    """Return what a value says: a text, a number, a telephone, a data class of such, or lists and dicts of such."""
    if value is None or isinstance(value, str | int | float):
        return type(value).__name__, value
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, tuple | list):
        return tuple(map(key_of, value))
    if isinstance(value, dict):
        return "dict", tuple((name, key_of(one)) for name, one in value.items())
    if isinstance(value, PartValue | Telephone):
        return value.key
    if is_dataclass(value) and not isinstance(value, type):
        return key_of_fields(value)
    raise TypeError(f"a kept part cannot show {type(value).__name__}")


def key_of_fields(value: Any) -> Hashable:
    return type(value).__name__, tuple(key_of(getattr(value, field.name)) for field in fields(value))
