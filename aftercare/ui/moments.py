"""An instant to come as people say it: "this evening", "Thursday morning", "24 November".

Like times.py, it takes aware instants and speaks in Django's active time zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

_NIGHT_ENDS = 5  # o'clock: until then people still speak of the night before
_PARTS = ((5, "morning"), (12, "afternoon"), (18, "evening"), (22, "night"))
_TODAY = {
    "morning": gettext_lazy("this morning"),
    "afternoon": gettext_lazy("this afternoon"),
    "evening": gettext_lazy("this evening"),
    "night": gettext_lazy("tonight"),
}
_OF_WEEKDAY = {
    "morning": gettext_lazy("%(weekday)s morning"),
    "afternoon": gettext_lazy("%(weekday)s afternoon"),
    "evening": gettext_lazy("%(weekday)s evening"),
    "night": gettext_lazy("%(weekday)s night"),
}
_NAMED_BY_WEEKDAY = 6  # days: further on the same weekday could mean two dates


def day_part(instant: datetime, now: datetime) -> str:
    """ "this evening", "tonight", "Thursday evening"; from a week on the date alone."""
    day, part = _day_and_part(instant)
    days = _days_until(day, now)
    if days == 0:
        return str(_TODAY[part])
    if 0 < days <= _NAMED_BY_WEEKDAY:
        return str(_OF_WEEKDAY[part]) % {"weekday": date_format(day, pgettext("date format", "l"))}
    return date_format(day, pgettext("date format", "j F"))


def on_day_part(instant: datetime, now: datetime) -> str:
    """The same within a sentence: "on Thursday evening", but "this evening"."""
    said = day_part(instant, now)
    if _days_until(_day_and_part(instant)[0], now) == 0:
        return said
    return _("on %(day)s") % {"day": said}


def _days_until(day: datetime, now: datetime) -> int:
    today = _day_and_part(now)[0]
    return (day.date() - today.date()).days


def _day_and_part(instant: datetime) -> tuple[datetime, str]:
    """The local day that people would name, and the part of it."""
    local = timezone.localtime(instant)
    if local.hour < _NIGHT_ENDS:
        return local - timedelta(days=1), "night"
    return local, next(part for begins, part in reversed(_PARTS) if local.hour >= begins)
