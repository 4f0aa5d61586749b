"""Validators for the values of a case file. Errors name the place and the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

# START: the instant of `h` = 0. FARTHEST: the longest distance from it, so that no sum of times overflows.
START = datetime(2026, 1, 12, 10, tzinfo=UTC)
FARTHEST = timedelta(days=36_525)


class CaseFileError(ValueError):
    """An error in a case file, with its place."""


def read_instant(step: Mapping[str, Any], hours: str, clock: str, where: str) -> datetime:
    """Read an instant, given either as hours after START or as ISO 8601 with an offset."""
    if (hours in step) == (clock in step):
        raise CaseFileError(f"{where}: give either {hours} or {clock}")
    if hours in step:
        return after_start(step[hours], f"{where}: {hours}")
    return iso_instant(step[clock], f"{where}: {clock}")


def after_start(hours: object, where: str) -> datetime:
    """Return the instant a number of hours after START."""
    if not isinstance(hours, int | float) or isinstance(hours, bool) or not isfinite(hours):
        raise CaseFileError(f"{where} must be a number of hours, not {hours!r:.60}")
    if abs(hours) > FARTHEST.total_seconds() / 3600:
        raise CaseFileError(f"{where} is out of range: {hours:g}")
    return START + timedelta(hours=hours)


def iso_instant(text: object, where: str) -> datetime:
    """Parse an instant as ISO 8601 with an offset."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise CaseFileError(f"{where} must be an instant such as 2026-01-12T10:00:00Z, not {text!r:.60}")
    if abs(instant - START) > FARTHEST:
        raise CaseFileError(f"{where} is out of range: {text}")
    return instant.astimezone(UTC)


def require_object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CaseFileError(f"{where} must be an object, not {value!r:.60}")
    return value


def require_list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise CaseFileError(f"{where} must be a list, not {value!r:.60}")
    return value


def require_text(value: object, where: str) -> str:
    """Return a text. A whole number is converted, because ids may be numbers."""
    if type(value) is int:
        return str(value)
    if not isinstance(value, str) or not value:
        raise CaseFileError(f"{where} must be a text, not {value!r:.60}")
    return value


def optional_text(step: Mapping[str, Any], key: str, where: str) -> str | None:
    return None if step.get(key) is None else require_text(step[key], f"{where}: {key}")


def require_one_of(value: object, allowed: Collection[str], where: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise CaseFileError(f"{where} must be one of {', '.join(sorted(allowed))}, not {value!r:.60}")
    return value


def reject_unknown(data: Mapping[str, Any], known: Collection[str], where: str) -> None:
    if unknown := sorted(key for key in data if key not in known):
        raise CaseFileError(f"{where}: unknown {', '.join(unknown)}")
