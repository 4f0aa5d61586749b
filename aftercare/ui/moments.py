"""An instant to come as people say it: "this evening", "Thursday morning", "24 November".

Like times.py, it takes aware instants and speaks in Django's active time zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

_NIGHT_ENDS = 5  # o'clock: until then people still speak of the night before
_PARTS = ((5, "morning"), (12, "afternoon"), (18, "evening"), (22, "night"))
_NAMED_BY_WEEKDAY = 6  # days: further on the same weekday could mean two dates


def day_part(instant: datetime, now: datetime) -> str:
    """ "this evening", "tonight", "Thursday evening"; from a week on the date alone."""
    day, part = _day_and_part(instant)
    today, _ = _day_and_part(now)
    days = (day.date() - today.date()).days
    if days == 0:
        return "tonight" if part == "night" else f"this {part}"
    if 0 < days <= _NAMED_BY_WEEKDAY:
        return f"{date_format(day, 'l')} {part}"
    return date_format(day, "j F")


def on_day_part(instant: datetime, now: datetime) -> str:
    """The same within a sentence: "on Thursday evening", but "this evening"."""
    said = day_part(instant, now)
    return said if said.startswith(("this ", "tonight")) else f"on {said}"


def _day_and_part(instant: datetime) -> tuple[datetime, str]:
    """The local day that people would name, and the part of it."""
    local = timezone.localtime(instant)
    if local.hour < _NIGHT_ENDS:
        return local - timedelta(days=1), "night"
    return local, next(part for begins, part in reversed(_PARTS) if local.hour >= begins)
