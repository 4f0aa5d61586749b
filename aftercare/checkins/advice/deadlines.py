"""Deadlines of the clinic: the call to a same-day patient, and the confirmation that a check-in was seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.people.hours import OpeningHours
from aftercare.triage import LIMITS, Level, Limits, acknowledge_by

CALL_WITHIN = timedelta(hours=4)  # opening hours within which a same-day call is promised
BEFORE_CLOSING = timedelta(minutes=30)
TOO_LATE = timedelta(hours=1)  # less time than this before closing is too late for a call today
EVENING, MORNING = 18, 5


def not_tomorrow(local: datetime) -> str:
    """Return the words for the rest of the day on the clinic's clock: "Today, not tomorrow." """
    is_night = local.hour >= EVENING or local.hour < MORNING
    return _("Tonight, not tomorrow.") if is_night else _("Today, not tomorrow.")


def closed_until(hours: OpeningHours, now: datetime) -> str:
    """Return "14:00" while closed for lunch, when the clinic opens again on the same day; else ""."""
    upcoming = None if hours.current(now) else hours.next_opening(now)
    if upcoming is None:
        return ""
    opens, local = upcoming.opens.astimezone(hours.zone), now.astimezone(hours.zone)
    was_open = any(opening.closes <= now for opening in hours.openings_on(local.date()))
    is_same_day = was_open and opens.date() == local.date()
    return date_format(opens, pgettext("date format", "H:i")) if is_same_day else ""


def closed_words(hours: OpeningHours, now: datetime, otherwise: str = "") -> str:
    """Return the sentence that the clinic is closed, over lunch with the time of opening."""
    until = closed_until(hours, now)
    if until:
        return _("The clinic is closed until %(time)s.") % {"time": until}
    return otherwise or _("The clinic is closed.")


def call_by(hours: OpeningHours, since: datetime) -> datetime | None:
    """Return the time of a same-day call: within four opening hours and well before closing, on a half hour.

    If the clinic is closed, or it is too late today, counted from the next opening. None without opening hours.
    """
    opening = hours.current(since)
    start = since
    if opening is None or opening.closes - since < TOO_LATE:
        opening = hours.next_opening(since)
        if opening is None:
            return None
        start = opening.opens
    latest = max(start, min(start + CALL_WITHIN, opening.closes - BEFORE_CLOSING)).astimezone(hours.zone)
    return latest.replace(minute=30 if latest.minute >= 30 else 0, second=0, microsecond=0)


def confirm_by(
    level: Level, hours: OpeningHours, submitted_at: datetime, limits: Limits = LIMITS
) -> datetime | None:
    """Return the deadline for the clinic's confirmation; None below same_day."""
    if level is Level.SAME_DAY:
        return call_by(hours, submitted_at)
    return acknowledge_by(level, submitted_at, limits)
