"""Coming instants in words: "this evening", "Thursday morning", "24 November".

Takes aware instants and uses Django's active time zone, as times.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

_NIGHT_ENDS = 5  # o'clock: until then it is still "tonight"
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
_NAMED_BY_WEEKDAY = 6  # days: further ahead, a weekday would be ambiguous


def day_part(instant: datetime, now: datetime) -> str:
    """Return "this evening", "tonight" or "Thursday evening"; from a week ahead the date."""
    day, part = _day_and_part(instant)
    days = _days_until(day, now)
    if days == 0:
        return str(_TODAY[part])
    if 0 < days <= _NAMED_BY_WEEKDAY:
        return str(_OF_WEEKDAY[part]) % {"weekday": date_format(day, pgettext("date format", "l"))}
    return date_format(day, pgettext("date format", "j F"))


def on_day_part(instant: datetime, now: datetime) -> str:
    """Return the same within a sentence: "on Thursday evening", but "this evening"."""
    said = day_part(instant, now)
    if _days_until(_day_and_part(instant)[0], now) == 0:
        return said
    return _("on %(day)s") % {"day": said}


def _days_until(day: datetime, now: datetime) -> int:
    today = _day_and_part(now)[0]
    return (day.date() - today.date()).days


def _day_and_part(instant: datetime) -> tuple[datetime, str]:
    """Return the local day and part of the day as people name them."""
    local = timezone.localtime(instant)
    if local.hour < _NIGHT_ENDS:
        return local - timedelta(days=1), "night"
    return local, next(part for begins, part in reversed(_PARTS) if local.hour >= begins)
