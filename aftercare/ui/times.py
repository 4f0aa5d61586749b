"""Instants in words: clock and age for staff, weekday and clock for patients.

Takes aware instants and uses Django's active time zone. "Now" is an argument, so that all times on a page are
relative to the same instant.
"""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_COUNTED_IN_HOURS = 72  # from here on days are counted
_NAMED_BY_WEEKDAY = 6  # days: further back, a weekday would be ambiguous


def whole_hours(hours: float) -> int:
    """Return completed hours, as every page displays them: 2 h 40 min is "2 hours".

    For display only: rules use the exact value.
    """
    return int(hours)


def hours_between(start: datetime, end: datetime) -> int:
    """Return elapsed time in hours, for display."""
    return whole_hours((end - start) / _HOUR)


def spoken_age(span: timedelta) -> str:
    """Return a duration in its two largest units: "23 min", "11 h 42 min", "2 days 19 h"."""
    if span < _HOUR:
        return _("%(minutes)s min") % {"minutes": max(span, timedelta()) // _MINUTE}
    hours, minutes = span // _HOUR, span % _HOUR // _MINUTE
    if span < _DAY and minutes:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if span < _DAY:
        return _("%(hours)s h") % {"hours": hours}
    days, hours = span // _DAY, span % _DAY // _HOUR
    if hours:
        said = ngettext("%(days)s day %(hours)s h", "%(days)s days %(hours)s h", days)
        return said % {"days": days, "hours": hours}
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def staff_clock(instant: datetime, now: datetime) -> str:
    """Return the clock, with the date unless it is today: "14:05", "Sun 22:40", "3 Nov 22:40"."""
    local, today = timezone.localtime(instant), timezone.localtime(now).date()
    days_off = abs((local.date() - today).days)
    if days_off == 0:
        return _clock(local)
    if days_off <= _NAMED_BY_WEEKDAY:
        return date_format(local, pgettext("date format", "D H:i"))
    if local.year == today.year:
        return date_format(local, pgettext("date format", "j M H:i"))
    return date_format(local, pgettext("date format", "j M Y H:i"))


def patient_clock(instant: datetime, now: datetime | None = None) -> str:
    """Return weekday, date and clock: "Sunday 22 November, 22:40"; "Today, 20:48" for today."""
    local = timezone.localtime(instant)
    today = timezone.localtime(now).date() if now is not None else None
    if local.date() == today:
        return _("Today, %(clock)s") % {"clock": _clock(local)}
    if today is None or local.year == today.year:
        return date_format(local, pgettext("date format", "l j F, H:i"))
    return date_format(local, pgettext("date format", "l j F Y, H:i"))


def span_words(hours: float) -> str:
    """Return a duration: "26 hours", "5 days"."""
    if hours < _COUNTED_IN_HOURS:
        return hours_words(hours) if whole_hours(hours) else _("less than an hour")
    days = int(hours // 24)
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def hours_words(hours: float) -> str:
    """Return hours, however many: "26 hours"."""
    whole = whole_hours(hours)
    return ngettext("%(hours)s hour", "%(hours)s hours", whole) % {"hours": whole}


def at_clock(instant: datetime, now: datetime) -> str:
    """Return "at 14:12" for today, else "on Tuesday 24 November, 12:08", after a verb."""
    local = timezone.localtime(instant)
    if local.date() == timezone.localtime(now).date():
        return _("at %(clock)s") % {"clock": _clock(local)}
    return _("on %(day_and_clock)s") % {"day_and_clock": patient_clock(instant)}


def of_clock(instant: datetime, now: datetime) -> str:
    """Return "08:10" for today, else "Monday, 08:10" or "3 November, 08:10"; for patients."""
    day, clock = _day_word(instant, now), _clock(timezone.localtime(instant))
    return _("%(day)s, %(clock)s") % {"day": day, "clock": clock} if day else clock


def day_and_clock(instant: datetime, now: datetime) -> str:
    """Return "today at 08:10", "on Monday at 08:10" or "on 3 November at 08:10"."""
    day, clock = _day_word(instant, now), _clock(timezone.localtime(instant))
    if day:
        return _("on %(day)s at %(clock)s") % {"day": day, "clock": clock}
    return _("today at %(clock)s") % {"clock": clock}


def _clock(local: datetime) -> str:
    return date_format(local, pgettext("date format", "H:i"))


def _day_word(instant: datetime, now: datetime) -> str:
    """Return "Monday", further back "3 November", today ""."""
    local, today = timezone.localtime(instant), timezone.localtime(now).date()
    days = (today - local.date()).days
    if days == 0:
        return ""
    if 0 < days <= _NAMED_BY_WEEKDAY:
        return date_format(local, pgettext("date format", "l"))
    if local.year == today.year:
        return date_format(local, pgettext("date format", "j F"))
    return date_format(local, pgettext("date format", "j F Y"))
